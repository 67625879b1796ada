"""Threshold rules against figures worked out by hand, and the life of an action."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.control.indices import Values
from planbench.engines.control.variances import (
    ACCEPTED,
    CLOSED,
    Action,
    Moment,
    Subject,
    VarianceRule,
    action_from,
    action_json,
    breaches,
    closed,
    escalation,
    follow_up,
    rule_from,
)

DAYS = [dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 30)]


def subject(*values: Values, spi_t: tuple[float | None, ...] = (), **more: Any) -> Subject:
    moments = tuple(
        Moment(DAYS[k], value, spi_t[k] if k < len(spi_t) else None)
        for k, value in enumerate(values)
    )
    facts = {"level": "wbs", "depth": 2, "code": "4.2", "name": "Topside", **more}
    return Subject(moments=moments, **facts)


def rule(**more: Any) -> VarianceRule:
    facts = {"id": "cv", "title": "Cost", "level": "wbs", "depth": 2, "metric": "CV"}
    return rule_from({**facts, **more})


# EV 100, AC 112: CV -12, -12 % of EV; PV 110: SV -10, -9.1 % of PV; CPI .893, BAC 200: EAC 224
LATE = Values(200.0, 110.0, 100.0, 112.0)
FINE = Values(200.0, 100.0, 100.0, 100.0)


@pytest.mark.parametrize(
    ("limits", "breach"),
    [
        ({"amount": 11}, True),
        ({"amount": 12}, False),  # exactly at the limit is not beyond it
        ({"percent": 11.9}, True),
        ({"percent": 12}, False),
        ({"amount": 11, "percent": 13}, True),
        ({"amount": 11, "percent": 13, "both": True}, False),
        ({"amount": 11, "percent": 11, "both": True}, True),
        ({"metric": "SV", "percent": 9}, True),
        ({"metric": "SV", "percent": 9.2}, False),
        ({"metric": "VAC", "window": "at-completion", "percent": 11.9}, True),
        ({"metric": "VAC", "window": "at-completion", "amount": 24.1}, False),
        ({"metric": "CPI", "limit": 0.9}, True),
        ({"metric": "CPI", "limit": 0.89}, False),
        ({"metric": "SPI", "limit": 0.91}, True),
        ({"metric": "TCPI_gap", "limit": 0.2}, True),  # 100 / 88 - 100 / 112 = .2435
        ({"metric": "TCPI_gap", "limit": 0.25}, False),
        ({"amount": 1, "direction": "favourable"}, False),
        ({"amount": 1, "direction": "either"}, True),
    ],
)
def test_limits(limits: dict[str, Any], breach: bool) -> None:
    assert bool(breaches([rule(**limits)], [subject(LATE)])) is breach


def test_favourable_variances_too() -> None:
    early = subject(Values(200.0, 100.0, 112.0, 100.0))
    (found,) = breaches([rule(amount=11, direction="favourable")], [early])
    assert found.value == 12
    assert not found.adverse
    assert not breaches([rule(amount=11)], [early])


def test_current_window_takes_the_last_period_alone() -> None:
    # to date CV 0 - 12 = -12 on EV 300 (4 %); in the period EV 100, AC 112: 12 %
    before, now = Values(400.0, 200.0, 200.0, 200.0), Values(400.0, 300.0, 300.0, 312.0)
    there = subject(before, now)
    assert not breaches([rule(percent=10)], [there])
    (found,) = breaches([rule(percent=10, window="current")], [there])
    assert found.share == pytest.approx(-0.12)
    assert not breaches([rule(percent=10, window="current")], [subject(now)])  # no period yet


def test_persistence_counts_periods_in_a_row() -> None:
    two = rule(amount=11, periods=2)
    assert not breaches([two], [subject(LATE, FINE, LATE)])
    (found,) = breaches([two], [subject(FINE, LATE, LATE)])
    assert found.since == DAYS[1]


def test_levels_and_order() -> None:
    whole = subject(LATE, level="project", depth=0, code="", spi_t=(0.94,))
    worse = subject(replace(LATE, ac=130.0), code="5.1")
    deep = subject(LATE, depth=3, code="4.2.1")
    found = breaches([rule(amount=1)], [whole, subject(LATE), worse, deep])
    assert [one.subject.code for one in found] == ["5.1", "4.2"]
    spi = rule(level="project", metric="SPI_t", limit=0.95)
    assert [one.value for one in breaches([spi], [whole])] == [0.94]
    unmeasured = replace(whole, moments=(Moment(DAYS[0], LATE),))
    assert not breaches([spi], [unmeasured])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"metric": "PV"}, "'metric' must be one of"),
        ({"level": "moon", "amount": 1}, "'level' must be one of"),
        ({}, "has no limit"),
        ({"limit": 0.9}, "has no limit"),
        ({"amount": -1}, "from 0 on"),
        ({"amount": 1, "periods": 0}, "from 1 to 36"),
        ({"metric": "VAC", "amount": 1}, "at-completion"),
        ({"amount": 1, "colour": "red"}, "'colour' is not known"),
    ],
)
def test_wrong_rules_are_named(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelError, match=told):
        rule(**wrong)


def test_a_rule_without_its_id_is_refused() -> None:
    with pytest.raises(ModelError, match="something is missing"):
        rule_from({"title": "x", "level": "wbs", "metric": "CV", "amount": 1})


# ------------------------------------------------------------------ actions


def test_two_consecutive_periods_open_exactly_one_action() -> None:
    first = breaches([rule(amount=11)], [subject(LATE)])
    (action,) = follow_up([], first, DAYS[0])
    worse = replace(LATE, ac=130.0)
    second = breaches([rule(amount=11)], [subject(LATE, worse)])
    (noted,) = follow_up([action], second, DAYS[1])
    assert noted.uid == action.uid
    assert noted.seen == ("2026-07-31", "2026-08-31")
    assert (noted.before, noted.latest) == (-12.0, -30.0)
    assert not follow_up([noted], second, DAYS[1])  # the same update is noted once


def test_an_accepted_action_opens_no_other_and_a_closed_one_does() -> None:
    found = breaches([rule(amount=11)], [subject(LATE)])
    (action,) = follow_up([], found, DAYS[0])
    accepted = replace(action, state=ACCEPTED)
    assert [one.uid for one in follow_up([accepted], found, DAYS[1])] == [action.uid]
    done = closed(replace(action, cause="QUA"), "Seen on site", DAYS[1], -5.0, False)
    (again,) = follow_up([done], found, DAYS[2])
    assert again.uid == "cv:4.2:2"
    assert again.seen == ("2026-09-30",)


def test_closing_needs_a_cause_and_a_verification_and_records_the_effect() -> None:
    (action,) = follow_up([], breaches([rule(amount=11)], [subject(LATE)]), DAYS[0])
    with pytest.raises(ModelError, match="not verified"):
        closed(replace(action, cause="QUA"), " ", DAYS[1], -1.0, False)
    with pytest.raises(ModelError, match="no root cause"):
        closed(action, "Seen", DAYS[1], -1.0, False)
    done = closed(replace(action, cause="QUA"), "Seen", DAYS[1], -30.0, True)
    assert (done.state, done.verified, done.recovered, done.after) == (
        CLOSED,
        "2026-08-31",
        False,
        -30.0,
    )
    with pytest.raises(ModelError, match="closed already"):
        closed(done, "Again", DAYS[2], 0.0, False)


@pytest.mark.parametrize(
    ("day", "level"),
    [("2026-09-30", 0), ("2026-10-01", 1), ("2026-10-14", 1), ("2026-10-15", 2), ("2027-06-01", 3)],
)
def test_escalation_goes_up_one_level_a_fortnight(day: str, level: int) -> None:
    action = Action("a", "cv", "Cost", "4.2", "Topside", "CV", "2026-07-31", -1, -1)
    action = replace(action, due="2026-09-30")
    today = dt.date.fromisoformat(day)
    assert escalation(action, today) == level
    assert escalation(replace(action, state=ACCEPTED), today) == 0
    assert escalation(replace(action, due=""), today) == 0


def test_action_survives_json() -> None:
    (action,) = follow_up([], breaches([rule(amount=11)], [subject(LATE)]), DAYS[0])
    full = replace(action, activities=("A1", "A2"), cause="QUA")
    assert action_from(action_json(full)) == full
    with pytest.raises(ModelError, match="cannot be read"):
        action_from({"uid": "x"})
