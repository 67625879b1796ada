"""How the Contract view says and shows states."""

from __future__ import annotations

import datetime as dt

from planbench.domain.times import DAY, day_number
from planbench.engines.contract.deadlines import (
    OPEN,
    OVERDUE,
    SERVED,
    SERVED_LATE,
    SOON,
    WAIVED,
    Deadline,
)
from planbench.engines.contract.result import MET, NEEDS_EVIDENCE, NOT_APPLICABLE, NOT_MET
from planbench.ui import text

STATES = {  # state: (chip, word, colour role of its share)
    MET: ("meets", "Meets", "positive"),
    NOT_MET: ("flag", "Flag", "warning"),
    NEEDS_EVIDENCE: ("needs-you", "Needs you", "info"),
    NOT_APPLICABLE: ("not-applicable", "Not applicable", "border-strong"),
}

KINDS = {  # kind of a rule: (icon, word)
    "automatic": ("waypoints", "Automatic"),
    "semi-automatic": ("link", "Mapped"),
    "manual": ("user", "Your word"),
}

CLOCK = {  # state of a deadline: (chip, word, colour role of its mark)
    OVERDUE: ("missing", "Overdue", "negative"),
    SOON: ("watch", "Due soon", "warning"),
    OPEN: ("neutral", "Open", "surface-raised"),
    SERVED: ("done", "Served", "positive"),
    SERVED_LATE: ("late", "Served late", "late"),
    WAIVED: ("not-applicable", "Waived", "border-strong"),
}


def day(date: dt.date) -> str:
    """`12-Apr-29`."""
    return text.date(day_number(date) * DAY)


def long_day(date: dt.date) -> str:
    """`12-Apr-2029`."""
    return text.long_date(day_number(date) * DAY)


def days_left(one: Deadline) -> str:
    """How far a pending deadline is away."""
    if not one.pending:
        return ""
    if one.days_left < 0:
        return f"{text.counted(-one.days_left, 'day')} over"
    return "today" if one.days_left == 0 else f"in {text.counted(one.days_left, 'day')}"


def counted_days(one: Deadline) -> str:
    """The rule of a deadline in a few words."""
    kind = "" if one.rule.day_rule == "calendar" else f"{one.rule.day_rule} "
    start = "end of the month of " if one.rule.base == "month-end" else ""
    side = "before" if one.rule.days < 0 else "after"
    number = text.counted(abs(one.rule.days), f"{kind}day")
    return f"{number} {side} {start}{long_day(one.starts)}"
