"""Due dates against dates counted by hand, and where they stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import STANDARD_WEEK, Calendar
from planbench.domain.errors import ModelError
from planbench.domain.times import day_number
from planbench.engines.contract.deadlines import (
    OPEN,
    OVERDUE,
    SERVED,
    SERVED_LATE,
    SOON,
    WAIVED,
    Event,
    deadlines_of,
    due_date,
    event_from,
    event_json,
    next_due,
)
from planbench.engines.contract.pack import DeadlineRule, Pack

DAY = dt.date.fromisoformat


def rule(days: int, **more: Any) -> DeadlineRule:
    facts = {"id": "R", "clause": "1", "title": "Act", "who": "Us", "trigger": "claim"}
    return DeadlineRule(**{**facts, "starts": "aware", "days": days, "met_by": "notified", **more})


def due_of(packs: Any, pack: str, name: str, **dates: str) -> dt.date:
    found = next(one for one in packs[pack].deadlines if one.id == name)
    event = Event("E1", found.trigger, "It", dates={k: DAY(v) for k, v in dates.items()})
    every = deadlines_of(packs[pack], [event], DAY("2026-01-01"))
    return next(one.due for one in every if one.rule.id == name)


@pytest.mark.parametrize(
    ("pack", "name", "dates", "due"),
    [
        ("fidic-2017", "claim-notice", {"aware": "2026-03-02"}, "2026-03-30"),
        ("fidic-2017", "claim-detailed", {"aware": "2026-03-02"}, "2026-05-25"),
        ("nec4", "ce-notification", {"aware": "2026-03-02"}, "2026-04-27"),
        ("fidic-1999", "claim-detailed", {"aware": "2026-03-02"}, "2026-04-13"),
        ("fidic-2017", "review-revised", {"date": "2026-10-14"}, "2026-10-28"),
        ("fidic-2017", "review-initial", {"date": "2026-10-07"}, "2026-10-28"),
        ("fidic-2017", "commencement-notice", {"date": "2026-03-16"}, "2026-03-02"),
        ("fidic-1999", "commencement-notice", {"date": "2026-03-16"}, "2026-03-09"),
        ("fidic-2017", "progress-report", {"date": "2026-02-20"}, "2026-03-07"),
        ("nec4", "programme-reply", {"date": "2026-09-30"}, "2026-10-14"),
        ("nec4", "ce-quotation", {"instructed": "2026-07-20"}, "2026-08-10"),
        ("owner-specification", "monthly-update", {"date": "2026-09-30"}, "2026-10-07"),
    ],
)
def test_due_dates_counted_by_hand(
    packs: Any, pack: str, name: str, dates: dict[str, str], due: str
) -> None:
    assert due_of(packs, pack, name, **dates) == DAY(due)


def test_business_days_skip_weekends_and_holidays() -> None:
    # Thursday 24 Dec; Friday is a holiday; 5 business days: 28, 29, 30, 31 Dec, 4 Jan (1 Jan free)
    free = [DAY("2026-12-25"), DAY("2027-01-01")]
    assert due_date(rule(5, day_rule="business"), DAY("2026-12-24"), free) == DAY("2027-01-04")
    assert due_date(rule(-2, day_rule="business"), DAY("2026-12-28"), free) == DAY("2026-12-23")


def test_due_date_on_a_free_day_rolls_on_where_the_rule_says_so() -> None:
    free = [DAY("2026-06-01")]
    assert due_date(rule(5), DAY("2026-05-25"), free) == DAY("2026-05-30")  # a Saturday
    assert due_date(rule(5, roll=True), DAY("2026-05-25"), free) == DAY("2026-06-02")


def test_contract_days_are_those_the_calendar_works() -> None:
    four = (*STANDARD_WEEK[:4], (), (), ())  # Monday to Thursday
    own = Calendar("1", "Four days", four, {day_number(DAY("2026-03-10")): ()})
    found = due_date(rule(5, day_rule="contract"), DAY("2026-03-05"), (), own)
    assert found == DAY("2026-03-17")  # 9, 11, 12, 16, 17 March


def test_contract_days_without_a_calendar_say_what_to_do() -> None:
    with pytest.raises(ModelError, match="Name that calendar"):
        due_date(rule(5, day_rule="contract"), DAY("2026-03-05"))
    idle = Calendar("1", "Idle", ((),) * 7)
    with pytest.raises(ModelError, match="no working days"):
        due_date(rule(5, day_rule="contract"), DAY("2026-03-05"), (), idle)


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(DAY("2020-01-01"), DAY("2035-12-31")),
    days=st.integers(-40, 120),
    free=st.lists(st.dates(DAY("2020-01-01"), DAY("2036-12-31")), max_size=5),
)
def test_business_days_against_counting_them_one_by_one(
    start: dt.date, days: int, free: list[dt.date]
) -> None:
    due = due_date(rule(days, day_rule="business"), start, free)
    first, last = (start, due) if days >= 0 else (due, start)
    span = [first + dt.timedelta(days=k) for k in range((last - first).days + 1)]
    span = span[1:] if days >= 0 else span[:-1]
    counted = [day for day in span if day.weekday() < 5 and day not in free]
    assert len(counted) == abs(days)
    assert days == 0 or due in counted


def pack_with(*rules: DeadlineRule) -> Pack:
    return Pack("p", "1", "P", "-", "-", (), rules)


@pytest.mark.parametrize(
    ("today", "notified", "state", "left"),
    [
        ("2026-03-05", None, OPEN, 25),
        ("2026-03-16", None, SOON, 14),
        ("2026-03-30", None, SOON, 0),
        ("2026-03-31", None, OVERDUE, -1),
        ("2026-04-30", "2026-03-30", SERVED, -31),
        ("2026-04-30", "2026-03-31", SERVED_LATE, -31),
        ("2026-03-05", "2026-03-20", OPEN, 25),  # not served yet on that day
    ],
)
def test_states(today: str, notified: str | None, state: str, left: int) -> None:
    dates = {"aware": DAY("2026-03-02")} | ({"notified": DAY(notified)} if notified else {})
    found = deadlines_of(
        pack_with(rule(28)), [Event("C1", "claim", "Rock", dates=dates)], DAY(today)
    )
    assert [(one.state, one.days_left) for one in found] == [(state, left)]


def test_waived_closed_and_foreign_events() -> None:
    base = Event("C1", "claim", "Rock", dates={"aware": DAY("2026-03-02")})
    today = DAY("2026-06-01")
    waived = deadlines_of(pack_with(rule(28)), [replace(base, waived=("R",))], today)
    assert [one.state for one in waived] == [WAIVED]
    assert not deadlines_of(pack_with(rule(28)), [replace(base, closed=True)], today)
    assert not deadlines_of(pack_with(rule(28)), [replace(base, kind="other")], today)
    assert not deadlines_of(pack_with(rule(28)), [replace(base, dates={})], today)


def test_next_submission_meets_the_interval_and_starts_the_next() -> None:
    again = rule(28, trigger="sub", starts="date", met_by="", met_by_event="sub")
    events = [
        Event("S1", "sub", "First", dates={"date": DAY("2026-01-05")}),
        Event("S2", "sub", "Second", dates={"date": DAY("2026-02-09")}),
    ]
    found = deadlines_of(pack_with(again), events, DAY("2026-02-20"))
    assert [(one.event.id, one.state) for one in found] == [("S1", SERVED_LATE), ("S2", OPEN)]
    coming = next_due(found)
    assert coming is not None
    assert coming.due == DAY("2026-03-09")


def test_event_survives_json_and_wrong_ones_are_named() -> None:
    event = Event("C1", "claim", "Rock", "20.2", {"aware": DAY("2026-03-02")}, ("R",), True, "L-1")
    assert event_from(event_json(event)) == event
    for spoiled, told in (
        ({"id": ""}, "'id' is missing"),
        ({"dates": {"aware": "2 March"}}, "no date"),
        ({"dates": []}, "not an object"),
        ({"closed": "yes"}, "true or false"),
        ({"colour": 1}, "not known"),
    ):
        with pytest.raises(ModelError, match=told):
            event_from({**event_json(event), **spoiled}, "events.json")
    with pytest.raises(ModelError, match="not an object"):
        event_from("x", "events.json")
