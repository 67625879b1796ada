"""Duration and float by run against single iterations and a plain calculation of each."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.simulate import RunOptions, simulate

RANGES = {"where": {"all": True}, "distribution": "triangular", "as": "percent",
          "parameters": {"low": 80, "mode": 100, "high": 150}}  # fmt: skip


def test_the_later_of_two_leaves_the_other_a_float(simulation) -> None:
    both = simulation.build(
        {"A": 240, "B": 480, "Z": 24}, [("A", "Z", "FS", 0), ("B", "Z", "FS", 0)]
    )
    law = {"A": ("uniform", {"low": 240, "high": 480})}
    result = simulation(both, simulation.ranges(law), iterations=512)
    days, plan = result.durations_of(np.array([0], dtype=np.int32))
    assert plan == 10  # of 24 hours
    assert days.min() >= 10
    assert days.max() <= 20
    left, before = result.floats_of(np.array([0], dtype=np.int32))
    assert before == 10
    assert left == pytest.approx(20 - days, abs=1e-9)
    alone, _ = result.floats_of(np.array([0, 2], dtype=np.int32))
    assert set(alone.tolist()) == {0.0}  # the last one has none
    span, planned = result.durations_of(np.array([0, 1, 2], dtype=np.int32))
    assert planned == 21
    assert set(span.tolist()) == {21.0}


def test_every_run_is_the_one_looked_at() -> None:
    schedule = synthetic_schedule(60, 140, 3)
    network = prepare(schedule)
    cpm = run(network)
    result = simulate(network, cpm, parse_model({"uncertainty": [RANGES]}), RunOptions(64, 5))
    acts = schedule.activities
    open_ = result.simulated & (acts.status != Status.COMPLETE) & (cpm.total_float != NO_TIME)
    row = np.flatnonzero(open_ & result.varies)[3:4].astype(np.int32)
    day = schedule.calendars[int(acts.calendar[row[0]])].minutes_per_day
    days, plan = result.durations_of(row)
    left, before = result.floats_of(row)
    assert plan == pytest.approx(cpm.remaining_duration[row[0]] / day)
    assert before == pytest.approx(cpm.total_float[row[0]] / day)
    for k in range(0, 64, 9):
        one = result.iteration(k)
        assert days[k] == pytest.approx(one.duration[row[0]] / day)
        again = run(network, one.duration)
        assert left[k] == pytest.approx(again.total_float[row[0]] / day)


def test_work_that_is_absent_lasts_nothing_and_branches_have_no_float(simulation) -> None:
    two = simulation.build({"A": 24, "B": 24}, [("A", "B", "FS", 0)])
    model = {"existence": [{"where": {"ids": ["B"]}, "probability": 0.25}]}
    result = simulation(two, model, iterations=2048)
    days, _ = result.durations_of(np.array([1], dtype=np.int32))
    assert (days == 1).mean() == pytest.approx(0.25, abs=0.01)
    assert set(days.tolist()) == {0.0, 1.0}
    paths = [{"where": {"ids": [name]}, "probability": 0.5} for name in "AB"]
    branched = simulation(two, {"branches": [{"id": "X", "paths": paths}]}, iterations=64)
    with pytest.raises(ModelError, match="branches"):
        branched.floats_of(np.array([1], dtype=np.int32))


def test_a_wbs_element_can_be_watched_by_the_model() -> None:
    schedule = synthetic_schedule(60, 140, 3)
    network = prepare(schedule)
    cpm = run(network)
    code = str(schedule.wbs.code[-1])
    inside = np.flatnonzero(schedule.activities.wbs == len(schedule.wbs) - 1)
    model = parse_model({"uncertainty": [RANGES], "watch": [f"WBS {code}"]})
    result = simulate(network, cpm, model, RunOptions(64, 5))
    slow = [int(result.iteration(k).finish[inside].max()) for k in range(64)]
    done = schedule.activities.status[inside] == Status.COMPLETE
    assert not done.all()
    assert result.watch[f"WBS {code}"].tolist() == slow
    with pytest.raises(ModelError, match="there is no WBS node"):
        simulate(network, cpm, parse_model({"watch": ["WBS nowhere"]}), RunOptions(64, 5))
