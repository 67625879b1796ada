"""More than two updates in a row: windows, float erosion, milestone trend, path by update."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW, ActivityType, Flags, Numbers, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, known
from planbench.engines.compare.compare import OFF, ON, Comparison, compare, path_flags
from planbench.engines.compare.halfstep import HalfStep, half_step
from planbench.engines.compare.matching import Matching, leftover_pairs, wbs_paths
from planbench.engines.cpm import schedule_network
from planbench.engines.cpm.result import CpmResult

ABSENT, DONE, OFF_PATH, ON_PATH = range(4)
"""How an activity stands to the longest path of an update."""

MILESTONES = (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE)


@dataclass(frozen=True)
class Window:
    """The time between two updates: dates of the finish, parts of its movement, path overlap.

    `path_kept` is the share of activities common to both longest paths among those on either
    (Jaccard), None without a path.
    """

    comparison: Comparison
    half: HalfStep | None
    path_kept: float | None


@dataclass(frozen=True)
class Erosion:
    """Least total float of open work by area and update, in days of each activity's calendar.

    `days[a][u]` is None where an area has no open work in an update.
    """

    areas: tuple[str, ...]
    days: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Trend:
    """Forecast of one milestone by update (minutes, `NO_TIME` where it is not there).

    `id` and `name` are those of the last update that has it; `reached` says where it was complete.
    """

    id: str
    name: str
    dates: tuple[int, ...]
    reached: tuple[bool, ...] = ()


@dataclass(frozen=True)
class PathLine:
    """One activity of the longest path of any update: how it stands, and its float, by update.

    `stands` is `ABSENT`, `DONE`, `OFF_PATH` or `ON_PATH`; `float_days` total float in days of its
    calendar, None where it is not open.
    """

    id: str
    name: str
    stands: tuple[int, ...]
    float_days: tuple[float | None, ...]


@dataclass(frozen=True)
class Series:
    """Updates in the order of their data dates with everything that runs through them.

    `rows` is, by activity and update, its row there (`NO_ROW` without): activities are followed
    through renames. With a target the paths are the driving paths to it.
    """

    schedules: tuple[Schedule, ...]
    cpms: tuple[CpmResult, ...]
    windows: tuple[Window, ...]
    erosion: Erosion
    milestones: tuple[Trend, ...]
    paths: tuple[tuple[str, ...], ...]  # ids of open work on the longest path, by update
    rows: npt.NDArray[np.int32]
    path_lines: tuple[PathLine, ...]


def series_of(
    schedules: Sequence[Schedule],
    cpms: Sequence[CpmResult | None] = (),
    mapping: Mapping[str, str] | None = None,
    refused: Collection[tuple[str, str]] = (),
    target: str = "",
) -> Series:
    """Compare each update with the next; arguments as in `compare`.

    Of `mapping` those pairs hold for two updates whose old id only the first and whose new id only
    the second has. `target` is the id in the last update. Raises LoopError and ScheduleError.
    """
    given = list(cpms) or [None] * len(schedules)
    done = [schedule_network(s) if c is None else c for s, c in zip(schedules, given, strict=True)]
    order = sorted(range(len(done)), key=lambda k: schedules[k].data_date)
    plans, dates = [schedules[k] for k in order], [done[k] for k in order]
    windows: list[Window] = []
    aims = [target] * len(plans)
    for k in range(len(plans) - 2, -1, -1):
        names = leftover_pairs(plans[k], plans[k + 1], mapping or {})
        pair = (plans[k], plans[k + 1], dates[k], dates[k + 1])
        found = compare(*pair, names, refused, aims[k + 1])
        windows.insert(0, Window(found, half_step(found), path_kept(found)))
        if found.target is not None and found.target.old_row != NO_ROW:
            aims[k] = str(plans[k].activities.code[found.target.old_row])
    rows = followed([window.comparison.matching for window in windows], [len(p) for p in plans])
    flags = [path_flags(s, c, _row(s, aim)) for s, c, aim in zip(plans, dates, aims, strict=True)]
    return Series(
        tuple(plans),
        tuple(dates),
        tuple(windows),
        erosion(plans, dates),
        milestone_trend(plans, dates, rows),
        tuple(_path_ids(s, c, f) for s, c, f in zip(plans, dates, flags, strict=True)),
        rows,
        _path_lines(plans, dates, rows, flags),
    )


def _row(schedule: Schedule, target: str) -> int | None:
    return schedule.row_of_code.get(target, NO_ROW) if target else None


def followed(matchings: Sequence[Matching], sizes: Sequence[int]) -> npt.NDArray[np.int32]:
    """Each activity's row in each update, from the matchings of neighbours and their sizes."""
    table = np.full((sizes[0], 1), NO_ROW, dtype=np.int32)
    table[:, 0] = np.arange(sizes[0])
    for matching, size in zip(matchings, sizes[1:], strict=True):
        last = table[:, -1]
        there = last != NO_ROW
        following = np.full(len(table), NO_ROW, dtype=np.int32)
        following[there] = matching.new_of_old[last[there]]
        fresh = np.ones(size, dtype=bool)
        fresh[following[following != NO_ROW]] = False
        come = np.full((int(fresh.sum()), table.shape[1] + 1), NO_ROW, dtype=np.int32)
        come[:, -1] = np.flatnonzero(fresh)
        table = np.concatenate((np.column_stack((table, following)), come))
    return table


def _path_ids(schedule: Schedule, cpm: CpmResult, on: Flags) -> tuple[str, ...]:
    """Ids of the open activities on a path, by early start."""
    rows = np.flatnonzero(on)
    rows = rows[np.argsort(cpm.early_start[rows], kind="stable")]
    return tuple(schedule.activities.code[rows].tolist())


def _path_lines(
    schedules: Sequence[Schedule],
    cpms: Sequence[CpmResult],
    rows: npt.NDArray[np.int32],
    flags: Sequence[Flags],
) -> tuple[PathLine, ...]:
    """Every activity that is on the path of any update, by its start in the last that has it."""
    stands = np.full(rows.shape, ABSENT, dtype=np.int8)
    slack = np.full(rows.shape, np.nan)
    start = np.full(len(rows), NO_TIME, dtype=np.int64)
    for u, (schedule, cpm, on) in enumerate(zip(schedules, cpms, flags, strict=True)):
        there = np.flatnonzero(rows[:, u] != NO_ROW)
        mine = rows[there, u]
        done = schedule.activities.status[mine] == Status.COMPLETE
        stands[there, u] = np.where(done, DONE, np.where(on[mine], ON_PATH, OFF_PATH))
        slack[there, u] = np.where(done, np.nan, _float_days(schedule, cpm)[mine])
        start[there] = cpm.start[mine]
    chosen = np.flatnonzero((stands == ON_PATH).any(axis=1))
    chosen = chosen[np.argsort(start[chosen], kind="stable")]
    made = []
    for track in chosen.tolist():
        u = int(np.flatnonzero(rows[track] != NO_ROW)[-1])
        acts, row = schedules[u].activities, int(rows[track, u])
        days = tuple(None if value != value else value for value in slack[track].tolist())
        standing = tuple(stands[track].tolist())
        made.append(PathLine(str(acts.code[row]), str(acts.name[row]), standing, days))
    return tuple(made)


def path_kept(comparison: Comparison) -> float | None:
    """Share of the two longest paths that is common to both (Jaccard of open activities)."""
    both = int((comparison.path == ON).sum())
    either = int((comparison.path != OFF).sum())
    target = comparison.target
    before = path_flags(
        comparison.old, comparison.old_cpm, None if target is None else target.old_row
    )
    either += int((before & (comparison.matching.new_of_old == NO_ROW)).sum())
    return both / either if either else None


def erosion(schedules: Sequence[Schedule], cpms: Sequence[CpmResult]) -> Erosion:
    """Least total float of open tasks and milestones under each node below the project's."""
    columns = [_least(s, c) for s, c in zip(schedules, cpms, strict=True)]
    named = dict.fromkeys(area for column in reversed(columns) for area in column)
    areas = [a for a in named if any(column.get(a) is not None for column in columns)]
    days = tuple(tuple(column.get(area) for column in columns) for area in areas)
    return Erosion(tuple(areas), days)


def _least(schedule: Schedule, cpm: CpmResult) -> dict[str, float | None]:
    acts = schedule.activities
    names = _areas(schedule)
    days = _float_days(schedule, cpm)
    counted = known(cpm.total_float) & (acts.status != Status.COMPLETE)
    counted &= ~np.isin(acts.type, (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY))
    least: dict[str, float | None] = {}
    node_of = np.where(acts.wbs >= 0, acts.wbs, len(names) - 1)
    lowest = np.full(len(names), np.inf)
    np.minimum.at(lowest, node_of[counted], days[counted])
    for name, value in zip(names, lowest.tolist(), strict=True):
        known_value = least.get(name)
        if value != np.inf:
            least[name] = value if known_value is None else min(value, known_value)
        elif name:
            least.setdefault(name, None)
    return least


def _float_days(schedule: Schedule, cpm: CpmResult) -> Numbers:
    """Total float in days of each activity's calendar, NaN where it has none."""
    per_day = np.array([*(c.minutes_per_day for c in schedule.calendars), 480.0])
    floats = cpm.total_float / per_day[schedule.activities.calendar]
    return np.where(known(cpm.total_float), floats, np.nan)


def _areas(schedule: Schedule) -> list[str]:
    """By WBS node: name of its ancestor below the project's node; at the end: of no node."""
    paths, top = wbs_paths(schedule), {}
    for path, name in zip(paths, schedule.wbs.name.tolist(), strict=True):
        if path and "." not in path:
            top[path] = str(name)
    names = [top.get(path.split(".")[0], "") for path in paths]
    return [*(name or "Project" for name in names), "Project"]


def milestone_trend(
    schedules: Sequence[Schedule],
    cpms: Sequence[CpmResult],
    rows: npt.NDArray[np.int32],
    most: int = 40,
) -> tuple[Trend, ...]:
    """Forecast or actual finish of every milestone in every update, the last to finish first.

    `rows` are the series'. Of more than `most` milestones those are kept that are still open and
    finish last.
    """
    dates = np.full(rows.shape, NO_TIME, dtype=np.int64)
    reached = np.zeros(rows.shape, dtype=bool)
    is_one = np.zeros(len(rows), dtype=bool)
    latest = np.full(len(rows), NO_TIME, dtype=np.int64)
    for u, (schedule, cpm) in enumerate(zip(schedules, cpms, strict=True)):
        acts = schedule.activities
        there = np.flatnonzero(rows[:, u] != NO_ROW)
        mine = rows[there, u]
        dates[there, u] = cpm.finish[mine]
        reached[there, u] = acts.status[mine] == Status.COMPLETE
        is_one[there] = np.isin(acts.type[mine], MILESTONES)  # the last update that has it decides
        latest[there] = cpm.finish[mine]
    chosen = np.flatnonzero(is_one)
    closed = np.asarray(reached[chosen].any(axis=1))
    chosen = chosen[np.lexsort((-latest[chosen], closed))][:most]
    made = []
    for track in chosen.tolist():
        u = int(np.flatnonzero(rows[track] != NO_ROW)[-1])
        acts, row = schedules[u].activities, int(rows[track, u])
        made.append(
            Trend(
                str(acts.code[row]),
                str(acts.name[row]),
                tuple(dates[track].tolist()),
                tuple(reached[track].tolist()),
            )
        )
    return tuple(made)


def slip_days(trend: Trend) -> float | None:
    """Calendar days from the first forecast to the last one."""
    dates = [date for date in trend.dates if date != NO_TIME]
    return (dates[-1] - dates[0]) / DAY if len(dates) > 1 else None
