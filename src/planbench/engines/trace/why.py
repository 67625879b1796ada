"""Why an activity stands where it stands: every cause of its dates, as records and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.schedule import Constraint, Rows, Schedule, Status
from planbench.domain.times import NO_TIME
from planbench.engines.trace.causes import NO_LINK, Cause, Kind, Reasons

if TYPE_CHECKING:
    from planbench.engines.cpm.columns import Network
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.trace.msp import MspLogic

    Prepared = Network | MspLogic


def prepared(schedule: Schedule, result: CpmResult | None = None) -> Prepared:
    """What explains the dates of a schedule, by the rules that its main project follows.

    `result` is what was calculated of it. Raises LoopError and ScheduleError as scheduling does.
    """
    from planbench.engines.cpm import follows_msp, prepare, run
    from planbench.engines.worktime import last_minute

    if follows_msp(schedule):
        from planbench.engines.msp import calculate_msp
        from planbench.engines.trace.msp import MspLogic

        return MspLogic(calculate_msp(schedule))
    network = prepare(schedule)
    if result is None or result.late_finish.max(initial=NO_TIME) >= last_minute(network.work):
        run(network)  # gives the network a work table that reaches as far as the dates
    return network


def why(
    schedule: Schedule, result: CpmResult, row: int, network: Prepared | None = None
) -> Reasons:
    """What set the early start, early finish and late finish of the activity in `row`.

    `network` is what `prepared` gives for the schedule, made anew where it is not given. Raises
    IndexError for a row that does not exist.
    """
    from planbench.engines.cpm.columns import Network
    from planbench.engines.trace.words import sentences

    if not 0 <= row < len(schedule):
        raise IndexError(f"there is no activity in row {row}")
    network = network or prepared(schedule, result)
    if not isinstance(network, Network):
        starts, finishes, lates = network.reasons(row)
        into = schedule.incoming.of(row)
    else:
        starts, finishes, lates = _reasons(network, schedule, result, row)
        into = network.links.row[network.links.successor == row]
    following, slack = _next_predecessor(into, result)
    plain = Reasons(row, starts, finishes, lates, following, slack, ())
    return Reasons(
        row, starts, finishes, lates, following, slack, sentences(schedule, result, plain)
    )


def _reasons(
    network: Network, schedule: Schedule, result: CpmResult, row: int
) -> tuple[tuple[Cause, ...], tuple[Cause, ...], tuple[Cause, ...]]:
    """Causes of the early start, the early finish and the late finish by P6's rules."""
    if network.nodes.kind[row] > 2:
        span = _spans(schedule, row)
        return span, span, span
    starts = _early_starts(network, result, row)
    finishes = _early_finishes(network, result, row, starts)
    return starts, finishes, _late_finishes(network, result, row)


def _spans(schedule: Schedule, row: int) -> tuple[Cause, ...]:
    """Level of effort and WBS summaries follow others."""
    acts = schedule.activities
    if acts.status[row] == Status.COMPLETE:
        return (Cause("actual", int(acts.actual_start[row])),)
    return (Cause("span", NO_TIME),)


def _early_starts(network: Network, result: CpmResult, row: int) -> tuple[Cause, ...]:
    """All that asks for exactly the early start that was found."""
    from planbench.engines.cpm import passes
    from planbench.engines.worktime import finish_at_or_after

    w, nodes, shares = network.work, network.nodes, network.shares
    c, share = int(nodes.calendar[row]), int(nodes.shares[row])
    found, left = int(result.early_start[row]), int(result.remaining_duration[row])
    data_date = int(nodes.data_date[row])
    complete = nodes.status[row] == Status.COMPLETE
    finish_milestone = nodes.kind[row] == 2
    if nodes.held_start[row] != NO_TIME:
        return (Cause("actual", int(nodes.held_start[row])),)

    def formed(kind: Kind, instant: int, on_finish: bool) -> int:
        if complete:
            return instant
        if finish_milestone:
            return finish_at_or_after(w, c, instant)
        if on_finish:
            # only a link's finish may be the beginning of a work period
            finish = finish_at_or_after(w, c, instant) if kind == "link" else instant
            instant = max(data_date, passes.back(w, shares, c, share, finish, left))
        return passes.begin(w, shares, c, share, instant)

    causes: list[Cause] = []

    def offer(kind: Kind, instant: int, on_finish: bool = False, **more: int) -> None:
        if instant == NO_TIME:
            return
        start = formed(kind, instant, on_finish)
        if start == found:
            constraint = Constraint(more.pop("constraint", 0))
            waits = start > instant and not on_finish
            causes.append(Cause(kind, instant, constraint=constraint, waits=waits, **more))

    for e, asked in _demands(network, result, row):
        offer(
            "link",
            asked,
            bool(network.links.type[e] >= 2),
            relationship=int(network.links.row[e]),
            activity=int(network.links.predecessor[e]),
        )
    # a start demanded before the data date is the data date's doing, not the link's
    finish_links = network.schedule.relationships.type >= 2
    causes = [k for k in causes if k.instant > data_date or finish_links[k.relationship]]
    for kind, date, on_finish in _early_constraints(network.schedule, row):
        offer("constraint", date, on_finish, constraint=int(kind))
    acts = network.schedule.activities
    if nodes.start_low[row] == acts.external_early_start[row]:
        offer("external", int(acts.external_early_start[row]))
    if not causes and nodes.floor[row] > data_date:
        resumed = nodes.floor[row] == acts.resume[row]
        offer("resume" if resumed else "planned-start", int(nodes.floor[row]))
    if not causes:
        offer("data-date", data_date)
    if not causes and nodes.alap[row]:
        return _held_back(network, result, row)
    return tuple(causes) or _latest_link(network, result, row)


def _latest_link(network: Network, result: CpmResult, row: int) -> tuple[Cause, ...]:
    """The link that asks for most, of an activity that nothing explains to the minute.

    Its predecessor was moved as late as possible after this activity had its dates from it.
    """
    links = network.links
    asked = [(instant, e) for e, instant in _demands(network, result, row)]
    if not asked:
        return (Cause("data-date", int(network.nodes.data_date[row])),)
    instant, e = max(asked)
    return (Cause("link", instant, int(links.row[e]), int(links.predecessor[e])),)


def _demands(network: Network, result: CpmResult, row: int) -> list[tuple[int, int]]:
    """(entry, demand) of each link into the row."""
    from planbench.engines.cpm.floats import demand

    links, nodes = network.links, network.nodes
    found = []
    for e in np.flatnonzero(links.successor == row).tolist():
        p = int(links.predecessor[e])
        asked = demand(
            network.work,
            int(links.type[e]),
            int(links.calendar[e]),
            int(links.lag[e]),
            int(links.fixed[e]),
            int(links.minute[e]),
            int(nodes.data_date[row]),
            int(result.early_start[p]),
            int(result.early_finish[p]),
        )
        found.append((e, int(asked)))
    return found


_EARLY_STARTS = (
    Constraint.START_ON_OR_AFTER,
    Constraint.START_ON,
    Constraint.MANDATORY_START,
)
_EARLY_FINISHES = (
    Constraint.FINISH_ON_OR_AFTER,
    Constraint.FINISH_ON,
    Constraint.MANDATORY_FINISH,
)
_LATE_STARTS = (
    Constraint.START_ON_OR_BEFORE,
    Constraint.START_ON,
    Constraint.MANDATORY_START,
)
_LATE_FINISHES = (
    Constraint.FINISH_ON_OR_BEFORE,
    Constraint.FINISH_ON,
    Constraint.MANDATORY_FINISH,
)


def _constraints(schedule: Schedule, row: int) -> list[tuple[Constraint, int]]:
    acts = schedule.activities
    pairs = (
        (acts.constraint[row], acts.constraint_date[row]),
        (acts.constraint2[row], acts.constraint2_date[row]),
    )
    return [(Constraint(int(kind)), int(date)) for kind, date in pairs if kind]


def _early_constraints(schedule: Schedule, row: int) -> list[tuple[Constraint, int, bool]]:
    """(constraint, date, whether it is on the finish) of those that act on early dates."""
    started = schedule.activities.status[row] != Status.NOT_STARTED
    return [
        (kind, date, kind in _EARLY_FINISHES)
        for kind, date in _constraints(schedule, row)
        if kind in _EARLY_FINISHES or (kind in _EARLY_STARTS and not started)
    ]


def _held_back(network: Network, result: CpmResult, row: int) -> tuple[Cause, ...]:
    """As late as possible: the successors that leave no later date, else the project's finish."""
    from planbench.engines.worktime import shift, work

    links, nodes = network.links, network.nodes
    causes = []
    for e in np.flatnonzero(links.predecessor == row).tolist():
        s = int(links.successor[e])
        if nodes.status[s] == Status.COMPLETE:
            continue
        early = result.early_start[s] if links.type[e] < 2 else result.early_finish[s]
        limit = shift(network.work, int(links.calendar[e]), int(early), -int(links.lag[e]))
        own = result.early_start[row] if links.type[e] & 1 else result.early_finish[row]
        if work(network.work, int(nodes.calendar[row]), int(own), limit) == 0:
            causes.append(Cause("as-late-as-possible", int(limit), int(links.row[e]), s))
    finish = int(result.early_finish[row])
    return tuple(causes) or (Cause("as-late-as-possible", finish),)


def _early_finishes(
    network: Network, result: CpmResult, row: int, starts: tuple[Cause, ...]
) -> tuple[Cause, ...]:
    from planbench.engines.worktime import finish_at_or_after

    nodes, links = network.nodes, network.links
    found = int(result.early_finish[row])
    if nodes.status[row] == Status.COMPLETE:
        return (Cause("actual", int(network.schedule.activities.actual_finish[row])),)
    if nodes.kind[row] > 0:
        return starts
    expected = int(nodes.expected_finish[row])
    if expected != NO_TIME and result.remaining_duration[row] != network.remaining[row]:
        return (Cause("expected-finish", expected),)
    kept = []
    for e, asked in _demands(network, result, row):
        finish = finish_at_or_after(network.work, int(nodes.calendar[row]), asked)
        if links.type[e] >= 2 and finish == found:
            kept.append(
                Cause(
                    "link",
                    asked,
                    int(links.row[e]),
                    int(links.predecessor[e]),
                    waits=finish > asked,
                )
            )
    return tuple(kept) or (Cause("duration", int(result.remaining_duration[row])),)


def _late_finishes(network: Network, result: CpmResult, row: int) -> tuple[Cause, ...]:
    """All that allows exactly the late finish that was found and nothing later."""
    from planbench.engines.cpm import passes
    from planbench.engines.cpm.columns import FAR
    from planbench.engines.worktime import finish_form, shift, start_at_or_before

    w, nodes, shares, links = network.work, network.nodes, network.shares, network.links
    c, share = int(nodes.calendar[row]), int(nodes.shares[row])
    found, left = int(result.late_finish[row]), int(result.remaining_duration[row])
    complete = nodes.status[row] == Status.COMPLETE
    start_milestone = nodes.kind[row] == 1
    if nodes.held_finish[row] != NO_TIME:
        return (Cause("actual", int(nodes.held_finish[row])),)

    def formed(instant: int, on_start: bool) -> int:
        if complete:
            return instant
        if start_milestone:
            return start_at_or_before(w, c, instant)
        if on_start:
            start = start_at_or_before(w, c, instant)
            return passes.ahead(w, shares, c, share, start, left)
        return finish_form(w, c, instant)

    causes: list[Cause] = []

    def offer(kind: Kind, instant: int, on_start: bool = False, **more: int) -> None:
        finish = formed(instant, on_start)
        if finish == found:
            constraint = Constraint(more.pop("constraint", 0))
            waits = finish < instant and not on_start
            causes.append(Cause(kind, instant, constraint=constraint, waits=waits, **more))

    for e in np.flatnonzero(links.predecessor == row).tolist():
        s = int(links.successor[e])
        late = int(result.late_start[s] if links.type[e] < 2 else result.late_finish[s])
        if nodes.status[s] != Status.COMPLETE:
            late = shift(w, int(links.calendar[e]), late, -int(links.lag[e]))
        offer(
            "link",
            late - int(links.minute[e]),
            bool(links.type[e] & 1),
            relationship=int(links.row[e]),
            activity=s,
        )
    started = nodes.status[row] != Status.NOT_STARTED
    for kind, date in _constraints(network.schedule, row):
        if kind in _LATE_FINISHES:
            offer("constraint", date, constraint=int(kind))
        elif kind in _LATE_STARTS and not started:
            offer("constraint", date, True, constraint=int(kind))
    if nodes.external_finish[row] != FAR:
        offer("external", int(nodes.external_finish[row]))
    if causes:
        return tuple(causes)
    project = int(nodes.project[row])
    must = int(network.must_finish[project])
    if nodes.open_critical[row] and found == result.early_finish[row]:
        return (Cause("open-end", found),)
    return (Cause("must-finish", must) if must != FAR else Cause("project-finish", found),)


def _next_predecessor(into: Rows, result: CpmResult) -> tuple[int, int]:
    """(relationship, float) of the next predecessor that would drive, of links into an activity."""
    slack = result.relationship_float[into]
    waiting = ~result.driving[into] & (slack != NO_TIME)
    if not waiting.any():
        return NO_LINK, NO_TIME
    into, slack = into[waiting], slack[waiting]
    least = int(np.argmin(slack))
    return int(into[least]), int(slack[least])
