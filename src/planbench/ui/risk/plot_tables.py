"""Tables of the card behind the curve: merges, contingency, what actions buy, correlation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from planbench.domain.times import DAY
from planbench.engines.risk.result import MergeBias, RiskResult, nearest_rank
from planbench.services.document import Document
from planbench.services.risk_figures import POLICIES as POLICIES_OF_ACTIONS
from planbench.services.risk_figures import Benefit, contingency
from planbench.ui import text
from planbench.ui.risk.finish import share_words
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel

POLICIES = (50, 60, 70, 80, 90, 95)

_MOST = 300
_COEFFICIENTS = ("requested", "used", "by_ranges", "achieved")


class PlotTable(FlatTableModel):
    """Rows of the tables of the card; `places` are activity rows or -1."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[int] = []
        self.strong: set[int] = set()
        self._shares: list[float] = []

    def show_merges(self, document: Document, found: MergeBias) -> None:
        """Activities by what merging costs them."""
        schedule = document.schedule
        acts = schedule.activities
        order = np.argsort(-found.minutes, kind="stable")
        order = order[found.minutes[order] > 0.5][:_MOST]
        self.places = found.rows[order].tolist()
        self.strong = set()
        days = [
            float(found.minutes[k]) / (schedule.calendars[c].minutes_per_day if c >= 0 else 480)
            for k, c in zip(order.tolist(), acts.calendar[found.rows[order]].tolist(), strict=True)
        ]
        most = max(days, default=1.0)
        self._shares = [day / most for day in days]
        self._fill(
            ("id", tr("Id"), 92, False, [acts.code[row] for row in self.places]),
            ("name", tr("Name"), 200, False, [acts.name[row] for row in self.places]),
            ("links", tr("Links"), 60, True, [str(int(found.links[k])) for k in order.tolist()]),
            ("bar", "", 110, False, [""] * len(days)),
            ("days", tr("Days"), 70, True, [text.number(day, 1) for day in days]),
        )

    def show_reserves(self, document: Document, result: RiskResult, watched: str) -> None:
        """Time and cost beyond the plan by policy; with costs also how sure both are."""
        cost = result.cost
        plan = result.watch_deterministic[watched] if watched else result.deterministic
        self.places, self.strong = [-1] * len(POLICIES), {POLICIES.index(80)}
        days = [(result.percentile(level, watched) - plan) / DAY for level in POLICIES]
        most = max(max(days), 1.0)
        self._shares = [max(day, 0.0) / most for day in days]
        columns: list[tuple[str, str, int, bool, list[str]]] = [
            ("level", tr("Policy"), 70, False, [f"P{level}" for level in POLICIES]),
            (
                "date",
                tr("Finish"),
                104,
                False,
                [text.long_date(result.percentile(level, watched)) for level in POLICIES],
            ),
            ("bar", "", 90, False, [""] * len(days)),
            ("days", tr("Time, d"), 80, True, [text.signed(day) for day in days]),
        ]
        if not watched:
            work = [contingency(document, level).working_days for level in POLICIES]
            columns.append(("work", tr("Working d"), 84, True, [text.signed(day) for day in work]))
        if cost is not None:
            more = [cost.percentile(level) - cost.at_plan for level in POLICIES]
            both = [
                cost.joint(cost.percentile(level), nearest_rank(cost.finish, level))
                for level in POLICIES
            ]
            columns.append(("cost", tr("Cost"), 110, True, [text.signed(value) for value in more]))
            columns.append(
                ("both", tr("Both met"), 80, True, [share_words(value) for value in both])
            )
        self._fill(*columns)

    def show_actions(self, found: Benefit) -> None:
        """What the actions of the register buy, and what they cost."""
        rows = [
            (
                f"P{gain.percent:g}",
                text.long_date(gain.before),
                text.long_date(gain.after),
                f"{text.signed(gain.minutes / DAY)}{text.NARROW}d",
                "" if math.isnan(gain.half_width) else text.number(gain.half_width / DAY, 1),
            )
            for gain in found.gains
        ]
        rows.append(
            (
                tr("Plan is met"),
                share_words(found.sure_before),
                share_words(found.sure_after),
                f"{text.signed(100 * (found.sure_after - found.sure_before))}{text.NARROW}%",
                "",
            )
        )
        if found.cost_before is not None and found.cost_after is not None:
            net = found.net or 0.0
            rows.append((tr("Actions cost"), "", text.number(found.actions or 0.0, 0), "", ""))
            rows.append(
                (
                    tr("Mean cost"),
                    text.number(found.cost_before, 0),
                    text.number(found.cost_after, 0),
                    text.signed(round(net)),
                    "",
                )
            )
        self.places = [-1] * len(rows)
        self.strong = {POLICIES_OF_ACTIONS.index(80.0), len(rows) - 1}
        self._shares = [0.0] * len(rows)
        titles = (
            ("name", "", 110, False),
            ("before", tr("Before actions"), 112, True),
            ("after", tr("After actions"), 112, True),
            ("gain", tr("Gain"), 90, True),
            ("width", "±", 50, True),
        )
        self._fill(
            *(
                (key, title, wide, right, [row[k] for row in rows])
                for k, (key, title, wide, right) in enumerate(titles)
            )
        )

    def show_correlation(self, found: list[dict[str, Any]]) -> None:
        """Every pair of the model's groups: asked for, used after repair, and what came out."""
        rows = []
        for entry in found:
            ids = entry["ids"]
            for a in range(len(ids)):
                for b in range(a + 1, len(ids)):
                    values = [
                        entry[key][a][b] for key in ("requested", "used", "by_ranges", "achieved")
                    ]
                    rows.append((ids[a], ids[b], *values))
        apart = [0.0 if row[4] is None else abs(row[4] - row[2]) for row in rows]
        order = sorted(range(len(rows)), key=lambda k: -apart[k])[:_MOST]
        rows = [rows[k] for k in order]
        self.places = [-1] * len(rows)
        self.strong = {k for k, row in enumerate(rows) if abs(row[3] - row[2]) > 1e-9}
        self._shares = [0.0] * len(rows)

        def words(value: float | None) -> str:
            return "" if value is None else text.number(value, 2)

        self._fill(
            ("one", tr("Activity"), 110, False, [str(row[0]) for row in rows]),
            ("name", tr("With"), 110, False, [str(row[1]) for row in rows]),
            ("asked", tr("Asked"), 80, True, [words(row[2]) for row in rows]),
            ("used", tr("Used"), 80, True, [words(row[3]) for row in rows]),
            ("ranges", tr("By ranges"), 90, True, [words(row[4]) for row in rows]),
            ("achieved", tr("With risks"), 90, True, [words(row[5]) for row in rows]),
        )

    def _fill(self, *columns: tuple[str, str, int, bool, list[str]]) -> None:
        widest = "name" if any(key == "name" for key, *_ in columns) else "bar"
        self.set_data(
            [
                Column(key, title, width, right, values, stretch=key == widest, sortable=False)
                for key, title, width, right, values in columns
            ],
            len(self.places),
        )

    def look(self, row: int, column: int) -> CellLook:
        if self.columns[column].key == "bar":
            return CellLook(bar=self._shares[row], bar_role="remaining-edge")
        return super().look(row, column)._replace(strong=row in self.strong)
