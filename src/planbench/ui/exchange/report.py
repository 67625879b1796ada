"""The import report: what was mended, guessed, dropped or unknown, grouped, counted and in full."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from planbench.domain.reports import SEVERITIES, Repair
from planbench.ui import text
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel, TableView

MEANINGS = {
    "added": tr("Put in for the format"),
    "bad-calendar": tr("Calendar that cannot be read"),
    "bad-date": tr("Impossible date"),
    "bad-number": tr("No number"),
    "baseline-activity": tr("Baseline of an unknown activity"),
    "calendar-loop": tr("Calendar based on itself"),
    "continued-line": tr("Line broken in two"),
    "dangling-link": tr("Link to a missing activity"),
    "decimal-comma": tr("Decimal commas"),
    "duplicate-id": tr("Id given twice"),
    "empty-calendar": tr("Calendar without working time"),
    "external-link": tr("Link to another project"),
    "external-task": tr("Activity of another project"),
    "forbidden-characters": tr("Forbidden characters"),
    "guessed-encoding": tr("Encoding guessed"),
    "honor-constraints-unknown": tr("Constraint rule not stated"),
    "logic-loop": tr("Loop in the logic"),
    "long-period": tr("Period of centuries"),
    "loop": tr("Loop in the logic"),
    "mixed-encoding": tr("Several encodings"),
    "negative-duration": tr("Negative duration"),
    "no-calendar": tr("No calendar"),
    "no-data-date": tr("No data date"),
    "no-duration": tr("No duration"),
    "no-end-marker": tr("End of the file missing"),
    "no-header": tr("No header"),
    "no-project": tr("Project not described"),
    "no-schedoptions": tr("No scheduling options"),
    "no-wbs": tr("No WBS"),
    "not-written": tr("Not held by the format"),
    "parent-loop": tr("Ring of parents"),
    "percent-not-fraction": tr("Percentages, not fractions"),
    "projects-left-out": tr("Projects left out"),
    "renumbered": tr("Ids replaced"),
    "row-too-long": tr("Row too long"),
    "row-too-short": tr("Row too short"),
    "row-without-id": tr("Row without an id"),
    "self-link": tr("Link to itself"),
    "short-header": tr("Header cut short"),
    "status-without-dates": tr("Status without its dates"),
    "stray-line": tr("Line of no table"),
    "too-many-baselines": tr("Too many baselines"),
    "too-many-days": tr("Too many days"),
    "unbalanced-calendar": tr("Calendar text cut short"),
    "undecodable-bytes": tr("Letters that cannot be read"),
    "unknown-calendar": tr("Unknown calendar"),
    "unknown-project": tr("Unknown project"),
    "unknown-reference": tr("Reference to a missing row"),
    "unknown-value": tr("Unknown word"),
    "unknown-wbs": tr("Unknown WBS"),
    "unreadable": tr("Cannot be read back"),
    "wbs-loop": tr("WBS beneath itself"),
    "written-otherwise": tr("Held otherwise"),
}
"""What the codes of reports say in words; others are told by the code itself."""

_MARKS = {"info": "info", "warning": "watch", "error": "missing"}

_COLUMNS = (
    Column("severity", tr("Kind"), 92),
    Column("where", tr("Where"), 210),
    Column("message", tr("What was found"), 330, stretch=True),
    Column("action", tr("What was done"), 270),
    Column("code", tr("Code"), 150),
)
_CODE = len(_COLUMNS) - 1


def meaning(code: str) -> str:
    """A code in words."""
    return MEANINGS.get(code) or code.replace("-", " ").capitalize()


class _Groups(FlatTableModel):
    """One row for all, then one for each severity and code with its count."""

    def __init__(self, repairs: Sequence[Repair]) -> None:
        counts: dict[tuple[str, str], int] = {}
        for repair in repairs:
            key = (repair.severity, repair.code)
            counts[key] = counts.get(key, 0) + 1
        rank = {name: place for place, name in enumerate(reversed(SEVERITIES))}
        self.keys = sorted(counts, key=lambda key: (rank[key[0]], -counts[key], key[1]))
        numbers = [len(repairs), *(counts[key] for key in self.keys)]
        kinds = [tr("All"), *(key[0].capitalize() for key in self.keys)]
        names = [tr("Everything"), *(meaning(key[1]) for key in self.keys)]
        columns = [
            Column("severity", tr("Kind"), 96, values=kinds),
            Column("name", tr("What"), 190, values=names, stretch=True),
            Column("count", tr("Lines"), 62, right=True, values=numbers, format=text.number),
        ]
        super().__init__(columns, len(numbers))

    def look(self, row: int, column: int) -> CellLook:
        look = super().look(row, column)
        if column == 0 and row:
            return CellLook(look.text, chip=_MARKS[self.keys[row - 1][0]])
        return look

    def tip(self, row: int, column: int) -> str:
        return self.keys[row - 1][1] if row else ""


class ReportDialog(RowsDialog):
    """Groups with their counts on the left, the lines of the chosen group on the right."""

    _chosen: tuple[str, str] | None = None

    def __init__(
        self, title: str, sentence: str, repairs: Sequence[Repair], parent: QWidget | None = None
    ) -> None:
        ordered = sorted(repairs, key=lambda one: -SEVERITIES.index(one.severity))
        rows = [(r.severity.capitalize(), r.where, r.message, r.action, r.code) for r in ordered]
        marks = [_MARKS[one.severity] for one in ordered]
        super().__init__(title, f"{sentence} {_counted(repairs)}", _COLUMNS, rows, marks, parent)
        self.resize(1240, 620)
        self.table.setColumnHidden(_CODE, True)  # in words in the groups; the header's menu has it
        self.groups = TableView(tr("Groups of the report"))
        self.groups.setModel(_Groups(ordered))
        self.groups.setMinimumWidth(220)
        self.groups.row_changed.connect(self._choose)
        self.groups.select_row(0)
        parts = QSplitter(Qt.Orientation.Horizontal)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.removeWidget(self.table)
        parts.addWidget(self.groups)
        parts.addWidget(self.table)
        parts.setStretchFactor(1, 1)
        parts.setSizes([340, 900])
        parts.setChildrenCollapsible(False)
        layout.addWidget(parts, 1)

    def _choose(self, group: int) -> None:
        model = self.groups.table
        assert isinstance(model, _Groups)
        self._chosen = model.keys[group - 1] if group > 0 else None
        self._filter(self.filter.text())

    def matches(self, row: Sequence[str]) -> bool:
        """Whether a line belongs to the chosen group."""
        return self._chosen is None or (row[0].casefold(), row[_CODE]) == self._chosen


def _counted(repairs: Sequence[Repair]) -> str:
    words = []
    for severity in reversed(SEVERITIES):
        n = sum(repair.severity == severity for repair in repairs)
        if n:
            words.append(text.counted(n, severity, tr("infos") if severity == "info" else ""))
    return f"{', '.join(words)}." if words else tr("Nothing had to be mended.")


def import_report(repairs: Sequence[Repair], name: str, parent: QWidget) -> ReportDialog:
    """What reading a file had to mend, guess or drop."""
    sentence = tr("The file itself is unchanged; each line tells one thing and what was done.")
    return ReportDialog(tr("Import report of {name}").format(name=name), sentence, repairs, parent)


def export_report(repairs: Sequence[Repair], name: str, parent: QWidget) -> ReportDialog:
    """What a written file does not hold, found by reading it back."""
    sentence = tr("The file was read back and compared. This is not as in the open schedule:")
    return ReportDialog(tr("Written to {name}").format(name=name), sentence, repairs, parent)
