"""What the table and the Gantt share: one plan, one order of rows, one set of folded bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from planbench.domain.schedule import NO_ROW, Baseline, Flags, Rows, Schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm.result import CpmResult
from planbench.scenes.columns import Column, Extras, PlanTable, flat_table
from planbench.scenes.facts import LONGEST_PATH, Facts, activity_facts
from planbench.scenes.fields import columns_of, same_columns
from planbench.scenes.filters import FilterError, Group, matching, parameters_of, read_filter
from planbench.scenes.groups import (
    BY_WBS,
    QUICK_FILTERS,
    QUICK_TEXTS,
    grouped_outline,
    groupings,
    known_grouping,
)
from planbench.scenes.outline import (
    Order,
    Outline,
    RowMap,
    display_order,
    folded_below,
    match_text,
    rank_by_several,
    row_map,
    sharing,
    with_bands,
)
from planbench.services.baselines import same_baseline
from planbench.services.editing import FIELDS
from planbench.ui.models.fields import cell_texts

if TYPE_CHECKING:
    from planbench.engines.trace.why import Prepared
    from planbench.services.document import Document
    from planbench.services.history import Snapshot


def extras_of(document: Document) -> Extras:
    """What columns, filters and details can tell besides the schedule: baselines, risk, checks."""
    n = len(document.schedule)
    first = document.baseline
    more = (
        one for one in document.schedule.baselines if first is None or not same_baseline(one, first)
    )
    fitting = tuple(one for one in more if len(one.columns) == n)
    return Extras(
        fitting[:2],
        document.quality,
        document.risk_model,
        document.risk,
        document.risk_fields,
        first if first is not None and len(first.columns) == n else None,
        document.own_fields,
    )


class Plan(QObject):
    """A schedule as shown: facts, outline, and the rows after sorting, filtering and folding.

    Signals: `plan_changed()` when the schedule or its figures are others, `rows_changed()` when
    only the rows are, `reasons_ready()` when the dates can be explained, `refused(text)` when the
    filter cannot be asked of this schedule, `history_told()` when earlier updates are known.
    """

    plan_changed = Signal()
    rows_changed = Signal()
    reasons_ready = Signal()
    refused = Signal(str)
    history_told = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.schedule = Schedule()
        self.cpm: CpmResult | None = None
        self.baseline: Baseline | None = None
        self.critical_by = LONGEST_PATH
        self.extras = Extras()
        self.history: tuple[Snapshot, ...] | None = None  # None until it was looked up
        self.grouping: tuple[str, ...] = (BY_WBS,)  # keys of the levels, the outermost first
        self.quick = ""  # one of QUICK_FILTERS
        self.query = ""
        self.filter = Group()
        self.parameters: dict[str, str] = {}  # what the filter's parameters are set to
        self.highlight = False  # mark what passes instead of hiding the rest
        self.hide_empty = False  # bands that hold no activity; filters hide them anyway
        self.marked: Flags | None = None  # per activity, while it is marked
        self.sorting: tuple[tuple[str, bool], ...] = (("start", False),)  # column, descending
        self.columns: dict[str, Column] = columns_of(self.schedule)
        self.base = self.schedule  # what edited cells are told from
        self._edited: dict[str, Flags | None] = {}
        self._match: Flags | None = None
        self._alone: Flags | None = None  # activities that are shown alone
        self._outlined: tuple[str, ...] | None = (
            None  # grouping of an outline that does not follow dates
        )
        self.folded: Flags = np.zeros(0, dtype=bool)
        self._read()

    # ------------------------------------------------------------ what is shown

    def show(
        self,
        schedule: Schedule,
        cpm: CpmResult | None,
        baseline: Baseline | None,
        extras: Extras | None = None,
    ) -> None:
        """Show a schedule; folded bands, sorting and the filter stay where it is the same one."""
        before, extras = self.schedule, extras or Extras()
        if not same_columns(schedule, before, extras, self.extras):
            self.columns = columns_of(schedule, extras)
        if schedule is not self.schedule:
            if len(schedule) != len(self.schedule):
                self._alone = None
            if schedule.wbs is not self.schedule.wbs:
                self.folded = self._folded_in(schedule)
            self.schedule = schedule
        self.cpm, self.baseline, self.extras = cpm, baseline, extras
        if schedule.wbs is not before.wbs or schedule.activities.wbs is not before.activities.wbs:
            self._outlined = None
        self._read()
        self.plan_changed.emit()

    def _folded_in(self, schedule: Schedule) -> Flags:
        """The bands that are closed, where the WBS is another: elements keep what they were."""
        if self.grouping != (BY_WBS,) or self.folded.size != len(self.schedule.wbs):
            return np.zeros(0, dtype=bool)
        closed = set(self.schedule.wbs.uid[self.folded].tolist())
        return np.array([uid in closed for uid in schedule.wbs.uid.tolist()], dtype=bool)

    def set_base(self, schedule: Schedule) -> None:
        """Cells count as edited where they differ from this schedule."""
        self.base = schedule
        self._edited.clear()

    def edited(self, column: str) -> Flags | None:
        """Which activities were edited in a column of the table; None for none at all."""
        if column not in self._edited:
            self._edited[column] = self._compare(column)
        return self._edited[column]

    def texts_of(self, column: str, nodes: Rows) -> list[str]:
        """What a column says of some nodes; nothing for one the schedule does not have."""
        found = self.columns.get(column)
        return [""] * nodes.size if found is None else cell_texts(found, self.table, nodes)

    def tell_history(self, found: tuple[Snapshot, ...] | None) -> None:
        """The updates of this project were looked up, or are to be looked up anew (None)."""
        self.history = found
        self.history_told.emit()

    def _compare(self, column: str) -> Flags | None:
        now, base = self.schedule.activities, self.base.activities
        names = [n for n in FIELDS.get(column, ()) if getattr(now, n) is not getattr(base, n)]
        if not names:
            return self._compare_fields(column)
        if now.uid is base.uid:
            changed = [getattr(now, n) != getattr(base, n) for n in names]
            return np.asarray(np.any(changed, axis=0), dtype=bool)
        place = {uid: row for row, uid in enumerate(base.uid.tolist())}
        rows = np.array([place.get(uid, NO_ROW) for uid in now.uid.tolist()], dtype=np.int64)
        fresh, at = rows == NO_ROW, np.maximum(rows, 0)
        different = [getattr(now, n) != getattr(base, n)[at] for n in names]
        return np.asarray(fresh | np.any(different, axis=0), dtype=bool)

    def _compare_fields(self, column: str) -> Flags | None:
        """The same for codes and user-defined fields, which are no columns of the activities."""
        now, base = self.schedule, self.base
        same = now.code_assignments is base.code_assignments and now.udf_values is base.udf_values
        if same or not column.startswith(("code:", "udf:")) or len(now) != len(base):
            return None
        found = columns_of(base).get(column)
        if found is None or now.activities.uid is not base.activities.uid:
            return None
        before = found.values(flat_table(base, self.activity_facts))
        return np.asarray(self.columns[column].values(self._fields) != before, dtype=bool)

    def _read(self) -> None:
        """Make facts, outline and rows anew."""
        self._edited.clear()
        self._network: Prepared | None = None
        known = tuple(one for one in self.sorting if one[0] in self.columns)
        self.sorting = known or (("start", False),)
        if self.grouping and self.grouping != (BY_WBS,):
            self.grouping = known_grouping(self.grouping, self.columns) or (BY_WBS,)
        self._work_out()
        self._find()
        self._roll_up()
        self._sort()
        self._fold()

    def _work_out(self) -> None:
        """Facts and fields of the activities, and the bands they stand under."""
        found = activity_facts(self.schedule, self.cpm, self.baseline, self.critical_by)
        before = self.__dict__.get("activity_facts", found)
        self.activity_facts: Facts = sharing(found, before)
        self._fields = flat_table(self.schedule, self.activity_facts, self.extras)
        self._group()

    def _group(self) -> None:
        if self.grouping == self._outlined:
            return
        before = self.folded
        self.outline: Outline = grouped_outline(self._fields, self.columns, self.grouping)
        if before.size != self.outline.bands:
            self.folded = np.zeros(self.outline.bands, dtype=bool)
        self._outlined = self.grouping if self.grouping == (BY_WBS,) else None

    def _find(self) -> None:
        acts = self.schedule.activities
        words = None
        if self.query.split():
            words = match_text((acts.code.tolist(), acts.name.tolist()), self.query)
        asked = self._ask()
        found = [one for one in (words, asked) if one is not None]
        wanted = np.logical_and.reduce(found) if found else None
        self.marked = wanted if self.highlight else None
        hidden = [
            one for one in (None if self.highlight else wanted, self._alone) if one is not None
        ]
        self._wanted = wanted
        self._match = np.logical_and.reduce(hidden) if hidden else None

    def _ask(self) -> Flags | None:
        """What the filter and the quick filter let pass; None for everything."""
        if not self.filter.parts and not self.quick:
            return None
        try:
            quick = read_filter(QUICK_TEXTS[self.quick], self.columns)
            both = Group(True, (quick, self.filter))
            return matching(both, self._fields, self.columns, self.parameters)
        except FilterError as error:
            self.refused.emit(error.line)
            return None

    def _roll_up(self) -> None:
        self._span: tuple[int, int] | None = None
        before = self.__dict__.get("facts")
        self.facts: Facts = with_bands(self.outline, self.activity_facts, self._match, before)
        self.table: PlanTable = self._fields.regrouped(self.outline, self.facts, self._match)

    def _sort(self) -> None:
        ranks = [self.columns[one].rank(self.table, down) for one, down in self.sorting]
        rank, empty = rank_by_several(ranks), bool(self.grouping) and not self.hide_empty
        self._order: Order = display_order(self.outline, rank, self._match, empty)

    def _fold(self) -> None:
        self.rows: RowMap = row_map(self.outline, self._order, self.folded)

    def _again(self) -> None:
        """Other activities are shown, or under other bands."""
        self._find()
        self._roll_up()
        self._sort()
        self._fold()
        self.plan_changed.emit()

    @property
    def fields(self) -> PlanTable:
        """The activities alone, as filters ask them."""
        return self._fields

    @property
    def sifted(self) -> bool:
        """Whether a filter is set, the words of the search field aside."""
        return bool(self.quick or self.filter.parts)

    @property
    def sort_column(self) -> str:
        """What is sorted by first."""
        return self.sorting[0][0]

    @property
    def descending(self) -> bool:
        """Whether that is from the top down."""
        return self.sorting[0][1]

    @property
    def matching(self) -> int:
        """Activities that pass the filter, hidden or marked."""
        found = self._match if self._wanted is None or not self.highlight else self._wanted
        return len(self.schedule) if found is None else int(found.sum())

    # ------------------------------------------------------------ what the user does

    def sort_by(self, column: str, descending: bool = False, further: bool = False) -> None:
        """Sort activities within their bands; `further` breaks ties of what is sorted by already.

        Raises KeyError for an unknown column.
        """
        self.columns[column]
        before = [one for one in self.sorting if one[0] != column] if further else []
        self.sort_by_all([*before, (column, descending)])

    def sort_by_all(self, sorting: Sequence[tuple[str, bool]]) -> None:
        """Sort by several columns, the first counts most. Raises KeyError for an unknown one."""
        for column, _ in sorting:
            self.columns[column]
        self.sorting = tuple(sorting) or (("start", False),)
        self._sort()
        self._fold()
        self.rows_changed.emit()

    def filter_by(self, query: str) -> None:
        """Show the activities whose ID or name contains every word; bands sum up only these."""
        same = query.split() == self.query.split()
        self.query = query
        if not same:
            self._again()

    def isolate(self, rows: Sequence[int]) -> None:
        """Show only these activities, besides what the filter asks; all for no rows."""
        if not rows and self._alone is None:
            return
        alone = np.zeros(len(self.schedule), dtype=bool)
        alone[list(rows)] = True
        self._alone = alone if rows else None
        self._again()

    def mark_critical(self, critical_by: str) -> None:
        """Choose what counts as critical: the longest path, or total float of zero or less."""
        if critical_by != self.critical_by:
            self.critical_by = critical_by
            self._work_out()
            self._again()

    def group_by(self, grouping: Sequence[str]) -> None:
        """Put the activities under other bands, the outermost level first; () for none.

        Raises KeyError for an unknown grouping.
        """
        known = groupings(self.columns)
        for key in grouping:
            known[key]
        if tuple(grouping) != self.grouping:
            self.grouping = tuple(grouping)
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
            self._again()

    def ask(self, wanted: Group, parameters: Mapping[str, str] | None = None) -> None:
        """Show what a filter lets pass. Raises FilterError where it cannot be asked."""
        given = parameters_of(wanted)
        given |= {name: text for name, text in (parameters or {}).items() if name in given}
        matching(wanted, self._fields, self.columns, given)
        self.filter, self.parameters = wanted, given
        self._again()

    def passing(self, wanted: Group) -> int:
        """How many activities a filter lets pass. Raises FilterError where it cannot be asked."""
        given = {**parameters_of(wanted), **self.parameters}
        return int(matching(wanted, self._fields, self.columns, given).sum())

    def mark_matching(self, highlight: bool) -> None:
        """Mark what passes the filter instead of hiding the rest, or hide it again."""
        if highlight != self.highlight:
            self.highlight = highlight
            self._again()

    def show_empty(self, wanted: bool) -> None:
        """Show bands without activities, as long as nothing is filtered, or hide them."""
        if wanted == self.hide_empty:
            self.hide_empty = not wanted
            self._sort()
            self._fold()
            self.rows_changed.emit()

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
        return int(depth.max()) + 1 if self.grouping and depth.size else 0

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

    def explain_with(self, network: Prepared, cpm: CpmResult) -> None:
        """From now on reasons can be told: what explains this result is prepared."""
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
        first = bool(self.grouping) and self.grouping[0] == BY_WBS
        return node if first and 0 <= node < len(self.schedule.wbs) else NO_ROW

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


def prepare_reasons(schedule: Schedule, cpm: CpmResult) -> Prepared:
    """What explains a result, with the code that explains dates loaded and tried.

    Compiling that code takes seconds the very first time: do this in the background. One activity
    of each kind is explained, so that what the window asks later answers at once.
    """
    from planbench.engines.trace import prepared, why

    network = prepared(schedule, cpm)
    acts = schedule.activities
    kinds = acts.type.astype(np.int64) * 64 + acts.status * 16 + np.minimum(acts.constraint, 15)
    _, rows = np.unique(kinds, return_index=True)
    for row in rows.tolist():
        why(schedule, cpm, row, network)
    return network
