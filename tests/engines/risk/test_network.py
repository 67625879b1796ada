"""With no ranges every iteration is the calculation: every date, to the minute."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planbench.domain.errors import ModelError, PlanbenchError, ScheduleError
from planbench.domain.schedule import (
    Constraint,
    FloatType,
    LagCalendar,
    Logic,
    ScheduleOptions,
    Status,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.cpm import follows_msp, prepare, run
from planbench.engines.risk.clock import work_all
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.rules import network_for_runs
from planbench.engines.risk.simulate import (
    RunOptions,
    _setting,
    make_rows,
    make_sums,
    run_block,
    simulate,
)


def first_block(schedule, everything: bool):
    """(setting, rows after one block, calculation); `everything` asks for all clock readings."""
    network = prepare(schedule)
    cpm = run(network)
    options = RunOptions(iterations=64, project=schedule.main_project)
    codes = {"": network.order} if everything else {}
    setting, _ = _setting(network, cpm, RiskModel(), options, codes)
    rows = make_rows(setting)
    nothing = np.zeros(setting.sim.size)
    sums = make_sums(setting, nothing.astype(np.int32), nothing)
    run_block(setting, rows, sums, 0, setting.width, full=True)
    return setting, rows, sums, cpm, network


def assert_equal_dates(schedule) -> None:
    for everything in (True, False):
        setting, rows, _, cpm, network = first_block(schedule, everything)
        sim = setting.sim
        node = sim.plan.node
        still = ~network.nodes.alap[node]  # moved after both passes, which no run repeats
        early = (cpm.early_start[node], cpm.early_finish[node])
        for k, dates in enumerate(early):
            if everything:
                made = sim.clock(rows.clock[k::2, 17])
                assert np.array_equal(made[still], dates[still])
            work = np.zeros(node.size, dtype=np.int64)
            instants = dates - sim.axes.first_minute
            work_all(sim.axes.head, sim.axes.work, sim.plan.calendar, instants, work)
            assert np.array_equal(rows.work[k::2, 17][still], work[still])
        if sim.plan.ends.size and not network.nodes.alap.any():
            finish = sim.clock(rows.finish)
            assert (finish == cpm.project_finish[schedule.main_project]).all()


@pytest.mark.parametrize("seed", range(4))
def test_synthetic_networks(seed) -> None:
    assert_equal_dates(synthetic_schedule(300, 800, seed))


@pytest.mark.parametrize("lag_calendar", list(LagCalendar))
def test_every_lag_calendar_and_old_start_to_finish(lag_calendar) -> None:
    schedule = synthetic_schedule(300, 800, 9)
    options = ScheduleOptions(lag_calendar=lag_calendar, sf_one_minute=True)
    project = replace(schedule.projects[0], options=options)
    assert_equal_dates(replace(schedule, projects=(project,)))


def assert_every_date(schedule) -> bool:
    """Without ranges an iteration and all percentiles are the calculation, row by row.

    What spans other work and what is as late as possible included. False where the schedule is
    refused in one line, because none of its rules give it dates.
    """
    try:
        network, cpm = network_for_runs(schedule, None)
        result = simulate(network, cpm, RiskModel(), RunOptions(64, 1))
    except (ScheduleError, ModelError):
        return False
    one = result.iteration(17)
    assert np.array_equal(one.start, cpm.early_start)
    assert np.array_equal(one.finish, cpm.early_finish)
    for dates in (result.finish_mean, *result.finish_levels.values()):
        assert np.array_equal(dates[result.simulated], cpm.early_finish[result.simulated])
    if network.nodes.alap.any():  # the last of all may be moved after the passes
        assert (result.finish <= result.deterministic).all()
    else:
        assert (result.finish == result.deterministic).all()
    return True


def any_schedule(seed):
    """A random network with progress, constraints, spans, milestones and options of every kind."""
    random = np.random.default_rng(seed)
    schedule = synthetic_schedule(60, 130, seed)
    acts, start = schedule.activities, schedule.data_date
    n = len(schedule)

    def dates(where, first, days):
        drawn = start + first * DAY + random.integers(0, days, n) * DAY
        return np.where(where, drawn + random.integers(0, 24, n) * 60, NO_TIME)

    status = np.sort(random.choice([2, 1, 0], n, p=[0.2, 0.1, 0.7]))[::-1].astype(np.int8)
    random.shuffle(status[: random.integers(1, n)])  # some progress breaks the logic
    kinds = list(Constraint)
    constraint = np.where(random.random(n) < 0.25, random.choice(kinds, n), 0)
    second = np.where((constraint > 0) & (random.random(n) < 0.3), random.choice(kinds[:7], n), 0)
    rare = random.random(n) < 0.08
    types = np.where(rare, random.choice([1, 2, 3, 4, 5], n), acts.type).astype(np.int8)
    short = np.isin(types, (1, 2))
    begun = status == Status.IN_PROGRESS
    paused = begun & (random.random(n) < 0.5)
    suspend = dates(paused, -20, 15)
    changed = schedule.with_activities(
        type=types,
        status=status,
        actual_start=np.where(status > 0, start - 40 * DAY, NO_TIME),
        actual_finish=np.where(status == Status.COMPLETE, start - 5 * DAY, NO_TIME),
        original_duration=np.where(short, 0, acts.original_duration),
        remaining_duration=np.where(short | (status == 2), 0, acts.remaining_duration),
        expected_finish=dates((types == 0) & (status < 2) & (random.random(n) < 0.1), 5, 40),
        suspend=suspend,
        resume=np.where(paused, suspend + random.integers(1, 40, n) * DAY, NO_TIME),
        external_early_start=dates(random.random(n) < 0.05, 0, 60),
        constraint=constraint.astype(np.int8),
        constraint_date=dates(constraint > 0, 0, 60),
        constraint2=second.astype(np.int8),
        constraint2_date=dates(second > 0, 0, 60),
    )
    options = ScheduleOptions(
        logic=Logic(int(random.choice(list(Logic)))),
        lag_calendar=LagCalendar(int(random.choice(list(LagCalendar)))),
        float_type=FloatType(int(random.choice(list(FloatType)))),
        use_expected_finish=bool(random.integers(2)),
        lag_from_early_start=bool(random.integers(2)),
        ignore_external=bool(random.integers(2)),
        sf_one_minute=bool(random.integers(2)),
        float_to_project_finish=bool(random.integers(2)),
    )
    must = start + int(random.integers(20, 90)) * DAY if random.integers(2) else NO_TIME
    project = replace(schedule.projects[0], options=options, must_finish_by=must)
    if random.integers(2):
        return replace(changed, projects=(project,))
    other = replace(project, uid="2", code="B", data_date=start + 3 * DAY)
    changed = changed.with_activities(project=np.where(random.random(n) < 0.3, 1, 0))
    return replace(changed, projects=(project, other))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
@example(546)  # a constraint on the finish of a complete milestone
def test_every_option_constraint_and_progress(seed) -> None:
    schedule = any_schedule(seed)
    assert assert_every_date(schedule)
    assert_equal_dates(schedule)


def led_back_to(schedule, network, cpm):
    """Activities that driving links lead back to from the target project's last finishes.

    The calculation flags the path of every project of a file; the simulation follows the path of
    the one project whose finish it tells, wherever it leads.
    """
    target = schedule.main_project
    last = cpm.early_finish == cpm.project_finish[target]
    mine = schedule.activities.project == target
    taking_part = np.zeros(len(schedule), dtype=np.bool_)
    taking_part[network.order] = True
    still_open = schedule.activities.status != Status.COMPLETE
    waiting = np.flatnonzero(last & mine & still_open & taking_part).tolist()
    links = schedule.relationships
    before: dict[int, list[int]] = {}
    for e in np.flatnonzero(cpm.driving).tolist():
        before.setdefault(int(links.successor[e]), []).append(int(links.predecessor[e]))
    path = np.zeros(len(schedule), dtype=np.bool_)
    while waiting:
        i = waiting.pop()
        if not path[i]:
            path[i] = True
            waiting += before.get(i, [])
    return path


def assert_equal_paths(schedule) -> None:
    setting, _, sums, cpm, network = first_block(schedule, False)
    node = setting.sim.plan.node
    assert set(np.unique(sums.critical)) <= {0, setting.width}
    on_path = sums.critical == setting.width
    assert np.array_equal(on_path, led_back_to(schedule, network, cpm)[node])
    if len(schedule.projects) == 1:
        assert np.array_equal(on_path, cpm.longest_path[node])


@pytest.mark.parametrize("seed", range(6))
def test_driving_paths_are_the_longest_path_of_the_calculation(seed) -> None:
    assert_equal_paths(synthetic_schedule(200, 450, seed))


@pytest.mark.corpus
def test_every_real_file(shared) -> None:
    """All files of every format that can be read; only what nothing can date is refused."""
    from planbench.exchange.registry import read_schedule

    folder = shared / "corpus"
    ran, refused = 0, []
    for path in sorted([*folder.rglob("*.xer"), *folder.rglob("*.xml")]):
        try:
            schedule = read_schedule(path.read_bytes(), name=path.name).schedule
        except PlanbenchError:
            continue
        if not assert_every_date(schedule):
            refused.append(path.name)
            continue
        ran += 1
        assert_equal_dates(schedule)
        held_late = schedule.activities.constraint == Constraint.AS_LATE_AS_POSSIBLE
        if not (held_late.any() or follows_msp(schedule)):  # the one changes what drives
            assert_equal_paths(schedule)
    assert ran >= 60
    assert len(refused) <= 7, refused  # a loop, two without a data date, four by other rules


def test_a_finished_project_keeps_its_actual_finish(simulation) -> None:
    schedule = simulation.build({"A": 10}, [])
    start = simulation.start
    done = schedule.with_activities(
        status=np.array([2], dtype=np.int8),
        remaining_duration=np.array([0]),
        actual_start=np.array([start - 600]),
        actual_finish=np.array([start - 60]),
    )
    result = simulation(done, {}, iterations=10)
    assert result.finish.tolist() == [start - 60] * 10
