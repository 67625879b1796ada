"""P6's calendar text (`clndr_data`), in and out.

The grammar is `record := '(' digits '||' name '(' attributes ')' '(' record* ')' ')'` with
attributes `key|value|key|value` and blanks or 0x7F anywhere between. The root holds `DaysOfWeek`
(days 1 = Sunday to 7 = Saturday, each with shifts) and `Exceptions` (days counted from
1899-12-30, with their shifts or none for a holiday).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from planbench.domain.calendars import STANDARD_WEEK, Calendar, Shifts, normal_shifts
from planbench.domain.times import DAY
from planbench.exchange.repairs import Repairs

SERIAL_EPOCH = 25569
"""1970-01-01 as a day number from 1899-12-30."""

_FIRST_DAY, _LAST_DAY = -25567, 84006
"""1900-01-01 and 2199-12-31: days beyond are errors of the file."""

_MOST_BASES = 32
"""Calendars beneath one calendar; P6 has one."""

_RECORD = re.compile(r"\s*\(\s*\d*\s*\|\|\s*([^()|]*?)\s*\(([^()]*)\)\s*\(\s*")
_CLOSE = re.compile(r"\s*\)\s*\)\s*")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?\s*([AaPp])?\.?(?:[Mm]\.?)?")


class CalendarTextError(ValueError):
    """The text of a calendar does not follow the grammar."""


@dataclass
class Record:
    """One record of the text."""

    name: str
    attributes: dict[str, str]
    children: list[Record] = field(default_factory=list)


@dataclass(frozen=True)
class CalendarText:
    """What a text says: a week (None without one) and exceptions by day since 1970."""

    week: tuple[Shifts, ...] | None
    exceptions: dict[int, Shifts]
    balanced: bool = True  # False: a bracket too many was passed over


def parse_records(text: str) -> tuple[Record, bool]:
    """(root record, whether the brackets were balanced) of a calendar's text.

    A single closing bracket too many, as some programs write it, is passed over. Raises
    CalendarTextError where the text breaks the grammar otherwise. Nothing is nested by
    recursion, so that no text can exhaust the stack.
    """
    text = text.replace("\x7f", " ")
    root = Record("", {})
    open_records = [root]
    at, balanced = 0, True
    while at < len(text):
        opening = _RECORD.match(text, at)
        if opening is not None:
            if len(open_records) == 1 and root.children:
                raise CalendarTextError(f"a second calendar begins at character {at}")
            words = [word.strip() for word in opening[2].split("|")]
            record = Record(opening[1], dict(zip(words[::2], words[1::2], strict=False)))
            open_records[-1].children.append(record)
            open_records.append(record)
            at = opening.end()
            continue
        closing = _CLOSE.match(text, at)
        if closing is None or len(open_records) == 1:
            if not text[at:].strip(" \t\r\n)") and len(open_records) == 1:
                break
            if text[at] == ")" and len(open_records) == 2:
                at, balanced = at + 1, False
                continue
            raise CalendarTextError(f"unexpected text at character {at}")
        open_records.pop()
        at = closing.end()
    if len(open_records) > 1 or not root.children:
        raise CalendarTextError("the text ends too early")
    return root.children[0], balanced


def minute_of_day(text: str) -> int:
    """Minutes since midnight of `8:00`, `08:00`, `08.00`, `08:00:00` or `1:00 PM`.

    Raises CalendarTextError on anything else.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise CalendarTextError(f"{text!r} is no time of day")
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise CalendarTextError(f"{text!r} is no time of day")
        hour = hour % 12 + (12 if half == "P" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise CalendarTextError(f"{text!r} is no time of day")
    return hour * 60 + minute


def parse_calendar(text: str) -> CalendarText:
    """Week and exceptions of a calendar's text.

    A shift that ends at 00:00, or not after its start, lasts until midnight. Raises
    CalendarTextError where the text breaks the grammar or names impossible times or days.
    """
    root, balanced = parse_records(text)
    week: list[Shifts] | None = None
    exceptions: dict[int, Shifts] = {}
    for section in root.children:
        if section.name == "DaysOfWeek":
            week = week or [()] * 7
            for day in section.children:
                number = _number(day.name, 1, 7)
                week[(number + 5) % 7] = _shifts(day.children)
        elif section.name == "Exceptions":
            for day in section.children:
                if "d" in day.attributes:
                    number = _number(day.attributes["d"], 0, 1 << 20) - SERIAL_EPOCH
                    if _FIRST_DAY <= number <= _LAST_DAY:
                        exceptions[number] = _shifts(day.children)
    return CalendarText(tuple(week) if week is not None else None, exceptions, balanced)


def _number(text: str, low: int, high: int) -> int:
    digits = text.split(".")[0]
    plain = digits.isascii() and digits.isdigit() and len(digits) <= 9
    if not plain or not low <= int(digits) <= high:
        raise CalendarTextError(f"{text!r} is no day")
    return int(digits)


def _shifts(records: list[Record]) -> Shifts:
    shifts = []
    for record in records:
        if "s" not in record.attributes or "f" not in record.attributes:
            raise CalendarTextError("a shift without its two times")
        start, finish = (minute_of_day(record.attributes[key]) for key in ("s", "f"))
        if start < DAY:
            shifts.append((start, finish if finish > start else DAY))
    return normal_shifts(shifts)


def read_calendars(rows: list[dict[str, str]], repairs: Repairs) -> tuple[Calendar, ...]:
    """The rows of CALENDAR as calendars, in their order.

    A calendar based on another takes over its exceptions (and its week where it has none of its
    own). One without a readable text or without any hours works Monday to Friday 08:00 to 16:00,
    as P6 assumes.
    """
    texts = [_text_of(row, number, repairs) for number, row in enumerate(rows, 1)]
    by_id: dict[str, int] = {}
    for position, row in enumerate(rows):
        by_id.setdefault(row.get("clndr_id", ""), position)
    calendars = []
    for position, row in enumerate(rows):
        week, exceptions = _inherited(position, rows, texts, by_id, repairs)
        where = f"CALENDAR row {position + 1}"
        if not any(week or ()):
            if texts[position] is not None or not row.get("clndr_data", "").strip(" \x7f\r\n"):
                repairs.add(
                    "empty-calendar",
                    "warning",
                    where,
                    f"calendar {row.get('clndr_name', '')!r} has no working hours",
                    "taken as Monday to Friday 08:00 to 16:00",
                )
            week = STANDARD_WEEK
        assert week is not None
        per_day, per_week = _hours(row, week, where, repairs)
        calendars.append(
            Calendar(
                row.get("clndr_id", ""),
                row.get("clndr_name", "") or f"Calendar {row.get('clndr_id', '')}",
                week,
                exceptions,
                per_day,
                per_week,
                _SCOPES.get(row.get("clndr_type", ""), "global"),
                row.get("base_clndr_id", ""),
            )
        )
    return tuple(calendars)


_SCOPES = {"CA_Base": "global", "CA_Project": "project", "CA_Rsrc": "resource"}


def _text_of(row: dict[str, str], number: int, repairs: Repairs) -> CalendarText | None:
    data = row.get("clndr_data", "")
    if not data.strip(" \x7f\r\n"):
        return None
    try:
        text = parse_calendar(data)
    except CalendarTextError as error:
        repairs.add(
            "bad-calendar",
            "error",
            f"CALENDAR row {number}",
            f"the hours of calendar {row.get('clndr_name', '')!r} cannot be read: {error}",
            "taken as Monday to Friday 08:00 to 16:00",
        )
        return None
    if not text.balanced:
        repairs.add(
            "unbalanced-calendar",
            "warning",
            f"CALENDAR row {number}",
            f"the hours of calendar {row.get('clndr_name', '')!r} have a bracket too many",
            "read regardless",
        )
    return text


def _inherited(
    position: int,
    rows: list[dict[str, str]],
    texts: list[CalendarText | None],
    by_id: dict[str, int],
    repairs: Repairs,
) -> tuple[tuple[Shifts, ...] | None, dict[int, Shifts]]:
    """Week and exceptions with those of the base calendars beneath."""
    chain: list[int] = []
    at: int | None = position
    while at is not None and at not in chain and len(chain) < _MOST_BASES:
        chain.append(at)
        at = by_id.get(rows[at].get("base_clndr_id") or "-")
    if at is not None:
        repairs.add(
            "calendar-loop",
            "warning",
            f"CALENDAR row {position + 1}",
            f"the calendar is based on itself, or on more than {_MOST_BASES} others",
            "the base was ignored from there on",
        )
    week: tuple[Shifts, ...] | None = None
    exceptions: dict[int, Shifts] = {}
    for link in reversed(chain):
        text = texts[link]
        if text is not None:
            week = text.week or week
            exceptions.update(text.exceptions)
    return week, exceptions


def _hours(
    row: dict[str, str], week: tuple[Shifts, ...], where: str, repairs: Repairs
) -> tuple[float, float]:
    """Hours per day and week; files before P6 7 do not have them, they follow from the week."""
    totals = [sum(finish - start for start, finish in shifts) / 60.0 for shifts in week]
    working = [hours for hours in totals if hours]
    usual = max(set(working), key=lambda hours: (working.count(hours), -hours))
    found = []
    for key, derived, limit in (("day_hr_cnt", usual, 24.0), ("week_hr_cnt", sum(totals), 168.0)):
        text = row.get(key, "").strip()
        try:
            value = float(text.replace(",", ".")) if text else derived
        except ValueError:
            value = 0.0
        if not 0.0 < value <= limit:
            repairs.add(
                "bad-number",
                "warning",
                where,
                f"{key} is {text!r}",
                f"taken as {derived:g} from the week",
            )
            value = derived
        found.append(value)
    return found[0], found[1]


def write_calendar(calendar: Calendar) -> str:
    """The calendar in P6's grammar, on one line."""
    days = "".join(
        f"(0||{number}()({_write_shifts(calendar.week[(number + 5) % 7])}))"
        for number in range(1, 8)
    )
    exceptions = "".join(
        f"(0||{k}(d|{day + SERIAL_EPOCH})({_write_shifts(shifts)}))"
        for k, (day, shifts) in enumerate(sorted(calendar.exceptions.items()))
    )
    return (
        f"(0||CalendarData()((0||DaysOfWeek()({days}))"
        f"(0||VIEW(ShowTotal|Y)())(0||Exceptions()({exceptions}))))"
    )


def _write_shifts(shifts: Shifts) -> str:
    return "".join(
        f"(0||{k}(s|{_clock(start)}|f|{_clock(finish)})())"
        for k, (start, finish) in enumerate(shifts)
    )


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
