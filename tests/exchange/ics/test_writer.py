"""Calendar files, read back by a strict reader of RFC 5545 written for this test."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.exchange.ics.writer import Day, write_ics

STAMP = dt.datetime(2026, 11, 24, 8, 30)


def read(data: bytes) -> dict[str, Any]:
    """Components as nested dictionaries; raises AssertionError for what the RFC forbids."""
    assert data.endswith(b"\r\n")
    physical = data.split(b"\r\n")[:-1]
    assert not any(b"\n" in line or b"\r" in line for line in physical)
    assert all(len(line) <= 75 for line in physical)
    lines: list[bytes] = []
    for line in physical:
        line.decode("utf-8")  # no fold inside a character
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    root: dict[str, Any] = {"parts": []}
    stack = [root]
    for raw in lines:
        match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^:;]+)*):(.*)", raw.decode(), re.DOTALL)
        assert match, raw
        name, parameters, value = match.groups()
        if name == "BEGIN":
            part = {"kind": value, "parts": []}
            stack[-1]["parts"].append(part)
            stack.append(part)
        elif name == "END":
            assert stack.pop()["kind"] == value
        else:
            stack[-1].setdefault(name, []).append((parameters, value))
    assert stack == [root]
    return root["parts"][0]


def plain(part: dict[str, Any], name: str) -> str:
    ((_, value),) = part[name]
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    found = re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], value)
    assert "\\" not in re.sub(r"\\[\\;,nN]", "", value)
    return found


def test_required_properties_dates_and_alarms() -> None:
    day = Day("a@x", dt.date(2026, 3, 31), "Notice", "Clause 20.2", ("Contract", "Us"), (14, 1))
    calendar = read(write_ics([day], STAMP, "Deadlines"))
    assert calendar["kind"] == "VCALENDAR"
    assert calendar["VERSION"] == [("", "2.0")]
    assert len(calendar["PRODID"]) == 1
    (event,) = calendar["parts"]
    assert event["kind"] == "VEVENT"
    assert event["UID"] == [("", "a@x")]
    assert event["DTSTAMP"] == [("", "20261124T083000Z")]
    assert event["DTSTART"] == [(";VALUE=DATE", "20260331")]
    assert event["DTEND"] == [(";VALUE=DATE", "20260401")]  # the day after: the end is exclusive
    assert event["CATEGORIES"] == [("", "Contract,Us")]
    assert [alarm["TRIGGER"] for alarm in event["parts"]] == [[("", "-P14D")], [("", "-P1D")]]
    for alarm in event["parts"]:
        assert alarm["ACTION"] == [("", "DISPLAY")]
        assert plain(alarm, "DESCRIPTION") == "Notice"


def test_what_is_done_reminds_nobody() -> None:
    day = Day("a@x", dt.date(2026, 3, 31), "Notice", reminders=(7,), done=True)
    assert read(write_ics([day], STAMP))["parts"][0]["parts"] == []


@settings(max_examples=80, deadline=None)
@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200),
    st.text(st.sampled_from('äñ漢😀;,\\:"\n x'), max_size=200),
)
def test_any_text_comes_back(summary: str, description: str) -> None:
    day = Day("u@x", dt.date(2026, 1, 1), summary, description)
    (event,) = read(write_ics([day, day], STAMP))["parts"][:1]
    assert plain(event, "SUMMARY") == summary
    if description:
        assert plain(event, "DESCRIPTION") == description
