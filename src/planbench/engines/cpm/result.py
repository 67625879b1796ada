"""What a scheduling run gives back."""

from __future__ import annotations

from dataclasses import dataclass

from planbench.domain.schedule import Flags, Rows
from planbench.domain.times import Minutes


@dataclass(frozen=True)
class CpmResult:
    """Dates, floats and driving logic of every activity of a schedule, in its row order.

    Instants are minutes since the epoch, durations and floats working minutes of the activity's
    own calendar; `NO_TIME` where a value does not exist (the floats of complete activities).
    """

    early_start: Minutes
    early_finish: Minutes
    late_start: Minutes
    late_finish: Minutes
    total_float: Minutes
    free_float: Minutes
    remaining_duration: Minutes  # after expected finish dates were honoured
    start: Minutes  # actual start where there is one, else early start
    finish: Minutes  # actual finish where there is one, else early finish
    critical: Flags  # by the project's own definition of critical
    longest_path: Flags
    driving: Flags  # per relationship: its demand explains the successor's early date
    relationship_float: Minutes  # per relationship: working minutes it could slip alone
    project_finish: Minutes  # per project: latest early finish, NO_TIME without activities
    order: Rows  # network activities, each after its predecessors
