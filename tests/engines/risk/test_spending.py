"""Cost over time and resources over time, against each iteration counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Assignments, Resources, make_table
from planbench.domain.times import DAY
from planbench.engines.risk.model import model_json, parse_model

YEAR = 365.25 * DAY
TRI = ("triangular", {"low": 192, "mode": 240, "high": 360})
LINKS = [("A", "B", "FS", 24), ("A", "C", "SS", 0)]


def law(name, **parameters):
    return {"distribution": name, "parameters": parameters}


def fixed(value):
    return law("fixed", value=value)


@pytest.fixture
def schedule(simulation):
    """Three activities of ten days, an engineer on two of them, and concrete on the third."""
    made = simulation.build({"A": 240, "B": 240, "C": 240}, LINKS)
    resources = make_table(
        Resources, 2, uid=["1", "2"], code=["ENG", "CON"], name=["Engineer", "Concrete"],
        kind=["labor", "material"], price=[50.0, 10.0],
    )  # fmt: skip
    assignments = make_table(
        Assignments, 3, uid=["1", "2", "3"], activity=[0, 1, 2], resource=[0, 0, 1],
        remaining_units=[80.0, 40.0, 30.0], budget_units=[80.0, 40.0, 30.0],
    )  # fmt: skip
    return replace(made, resources=resources, assignments=assignments)


def ranges(simulation):
    return simulation.ranges(dict.fromkeys("ABC", TRI))


def test_resources_cost_by_time_and_rate_and_material_once(simulation, schedule) -> None:
    lines = [
        {"id": "Men", "resource": "ENG", "rate": law("uniform", low=0.9, high=1.3), "cbs": "10"},
        {"id": "Mix", "resource": "CON", "cbs": "20", "where": {"ids": ["B", "C"]}},
    ]
    model = {**ranges(simulation), "cost": lines}
    result = simulation(schedule, model, iterations=10_240)
    men = result.cost.parts["Men"]
    assert (result.cost.parts["Mix"] == 300).all()
    assert result.cost.at_plan == pytest.approx(120 * 50 * 1.1 + 300)
    for k in (0, 77, 5000):
        hours = result.iteration(k).duration / 60
        time = (80 * hours[0] + 40 * hours[1]) / 240 * 50
        assert 0.9 <= men[k] / time <= 1.3
    # independent factors: mean 1.1 x mean of Tri(8, 10, 15) / 10
    assert men.mean() == pytest.approx(120 * 50 * 1.1 * 1.1, rel=0.002)
    assert list(result.cost.by_cbs()) == ["10", "20"]


def test_money_of_another_currency_and_days_of_the_project(simulation, schedule) -> None:
    lines = [
        {"id": "Site", "per_day": fixed(1000), "over": "project"},
        {"id": "Crane", "fixed": fixed(100), "currency": "USD"},
    ]
    currencies = [{"id": "USD", **law("uniform", low=0.8, high=1.0)}]
    model = {**ranges(simulation), "cost": lines, "currencies": currencies}
    result = simulation(schedule, model, iterations=10_240)
    days = simulation.hours(result) / 24
    assert np.allclose(result.cost.parts["Site"], 1000 * days)
    crane = result.cost.parts["Crane"]
    assert (crane >= 80).all()
    assert (crane <= 100).all()
    assert crane.mean() == pytest.approx(90, abs=0.1)
    assert result.cost.at_plan == pytest.approx(21_000 + 90)


def test_prices_rise_with_the_date_of_the_work(simulation, schedule) -> None:
    rise = {"escalation": fixed(0.5)}
    lines = [
        {"id": "Rate", "per_day": fixed(100), "where": {"ids": ["B"]}, **rise},
        {"id": "End", "fixed": fixed(100), "at": "B", **rise},
        {"id": "Even", "fixed": fixed(100), **rise},
    ]
    result = simulation(schedule, {**ranges(simulation), "cost": lines}, iterations=256)
    parts = result.cost.parts
    for k in (0, 100, 255):
        seen = result.iteration(k)
        start, finish = int(seen.start[1]), int(seen.finish[1])
        middle = ((start + finish) / 2 - simulation.start) / YEAR
        expected = 100 * seen.duration[1] / DAY * 1.5**middle
        assert parts["Rate"][k] == pytest.approx(expected, rel=1e-5)
        assert parts["End"][k] == pytest.approx(100 * 1.5 ** ((finish - simulation.start) / YEAR))
        half = (seen.project_finish - simulation.start) / 2 / YEAR
        assert parts["Even"][k] == pytest.approx(100 * 1.5**half)
    at = result.cost.at_plan
    assert at == pytest.approx(
        1000 * 1.5 ** (16 * DAY / YEAR)
        + 100 * 1.5 ** (21 * DAY / YEAR)
        + 100 * 1.5 ** (10.5 * DAY / YEAR)
    )


def by_hand(edges, spans):
    """Amounts by period of (start, finish, amount), spread evenly over the clock."""
    made = np.zeros(edges.size - 1)
    for start, finish, amount in spans:
        for p in range(made.size):
            if finish == start:
                made[p] += amount * (edges[p] < finish <= edges[p + 1])
            else:
                inside = min(finish, edges[p + 1]) - max(start, edges[p])
                made[p] += amount * max(inside, 0) / (finish - start)
    return made


def test_cash_flow_is_that_of_every_iteration(simulation, schedule) -> None:
    lines = [
        {"id": "Rate", "per_day": fixed(100), "where": {"ids": ["A", "B"]}},
        {"id": "End", "fixed": fixed(70), "at": "B"},
        {"id": "Even", "fixed": fixed(30)},
    ]
    result = simulation(schedule, {**ranges(simulation), "cost": lines}, iterations=40)
    edges = simulation.start + np.arange(0, 60, 5) * DAY
    flow = result.cost.flow(edges)

    def spans(start, finish, duration, end):
        yield from ((start[k], finish[k], 100 * duration[k] / DAY) for k in (0, 1))
        yield finish[1], finish[1], 70
        yield simulation.start, end, 30

    runs = [result.iteration(k) for k in range(40)]
    each = np.array(
        [by_hand(edges, spans(r.start, r.finish, r.duration, r.project_finish)) for r in runs]
    ).T
    assert np.allclose(flow.mean, each.mean(axis=1))
    assert each.sum() == pytest.approx(result.cost.total.sum())
    for percent in (10, 50, 80):
        rank = int(np.ceil(0.4 * percent)) - 1
        assert np.allclose(flow.levels[percent], np.sort(each, axis=1)[:, rank])
        until = np.sort(each.cumsum(axis=0), axis=1)[:, rank]
        assert np.allclose(flow.cumulative[percent], until)
    day = simulation.start + np.array([0, 11, 10]) * DAY
    plan = spans(day, day + 10 * DAY, np.full(3, 10 * DAY), day[1] + 10 * DAY)
    assert np.allclose(flow.planned, by_hand(edges, plan))


def test_resource_load_is_that_of_every_iteration(simulation, schedule) -> None:
    result = simulation(schedule, ranges(simulation), iterations=40)
    edges = simulation.start + np.arange(0, 60, 7) * DAY
    load = result.resource_load("ENG", edges)
    each = []
    for k in range(40):
        seen = result.iteration(k)
        units = np.array([80, 40]) * seen.duration[:2] / (240 * 60)
        each.append(by_hand(edges, zip(seen.start[:2], seen.finish[:2], units, strict=True)))
    assert np.allclose(load.mean, np.mean(each, axis=0))
    assert np.allclose(load.levels[80], np.sort(each, axis=0)[31])
    assert load.planned.sum() == pytest.approx(120)
    concrete = result.resource_load("CON", edges)
    assert concrete.mean.sum() == pytest.approx(30)
    with pytest.raises(ModelError, match="no resource X"):
        result.resource_load("X", edges)


def test_work_of_a_conditional_branch_costs_where_it_is_done(simulation) -> None:
    paths = [
        {"where": {"ids": ["B"]}, "when": {"activity": "A", "finish_after": "2026-01-11T12:00"}},
        {"where": {"ids": ["C"]}},
    ]
    links = [("A", "B", "FS", 0), ("A", "C", "FS", 0)]
    model = {
        **simulation.ranges({"A": TRI}),
        "branches": [{"id": "X", "paths": paths}],
        "cost": [{"id": "L", "per_day": fixed(10), "where": {"ids": ["B"]}}],
    }
    schedule = simulation.build({"A": 240, "B": 48, "C": 24}, links)
    result = simulation(schedule, {**model, "watch": ["A"]}, iterations=512)
    late = result.watch["A"] > simulation.start + 10.5 * DAY
    assert np.array_equal(result.cost.total, np.where(late, 20.0, 0.0))
    assert 0.2 < late.mean() < 0.8


def test_lines_survive_being_written() -> None:
    given = {
        "currencies": [{"id": "USD", **fixed(0.9)}],
        "cost": [
            {"id": "1", "fixed": fixed(5), "at": "A", "currency": "USD", "cbs": "x"},
            {"id": "2", "per_day": fixed(5), "over": "project", "escalation": fixed(0.02)},
            {"id": "3", "resource": "R", "rate": fixed(1.1), "where": {"all": True}},
        ],
    }
    model = parse_model(given)
    assert parse_model(model_json(model)) == model


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"id": "X", "fixed": fixed(1), "currency": "USD"}, "no currency USD"),
        ({"id": "X", "per_day": fixed(1), "over": "project", "where": {"all": True}}, "one of"),
        ({"id": "X", "resource": "R", "per_day": fixed(1)}, "price"),
        ({"id": "X", "fixed": fixed(1), "rate": fixed(1)}, "belongs to 'resource'"),
        ({"id": "X", "resource": "R", "at": "A"}, "fixed part"),
        ({"id": "X", "fixed": fixed(1), "escalation": fixed(3)}, "100 % a year"),
    ],
)
def test_lines_that_make_no_sense_are_refused(line, words) -> None:
    with pytest.raises(ModelError, match=words):
        parse_model({"cost": [line]})
