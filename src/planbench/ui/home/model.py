"""The library as table rows: projects, and below an open project its updates."""

from __future__ import annotations

from typing import Any

import numpy as np

from planbench.domain.times import NO_TIME
from planbench.ui import text
from planbench.ui.home.figures import ProjectLine, ScoreFigure, UpdateLine, score_moved
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel

NAME, UPDATES, DATA_DATE, FINISH, TO_BASELINE, TREND, CHECKS, SCORE, AGREE, HEALTH = range(10)

HEALTH_CHIPS = {
    "plan": ("done", tr("On plan")),
    "watch": ("watch", tr("Watch")),
    "late": ("late", tr("Late")),
}

COLUMNS = [
    Column("name", tr("Project"), 320, stretch=True),
    Column("updates", tr("Updates"), 76, right=True),
    Column("data_date", tr("Data date"), 96, elide=False),
    Column("finish", tr("Finish"), 96, elide=False, tip=tr("Calculated, or stated by the file")),
    Column(
        "to_baseline",
        tr("To BL, d"),
        78,
        right=True,
        tip=tr("Calendar days from the finish to the baseline's: below zero is later"),
    ),
    Column(
        "trend",
        tr("Trend"),
        84,
        tip=tr("The finish over the updates: down is later"),
        sortable=False,
    ),
    Column(
        "checks",
        tr("Checks"),
        112,
        tip=tr("DCMA 14-point, else the rule set run last"),
    ),
    Column(
        "score",
        tr("Score"),
        74,
        tip=tr("Of 100 by records, DCMA 14-point, and its movement since the update before"),
    ),
    Column("agree", tr("Dates agree"), 96, right=True, tip=tr("Our dates equal those in the file")),
    Column(
        "health",
        tr("Health"),
        118,
        tip=tr("Late: past the date it must finish by. Watch: over five days behind the baseline."),
    ),
]

_NOTHING = CellLook(text.DASH, role="text-muted")


class LibraryModel(FlatTableModel):
    """Rows are (project, update) pairs; update -1 is the project itself."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, 0)
        self.lines: list[ProjectLine] = []
        self.shown: list[ProjectLine] = []
        self.entries: list[tuple[int, int]] = []
        self.open_projects: set[int] = set()
        self.shown_agreement: dict[int, float] = {}
        self._filter = ""
        self.only = ""
        self._order: tuple[int, bool] | None = None

    def show_lines(self, lines: list[ProjectLine]) -> None:
        """Show these projects; which are unfolded is remembered by their id."""
        self.lines = lines
        self.arrange()

    def set_filter(self, query: str) -> None:
        """Show the projects whose name, code or an update's label holds the text."""
        self._filter = query.casefold().strip()
        self.arrange()

    def show_only(self, health: str) -> None:
        """Show the projects of one health, or with an empty word all."""
        self.only = health
        self.arrange()

    def toggle(self, row: int, unfold: bool) -> None:
        """Fold or unfold the project of a row."""
        project = self.lines[self.entries[row][0]].record.id
        if unfold:
            self.open_projects.add(project)
        else:
            self.open_projects.discard(project)
        self.arrange()

    def arrange(self) -> None:
        """Work the rows out anew: filter, order, unfolded updates."""
        shown = [n for n, line in enumerate(self.lines) if self._wanted(line)]
        if self._order is not None:
            column, ascending = self._order
            shown.sort(key=lambda n: _key(self.lines[n], column), reverse=not ascending)
        entries: list[tuple[int, int]] = []
        for number in shown:
            entries.append((number, -1))
            line = self.lines[number]
            if line.record.id in self.open_projects:
                entries += [(number, update) for update in range(len(line.updates))]
        self.shown = [self.lines[number] for number in shown]
        self.entries = entries
        self.set_rows(np.arange(len(entries), dtype=np.int32))

    def _wanted(self, line: ProjectLine) -> bool:
        if self.only and self.only != (line.health or "unmeasured"):
            return False
        if not self._filter:
            return True
        words = [line.record.name, line.record.code]
        words += [one.record.label for one in line.updates]
        return any(self._filter in word.casefold() for word in words)

    def sort(self, column: int, order: Any = None) -> None:
        """Order the projects; their updates stay below them, newest first."""
        from PySide6.QtCore import Qt

        ascending = order != Qt.SortOrder.DescendingOrder
        self._order = (column, ascending)
        self.sorted_by = self._order
        self.arrange()

    def order(self, column: int) -> Any:
        """Every column but the trend can be sorted; the sorting itself is `sort`'s."""
        return None if column == TREND else np.arange(len(self.entries))

    def entry(self, row: int) -> tuple[ProjectLine, UpdateLine | None]:
        """The project of a row and, on an update's row, that update."""
        project, update = self.entries[row]
        line = self.lines[project]
        return line, (None if update < 0 else line.updates[update])

    def update_of(self, row: int) -> int | None:
        """Id of the update a row opens."""
        line, update = self.entry(row)
        chosen = update or line.latest
        return None if chosen is None else chosen.record.id

    def row_kind(self, row: int) -> str:
        return "sub" if self.entries[row][1] >= 0 else ""

    def look(self, row: int, column: int) -> CellLook:
        line, update = self.entry(row)
        if update is not None:
            return self._update_look(line, update, column)
        if column == NAME:
            opened = line.record.id in self.open_projects
            return CellLook(line.record.name, strong=True, expander=opened)
        if column == UPDATES:
            return CellLook(text.number(len(line.updates)))
        if column == TREND:
            late = line.latest is not None and (line.latest.to_baseline or 0) < 0
            return CellLook(spark=line.trend, role="late" if late else "text-muted")
        if column == HEALTH:
            if not line.health:
                return _NOTHING
            kind, words = HEALTH_CHIPS[line.health]
            return CellLook(words, chip=kind)
        return _NOTHING if line.latest is None else self._figures(line, line.latest, column)

    def _update_look(self, line: ProjectLine, update: UpdateLine, column: int) -> CellLook:
        record = update.record
        if column == NAME:
            notes = [record.source_name] if record.source_name != record.label else []
            if line.record.baseline == record.id:
                notes.insert(0, tr("measured against"))
            elif record.kind != "update":
                notes.append(record.kind)
            return CellLook(
                record.label, indent=2, icon="file", muted=", ".join(filter(None, notes))
            )
        if column in (DATA_DATE, FINISH, TO_BASELINE, SCORE):
            return self._figures(line, update, column)
        return CellLook()

    def _score_look(self, line: ProjectLine, update: UpdateLine) -> CellLook:
        if update.score is None:
            return _NOTHING
        moved = score_moved(line, update)
        words = "" if moved is None or not round(moved) else text.signed(moved)
        return CellLook(text.number(update.score.value), muted=words)

    def _figures(self, line: ProjectLine, update: UpdateLine, column: int) -> CellLook:
        if column == DATA_DATE:
            return _dated(update.record.data_date)
        if column == FINISH:
            look = _dated(update.finish)
            return look if update.calculated else look._replace(italic=True)
        if column == TO_BASELINE:
            days = update.to_baseline
            if days is None:
                return _NOTHING
            role = "late" if days < 0 else "early" if days > 0 else "text"
            return CellLook(text.signed(days), role=role)
        if column == SCORE:
            return self._score_look(line, update)
        if column == CHECKS:
            if update.checks is None:
                return _NOTHING
            meets, flags = update.checks
            parts = ((float(meets), "positive"), (float(flags), "near-critical"))
            return CellLook(text.number(flags), parts=parts)
        share = self.shown_agreement.get(update.record.id, update.agreement)
        if share is None:
            return _NOTHING
        weak = share < 0.95
        return CellLook(text.percent(share), role="warning" if weak else "text", strong=weak)

    def tip(self, row: int, column: int) -> str:
        line, update = self.entry(row)
        chosen = update or line.latest
        if column == FINISH and chosen is not None and not chosen.calculated:
            return tr("As the file states it; opening the update calculates it")
        if column == SCORE and chosen is not None and chosen.score is not None:
            return score_words(chosen.score)
        return ""


def score_words(score: ScoreFigure) -> str:
    """What takes most from a score."""
    points = text.number(score.value, 1)
    if not score.takes:
        return tr("{points} of 100 by records").format(points=points)
    told = ", ".join(f"{name} {text.number(taken, 1)}" for name, taken in score.takes)
    return tr("{points} of 100 by records. Taken most: {told}").format(points=points, told=told)


def _dated(minute: int) -> CellLook:
    return CellLook(text.date(minute)) if minute != NO_TIME else _NOTHING


def _key(line: ProjectLine, column: int) -> Any:
    latest = line.latest
    rank = {"late": 0, "watch": 1, "plan": 2, "": 3}
    if column == NAME:
        return line.record.name.casefold()
    if column == UPDATES:
        return len(line.updates)
    if column == HEALTH:
        return rank[line.health], latest.to_baseline or 0 if latest else 0
    if latest is None:
        return float("inf")
    if column == DATA_DATE:
        return float(latest.record.data_date)
    if column == FINISH:
        return float(latest.finish)
    if column == TO_BASELINE:
        return float("inf") if latest.to_baseline is None else float(latest.to_baseline)
    if column == SCORE:
        return float("inf") if latest.score is None else latest.score.value
    if column == CHECKS:
        return float("inf") if latest.checks is None else float(latest.checks[1])
    return float("inf") if latest.agreement is None else latest.agreement
