"""The two lists beside the loading: the groups, and the activities behind one bar."""

from __future__ import annotations

from collections.abc import Sequence

from planbench.domain.schedule import Schedule
from planbench.services.resource_profile import COST, FTE, Line
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel


class GroupsModel(FlatTableModel):
    """What can be loaded, with its amounts, its fullest period and how often it is over."""

    def __init__(self) -> None:
        super().__init__(())
        self.lines: list[Line] = []

    def show_lines(self, lines: list[Line], measure: str, period: str) -> None:
        """Show other groups."""
        self.lines = lines
        unit = "cost" if measure == COST else "units"
        peak = 1 if measure == FTE else 0
        self.set_data(
            [
                Column("code", tr("Code"), 84, values=[line.code for line in lines]),
                Column("name", tr("Name"), 140, values=[line.name for line in lines], stretch=True),
                Column(
                    "remaining", tr("Remaining"), 92, right=True,
                    values=[line.remaining for line in lines], format=text.number,
                    tip=tr("Remaining {unit} of all its assignments").format(unit=unit),
                ),
                Column(
                    "peak", tr("Peak"), 76, right=True, values=[line.peak for line in lines],
                    format=lambda value: text.number(value, peak),
                    tip=tr("The most that falls into one {period}").format(period=period),
                ),
                Column(
                    "over", tr("Over"), 60, right=True, values=[line.over for line in lines],
                    tip=tr("How many periods of a {period} are over the limit").format(
                        period=period
                    ),
                ),
            ],
            len(lines),
        )  # fmt: skip

    def look(self, row: int, column: int) -> CellLook:
        plain = super().look(row, column)
        if self.columns[column].key == "over":
            if self.lines[row].over:
                return plain._replace(role="critical", icon="alert", icon_role="critical")
            return plain._replace(text="", role="text-muted")
        return plain

    def tip(self, row: int, column: int) -> str:
        line = self.lines[row]
        if self.columns[column].key == "peak":
            return tr("{peak} {unit} from {peak_at}").format(
                peak=text.number(line.peak, 1), unit=line.unit, peak_at=text.date(line.peak_at)
            )
        return f"{line.code} {line.name}".strip()


class BarModel(FlatTableModel):
    """The activities whose work falls into one period, the largest first."""

    def __init__(self) -> None:
        super().__init__(())
        self.activities: list[int] = []

    def show_bar(self, schedule: Schedule, found: Sequence[tuple[int, float]], unit: str) -> None:
        """Show the activities of another bar."""
        acts = schedule.activities
        self.activities = [row for row, _ in found]
        self.set_data(
            [
                Column("id", "ID", 84, values=[str(acts.code[row]) for row, _ in found]),
                Column(
                    "name", tr("Activity"), 160,
                    values=[str(acts.name[row]) for row, _ in found], stretch=True,
                ),
                Column(
                    "amount",
                    tr("In the bar, {unit}").format(unit=unit) if unit else tr("In the bar"),
                    104, right=True,
                    values=[amount for _, amount in found],
                    format=lambda value: text.number(value, 1),
                ),
            ],
            len(found),
        )  # fmt: skip
