from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import STANDARD_WEEK, Calendar, normal_shifts
from planbench.domain.times import day_number, from_iso
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer.calendars import (
    CalendarTextError,
    minute_of_day,
    parse_calendar,
    read_calendars,
    write_calendar,
)

clock = st.integers(0, 1440)
shifts = st.lists(st.tuples(clock, clock), max_size=4).map(normal_shifts)
weeks = st.tuples(*[shifts] * 7)
exceptions = st.dictionaries(st.integers(-25000, 80000), shifts, max_size=6)


def day(number: int, inner: str) -> str:
    return f"(0||CalendarData()((0||DaysOfWeek()((0||{number}()({inner}))))))"


def rows(*texts: str, **more: str) -> list[dict[str, str]]:
    return [
        {"clndr_id": str(k), "clndr_name": f"C{k}", "clndr_data": text, **more}
        for k, text in enumerate(texts, 1)
    ]


@settings(max_examples=60, deadline=None)
@given(weeks, exceptions)
def test_what_is_written_reads_back(week, days) -> None:  # type: ignore[no-untyped-def]
    text = write_calendar(Calendar("1", "x", week, days))
    found = parse_calendar(text)
    assert found.week == week
    assert found.exceptions == days
    assert found.balanced


@settings(max_examples=40, deadline=None)
@given(weeks, exceptions, st.sampled_from(["\x7f\x7f  ", " ", "\r\n"]))
def test_blanks_between_records_do_not_matter(week, days, blank) -> None:  # type: ignore[no-untyped-def]
    text = write_calendar(Calendar("1", "x", week, days))
    spread = text.replace("(0||", blank + "(0||").replace("))", ")" + blank + ")")
    assert parse_calendar(spread) == parse_calendar(text)


@settings(max_examples=80, deadline=None)
@given(st.text("()|0sfd:128 \x7fDaysOfWeek", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_calendar("(0||CalendarData()(" + text)
    except CalendarTextError:
        return


def test_deep_nesting_is_no_danger() -> None:
    with pytest.raises(CalendarTextError):
        parse_calendar("(0||a()(" * 50_000)


@pytest.mark.parametrize(
    ("text", "minute"),
    [("8:00", 480), ("08.30", 510), ("12:00 AM", 0), ("12:15 pm", 735), ("1:00 p.m.", 780),
     ("24:00", 1440), ("07:00:00", 420)],
)  # fmt: skip
def test_times_of_day(text: str, minute: int) -> None:
    assert minute_of_day(text) == minute


@pytest.mark.parametrize("text", ["", "25:00", "8", "13:00 PM", "08:60", "x:00", "24:01"])
def test_no_times_of_day(text: str) -> None:
    with pytest.raises(CalendarTextError):
        minute_of_day(text)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        ("(0||0(s|08:00|f|16:00)())", ((480, 960),)),
        ("(0||0(f|16:00|s|8:00)())", ((480, 960),)),
        ("(0||0(s|00:00|f|00:00)())", ((0, 1440),)),
        ("(0||0(s|18:00|f|00:00)())", ((1080, 1440),)),
        ("(0||0(s|13:00|f|17:00)())(0||1(s|08:00|f|12:00)())", ((480, 720), (780, 1020))),
    ],
)
def test_dialects_of_a_shift(shift: str, expected: tuple[tuple[int, int], ...]) -> None:
    found = parse_calendar(day(2, shift))
    assert found.week is not None
    assert found.week[0] == expected  # day 2 is Monday
    assert found.week[1:] == ((),) * 6


def test_exceptions_count_from_1899() -> None:
    holiday = "(0||CalendarData()((0||Exceptions()((0||0(d|46023)())))))"
    found = parse_calendar(holiday)
    assert found.week is None
    assert found.exceptions == {from_iso("2026-01-01") // 1440: ()}


def test_one_bracket_too_many_is_passed_over() -> None:
    text = day(2, "(0||0(s|08:00|f|16:00)())")
    odd = text[:-2] + ")(0||Exceptions()((0||0(d|46023)())))" + text[-2:]
    found = parse_calendar(odd)
    assert not found.balanced
    assert len(found.exceptions) == 1


@pytest.mark.parametrize("text", ["(0||CalndarData(((", "nonsense", "(0||CalendarData()(", "()"])
def test_an_unreadable_calendar_works_standard_hours(text: str) -> None:
    repairs = Repairs()
    (calendar,) = read_calendars(rows(text), repairs)
    assert calendar.week == STANDARD_WEEK
    assert [repair.code for repair in repairs.result()] == ["bad-calendar"]
    assert repairs.result()[0].where == "CALENDAR row 1"


@pytest.mark.parametrize("text", ["", "\x7f\x7f", "(0||()())"])
def test_an_empty_calendar_works_standard_hours(text: str) -> None:
    repairs = Repairs()
    (calendar,) = read_calendars(rows(text), repairs)
    assert calendar.week == STANDARD_WEEK
    assert [repair.code for repair in repairs.result()] == ["empty-calendar"]


def test_a_base_gives_its_exceptions_and_the_own_ones_win() -> None:
    base = write_calendar(Calendar("1", "b", STANDARD_WEEK, {100: (), 101: ()}))
    own = write_calendar(Calendar("2", "o", STANDARD_WEEK, {101: ((0, 60),), 102: ()}))
    found = rows(base, own)
    found[1]["base_clndr_id"] = "1"
    calendars = read_calendars(found, Repairs())
    assert calendars[1].exceptions == {100: (), 101: ((0, 60),), 102: ()}
    assert calendars[0].exceptions == {100: (), 101: ()}


def test_bases_in_a_ring_end() -> None:
    found = rows(write_calendar(Calendar("1", "a")), write_calendar(Calendar("2", "b")))
    found[0]["base_clndr_id"], found[1]["base_clndr_id"] = "2", "1"
    repairs = Repairs()
    assert len(read_calendars(found, repairs)) == 2
    assert {repair.code for repair in repairs.result()} == {"calendar-loop"}


def test_hours_a_day_come_from_the_file_else_from_the_week() -> None:
    ten = write_calendar(Calendar("1", "x", (((420, 1020),),) * 4 + ((), (), ())))
    (said,) = read_calendars(rows(ten, day_hr_cnt="9", week_hr_cnt="36"), Repairs())
    (derived,) = read_calendars(rows(ten), Repairs())
    repairs = Repairs()
    (mended,) = read_calendars(rows(ten, day_hr_cnt="many", week_hr_cnt="0"), repairs)
    assert (said.hours_per_day, said.hours_per_week) == (9.0, 36.0)
    assert (derived.hours_per_day, derived.hours_per_week) == (10.0, 40.0)
    assert (mended.hours_per_day, mended.hours_per_week) == (10.0, 40.0)
    assert [repair.code for repair in repairs.result()] == ["bad-number"] * 2


def test_day_numbers_agree_with_the_domain() -> None:
    import datetime as dt

    assert day_number(dt.date(2026, 1, 1)) == 46023 - 25569
