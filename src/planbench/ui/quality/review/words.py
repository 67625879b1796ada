"""How the Review side says things: chips of stages and standings, severities, acts of a history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from planbench.domain.times import from_datetime
from planbench.engines.findings.record import Act
from planbench.ui import text

STAGES = {
    "open": ("neutral", "Open"),
    "assigned": ("needs-you", "Assigned"),
    "responded": ("info", "Responded"),
    "disputed": ("watch", "Disputed"),
    "came back": ("late", "Came back"),
    "waived": ("not-applicable", "Waived"),
    "closed": ("done", "Closed"),
    "resolved": ("meets", "Resolved"),
}
"""Chip kind and word of where a finding stands."""

STANDINGS = {
    "new": ("flag", "New"),
    "changed": ("later", "Changed"),
    "regressed": ("late", "Came back"),
    "persisting": ("neutral", "Persisting"),
    "resolved": ("meets", "Resolved"),
    "unchecked": ("not-applicable", "Not measured"),
}
"""Chip kind and word of what an update says of a finding."""

SEVERITIES = {
    "critical": ("error", "critical-text", "Critical"),
    "major": ("alert", "near-critical-text", "Major"),
    "minor": ("info", "text-muted", "Minor"),
    "observation": ("eye", "text-muted", "Observation"),
}
"""Icon, its role, and word of each severity."""

_FIELDS = {
    "state": "State",
    "severity": "Severity",
    "owner": "Owner",
    "due": "Due",
    "title": "Title",
    "action": "Asked for",
    "disposition": "Disposition",
    "waiver": "Waiver",
    "objects": "Objects",
    "part_of": "Part of",
    "private": "Private",
}


def field(name: str) -> str:
    """A field's name as the window writes it."""
    return _FIELDS[name]


def value(name: str, held: Any) -> str:
    """What a field holds, in words."""
    if name == "waiver":
        return waiver(held) if held else "none"
    if name == "objects":
        keys = [str(one[1]) for one in held]
        return ", ".join(keys[:6]) + (f" and {len(keys) - 6} more" if len(keys) > 6 else "")
    if name == "private":
        return "yes" if held else "no"
    return str(held) or "none"


def waiver(held: dict[str, Any]) -> str:
    """A waiver in a sentence: why, and what ends it."""
    days = int(held.get("slip_days", 0))
    by = f" by more than {text.counted(days, 'day')}" if days else ""
    watched = {
        "value": "its value gets worse",
        "logic": "its logic changes",
        "dates": f"its dates move{by}",
    }
    ends = [watched[one] for one in held["watch"]]
    if held["expires"]:
        ends.append(f"after {held['expires']}")
    until = f" Until {' or '.join(ends)}." if ends else " Without an end."
    return f"{held['reason'].rstrip('.')}.{until}"


def moment(at: str) -> str:
    """`30-Sep-26 08:15` of the time of an act, as this computer's clock shows it."""
    try:
        then = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC).astimezone()
    except ValueError:
        return at
    minute = from_datetime(then.replace(tzinfo=None))
    return f"{text.date(minute)} {text.clock(minute)}"


def act(one: Act) -> str:
    """What an act did, in a line."""
    said = f"{field(one.field)}: {value(one.field, one.value)}"
    why = one.why if one.why and one.why not in said else ""
    return f"{said} ({why})" if why else said
