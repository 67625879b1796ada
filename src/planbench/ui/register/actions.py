"""The actions of all risks in one table: who, by when, and how they stand in the baseline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from planbench.domain.times import NO_TIME
from planbench.engines.register.mitigation import IN_BASELINE, ActionLink
from planbench.services.register import Benefit
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel


class ActionsModel(FlatTableModel):
    """Actions of open risks that were not dropped; what is wrong with them stands last."""

    def __init__(self) -> None:
        super().__init__()
        self.links: tuple[ActionLink, ...] = ()

    def show_links(self, links: Sequence[ActionLink], gains: dict[str, Benefit]) -> None:
        """Fill; `gains` are what actions were weighed to buy, by risk."""
        self.links = tuple(links)
        worth = [_worth(gains.get(link.risk.id)) for link in links]
        columns = [
            Column("risk", tr("Risk"), 64, values=[link.risk.id for link in links]),
            Column("action", tr("Action"), 220, values=[link.action.text for link in links],
                   stretch=True),
            Column("owner", tr("Owner"), 130, values=[link.action.owner for link in links]),
            Column("activity", tr("Activity"), 88,
                   values=[link.action.activity for link in links]),
            Column("budget", tr("Budget"), 70, values=[link.action.budget for link in links]),
            Column("cost", tr("Cost"), 92, True,
                   [text.number(link.action.cost) for link in links],
                   sort_values=[link.action.cost for link in links]),
            Column("end", tr("Ends"), 116, values=[_end(link) for link in links],
                   sort_values=[link.end for link in links]),
            Column("window", tr("Risk from"), 92,
                   values=[link.risk.proximity_from for link in links]),
            Column("state", tr("State"), 92, values=[link.action.state for link in links]),
            Column("baseline", tr("Baseline"), 120, values=[link.state for link in links]),
            Column("worth", tr("Cost a day"), 92, True, worth,
                   tip=tr("Cost of the risk's actions by day that they bring P80 forward; "
                          "weigh the actions first")),
            Column("finding", tr("Finding"), 260, values=[link.finding for link in links]),
        ]  # fmt: skip
        self.set_data(columns, len(self.links))

    def look(self, row: int, column: int) -> CellLook:
        link, key = self.links[row], self.columns[column].key
        found = super().look(row, column)
        if key == "baseline" and link.state != IN_BASELINE:
            return found._replace(role="warning")
        if key == "finding" and link.finding:
            return found._replace(icon="alert", icon_role="warning")
        if key == "end" and link.action.overdue(dt.date.today()):
            return found._replace(icon="alert", icon_role="warning")
        return found


def _end(link: ActionLink) -> str:
    return text.date(link.end) if link.end != NO_TIME else ""


def _worth(gain: Benefit | None) -> str:
    if gain is None or gain.gain <= gain.half_width:
        return ""  # not weighed, or no gain that is more than chance
    return text.number(gain.cost / (gain.gain / 1440.0))
