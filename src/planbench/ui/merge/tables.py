"""The tables of the merge dialog: decisions, interfaces and findings."""

from __future__ import annotations

from collections.abc import Sequence

from planbench.domain.schedule import NO_ROW
from planbench.domain.times import from_iso
from planbench.services.merge import MergeResult, interfaces
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel

CHIP_OF = {"error": "missing", "warning": "watch", "info": "data"}
WORD_OF = {"error": tr("Error"), "warning": tr("Look at it"), "info": tr("Note")}
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
        Column("severity", "", 100),
        Column("kind", tr("Kind"), 128),
        Column("where", tr("Where"), 170),
        Column("what", tr("What was found"), 240, stretch=True),
        Column("done", tr("What is done"), 180),
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
        Column("severity", "", 100),
        Column("direction", tr("Trace"), 84),
        Column("project", tr("Project"), 90),
        Column("id", tr("Activity"), 130),
        Column("text", tr("What was found"), 320, stretch=True),
        Column("days", tr("Days"), 60, right=True),
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
            _date(one["giver_finish"]),
            one["type"] + (f" {one['lag_h']:+g} h" if one["lag_h"] else ""),
            one["receiver"],
            one["receiver_project"],
            _date(one["receiver_start"]),
            _date(one["agreed"] or one["reckoned"]),
            tr("yes") if one["driving"] else "",
        )
        for one in found
    ]
    columns = (
        Column("giver", tr("Giver"), 130, stretch=True),
        Column("giver_project", tr("Project"), 86),
        Column("finish", tr("Finish"), 86),
        Column("type", tr("Link"), 76),
        Column("receiver", tr("Receiver"), 130, stretch=True),
        Column("receiver_project", tr("Project"), 86),
        Column("start", tr("Start"), 86),
        Column("agreed", tr("Agreed"), 86),
        Column("driving", tr("Driving"), 62),
    )
    ends = [int(links.successor[c.relationship]) for c in result.merged.crossings]
    return Rows(columns, rows, (), ends)


def _date(iso: str | None) -> str:
    return "" if iso is None else text.date(from_iso(iso))
