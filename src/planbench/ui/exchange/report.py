"""The import report: what was mended, guessed, dropped or unknown, grouped, counted and in full."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from planbench.domain.reports import SEVERITIES, Repair
from planbench.ui import text
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.widgets import CellLook, Column, FlatTableModel, TableView

MEANINGS = {
    "added": "Put in for the format",
    "bad-calendar": "Calendar that cannot be read",
    "bad-date": "Impossible date",
    "bad-number": "No number",
    "baseline-activity": "Baseline of an unknown activity",
    "calendar-loop": "Calendar based on itself",
    "continued-line": "Line broken in two",
    "dangling-link": "Link to a missing activity",
    "decimal-comma": "Decimal commas",
    "duplicate-id": "Id given twice",
    "empty-calendar": "Calendar without working time",
    "external-link": "Link to another project",
    "external-task": "Activity of another project",
    "forbidden-characters": "Forbidden characters",
    "guessed-encoding": "Encoding guessed",
    "honor-constraints-unknown": "Constraint rule not stated",
    "logic-loop": "Loop in the logic",
    "long-period": "Period of centuries",
    "loop": "Loop in the logic",
    "mixed-encoding": "Several encodings",
    "negative-duration": "Negative duration",
    "no-calendar": "No calendar",
    "no-data-date": "No data date",
    "no-duration": "No duration",
    "no-end-marker": "End of the file missing",
    "no-header": "No header",
    "no-project": "Project not described",
    "no-schedoptions": "No scheduling options",
    "no-wbs": "No WBS",
    "not-written": "Not held by the format",
    "parent-loop": "Ring of parents",
    "percent-not-fraction": "Percentages, not fractions",
    "projects-left-out": "Projects left out",
    "renumbered": "Ids replaced",
    "row-too-long": "Row too long",
    "row-too-short": "Row too short",
    "row-without-id": "Row without an id",
    "self-link": "Link to itself",
    "short-header": "Header cut short",
    "status-without-dates": "Status without its dates",
    "stray-line": "Line of no table",
    "too-many-baselines": "Too many baselines",
    "too-many-days": "Too many days",
    "unbalanced-calendar": "Calendar text cut short",
    "undecodable-bytes": "Letters that cannot be read",
    "unknown-calendar": "Unknown calendar",
    "unknown-project": "Unknown project",
    "unknown-reference": "Reference to a missing row",
    "unknown-value": "Unknown word",
    "unknown-wbs": "Unknown WBS",
    "unreadable": "Cannot be read back",
    "wbs-loop": "WBS beneath itself",
    "written-otherwise": "Held otherwise",
}
"""What the codes of reports say in words; others are told by the code itself."""

_MARKS = {"info": "info", "warning": "watch", "error": "missing"}

_COLUMNS = (
    Column("severity", "Kind", 92),
    Column("where", "Where", 210),
    Column("message", "What was found", 330, stretch=True),
    Column("action", "What was done", 270),
    Column("code", "Code", 150),
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
        kinds = ["All", *(key[0].capitalize() for key in self.keys)]
        names = ["Everything", *(meaning(key[1]) for key in self.keys)]
        columns = [
            Column("severity", "Kind", 96, values=kinds),
            Column("name", "What", 190, values=names, stretch=True),
            Column("count", "Lines", 62, right=True, values=numbers, format=text.number),
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
        self.groups = TableView("Groups of the report")
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
            words.append(text.counted(n, severity, "infos" if severity == "info" else ""))
    return f"{', '.join(words)}." if words else "Nothing had to be mended."


def import_report(repairs: Sequence[Repair], name: str, parent: QWidget) -> ReportDialog:
    """What reading a file had to mend, guess or drop."""
    sentence = "The file itself is unchanged; each line tells one thing and what was done."
    return ReportDialog(f"Import report of {name}", sentence, repairs, parent)


def export_report(repairs: Sequence[Repair], name: str, parent: QWidget) -> ReportDialog:
    """What a written file does not hold, found by reading it back."""
    sentence = "The file was read back and compared. This is not as in the open schedule:"
    return ReportDialog(f"Written to {name}", sentence, repairs, parent)
