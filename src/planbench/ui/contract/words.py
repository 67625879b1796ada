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
from planbench.ui.translation import tr

STATES = {  # state: (chip, word, colour role of its share)
    MET: ("meets", tr("Meets"), "positive"),
    NOT_MET: ("flag", tr("Flag"), "warning"),
    NEEDS_EVIDENCE: ("needs-you", tr("Needs you"), "info"),
    NOT_APPLICABLE: ("not-applicable", tr("Not applicable"), "border-strong"),
}

KINDS = {  # kind of a rule: (icon, word)
    "automatic": ("waypoints", tr("Automatic")),
    "semi-automatic": ("link", tr("Mapped")),
    "manual": ("user", tr("Your word")),
}

CLOCK = {  # state of a deadline: (chip, word, colour role of its mark)
    OVERDUE: ("missing", tr("Overdue"), "negative"),
    SOON: ("watch", tr("Due soon"), "warning"),
    OPEN: ("neutral", tr("Open"), "surface-raised"),
    SERVED: ("done", tr("Served"), "positive"),
    SERVED_LATE: ("late", tr("Served late"), "late"),
    WAIVED: ("not-applicable", tr("Waived"), "border-strong"),
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
        return tr("{tr} over").format(tr=text.counted(-one.days_left, tr("day"), tr("days")))
    return (
        tr("today")
        if one.days_left == 0
        else tr("in {days_left}").format(
            days_left=text.counted(one.days_left, tr("day"), tr("days"))
        )
    )


DAYS = {
    "calendar": (tr("day"), tr("days")),
    "business": (tr("business day"), tr("business days")),
    "contract": (tr("contract day"), tr("contract days")),
}


def counted_days(one: Deadline) -> str:
    """The rule of a deadline in a few words."""
    start = tr("end of the month of ") if one.rule.base == "month-end" else ""
    side = tr("before") if one.rule.days < 0 else tr("after")
    number = text.counted(abs(one.rule.days), *DAYS[one.rule.day_rule])
    return f"{number} {side} {start}{long_day(one.starts)}"
