"""Work tables of many calendars: those that nothing works on share one."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import prepare, run, schedule_network
from planbench.engines.cpm.horizon import packed_calendars
from planbench.engines.cpm.result import CpmResult
from planbench.engines.worktime import work_each


def many(used: tuple[Calendar, ...], unused: int) -> tuple[Calendar, ...]:
    """Calendars of which the first few and the last one are used."""
    strange = Calendar("x", "Strange", (((0, 60),),) * 7)
    return (*used, *(replace(strange, uid=str(k)) for k in range(unused)), used[0])


def test_used_calendars_are_as_in_a_whole_table() -> None:
    calendars = many(synthetic_schedule(20, 30).calendars, 100)
    last = len(calendars) - 1
    used = np.array([0, 2, last, -1, 10_000], dtype=np.int32)
    whole = packed_calendars(calendars, 20_000, 20_500)
    some = packed_calendars(calendars, 20_000, 20_500, lambda: used)
    assert some.size < whole.size / 5
    random = np.random.default_rng(3)
    a = random.integers(20_010 * 1440, 20_400 * 1440, 400)
    b = random.integers(20_010 * 1440, 20_400 * 1440, 400)
    for c in (0, 2, last):
        on = np.full(a.size, c, dtype=np.int32)
        assert np.array_equal(work_each(some, on, a, b), work_each(whole, on, a, b))
    assert packed_calendars(calendars, 20_000, 20_500, lambda: used[::-1]) is some


def test_twenty_thousand_calendars_cost_what_the_used_ones_do() -> None:
    schedule = synthetic_schedule(300, 700, 5)
    crowded = replace(schedule, calendars=many(schedule.calendars, 20_000))
    for engine in ("p6", "msp"):
        few, lots = with_engine(schedule, engine), with_engine(crowded, engine)
        assert_same(schedule_network(few), schedule_network(lots))
    plain, network = prepare(schedule), prepare(crowded)
    assert network.work.size < plain.work.size + 5 * len(crowded.calendars)
    first, longer = network.work, network.remaining * 8
    assert_same(run(plain, longer), run(network, longer))
    assert network.work is not first  # dates ran beyond it, so it was made wider


def with_engine(schedule: Schedule, engine: str) -> Schedule:
    projects = tuple(
        replace(project, options=replace(project.options, engine=engine))
        for project in schedule.projects
    )
    return replace(schedule, projects=projects)


def assert_same(one: CpmResult, other: CpmResult) -> None:
    for item in fields(CpmResult):
        assert np.array_equal(getattr(one, item.name), getattr(other, item.name)), item.name
