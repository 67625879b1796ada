"""What a scheduling run should tell the planner, as P6's schedule log does: typed findings."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    Flags,
    LinkType,
    Rows,
    Schedule,
    ScheduleOptions,
    Status,
)
from planbench.domain.times import NO_TIME, Minutes, known
from planbench.engines.cpm import follows_msp
from planbench.engines.cpm.columns import OUTSIDE
from planbench.engines.cpm.network import prepare
from planbench.engines.cpm.result import CpmResult

Finding = Literal[
    "open-start",
    "open-finish",
    "out-of-sequence",
    "actual-after-data-date",
    "constraint",
    "external-link",
    "ignored-link",
    "expected-finish-ignored",
    "negative-float",
]

TITLES: dict[Finding, str] = {
    "open-start": "Activities without predecessors",
    "open-finish": "Activities without successors",
    "out-of-sequence": "Relationships that progress has broken",
    "actual-after-data-date": "Activities with actual dates after the data date",
    "constraint": "Activities with constraints",
    "external-link": "Relationships to activities that are not in the file",
    "ignored-link": "Relationships that were not used",
    "expected-finish-ignored": "Activities whose expected finish could not be honoured",
    "negative-float": "Activities with negative total float",
}


@dataclass(frozen=True)
class Entry:
    """One heading of the log. `rows` are activities, for links rows of their own table."""

    finding: Finding
    rows: tuple[int, ...]
    of: Literal["activities", "relationships", "external_links"] = "activities"

    @property
    def title(self) -> str:
        """The heading in words."""
        return TITLES[self.finding]


@dataclass(frozen=True)
class Statistics:
    """Figures of one project."""

    project: int
    activities: int
    not_started: int
    in_progress: int
    complete: int
    relationships: int
    critical: int
    longest_path: int
    data_date: int
    finish: int
    must_finish_by: int


@dataclass(frozen=True)
class ScheduleLog:
    """Options used, figures and findings of one run; findings without rows are left out."""

    options: tuple[ScheduleOptions, ...]  # per project
    statistics: tuple[Statistics, ...]
    entries: tuple[Entry, ...]

    def rows(self, finding: Finding) -> tuple[int, ...]:
        """The rows of one finding, none where it was not made."""
        return next((entry.rows for entry in self.entries if entry.finding == finding), ())


def schedule_log(
    schedule: Schedule, result: CpmResult, options: ScheduleOptions | None = None
) -> ScheduleLog:
    """The log of a run of `schedule_network(schedule, options)`."""
    acts, links = schedule.activities, schedule.relationships
    run = (
        _msp_run(schedule, options)
        if follows_msp(schedule, options)
        else _p6_run(schedule, options)
    )
    n = len(acts)
    has_in, has_out = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    has_in[links.successor], has_out[links.predecessor] = True, True
    inner, outer = schedule.external_links.incoming, ~schedule.external_links.incoming
    has_in[schedule.external_links.activity[inner]] = True
    has_out[schedule.external_links.activity[outer]] = True
    incomplete = acts.status != Status.COMPLETE
    counts = run.inside & incomplete
    data_date = run.data_date
    late_actuals = (known(acts.actual_start) & (acts.actual_start > data_date)) | (
        known(acts.actual_finish) & (acts.actual_finish > data_date)
    )
    constrained = (acts.constraint != Constraint.NONE) | (acts.constraint2 != Constraint.NONE)
    if run.above is not None:  # a link of a summary is one of all that lies beneath it
        has_in, has_out = linked_beneath(has_in, run.above), linked_beneath(has_out, run.above)
    missed = known(run.expected_finish) & incomplete
    missed &= result.early_finish != run.expected_finish
    found = (
        Entry("open-start", _rows(counts & ~has_in)),
        Entry("open-finish", _rows(counts & ~has_out)),
        Entry("out-of-sequence", _rows(broken_by_progress(schedule)), "relationships"),
        Entry("actual-after-data-date", _rows(late_actuals)),
        Entry("constraint", _rows(constrained & incomplete)),
        Entry("external-link", tuple(range(len(schedule.external_links))), "external_links"),
        Entry("ignored-link", _rows(run.ignored), "relationships"),
        Entry("expected-finish-ignored", _rows(missed)),
        Entry("negative-float", _rows(known(result.total_float) & (result.total_float < 0))),
    )
    return ScheduleLog(
        run.options,
        tuple(_statistics(schedule, result, row) for row in range(len(schedule.projects))),
        tuple(entry for entry in found if entry.rows),
    )


@dataclass(frozen=True)
class _Run:
    """What the log has to know of a run, by activity but for `ignored` (by relationship)."""

    options: tuple[ScheduleOptions, ...]
    inside: Flags
    data_date: Minutes  # as late as can be where there is none
    expected_finish: Minutes
    ignored: Flags
    above: Rows | None  # the summary above, under rules that link summaries


def _p6_run(schedule: Schedule, options: ScheduleOptions | None) -> _Run:
    acts, links = schedule.activities, schedule.relationships
    network = prepare(schedule, options)
    used = np.zeros(len(links), dtype=bool)
    used[network.links.row] = True
    spans = np.isin(acts.type, (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY))
    return _Run(
        network.options,
        network.nodes.kind != OUTSIDE,
        network.data_date[network.nodes.project],
        network.nodes.expected_finish,
        ~used & ~spans[links.predecessor] & ~spans[links.successor],
        None,
    )


def _msp_run(schedule: Schedule, options: ScheduleOptions | None) -> _Run:
    """Links of inactive activities and of level of effort are not used."""
    from planbench.engines.msp.columns import LEAF, NOTHING
    from planbench.engines.msp.edges import summary_above
    from planbench.engines.msp.network import prepare as prepare_msp

    links, n = schedule.relationships, len(schedule.activities)
    network = prepare_msp(schedule, options)
    kind = network.tasks.kind[:n]
    dates = np.array([p.data_date for p in schedule.projects] or [NO_TIME])
    date = dates[network.tasks.project[:n]]
    return _Run(
        network.options,
        kind == LEAF,
        np.where(known(date), date, np.iinfo(np.int64).max),
        np.full(n, NO_TIME),
        (kind[links.predecessor] == NOTHING) | (kind[links.successor] == NOTHING),
        summary_above(schedule),
    )


def linked_beneath(linked: Flags, above: Rows) -> Flags:
    """What is linked itself or lies beneath a summary that is."""
    found, at = linked.copy(), above.copy()
    while (at >= 0).any():
        found |= (at >= 0) & linked[at]
        at = np.where(at >= 0, above[at], at)
    return found


def _rows(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mask).tolist())


def broken_by_progress(schedule: Schedule) -> np.ndarray:
    """Mask of the relationships that actual dates contradict.

    The end that a relationship leads to has happened while the end that it comes from has not,
    or happened earlier. Lags are not looked at: a lead or lag makes such progress merely early.
    """
    acts, links = schedule.activities, schedule.relationships
    started = np.where(acts.status != Status.NOT_STARTED, acts.actual_start, NO_TIME)
    finished = np.where(acts.status == Status.COMPLETE, acts.actual_finish, NO_TIME)
    from_start = np.isin(links.type, (LinkType.SS, LinkType.SF))
    to_start = np.isin(links.type, (LinkType.FS, LinkType.SS))
    before = np.where(from_start, started[links.predecessor], finished[links.predecessor])
    after = np.where(to_start, started[links.successor], finished[links.successor])
    broken = known(after) & (~known(before) | (before > after)) & (links.lag >= 0)
    return np.asarray(broken)


def _statistics(schedule: Schedule, result: CpmResult, project: int) -> Statistics:
    acts = schedule.activities
    mine = acts.project == project
    successor_here = mine[schedule.relationships.successor]
    item = schedule.projects[project]

    def count(mask: np.ndarray) -> int:
        return int((mine & mask).sum())

    return Statistics(
        project=project,
        activities=int(mine.sum()),
        not_started=count(acts.status == Status.NOT_STARTED),
        in_progress=count(acts.status == Status.IN_PROGRESS),
        complete=count(acts.status == Status.COMPLETE),
        relationships=int(successor_here.sum()),
        critical=count(result.critical),
        longest_path=count(result.longest_path),
        data_date=item.data_date,
        finish=int(result.project_finish[project]),
        must_finish_by=item.must_finish_by,
    )


def options_in_words(options: ScheduleOptions) -> dict[str, str]:
    """Every option by name with its value in lower-case words, for the log's first page."""
    words = {}
    for item in fields(options):
        value = getattr(options, item.name)
        name = getattr(value, "name", None)
        words[item.name.replace("_", " ")] = (
            str(value if name is None else name).lower().replace("_", " ")
        )
    return words
