"""How the Review side says things: chips of stages and standings, severities, acts of a history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from planbench.domain.times import from_datetime
from planbench.engines.findings.record import Act
from planbench.ui import text
from planbench.ui.translation import tr

STAGES = {
    "open": ("neutral", tr("Open")),
    "assigned": ("needs-you", tr("Assigned")),
    "responded": ("info", tr("Responded")),
    "disputed": ("watch", tr("Disputed")),
    "came back": ("late", tr("Came back")),
    "waived": ("not-applicable", tr("Waived")),
    "closed": ("done", tr("Closed")),
    "resolved": ("meets", tr("Resolved")),
}
"""Chip kind and word of where a finding stands."""

STANDINGS = {
    "new": ("flag", tr("New")),
    "changed": ("later", tr("Changed")),
    "regressed": ("late", tr("Came back")),
    "persisting": ("neutral", tr("Persisting")),
    "resolved": ("meets", tr("Resolved")),
    "unchecked": ("not-applicable", tr("Not measured")),
}
"""Chip kind and word of what an update says of a finding."""

SEVERITIES = {
    "critical": ("error", "critical-text", tr("Critical")),
    "major": ("alert", "near-critical-text", tr("Major")),
    "minor": ("info", "text-muted", tr("Minor")),
    "observation": ("eye", "text-muted", tr("Observation")),
}
"""Icon, its role, and word of each severity."""

_FIELDS = {
    "state": tr("State"),
    "severity": tr("Severity"),
    "owner": tr("Owner"),
    "due": tr("Due"),
    "title": tr("Title"),
    "action": tr("Asked for"),
    "disposition": tr("Disposition"),
    "waiver": tr("Waiver"),
    "objects": tr("Objects"),
    "part_of": tr("Part of"),
    "private": tr("Private"),
    "justification": tr("Justification"),
    "category": tr("Category"),
    "tags": tr("Tags"),
    "linked": tr("Other findings"),
    "reviewed": tr("Reviewed by"),
    "approved": tr("Approved by"),
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
        return ", ".join(keys[:6]) + (
            tr(" and {keys} more").format(keys=len(keys) - 6) if len(keys) > 6 else ""
        )
    if name == "private":
        return tr("yes") if held else tr("no")
    if isinstance(held, list):
        return ", ".join(map(str, held)) or tr("none")
    return str(held) or tr("none")


def waiver(held: dict[str, Any]) -> str:
    """A waiver in a sentence: why, and what ends it."""
    days = int(held.get("slip_days", 0))
    by = (
        tr(" by more than {days}").format(days=text.counted(days, tr("day"), tr("days")))
        if days
        else ""
    )
    watched = {
        "value": tr("its value gets worse"),
        "logic": tr("its logic changes"),
        "dates": tr("its dates move{by}").format(by=by),
    }
    ends = [watched[one] for one in held["watch"]]
    if held["expires"]:
        ends.append(tr("after {held}").format(held=held["expires"]))
    until = tr(" Until {ends}.").format(ends=" or ".join(ends)) if ends else tr(" Without an end.")
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
