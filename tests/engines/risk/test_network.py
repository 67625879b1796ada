"""With no ranges every iteration is the calculation: every date, to the minute."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import (
    Constraint,
    LagCalendar,
    ScheduleOptions,
    Status,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.clock import work_all
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.simulate import (
    RunOptions,
    _setting,
    make_rows,
    make_sums,
    run_block,
)


def first_block(schedule, everything: bool):
    """(setting, rows after one block, calculation); `everything` asks for all clock readings."""
    network = prepare(schedule)
    cpm = run(network)
    options = RunOptions(iterations=64, project=schedule.main_project)
    codes = dict(enumerate(network.order.tolist())) if everything else {}
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
    from dataclasses import replace

    schedule = synthetic_schedule(300, 800, 9)
    options = ScheduleOptions(lag_calendar=lag_calendar, sf_one_minute=True)
    project = replace(schedule.projects[0], options=options)
    assert_equal_dates(replace(schedule, projects=(project,)))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_constraints_and_progress(seed) -> None:
    random = np.random.default_rng(seed)
    schedule = synthetic_schedule(60, 130, seed)
    acts, start = schedule.activities, schedule.data_date
    n = len(schedule)
    status = np.sort(random.choice([2, 1, 0], n, p=[0.2, 0.1, 0.7]))[::-1].astype(np.int8)
    kinds = [k for k in Constraint if k != Constraint.AS_LATE_AS_POSSIBLE]
    constraint = np.where(random.random(n) < 0.25, random.choice(kinds, n), 0)
    dates = start + random.integers(0, 60, n) * DAY + random.integers(0, 24, n) * 60
    remaining = np.where(status == Status.COMPLETE, 0, acts.remaining_duration)
    changed = schedule.with_activities(
        status=status,
        actual_start=np.where(status > 0, start - 40 * DAY, NO_TIME),
        actual_finish=np.where(status == Status.COMPLETE, start - 5 * DAY, NO_TIME),
        remaining_duration=remaining,
        constraint=constraint.astype(np.int8),
        constraint_date=np.where(constraint > 0, dates, NO_TIME),
    )
    assert_equal_dates(changed)


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
def test_real_schedules(shared) -> None:
    from planbench.exchange.registry import read_schedule

    folder = shared / "corpus" / "p6"
    files = sorted(folder.glob("*.xer"))
    assert files
    for path in files:
        schedule = read_schedule(path.read_bytes(), name=path.name).schedule
        assert_equal_dates(schedule)
        held_late = schedule.activities.constraint == Constraint.AS_LATE_AS_POSSIBLE
        if not held_late.any():  # moved after both passes, which changes what drives
            assert_equal_paths(schedule)


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
