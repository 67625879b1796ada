"""More than two updates in a row: windows, float erosion, milestone trend, path by update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import NO_ROW, ActivityType, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, known
from planbench.engines.compare.compare import Comparison, compare
from planbench.engines.compare.halfstep import HalfStep, half_step
from planbench.engines.compare.matching import wbs_paths
from planbench.engines.cpm import schedule_network
from planbench.engines.cpm.result import CpmResult


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
    """Forecast of one milestone by update (minutes, `NO_TIME` where it is not there)."""

    id: str
    name: str
    dates: tuple[int, ...]


@dataclass(frozen=True)
class Series:
    """Updates in the order of their data dates with everything that runs through them."""

    schedules: tuple[Schedule, ...]
    cpms: tuple[CpmResult, ...]
    windows: tuple[Window, ...]
    erosion: Erosion
    milestones: tuple[Trend, ...]
    paths: tuple[tuple[str, ...], ...]  # ids of open work on the longest path, by update


def series_of(schedules: Sequence[Schedule], cpms: Sequence[CpmResult | None] = ()) -> Series:
    """Compare each update with the next. Raises LoopError and ScheduleError."""
    given = list(cpms) or [None] * len(schedules)
    done = [schedule_network(s) if c is None else c for s, c in zip(schedules, given, strict=True)]
    order = sorted(range(len(done)), key=lambda k: schedules[k].data_date)
    plans, dates = [schedules[k] for k in order], [done[k] for k in order]
    windows = []
    for k in range(len(plans) - 1):
        found = compare(plans[k], plans[k + 1], dates[k], dates[k + 1])
        windows.append(Window(found, half_step(found), path_kept(found)))
    return Series(
        tuple(plans),
        tuple(dates),
        tuple(windows),
        erosion(plans, dates),
        milestone_trend(plans, dates),
        tuple(path_ids(s, c) for s, c in zip(plans, dates, strict=True)),
    )


def path_ids(schedule: Schedule, cpm: CpmResult) -> tuple[str, ...]:
    """Ids of the open activities on the longest path, by early start."""
    open_ = cpm.longest_path & (schedule.activities.status != Status.COMPLETE)
    rows = np.flatnonzero(open_)
    rows = rows[np.argsort(cpm.early_start[rows], kind="stable")]
    return tuple(schedule.activities.code[rows].tolist())


def path_kept(comparison: Comparison) -> float | None:
    """Share of the two longest paths that is common to both (Jaccard of open activities)."""
    before = set(path_ids(comparison.old, comparison.old_cpm))
    after = set(path_ids(comparison.new, comparison.new_cpm))
    both = before | after
    return len(before & after) / len(both) if both else None


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
    per_day = np.array([*(c.minutes_per_day for c in schedule.calendars), 480.0])
    days = np.where(known(cpm.total_float), cpm.total_float, 0) / per_day[acts.calendar]
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


def _areas(schedule: Schedule) -> list[str]:
    """By WBS node: name of its ancestor below the project's node; at the end: of no node."""
    paths, top = wbs_paths(schedule), {}
    for path, name in zip(paths, schedule.wbs.name.tolist(), strict=True):
        if path and "." not in path:
            top[path] = str(name)
    names = [top.get(path.split(".")[0], "") for path in paths]
    return [*(name or "Project" for name in names), "Project"]


def milestone_trend(
    schedules: Sequence[Schedule], cpms: Sequence[CpmResult], most: int = 40
) -> tuple[Trend, ...]:
    """Forecast or actual finish of the newest update's milestones in every update.

    Of more than `most` milestones those that are still open and finish last are kept.
    """
    last, cpm = schedules[-1], cpms[-1]
    kinds = (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE)
    rows = np.flatnonzero(np.isin(last.activities.type, kinds))
    closed = last.activities.status[rows] == Status.COMPLETE
    rows = rows[np.lexsort((-cpm.finish[rows], closed))][:most]
    made = []
    for row in rows.tolist():
        code = str(last.activities.code[row])
        dates = [
            int(c.finish[s.row_of_code[code]]) if s.row_of_code.get(code, NO_ROW) >= 0 else NO_TIME
            for s, c in zip(schedules, cpms, strict=True)
        ]
        made.append(Trend(code, str(last.activities.name[row]), tuple(dates)))
    return tuple(made)


def slip_days(trend: Trend) -> float | None:
    """Calendar days from the first forecast to the last one."""
    dates = [date for date in trend.dates if date != NO_TIME]
    return (dates[-1] - dates[0]) / DAY if len(dates) > 1 else None
