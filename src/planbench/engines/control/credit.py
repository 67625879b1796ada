"""Rules of credit: how much of a budget the progress of its work has earned."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Codes, Flags, Numbers


class Technique(IntEnum):
    """How an activity's progress is turned into earned value."""

    PERCENT = 0  # percent complete as reported
    ZERO_HUNDRED = 1  # everything at the finish
    FIFTY_FIFTY = 2  # half at the start, half at the finish
    QUARTER = 3  # 25 % at the start, 75 % at the finish
    LEVEL_OF_EFFORT = 4  # by time: earned is what was planned
    PLANNING_PACKAGE = 5  # nothing until it is opened into work


_AT_START = {Technique.ZERO_HUNDRED: 0.0, Technique.FIFTY_FIFTY: 0.5, Technique.QUARTER: 0.25}


def earned_share(
    technique: Codes, percent: Numbers, started: Flags, finished: Flags, planned: Numbers
) -> Numbers:
    """Earned share 0..1 of each activity.

    `percent` is 0..100 as reported (percent techniques), `planned` the planned share 0..1 at the
    data date (level of effort). A finished activity of any other technique has earned everything.
    """
    share = np.clip(percent, 0.0, 100.0) / 100.0
    share[finished] = 1.0
    for rule, first in _AT_START.items():
        chosen = technique == rule
        share[chosen] = np.where(finished[chosen], 1.0, np.where(started[chosen], first, 0.0))
    effort = technique == Technique.LEVEL_OF_EFFORT
    share[effort] = np.clip(planned[effort], 0.0, 1.0)
    share[technique == Technique.PLANNING_PACKAGE] = 0.0
    return share


def weighted_steps(weights: Sequence[float], percents: Sequence[float]) -> float:
    """Percent complete 0..100 of steps or milestones: sum of weight x percent / sum of weights.

    Equivalent units and weighted milestones are the same sum (a milestone is at 0 or 100).
    Raises ModelError for weights that are negative or all zero.
    """
    total = float(sum(weights))
    if total <= 0 or min(weights) < 0:
        raise ModelError("the weights of the steps must be positive", "", "Give each a weight.")
    return sum(w * p for w, p in zip(weights, percents, strict=True)) / total


def by_units(installed: float, budgeted: float) -> float:
    """Percent complete 0..100 by installed quantity.

    Raises ModelError when nothing is budgeted or more is installed than budgeted.
    """
    if budgeted <= 0 or installed > budgeted:
        raise ModelError(
            f"{installed:g} installed of {budgeted:g} budgeted",
            "",
            "Change the budgeted quantity first.",
        )
    return 100.0 * installed / budgeted
