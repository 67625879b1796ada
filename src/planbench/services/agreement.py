"""How well a calculation reproduces the dates that the file itself stores, and why it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    Flags,
    FloatType,
    LinkType,
    Rows,
    Schedule,
    Status,
)
from planbench.domain.times import DAY, NO_TIME, Minutes, known
from planbench.engines.cpm import follows_msp
from planbench.engines.cpm.result import CpmResult

Reason = Literal["stale", "levelled", "float-contradicts-row", "contradicts-successor", "unknown"]

FIVE = ("early_start", "early_finish", "late_start", "late_finish", "total_float")
"""The values of which all must agree."""

FIELDS = (*FIVE, "free_float", "longest_path")

_TRUSTED = 0.95
"""Projects with a smaller share of rows in accord with themselves were changed since."""

_SENTENCES: dict[Reason, str] = {
    "stale": "The file was changed after it was last scheduled.",
    "levelled": "The stored dates come from resource levelling.",
    "float-contradicts-row": "The stored float does not follow from the stored dates of its row.",
    "contradicts-successor": "The stored values leave more room than those of a successor do.",
    "unknown": "No reason was found.",
}


@dataclass(frozen=True)
class Mismatch:
    """One value that differs. Instants and floats are minutes, longest path 0 or 1."""

    row: int
    field: str  # one of FIELDS
    stored: int
    calculated: int
    reason: Reason

    @property
    def explanation(self) -> str:
        """The likely reason as a sentence."""
        return _SENTENCES[self.reason]


@dataclass(frozen=True)
class ProjectAgreement:
    """Counts over the `population`: incomplete activities with all five values stored.

    `free_float` and `longest_path` are counted where they are stored. `exact` counts rows whose
    dates agree to the minute without any allowance. `stored_dates_consistent` is the share of
    rows that do not contradict themselves; None without a population. `levelled` counts the
    activities that have not begun and whose remaining start, as levelling left it, is later than
    their early start: the calculation gives early dates, so these stand elsewhere in P6.
    """

    population: int
    matching: dict[str, int]  # by field
    all_five: int
    exact: int
    free_float_stored: int
    longest_path_stored: int
    stored_dates_consistent: float | None
    levelled: int = 0

    @property
    def share(self) -> float | None:
        """Share of the population with all five right, None without a population."""
        return self.all_five / self.population if self.population else None


@dataclass(frozen=True)
class Agreement:
    """Agreement per project of a schedule, and every value that differs."""

    projects: tuple[ProjectAgreement, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def population(self) -> int:
        """Activities compared in all projects."""
        return sum(project.population for project in self.projects)

    @property
    def all_five(self) -> int:
        """Activities of all projects with all five values right."""
        return sum(project.all_five for project in self.projects)

    @property
    def share(self) -> float | None:
        """Share of all activities compared with all five right, None when there are none."""
        return self.all_five / self.population if self.population else None

    def as_json(self, project: int) -> dict[str, Any]:
        """`agreement` of one project in the shape of `planbench schedule`."""
        counts = self.projects[project]
        return {
            "population": counts.population,
            **counts.matching,
            "all_five": counts.all_five,
            "exact": counts.exact,
            "stored_dates_consistent": counts.stored_dates_consistent,
            "levelled": counts.levelled,
        }


def compare_with_stored(schedule: Schedule, result: CpmResult) -> Agreement:
    """Compare calculated values with the stored ones, project by project.

    Two start dates, or two finish dates, without working time of the activity's calendar between
    them are the same instant; floats have to be equal to the minute.
    """
    acts = schedule.activities
    stored = {
        "early_start": acts.stored_early_start,
        "early_finish": acts.stored_early_finish,
        "late_start": acts.stored_late_start,
        "late_finish": acts.stored_late_finish,
        "total_float": acts.stored_total_float,
        "free_float": acts.stored_free_float,
    }
    clock = _Clock(schedule, result)
    population = acts.status != Status.COMPLETE
    for name in FIVE:
        population = population & known(stored[name])
    same: dict[str, Flags] = {}
    for name, column in stored.items():
        found = getattr(result, name)
        same[name] = column == found
        if not name.endswith("float"):
            same[name] |= clock.work(column, found) == 0
    same["longest_path"] = (acts.stored_longest_path == 1) == result.longest_path
    compared = {name: population & known(column) for name, column in stored.items()}
    compared["longest_path"] = population & (acts.stored_longest_path >= 0)

    five = np.logical_and.reduce([same[name] for name in FIVE])
    exact = np.logical_and.reduce([stored[name] == getattr(result, name) for name in FIVE])
    float_fits = _float_fits(schedule, clock)
    consistent = float_fits & _duration_fits(schedule, clock)
    if follows_msp(schedule):
        consistent &= _late_fits(schedule, clock)
    after_fits = _successors_fit(schedule, clock)
    levelled, projects = levelled_rows(schedule), []
    for number in range(len(schedule.projects)):
        mine = population & (acts.project == number)
        count = int(mine.sum())
        projects.append(
            ProjectAgreement(
                count,
                {n: int((same[n] & compared[n] & mine).sum()) for n in FIELDS},
                int((five & mine).sum()),
                int((exact & mine).sum()),
                int((compared["free_float"] & mine).sum()),
                int((compared["longest_path"] & mine).sum()),
                float((consistent & mine).sum() / count) if count else None,
                int((levelled & (acts.project == number)).sum()),
            )
        )
    return Agreement(
        tuple(projects),
        _mismatches(schedule, result, stored, same, compared, consistent, float_fits, after_fits),
    )


def levelled_rows(schedule: Schedule) -> Flags:
    """Activities not begun whose stored remaining start is later than their stored early start."""
    acts = schedule.activities
    later = known(acts.stored_start) & (acts.stored_start > acts.stored_early_start)
    later &= known(acts.stored_early_start) & (acts.status == Status.NOT_STARTED)
    return np.asarray(later)


class _Clock:
    """Working time on each activity's own calendar over all stored and calculated dates."""

    def __init__(self, schedule: Schedule, result: CpmResult) -> None:
        from planbench.engines.cpm.horizon import packed_calendars
        from planbench.engines.cpm.network import (
            activity_calendars,
            calendars_of,
            used_calendars,
        )

        acts = schedule.activities
        columns = [getattr(acts, f"stored_{name}") for name in FIVE[:4]]
        columns += [getattr(result, name) for name in FIVE[:4]]
        dates = np.concatenate(columns)
        dates = dates[known(dates)]
        first, last = (int(dates.min()), int(dates.max())) if dates.size else (0, 0)
        self._calendar: Rows = activity_calendars(schedule)
        # garbage dates centuries away are not worth the memory of a table that reaches them
        middle = int(np.median(dates)) if dates.size else 0
        first, last = max(first, middle - 60 * 366 * DAY), min(last, middle + 60 * 366 * DAY)
        days = first // DAY - 30, last // DAY + 30
        self._table = packed_calendars(
            calendars_of(schedule), *days, lambda: used_calendars(schedule)
        )

    def work(self, a: Minutes, b: Minutes) -> Minutes:
        """Signed working minutes row by row, NO_TIME where a date is missing."""
        from planbench.engines.worktime import work_each

        return work_each(self._table, self._calendar, a, b)


def _float_fits(schedule: Schedule, clock: _Clock) -> Flags:
    """Rows whose stored total float is the work between their stored dates."""
    acts = schedule.activities
    finish = clock.work(acts.stored_early_finish, acts.stored_late_finish)
    start = clock.work(acts.stored_early_start, acts.stored_late_start)
    kinds = np.array([p.options.float_type for p in schedule.projects], dtype=np.int8)
    kind = kinds[acts.project] if kinds.size else np.zeros(len(acts), dtype=np.int8)
    if follows_msp(schedule):
        smallest, finish_alone = FloatType.SMALLEST, FloatType.FINISH
        kind = np.where(acts.manual, finish_alone, smallest).astype(np.int8)
    kind = np.where(acts.status == Status.IN_PROGRESS, FloatType.FINISH, kind)
    expected = np.select(
        [kind == FloatType.FINISH, kind == FloatType.START],
        [finish, start],
        np.minimum(start, finish),
    )
    fits = acts.stored_total_float == expected
    if follows_msp(schedule):
        # work in progress is given its early finish as late finish, and keeps a negative slack
        clamped = (acts.status == Status.IN_PROGRESS) & (finish == 0)
        fits |= (clamped & (acts.stored_total_float <= 0)) | acts.elapsed
        # a must date may hold what logic would move: then the slack says by how much
        fits |= (acts.constraint != Constraint.NONE) & (acts.stored_total_float < expected)
    return np.asarray(fits)


def _duration_fits(schedule: Schedule, clock: _Clock) -> Flags:
    """Rows whose stored early dates are their remaining duration apart, or need not be."""
    acts = schedule.activities
    span = clock.work(acts.stored_early_start, acts.stored_early_finish)
    spans_others = np.isin(
        acts.type,
        (
            ActivityType.LEVEL_OF_EFFORT,
            ActivityType.WBS_SUMMARY,
            ActivityType.RESOURCE_DEPENDENT,
        ),
    )
    if follows_msp(schedule):  # early dates span all the work, by the calendars of who does it
        spans_others |= acts.elapsed | acts.manual | (acts.status == Status.IN_PROGRESS)
        spans_others[schedule.assignments.activity] = True
        spans_others[schedule.splits.activity] = True
    return np.asarray(spans_others | (span == np.maximum(acts.remaining_duration, 0)))


def _late_fits(schedule: Schedule, clock: _Clock) -> Flags:
    """Rows of Microsoft Project whose late finish is the project's finish, or need not be.

    What has no successor, date or deadline may finish when the project does. A late finish more
    than a day of work before the latest early finish of the same file is older than that.
    """
    from planbench.engines.cpm.log import linked_beneath
    from planbench.engines.msp.edges import summary_above

    acts, links = schedule.activities, schedule.relationships
    has_out = np.zeros(len(acts), dtype=bool)
    has_out[links.predecessor] = True
    above = summary_above(schedule)
    dated = (acts.constraint != Constraint.NONE) | known(acts.deadline)
    bound = linked_beneath(has_out, above) | linked_beneath(dated, above)
    summary = acts.type == ActivityType.WBS_SUMMARY
    bound |= summary | acts.inactive | acts.manual | (acts.status == Status.COMPLETE)
    ends = np.full(max(len(schedule.projects), 1), NO_TIME)
    works = ~summary & ~acts.inactive
    np.maximum.at(ends, acts.project[works], acts.stored_early_finish[works])
    early = clock.work(acts.stored_late_finish, ends[acts.project])
    day = np.array([c.minutes_per_day or 480.0 for c in schedule.calendars] or [480.0])
    return np.asarray(bound | (early <= day[np.clip(acts.calendar, 0, day.size - 1)]))


def _successors_fit(schedule: Schedule, clock: _Clock) -> Flags:
    """Activities of Microsoft Project files whose stored slack their successors' late dates allow.

    Where a link without a lag leaves the finish, there is no more slack than the work from the
    early finish to the late start (or finish) of the successor. Summaries, whose slack is another
    matter, and successors that are complete or delayed by levelling are not looked at. By P6's
    rules, where late dates of open ends and constraints have more say, no row is.
    """
    acts, links = schedule.activities, schedule.relationships
    fits = np.ones(len(acts), dtype=bool)
    if not follows_msp(schedule):
        return fits
    from_finish = (links.type == LinkType.FS) | (links.type == LinkType.FF)
    before, after = links.predecessor, links.successor
    limit = np.where(
        links.type == LinkType.FS, acts.stored_late_start[after], acts.stored_late_finish[after]
    )
    open_ = (acts.status != Status.COMPLETE) & ~acts.inactive
    told = from_finish & (links.lag == 0) & open_[before] & open_[after]
    told &= acts.type[before] != ActivityType.WBS_SUMMARY
    told &= (acts.levelling_delay[after] == 0) | ~known(acts.levelling_delay[after])
    told &= known(limit) & known(acts.stored_total_float[before])
    latest = np.full(len(acts), np.iinfo(np.int64).max)
    np.minimum.at(latest, before[told], limit[told])
    rows = latest < np.iinfo(np.int64).max
    room = clock.work(acts.stored_early_finish, np.where(rows, latest, NO_TIME))
    fits[rows] = (acts.stored_total_float <= room)[rows]
    return fits


def _mismatches(
    schedule: Schedule,
    result: CpmResult,
    stored: dict[str, Minutes],
    same: dict[str, Flags],
    compared: dict[str, Flags],
    consistent: Flags,
    float_fits: Flags,
    after_fits: Flags,
) -> tuple[Mismatch, ...]:
    acts = schedule.activities
    data_date = np.array([p.data_date for p in schedule.projects], dtype=np.int64)
    before = (acts.stored_early_start < data_date[acts.project]) if data_date.size else ~float_fits
    if follows_msp(schedule):  # there early starts of begun work are its actual ones
        before[:] = False
    stale = (before & known(acts.stored_early_start)) | (~consistent & float_fits)
    compared_rows = np.logical_and.reduce([compared[name] for name in FIVE])
    for number in range(len(schedule.projects)):
        mine = compared_rows & (acts.project == number)
        if mine.any() and consistent[mine].mean() < _TRUSTED:
            stale |= mine
    levelled = levelled_rows(schedule)
    found: list[Mismatch] = []
    for name in FIELDS:
        path = name == "longest_path"
        ours = result.longest_path if path else getattr(result, name)
        theirs = acts.stored_longest_path if path else stored[name]
        for row in np.flatnonzero(compared[name] & ~same[name]).tolist():
            reason: Reason = "unknown"
            if name == "total_float" and not float_fits[row]:
                reason = "float-contradicts-row"
            elif not after_fits[row] and name in FIVE[2:]:
                reason = "contradicts-successor"
            elif levelled[row]:
                reason = "levelled"
            elif stale[row]:
                reason = "stale"
            found.append(Mismatch(row, name, int(theirs[row]), int(ours[row]), reason))
    return tuple(sorted(found, key=lambda item: (item.row, FIELDS.index(item.field))))
