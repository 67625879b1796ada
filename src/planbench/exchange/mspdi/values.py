"""Values as Microsoft Project writes them: dates, ISO durations, tenths of minutes, cents."""

from __future__ import annotations

import re

from planbench.domain.times import NO_TIME, from_iso, to_datetime
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record

_DURATION = re.compile(
    r"(-?)P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d*)?)S)?)?"
)
_YEARS = (1900, 2199)
_NOT_AVAILABLE = ("NA", "4294967295", "2049-12-31T23:59:00")


def minutes_of(text: str) -> int | None:
    """Whole minutes of `PT8H30M0S`, the nearest; None when the text is no duration."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    sign, days, hours, minutes, seconds = found.groups()
    total = int(days or 0) * 1440 + int(hours or 0) * 60 + int(minutes or 0)
    total += int(float(seconds or 0) / 60.0 + 0.5)
    return -total if sign else total


def duration_text(minutes: int) -> str:
    """A duration as Project writes it, "" for `NO_TIME`."""
    if minutes == NO_TIME:
        return ""
    sign, whole = ("-", -minutes) if minutes < 0 else ("", minutes)
    return f"{sign}PT{whole // 60}H{whole % 60}M0S"


def work_text(hours: float) -> str:
    """Work in hours as a duration, to the second."""
    seconds = int(abs(hours) * 3600.0 + 0.5)
    sign = "-" if hours < 0 and seconds else ""
    return f"{sign}PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S"


def work_hours(text: str) -> float | None:
    """Hours of a duration to the second, None when the text is none."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    sign, days, hours, minutes, seconds = found.groups()
    total = int(days or 0) * 24.0 + int(hours or 0)
    total += (int(minutes or 0) * 60.0 + float(seconds or 0)) / 3600.0
    return -total if sign else total


def date_text(minute: int) -> str:
    """An instant as `yyyy-mm-ddThh:mm:ss`, "" for `NO_TIME`."""
    moment = to_datetime(minute)
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S")


class Reader:
    """Fields of records as values; what cannot be read is listed and taken as absent."""

    def __init__(self, repairs: Repairs) -> None:
        self.repairs = repairs

    def instant(self, record: Record, name: str) -> int:
        """A date, `NO_TIME` where there is none."""
        text = record.get(name)
        if not text or text in _NOT_AVAILABLE:
            return NO_TIME
        try:
            minute = from_iso(text[:19])
            year = int(text[:4])
        except (ValueError, OverflowError):
            year = 0
        if not _YEARS[0] <= year <= _YEARS[1]:
            return self._bad(record, name, text, "bad-date", "a date", NO_TIME)
        return minute

    def duration(self, record: Record, name: str, default: int = NO_TIME) -> int:
        """A duration in minutes."""
        text = record.get(name)
        if not text:
            return default
        minutes = minutes_of(text.strip())
        if minutes is None:
            return self._bad(record, name, text, "bad-duration", "a duration", default)
        return minutes

    def hours(self, record: Record, name: str, default: float = 0.0) -> float:
        """Work in hours."""
        text = record.get(name)
        if not text:
            return default
        found = work_hours(text.strip())
        if found is None:
            self._bad(record, name, text, "bad-duration", "a duration", 0)
            return default
        return found

    def number(self, record: Record, name: str, default: float = 0.0) -> float:
        """A decimal number."""
        text = record.get(name)
        if not text:
            return default
        try:
            value = float(text)
        except ValueError:
            value = float("inf")
        if not abs(value) < 1e15:
            self._bad(record, name, text, "bad-number", "a number", 0)
            return default
        return value

    def money(self, record: Record, name: str, default: float = 0.0) -> float:
        """A cost, which files hold in hundredths of the currency."""
        return self.number(record, name, default * 100.0) / 100.0

    def tenths(self, record: Record, name: str, default: int = NO_TIME) -> int:
        """Whole minutes of a number of tenths of minutes."""
        if not record.get(name):
            return default
        value = self.number(record, name, float("nan"))
        if value != value:
            return default
        whole = int(abs(value) / 10.0 + 0.5)
        return whole if value >= 0 else -whole

    def _bad(self, record: Record, name: str, text: str, code: str, what: str, default: int) -> int:
        shown = text if len(text) <= 40 else text[:37] + "..."
        self.repairs.add(
            code,
            "error",
            f"{record.tag} {record.get('UID')} {name}".replace("  ", " "),
            f"{shown!r} is not {what} that can be used",
            "left empty",
        )
        return default


def flag(record: Record, name: str, default: bool = False) -> bool:
    """A field of 0 and 1 (or false and true)."""
    return {"1": True, "true": True, "0": False, "false": False}.get(
        record.get(name).strip().lower(), default
    )


def day_of(text: str) -> int:
    """Day number of the date that a text begins with. Raises ValueError when there is none."""
    return from_iso(text[:10]) // 1440
