"""Earned schedule: the time at which the plan would have earned what is earned now.

After Lipke; times are in the unit of the curve (periods, or minutes of the clock), values in
money.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from planbench.domain.schedule import Numbers

CENT = 0.005
"""Values closer than this are the same."""


def earned_schedule(planned: Sequence[float] | Numbers, earned: float, now: float) -> float:
    """ES on a grid of equal periods; `planned[k]` is the cumulative PV at the end of period k+1.

    ES = t + (EV - PV_t) / (PV_t+1 - PV_t) with PV_t <= EV < PV_t+1 and PV_0 = 0. Where the plan
    stands still the end of the standstill counts; on plan, ES is `now`; with everything earned
    it is the first period that has it all, the planned duration.
    """
    curve = np.concatenate(([0.0], np.asarray(planned, dtype=np.float64)))
    total = float(curve[-1])
    if earned >= total - 1e-9:
        return float(np.searchsorted(curve, total - 1e-9))
    if abs(float(np.interp(now, np.arange(curve.size), curve)) - earned) < 1e-9:
        return float(now)
    low = int(np.searchsorted(curve, earned + 1e-9, side="right")) - 1
    low = max(low, 0)
    return low + (earned - float(curve[low])) / float(curve[low + 1] - curve[low])


def earned_time(
    planned_at: Callable[[int], float], earned: float, start: int, finish: int, now: int
) -> int:
    """The minute at which a continuous plan has earned `earned`.

    `planned_at(minute)` is the cumulative PV, never falling. It is the last minute at which no
    more than EV is planned (the right edge of a standstill), `now` on plan, and `finish` with
    everything earned. Halving finds it in 30 evaluations or so.
    """
    if earned >= planned_at(finish) - CENT:
        return finish
    if abs(planned_at(now) - earned) < CENT:
        return min(now, finish)
    low, high = start, finish  # planned_at(low) <= earned < planned_at(high)
    if planned_at(low) > earned + CENT:
        return start
    while high - low > 1:
        middle = (low + high) // 2
        if planned_at(middle) <= earned + CENT:
            low = middle
        else:
            high = middle
    return low


def adherence(planned: Numbers, earned: Numbers) -> float | None:
    """The p-factor: how much of what the plan had earned at ES was earned in the planned places.

    p = sum of min(PV_i(ES), EV_i(AT)) / sum of PV_i(ES) over the activities i. 1 is work in the
    planned order. None before anything is planned.
    """
    total = float(planned.sum())
    return None if total <= 0 else float(np.minimum(planned, earned).sum()) / total
