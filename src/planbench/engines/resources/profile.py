"""What a loading gives back: amounts per period beside what can be had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import Flags, Numbers
from planbench.domain.times import Minutes


@dataclass(frozen=True)
class Profile:
    """Amounts per period of one choice of groups; `edges` are one more than the periods."""

    period: str
    measure: str
    unit: str
    edges: Minutes
    actual: Numbers
    remaining: Numbers
    late: Numbers  # actual and remaining between the late dates
    baseline: Numbers | None  # the budget between the baseline dates
    limit: Numbers | None
    over: Flags
    undated: float

    @property
    def slips(self) -> bool:
        """Whether the late dates load the periods otherwise than the early ones."""
        return bool((np.abs(self.late - self.total) > 1e-9).any())

    @property
    def total(self) -> Numbers:
        """Actual and remaining between the early dates."""
        return self.actual + self.remaining
