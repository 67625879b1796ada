"""Weather against exact laws, and against a day-by-day count in plain Python."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.calendars import Calendar, Shifts
from planbench.domain.errors import ModelError
from planbench.domain.times import DAY
from planbench.engines.cpm import prepare, run
from planbench.engines.risk import simulate as risk
from planbench.engines.risk.model import model_json, parse_model
from planbench.engines.risk.result import nearest_rank
from planbench.engines.risk.weather import lose_days

EVERYWHERE = {"where": {"all": True}}


def lost_days(setting, iterations: int):
    """(days, iterations) lost days of the first entry, from the data date on."""
    rows, parts = risk.make_rows(setting), []
    for first in range(0, iterations, setting.width):
        lose_days(setting.sky, first, *setting.key, rows.word, rows.left, rows.lost)
        parts.append(rows.lost[0].copy())
    return np.concatenate(parts, axis=1)[int(setting.sky.head[0, 3]) :]


def bound(schedule, entry, iterations=20_480):
    network = prepare(schedule)
    model = parse_model({"weather": [entry]})
    options = risk.RunOptions(iterations, 7, project=0)
    return risk._setting(network, run(network), model, options, {})[0]


def test_independent_days_stretch_work_as_the_negative_binomial_law(simulation) -> None:  # V17
    schedule = simulation.build({"A": 480}, [])
    model = {"weather": [{**EVERYWHERE, "non_workable": 0.2}]}
    result = simulation(schedule, model)
    days = simulation.hours(result) / 24
    n = days.size
    assert days.mean() == pytest.approx(25, abs=4 * 2.5 / math.sqrt(n))
    assert days.std() == pytest.approx(2.5, rel=0.012)
    assert [np.sort(days)[math.ceil(p * n) - 1] for p in (0.5, 0.8, 0.9)] == [25, 27, 28]
    assert (days == 20).mean() == pytest.approx(0.01152922, abs=4 * math.sqrt(0.0115 / n))


def test_bad_weather_that_persists_varies_more(simulation) -> None:  # V17
    schedule = simulation.build({"A": 2400}, [])
    setting = bound(schedule, {**EVERYWHERE, "non_workable": 0.2, "persistence": 0.6})
    count = lost_days(setting, 102_400)[:30].sum(axis=0)
    n = count.size
    assert count.mean() == pytest.approx(6, abs=4 * 3.709447 / math.sqrt(n))
    assert count.std() == pytest.approx(3.709447, rel=0.012)
    assert (count == 0).mean() == pytest.approx(0.037681, abs=4 * math.sqrt(0.0377 / n))
    assert np.sort(count)[math.ceil(0.8 * n) - 1] == 9


def test_all_work_of_an_entry_has_the_same_weather_and_the_rest_has_none(simulation) -> None:
    schedule = simulation.build({"A": 240, "B": 240, "C": 240}, [])
    model = {"weather": [{"where": {"ids": ["A", "B"]}, "non_workable": 0.3}],
             "watch": ["A", "B", "C"]}  # fmt: skip
    result = simulation(schedule, model, iterations=1024)
    assert np.array_equal(result.watch["A"], result.watch["B"])
    assert len(set(result.watch["A"].tolist())) > 5
    assert set(result.watch["C"].tolist()) == {result.watch_deterministic["C"]}
    assert result.left_out == ()


def test_a_month_loses_the_days_that_its_law_says(simulation) -> None:
    day = Shifts(((8 * 60, 16 * 60),))
    week = (day,) * 5 + (Shifts(()),) * 2
    calendar = Calendar("5", "Five days", week)
    schedule = simulation.build({"A": 8000}, [], calendars=[calendar])
    law = {"distribution": "discrete", "parameters": {"values": [3, 8], "weights": [1, 3]}}
    setting = bound(schedule, {**EVERYWHERE, "lost_days": [{"month": 2, **law}]}, 4096)
    lost = lost_days(setting, 4096)
    dates = [dt.date(2026, 1, 1) + dt.timedelta(k) for k in range(lost.shape[0])]
    month = np.array([d.month for d in dates])
    year = np.array([d.year for d in dates])
    weekday = np.array([d.weekday() for d in dates])
    assert lost[month != 2].sum() == 0
    assert lost[weekday > 4].sum() == 0
    count = lost[(month == 2) & (year == 2026)].sum(axis=0)
    assert set(count.tolist()) == {3, 8}
    assert (count == 8).mean() == pytest.approx(0.75, abs=0.03)
    working = lost[(month == 2) & (year == 2026) & (weekday < 5)].mean(axis=1)
    assert working == pytest.approx([6.75 / 20] * 20, abs=0.035)  # any day is as likely


def test_recorded_years_are_taken_whole(simulation) -> None:
    schedule = simulation.build({"A": 2400}, [])
    setting = bound(schedule, {**EVERYWHERE, "years": [[1, 2, 40], [100], []]}, 3072)
    lost = lost_days(setting, 3072)[:365]
    patterns = {tuple((np.flatnonzero(run) + 1).tolist()) for run in lost.T}
    assert patterns == {(1, 2, 40), (100,), ()}
    assert (lost[0] > 0).mean() == pytest.approx(1 / 3, abs=0.04)


def test_every_run_is_the_one_counted_day_by_day(simulation) -> None:
    schedule = simulation.build(
        {"A": 60, "B": 100, "C": 70}, [("A", "B", "FS", 5), ("A", "C", "FF", 30)]
    )
    entry = {**EVERYWHERE, "non_workable": 0.4, "persistence": 0.7}
    model = {"weather": [entry], "watch": ["A", "B", "C"]}
    result = simulation(schedule, model, iterations=512)
    setting = bound(schedule, entry, 512)
    # the run of the fixture has a seed of its own
    setting = replace(setting, options=replace(setting.options, seed=result.seed))
    lost = lost_days(setting, 512)

    def forward(start, minutes, run):
        while minutes > 0:
            if not lost[start // DAY, run]:
                minutes -= 1
            start += 1
        return start

    def backward(finish, minutes, run):
        while minutes > 0:
            finish -= 1
            if not lost[finish // DAY, run]:
                minutes -= 1
        return finish

    for k in range(0, 512, 16):
        a = forward(0, 3600, k)
        b = forward(a + 300, 6000, k)
        c = max(forward(0, 4200, k), a + 1800)
        found = [int(result.watch[name][k]) - simulation.start for name in "ABC"]
        assert found == [a, b, c]


def test_weather_does_not_move_the_other_draws_nor_depend_on_threads(simulation) -> None:
    schedule = simulation.build({"A": 480, "B": 480}, [("A", "B", "FS", 0)])
    network = prepare(schedule)
    cpm = run(network)
    entry = {**EVERYWHERE, "non_workable": 0.3}
    spread = {**EVERYWHERE, "distribution": "uniform", "parameters": {"low": 80, "high": 150}}
    model = parse_model({"uncertainty": [spread], "weather": [entry]})
    assert parse_model(model_json(model)) == model
    runs = [
        risk.simulate(network, cpm, model, risk.RunOptions(2048, 3, threads=t, width=w))
        for t, w in ((1, 0), (2, 32), (2, 128))
    ]
    assert len({result.digest for result in runs}) == 1
    dry = risk.simulate(network, cpm, replace(model, weather=()), risk.RunOptions(2048, 3))
    assert (runs[0].finish >= dry.finish).all()
    assert nearest_rank(runs[0].finish, 50) > nearest_rank(dry.finish, 50)
    assert np.array_equal(runs[0].duration_mean, dry.duration_mean)
    assert np.array_equal(runs[0].criticality, [1.0, 1.0])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"non_workable": 0.8, "persistence": 0.1}, "Raise the persistence"),
        ({"non_workable": [0.1, 0.2]}, "has 2 values"),
        ({}, "give one of non_workable"),
        ({"non_workable": 0.1, "years": [[1]]}, "give one of non_workable"),
        ({"years": [[400]]}, "not a day of the year"),
        ({"lost_days": [{"month": 13, "distribution": "fixed", "parameters": {"value": 1}}]},
         "there is no month 13"),
        ({"years": [[4]], "persistence": 0.4}, "belongs to 'non_workable'"),
    ],
)  # fmt: skip
def test_weather_that_makes_no_sense_is_refused(entry, words) -> None:
    with pytest.raises(ModelError, match=words):
        parse_model({"weather": [{**EVERYWHERE, **entry}]})
