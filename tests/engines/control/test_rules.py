"""Rules of credit against sums done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.control import rules
from planbench.engines.control.rules import Measurement, Step, credited, percents

PIPE = (Step("receive", 10, 100), Step("erect", 60, 50), Step("weld", 20), Step("test", 10))


def one(technique: str, **more: object) -> Measurement:
    return Measurement("A", technique, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measurement", "started", "percent"),
    [
        (one(rules.START_FINISH), True, 0.0),
        (one(rules.START_FINISH, first=50.0), True, 50.0),
        (one(rules.START_FINISH, first=25.0), False, 0.0),
        (one(rules.EQUIVALENT, steps=PIPE), True, 40.0),  # 10 + 60 / 2
        (one(rules.STEPS, steps=(Step("a", 1, 100), Step("b", 3, 20))), True, 40.0),
        (one(rules.MILESTONES, steps=(Step("a", 30, 100), Step("b", 70))), True, 30.0),
        (one(rules.UNITS, budgeted=80.0, installed=20.0), True, 25.0),
        (one(rules.PERCENT, percent=97.0, cap=80.0), True, 80.0),
        (one(rules.PACKAGE), True, 0.0),
        (one(rules.EFFORT), True, None),
    ],
)
def test_credit(measurement: Measurement, started: bool, percent: float | None) -> None:
    assert credited(measurement, started, False) == percent
    if measurement.technique not in (rules.PACKAGE, rules.EFFORT):
        assert credited(measurement, started, True) == 100.0


@pytest.mark.parametrize(
    ("measurement", "words"),
    [
        (one("guess"), "no rule"),
        (one(rules.EQUIVALENT, steps=PIPE[:3]), "sum to 90"),
        (one(rules.STEPS), "weight above zero"),
        (one(rules.MILESTONES, steps=(Step("a", 100, 50),)), "either reached or not"),
        (one(rules.UNITS, budgeted=10.0, installed=11.0), "11 installed of 10"),
        (one(rules.PERCENT, percent=101.0), "between 0 and 100"),
        (one(rules.APPORTIONED, base="X"), "not known"),
    ],
)
def test_what_does_not_fit_is_refused(measurement: Measurement, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        credited(measurement, True, False)


def test_apportioned_work_follows_its_base() -> None:
    base = replace(one(rules.UNITS, budgeted=10.0, installed=4.0), activity="B")
    chain = [
        Measurement("C", rules.APPORTIONED, base="A"),
        Measurement("A", rules.APPORTIONED, base="B"),
        base,
        Measurement("D", rules.APPORTIONED, base="E"),
    ]
    found = percents(chain, {}, {"C": True}, {"E": 12.0})
    assert found == {"B": 40.0, "A": 40.0, "C": 100.0, "D": 12.0}
    half = [replace(chain[1], factor=0.5), base]
    assert percents(half, {}, {}, {})["A"] == 20.0
    assert percents([replace(half[0], factor=3.0), base], {}, {}, {})["A"] == 100.0  # at most
    with pytest.raises(ModelError, match="circle"):
        percents([replace(chain[1], base="C"), chain[0]], {}, {}, {})


def test_what_the_schedule_computes_is_taken_from_it() -> None:
    computed = {rules.BY_TIME: {"A": 30.0}, rules.BY_COST: {"A": 45.0}}
    for technique, percent in ((rules.BY_TIME, 30.0), (rules.BY_COST, 45.0)):
        assert percents([one(technique)], {}, {}, {}, computed) == {"A": percent}
        assert percents([one(technique)], {}, {"A": True}, {}, computed) == {"A": 100.0}
    with pytest.raises(ModelError, match="computes no percent"):
        percents([one(rules.BY_WORK)], {}, {}, {}, computed)


def test_states_follow_each_other() -> None:
    draft = one(rules.PACKAGE)
    submitted = rules.moved(draft, rules.SUBMITTED)
    assert rules.moved(submitted, rules.APPROVED).state == rules.APPROVED
    with pytest.raises(ModelError, match="cannot become approved"):
        rules.moved(draft, rules.APPROVED)


def test_value_is_earned_by_its_steps() -> None:
    parts = rules.earned_parts(one(rules.EQUIVALENT, steps=PIPE), 1000.0, 40.0)
    assert dict(parts) == {"receive": 100.0, "erect": 300.0, "weld": 0.0, "test": 0.0}
    assert rules.earned_parts(one(rules.UNITS), 1000.0, 25.0) == [("units", 250.0)]


def test_json_and_back() -> None:
    made = one(rules.EQUIVALENT, steps=PIPE, remark="x")
    assert rules.measurement_from(rules.measurement_json(made)) == made
