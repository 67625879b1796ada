"""What the table and the Gantt share: one plan, one order of rows, one set of folded bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from planbench.domain.schedule import NO_ROW, Baseline, Flags, Schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm.result import CpmResult
from planbench.scenes.columns import Column, PlanTable, columns_of
from planbench.scenes.facts import LONGEST_PATH, Facts, activity_facts
from planbench.scenes.groups import (
    BY_CRITICAL,
    BY_NONE,
    BY_WBS,
    QUICK_FILTERS,
    grouped_outline,
    groupings,
    quick_filter,
)
from planbench.scenes.outline import (
    Order,
    Outline,
    RowMap,
    display_order,
    folded_below,
    match_text,
    row_map,
    with_bands,
)
from planbench.services.editing import FIELDS

if TYPE_CHECKING:
    from planbench.engines.cpm.columns import Network


class Plan(QObject):
    """A schedule as shown: facts, outline, and the rows after sorting, filtering and folding.

    Signals: `plan_changed()` when the schedule or its figures are others, `rows_changed()` when
    only the rows are, `reasons_ready()` when the dates can be explained.
    """

    plan_changed = Signal()
    rows_changed = Signal()
    reasons_ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.schedule = Schedule()
        self.cpm: CpmResult | None = None
        self.baseline: Baseline | None = None
        self.critical_by = LONGEST_PATH
        self.grouping = BY_WBS
        self.quick = ""  # one of QUICK_FILTERS
        self.query = ""
        self.sort_column, self.descending = "start", False
        self.columns: dict[str, Column] = {}
        self.base = self.schedule  # what edited cells are told from
        self._edited: dict[str, Flags | None] = {}
        self._match: Flags | None = None
        self._alone: Flags | None = None  # activities that are shown alone
        self.folded: Flags = np.zeros(0, dtype=bool)
        self._read()

    # ------------------------------------------------------------ what is shown

    def show(self, schedule: Schedule, cpm: CpmResult | None, baseline: Baseline | None) -> None:
        """Show a schedule; folded bands, sorting and the filter stay where it is the same one."""
        if schedule is not self.schedule:
            if len(schedule) != len(self.schedule):
                self._alone = None
            if schedule.wbs is not self.schedule.wbs:
                self.folded = np.zeros(0, dtype=bool)
            self.schedule = schedule
        self.cpm, self.baseline = cpm, baseline
        self._read()
        self.plan_changed.emit()

    def set_base(self, schedule: Schedule) -> None:
        """Cells count as edited where they differ from this schedule."""
        self.base = schedule
        self._edited.clear()

    def edited(self, column: str) -> Flags | None:
        """Which activities were edited in a column of the table; None for none at all."""
        if column not in self._edited:
            self._edited[column] = self._compare(column)
        return self._edited[column]

    def _compare(self, column: str) -> Flags | None:
        now, base = self.schedule.activities, self.base.activities
        names = [n for n in FIELDS.get(column, ()) if getattr(now, n) is not getattr(base, n)]
        if not names:
            return None
        if now.uid is base.uid:
            changed = [getattr(now, n) != getattr(base, n) for n in names]
            return np.asarray(np.any(changed, axis=0), dtype=bool)
        place = {uid: row for row, uid in enumerate(base.uid.tolist())}
        rows = np.array([place.get(uid, NO_ROW) for uid in now.uid.tolist()], dtype=np.int64)
        fresh, at = rows == NO_ROW, np.maximum(rows, 0)
        different = [getattr(now, n) != getattr(base, n)[at] for n in names]
        return np.asarray(fresh | np.any(different, axis=0), dtype=bool)

    def _read(self) -> None:
        """Make facts, outline and rows anew."""
        self._edited.clear()
        self._network: Network | None = None
        self.columns = columns_of(self.schedule)
        if self.sort_column not in self.columns:
            self.sort_column, self.descending = "start", False
        if self.grouping not in groupings(self.schedule):
            self.grouping = BY_WBS
        self.activity_facts: Facts = activity_facts(
            self.schedule, self.cpm, self.baseline, self.critical_by
        )
        self._group()
        self._find()
        self._roll_up()
        self._sort()
        self._fold()

    def _group(self) -> None:
        self.outline: Outline = grouped_outline(self.schedule, self.activity_facts, self.grouping)
        if self.folded.size != self.outline.bands:
            self.folded = np.zeros(self.outline.bands, dtype=bool)

    def _find(self) -> None:
        acts = self.schedule.activities
        self._match = match_text((acts.code.tolist(), acts.name.tolist()), self.query)
        for other in (quick_filter(self.quick, self.schedule, self.activity_facts), self._alone):
            if other is not None:
                self._match = other if self._match is None else self._match & other

    def _roll_up(self) -> None:
        self._span: tuple[int, int] | None = None
        self.facts: Facts = with_bands(self.outline, self.activity_facts, self._match)
        self.table = PlanTable(self.schedule, self.outline, self.facts)

    def _sort(self) -> None:
        rank = self.columns[self.sort_column].rank(self.table, self.descending)
        self._order: Order = display_order(self.outline, rank, self._match)

    def _fold(self) -> None:
        self.rows: RowMap = row_map(self.outline, self._order, self.folded)

    @property
    def matching(self) -> int:
        """Activities that pass the filter."""
        return len(self.schedule) if self._match is None else int(self._match.sum())

    # ------------------------------------------------------------ what the user does

    def sort_by(self, column: str, descending: bool = False) -> None:
        """Sort activities within their bands. Raises KeyError for an unknown column."""
        self.columns[column]
        self.sort_column, self.descending = column, descending
        self._sort()
        self._fold()
        self.rows_changed.emit()

    def filter_by(self, query: str) -> None:
        """Show the activities whose ID or name contains every word; bands sum up only these."""
        if query.split() == self.query.split():
            self.query = query
            return
        self.query = query
        self._find()
        self._roll_up()
        self._sort()
        self._fold()
        self.plan_changed.emit()

    def isolate(self, rows: Sequence[int]) -> None:
        """Show only these activities, besides what the filter asks; all for no rows."""
        if not rows and self._alone is None:
            return
        alone = np.zeros(len(self.schedule), dtype=bool)
        alone[list(rows)] = True
        self._alone = alone if rows else None
        self._find()
        self._roll_up()
        self._sort()
        self._fold()
        self.plan_changed.emit()

    def mark_critical(self, critical_by: str) -> None:
        """Choose what counts as critical: the longest path, or total float of zero or less."""
        if critical_by != self.critical_by:
            self.critical_by = critical_by
            self.activity_facts = activity_facts(
                self.schedule, self.cpm, self.baseline, critical_by
            )
            if self.grouping == BY_CRITICAL:
                self._group()
            if self.quick:
                self._find()
            self._roll_up()
            self._sort()
            self._fold()
            self.plan_changed.emit()

    def group_by(self, grouping: str) -> None:
        """Put the activities under other bands. Raises KeyError for an unknown grouping."""
        groupings(self.schedule)[grouping]
        if grouping != self.grouping:
            self.grouping = grouping
            self.folded = np.zeros(0, dtype=bool)
            self._group()
            self._roll_up()
            self._sort()
            self._fold()
            self.plan_changed.emit()

    def sift(self, quick: str) -> None:
        """Show what one of the quick filters lets pass. Raises KeyError for an unknown one."""
        QUICK_FILTERS[quick]
        if quick != self.quick:
            self.quick = quick
            self._find()
            self._roll_up()
            self._sort()
            self._fold()
            self.plan_changed.emit()

    def is_folded(self, band: int) -> bool:
        """Whether a band is closed."""
        return bool(self.folded[band]) if 0 <= band < self.folded.size else False

    def fold(self, band: int, folded: bool) -> None:
        """Close or open one band."""
        if 0 <= band < self.outline.bands and self.folded[band] != folded:
            self.folded[band] = folded
            self._fold()
            self.rows_changed.emit()

    @property
    def deepest(self) -> int:
        """Levels of bands."""
        depth = self.outline.depth[: self.outline.bands]
        return int(depth.max()) + 1 if self.grouping != BY_NONE and depth.size else 0

    @property
    def level(self) -> int:
        """How many levels of bands are open throughout."""
        closed = self.outline.depth[: self.outline.bands][self.folded]
        return int(closed.min()) if closed.size else self.deepest

    def open_level(self, level: int) -> None:
        """Open so many levels of bands and close the deeper ones."""
        self.folded = folded_below(self.outline, max(0, level))
        self._fold()
        self.rows_changed.emit()

    def explain_with(self, network: Network, cpm: CpmResult) -> None:
        """From now on reasons can be told: the network of this result is prepared."""
        if cpm is self.cpm:
            self._network = network
            self.reasons_ready.emit()

    def reasons(self, row: int) -> str | None:
        """Why an activity stands where it stands, in words; None while that is being prepared.

        Empty without a calculation, as stored dates come without their reasons.
        """
        if self.cpm is None:
            return ""
        if self._network is None:
            return None
        from planbench.engines.trace import why

        return " ".join(why(self.schedule, self.cpm, row, self._network).sentences)

    # ------------------------------------------------------------ nodes and rows

    def node_of(self, activity: int) -> int:
        """The node of an activity's row."""
        return self.outline.bands + activity if 0 <= activity < len(self.schedule) else NO_ROW

    def activity_of(self, node: int) -> int:
        """The activity's row of a node, -1 for bands and for none."""
        return node - self.outline.bands if node >= self.outline.bands else NO_ROW

    def wbs_of(self, node: int) -> int:
        """The WBS element of a band, -1 for other nodes."""
        return node if self.grouping == BY_WBS and 0 <= node < self.outline.bands else NO_ROW

    def reveal(self, node: int) -> bool:
        """Open the bands above a node; False where the filter hides it."""
        if node < 0:
            return False
        if self.rows.row_of[node] >= 0:
            return True
        shut = [band for band in self.outline.path(node) if self.folded[band]]
        if shut:
            self.folded[shut] = False
            self._fold()
            self.rows_changed.emit()
        return bool(self.rows.row_of[node] >= 0)

    @property
    def span(self) -> tuple[int, int]:
        """Earliest start and latest finish shown, (0, 0) without dates."""
        if self._span is None:
            start, finish = self.activity_facts.start, self.activity_facts.finish
            there = (start != NO_TIME) & (finish != NO_TIME)
            if self._match is not None:
                there = there & self._match
            found = there.any()
            self._span = (int(start[there].min()), int(finish[there].max())) if found else (0, 0)
        return self._span


def prepare_reasons(schedule: Schedule, cpm: CpmResult) -> Network:
    """The network behind a result, with the code that explains dates loaded and tried.

    Compiling that code takes seconds the very first time: do this in the background. One activity
    of each kind is explained, so that what the window asks later answers at once.
    """
    from planbench.engines.cpm import prepare
    from planbench.engines.trace import why

    network = prepare(schedule)
    acts = schedule.activities
    kinds = acts.type.astype(np.int64) * 64 + acts.status * 16 + np.minimum(acts.constraint, 15)
    _, rows = np.unique(kinds, return_index=True)
    for row in rows.tolist():
        why(schedule, cpm, row, network)
    return network
