"""The tables of the merge dialog: decisions, interfaces and findings."""

from __future__ import annotations

from collections.abc import Sequence

from planbench.domain.schedule import NO_ROW
from planbench.services.merge import MergeResult, interfaces
from planbench.ui.widgets import CellLook, Column, FlatTableModel

CHIP_OF = {"error": "missing", "warning": "watch", "info": "data"}
WORD_OF = {"error": "Error", "warning": "Look at it", "info": "Note"}
_ORDER = {"error": 0, "warning": 1, "info": 2}


class Rows(FlatTableModel):
    """Rows of texts; the first cell is a chip. `activities` are the rows' activities, -1 none."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        severities: Sequence[str] = (),
        activities: Sequence[int] = (),
    ) -> None:
        held = [
            Column(
                one.key,
                one.title,
                one.width,
                right=one.right,
                values=[row[number] for row in rows],
                stretch=one.stretch,
            )
            for number, one in enumerate(columns)
        ]
        super().__init__(held, len(rows))
        self.rows_ = rows
        self.severities = severities
        self.activities = activities or [NO_ROW] * len(rows)

    def look(self, row: int, column: int) -> CellLook:
        words = self.rows_[row][column]
        if column == 0 and self.severities:
            return CellLook(words, chip=CHIP_OF[self.severities[row]])
        return CellLook(words)

    def tip(self, row: int, column: int) -> str:
        return self.rows_[row][column]


def decisions(result: MergeResult) -> Rows:
    """What the merge does, what needs a look first."""
    repairs = sorted(result.merged.repairs, key=lambda one: _ORDER[one.severity])
    rows = [
        (WORD_OF[r.severity], r.code.replace("-", " "), r.where, r.message, r.action)
        for r in repairs
    ]
    columns = (
        Column("severity", "", 104),
        Column("kind", "Kind", 130),
        Column("where", "Where", 210),
        Column("what", "What was found", 240, stretch=True),
        Column("done", "What is done", 210),
    )
    return Rows(columns, rows, [r.severity for r in repairs])


def findings(result: MergeResult) -> Rows:
    """Breaks in the trace, the worst first; a row leads to its activity."""
    found = sorted(result.findings, key=lambda one: _ORDER[one.severity])
    code = result.document.schedule.activities.code
    rows = [
        (
            WORD_OF[f.severity],
            f.direction.capitalize(),
            f.project,
            "" if f.activity == NO_ROW else str(code[f.activity]),
            f.text,
            "" if f.days is None else f"{f.days:+.0f}".replace("-", "\u2212"),
        )
        for f in found
    ]
    columns = (
        Column("severity", "", 104),
        Column("direction", "Trace", 92),
        Column("project", "Project", 110),
        Column("id", "Activity", 140),
        Column("text", "What was found", 320, stretch=True),
        Column("days", "Days", 60, right=True),
    )
    return Rows(columns, rows, [f.severity for f in found], [f.activity for f in found])


def register(result: MergeResult) -> Rows:
    """Links between the projects."""
    links = result.document.schedule.relationships
    found = interfaces(result)
    rows = [
        (
            one["giver"],
            one["giver_project"],
            (one["giver_finish"] or "")[:10],
            one["type"] + (f" {one['lag_h']:+g} h" if one["lag_h"] else ""),
            one["receiver"],
            one["receiver_project"],
            (one["receiver_start"] or "")[:10],
            (one["agreed"] or one["reckoned"] or "")[:10],
            "yes" if one["driving"] else "",
        )
        for one in found
    ]
    columns = (
        Column("giver", "Giver", 130, stretch=True),
        Column("giver_project", "Project", 100),
        Column("finish", "Finish", 92),
        Column("type", "Link", 80),
        Column("receiver", "Receiver", 130, stretch=True),
        Column("receiver_project", "Project", 100),
        Column("start", "Start", 92),
        Column("agreed", "Agreed", 92),
        Column("driving", "Driving", 66),
    )
    ends = [int(links.successor[c.relationship]) for c in result.merged.crossings]
    return Rows(columns, rows, (), ends)
