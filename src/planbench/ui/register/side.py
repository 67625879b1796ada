"""The pane beside the register: the heat map, and the selected risk with its bow-tie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from planbench.domain.times import DAY
from planbench.engines.register.entry import RiskEntry
from planbench.engines.register.mitigation import ActionLink
from planbench.services.document import Document
from planbench.services.register import Benefit, Register
from planbench.ui import text
from planbench.ui.register.bowtie import BowTie, left_words
from planbench.ui.register.heatmap import MOVEMENT, HeatMap
from planbench.ui.register.model import days_words
from planbench.ui.translation import tr
from planbench.ui.widgets import Label, SegmentedControl, SidePane


class RiskSide(SidePane):
    """Shows what `show_entry` and `show_map` are given."""

    def __init__(self) -> None:
        super().__init__(tr("Heat map"), 420)
        self.mode = SegmentedControl(
            [tr("Before"), tr("After"), tr("Movement")], tr("What the heat map shows")
        )
        self.mode.set_index(MOVEMENT)
        self.add_tool(self.mode)
        self.map = HeatMap()
        self.map.setFixedHeight(300)
        self.body.addWidget(self.map)
        self.add_section(tr("Risk"))
        self.name = Label("", "heading", wrap=True)
        self.body.addWidget(self.name)
        self.facts = Label("", "body", "text-muted", wrap=True)
        self.body.addWidget(self.facts)
        self.tie = BowTie()
        self.body.addWidget(self.tie)
        self.left = Label("", "body", "text-muted", wrap=True)
        self.body.addWidget(self.left)
        self.notes: dict[str, Label] = {}
        for title in (tr("Mapped to"), tr("Actions"), tr("History")):
            self.add_section(title)
            self.notes[title] = Label("", "body", wrap=True)
            self.body.addWidget(self.notes[title])

    def show_map(self, register: Register, marked: str) -> None:
        """Show where the risks of a register stand; `marked` is the id of the selected one."""
        self.map.show_entries(register.entries, register.matrix, self.mode.index, marked)

    def show_entry(
        self,
        entry: RiskEntry,
        register: Register,
        document: Document | None,
        links: Sequence[ActionLink],
        gain: Benefit | None,
    ) -> None:
        """Show a risk: `links` say where its actions stand, `gain` what they buy."""
        self.name.setText(f"{entry.id}  {entry.title}")
        self.facts.setText(_facts(entry))
        self.tie.show_entry(entry, register.matrix)
        self.left.setText(left_words(entry))
        self.left.setVisible(bool(self.left.text()))
        self.notes[tr("Mapped to")].setText(_mapped(entry, document))
        self.notes[tr("Actions")].setText(_action_words(entry, links, gain))
        lines = [
            f"{line.at[:10]} {line.who}: {line.what}"
            for line in reversed(register.history(entry.id))
        ]
        none = tr("Kept once the schedule is in a project of the library.")
        empty = tr("Nothing yet.") if register.kept else none
        self.notes[tr("History")].setText("\n".join(lines[:8]) or empty)


def _facts(entry: RiskEntry) -> str:
    parts = [entry.category, entry.status.capitalize(), entry.owner]
    said = " \u00b7 ".join(part for part in parts if part)
    if entry.proximity_from or entry.proximity_to:
        said += tr("\nMay strike {proximity_from} to {proximity_to}").format(
            proximity_from=entry.proximity_from, proximity_to=entry.proximity_to
        )
    said += tr("\nNow {days}").format(days=days_words(entry.before.days, entry.opportunity))
    if entry.after is not None:
        chance = text.percent(entry.after.probability, 0)
        said += tr("; after {chance}, {days}").format(
            chance=chance, days=days_words(entry.after.days, entry.opportunity)
        )
    return said


def _mapped(entry: RiskEntry, document: Document | None) -> str:
    if not entry.activities or document is None:
        return tr("No activity: it has no effect on dates.")
    acts, rows = document.schedule.activities, document.schedule.row_of_code
    lines = [
        f"{code}  {acts.name[rows[code]]}"
        if code in rows
        else tr("{code}  not in this schedule").format(code=code)
        for code in entry.activities[:8]
    ]
    if len(entry.activities) > 8:
        lines.append(tr("and {activities} more").format(activities=len(entry.activities) - 8))
    if len(entry.activities) > 1:
        shared = entry.mapping == "split"
        lines.append(tr("One delay, shared out") if shared else tr("The same delay on each"))
    return "\n".join(lines)


def _action_words(entry: RiskEntry, links: Sequence[ActionLink], gain: Benefit | None) -> str:
    lines = []
    states = {id(link.action): link for link in links if link.risk.id == entry.id}
    for action in entry.actions:
        where = f" ({action.activity})" if action.activity else ""
        due = tr(", due {due}").format(due=action.due) if action.due else ""
        late = tr(", overdue") if action.overdue(dt.date.today()) else ""
        lines.append(f"{action.text}{where}: {action.state}{due}{late}")
        link = states.get(id(action))
        if link is not None and link.finding:
            lines.append(tr("Finding: {finding}.").format(finding=link.finding))
    if gain is not None:
        lines.append(
            tr("Alone it buys {signed} d at P80, ± {number} d, for {cost}.").format(
                signed=text.signed(gain.gain / DAY),
                number=text.number(gain.half_width / DAY, 1),
                cost=text.number(gain.cost),
            )
        )
    return "\n".join(lines) or tr("Nothing is done about it.")
