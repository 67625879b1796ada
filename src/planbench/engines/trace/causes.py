"""The causes of an activity's dates as records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planbench.domain.schedule import Constraint

Kind = Literal[
    "link",
    "constraint",
    "data-date",
    "planned-start",
    "resume",
    "external",
    "duration",
    "expected-finish",
    "as-late-as-possible",
    "project-finish",
    "must-finish",
    "open-end",
    "actual",
    "span",
    "entered",
    "in-progress",
    "resources",
    "deadline",
]

NO_LINK = -1


@dataclass(frozen=True)
class Cause:
    """One thing that sets a date.

    `instant` is the date it asks for as it stands; `waits` tells that the calendar had to move it
    to its next (early dates) or previous (late dates) working time. A link names its relationship
    row and the activity at its other end. `via` is the summary through which a link, constraint or
    deadline acts on the activity, -1 where it is the activity's own.
    """

    kind: Kind
    instant: int
    relationship: int = NO_LINK
    activity: int = -1
    constraint: Constraint = Constraint.NONE
    waits: bool = False
    via: int = -1


@dataclass(frozen=True)
class Reasons:
    """What set the dates of one activity; several causes where they tie.

    `next_predecessor` is the relationship, not driving, whose predecessor has the least float to
    this activity, and `next_float` that float in working minutes of its predecessor's calendar.
    """

    row: int
    early_start: tuple[Cause, ...]
    early_finish: tuple[Cause, ...]
    late_finish: tuple[Cause, ...]
    next_predecessor: int
    next_float: int
    sentences: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All of it in plain words."""
        return " ".join(self.sentences)
