"""Writing all-day events with reminders as iCalendar (RFC 5545).

One VCALENDAR with a VEVENT per entry and a VALARM per reminder (sections 3.4, 3.6.1, 3.6.6).
Lines end in CRLF and are folded at 75 octets (3.1); texts are escaped (3.3.11). There is no time
zone, since whole days have none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

_FOLD = 75


@dataclass(frozen=True)
class Day:
    """One entry of a calendar: a day, what it is, and reminders in days before it.

    `uid` is the same for the same matter every time, so that a calendar replaces what it has.
    """

    uid: str
    date: dt.date
    summary: str
    description: str = ""
    categories: tuple[str, ...] = ()
    reminders: tuple[int, ...] = ()
    done: bool = False


def write_ics(days: Iterable[Day], stamp: dt.datetime, name: str = "") -> bytes:
    """The entries as an .ics file in UTF-8. `stamp` is the moment of writing, in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planbench//contract//EN"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if name:
        lines.append(f"X-WR-CALNAME:{_text(name)}")
    for day in days:
        lines += _event(day, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(day: Day, stamp: dt.datetime) -> list[str]:
    after = day.date + dt.timedelta(days=1)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(day.uid)}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day.date:%Y%m%d}",
        f"DTEND;VALUE=DATE:{after:%Y%m%d}",
        f"SUMMARY:{_text(day.summary)}",
        "TRANSP:TRANSPARENT",
    ]
    if day.description:
        lines.append(f"DESCRIPTION:{_text(day.description)}")
    if day.categories:
        lines.append("CATEGORIES:" + ",".join(_text(one) for one in day.categories))
    for reminder in () if day.done else day.reminders:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_text(day.summary)}",
            f"TRIGGER:-P{reminder}D",
            "END:VALARM",
        ]
    lines.append("END:VEVENT")
    return lines


def _text(value: str) -> str:
    """A text as RFC 5545 section 3.3.11 wants it; other control characters are dropped."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(c for c in plain if c in "\n\t" or (ord(c) >= 32 and c != "\x7f"))
    for old, new in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(old, new)
    return plain


def _folded(line: str) -> bytes:
    """One content line in pieces of at most 75 octets, never inside a character."""
    pieces, piece, room = [], b"", _FOLD
    for character in line:
        coded = character.encode("utf-8", "replace")
        if len(piece) + len(coded) > room:
            pieces.append(piece)
            piece, room = b"", _FOLD - 1
        piece += coded
    pieces.append(piece)
    return b"\r\n ".join(pieces) + b"\r\n"
