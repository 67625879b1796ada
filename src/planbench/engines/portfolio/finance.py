"""Investment figures of cash flows.

Flows are amounts by whole period with the first at time 0, or amounts with times in years.
Rates are shares (0.065 for 6.5 %). A figure that does not exist (no inflow, no root, never paid
back) is None. Definitions after Brealey, Myers and Allen, Principles of Corporate Finance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ModelError


def npv(rate: float, flows: Sequence[float], times: Sequence[float] | None = None) -> float:
    """Net present value; flow t is t periods from now, or `times[t]` years."""
    if rate <= -1:
        raise ModelError("the rate is not above -100 %")
    amounts = np.asarray(flows, dtype=np.float64)
    when = np.arange(amounts.size) if times is None else np.asarray(times, dtype=np.float64)
    return float(amounts @ (1.0 + rate) ** -when)


def npv_mid_period(rate: float, flows: Sequence[float]) -> float:
    """Net present value with every flow in the middle of its period, the first at 0.5."""
    return npv(rate, flows, [t + 0.5 for t in range(len(flows))])


def xnpv(rate: float, flows: Sequence[float], dates: Sequence[dt.date]) -> float:
    """Net present value at the first date by days / 365, as spreadsheets do."""
    return npv(rate, flows, [(date - dates[0]).days / 365.0 for date in dates])


def sign_changes(flows: Sequence[float]) -> int:
    """How often the flows change sign: there are at most as many rates of return above -100 %."""
    signs = [amount > 0 for amount in flows if amount]
    return sum(a != b for a, b in pairwise(signs))


def irr(flows: Sequence[float]) -> tuple[float, ...]:
    """All internal rates of return above -100 %, ascending; more than one: use `mirr`.

    They are the real positive roots of the flows as a polynomial in 1 / (1 + rate).
    """
    amounts = np.trim_zeros(np.asarray(flows, dtype=np.float64))
    if sign_changes(amounts.tolist()) == 0:
        return ()
    roots = np.roots(amounts[::-1])
    near = roots[(np.abs(roots.imag) < 1e-4 * (1 + np.abs(roots))) & (roots.real > 1e-9)].real
    found: list[float] = []
    size = float(np.abs(amounts).sum())
    for start in sorted(1.0 / near - 1.0):
        rate = _polished(amounts, float(start))
        if abs(npv(rate, amounts.tolist())) < 1e-7 * size and (
            not found or rate - found[-1] > 1e-6 * (1 + rate)
        ):
            found.append(rate)
    return tuple(found)


def _polished(amounts: npt.NDArray[np.float64], rate: float) -> float:
    """A few steps of Newton from a root that is already near."""
    times = np.arange(amounts.size)
    for _ in range(30):
        factors = (1.0 + rate) ** -times
        slope = float((-times * amounts) @ factors) / (1.0 + rate)
        if slope == 0.0:
            break
        step = float(amounts @ factors) / slope
        if rate - step <= -1 or abs(step) > 0.5 * (1 + rate):
            break
        rate -= step
        if abs(step) < 1e-14 * (1 + rate):
            break
    return rate


def xirr(flows: Sequence[float], dates: Sequence[dt.date]) -> tuple[float, ...]:
    """All rates between -99 % and 1,000 % where `xnpv` is zero."""
    from scipy.optimize import brentq

    grid = np.concatenate([np.linspace(-0.99, 1.0, 400), np.linspace(1.01, 10.0, 200)])
    values = [xnpv(float(rate), flows, dates) for rate in grid]
    found = []
    for a, b, at_a, at_b in zip(grid[:-1], grid[1:], values[:-1], values[1:], strict=True):
        if at_a == 0:
            found.append(float(a))
        elif at_a * at_b < 0:
            found.append(float(brentq(xnpv, a, b, args=(flows, dates), xtol=1e-13)))
    return tuple(found)


def mirr(flows: Sequence[float], finance_rate: float, reinvest_rate: float) -> float | None:
    """Modified rate of return: outflows discounted, inflows compounded to the last period."""
    amounts = np.asarray(flows, dtype=np.float64)
    n = amounts.size - 1
    paid = -npv(finance_rate, np.minimum(amounts, 0).tolist())
    earned = npv(reinvest_rate, np.maximum(amounts, 0).tolist()) * (1 + reinvest_rate) ** n
    if n < 1 or paid <= 0 or earned <= 0:
        return None
    return float((earned / paid) ** (1.0 / n) - 1.0)


def payback(flows: Sequence[float], rate: float = 0.0) -> float | None:
    """Periods until the sum of the flows, discounted by `rate`, is no longer negative.

    Between two periods the flow comes in evenly. The last crossing counts, so that later
    outflows are not forgotten; None when the flows never pay back.
    """
    sums = np.cumsum(np.asarray(flows, dtype=np.float64) * (1.0 + rate) ** -np.arange(len(flows)))
    if not sums.size or sums[-1] < 0:
        return None
    under = np.flatnonzero(sums < 0)
    if not under.size:
        return 0.0
    last = int(under[-1])
    return last + float(-sums[last] / (sums[last + 1] - sums[last]))


def profitability_index(rate: float, flows: Sequence[float]) -> float | None:
    """Present value of what follows over the investment at time 0 (1 + NPV / investment)."""
    if not flows or flows[0] >= 0:
        return None
    return 1.0 + npv(rate, flows) / -flows[0]


def roi(benefits: Sequence[float], costs: Sequence[float], rate: float = 0.0) -> float | None:
    """(benefits - costs) / costs, both by period and discounted by `rate`."""
    ratio = benefit_cost_ratio(benefits, costs, rate)
    return None if ratio is None else ratio - 1.0


def benefit_cost_ratio(
    benefits: Sequence[float], costs: Sequence[float], rate: float = 0.0
) -> float | None:
    """Present value of the benefits over present value of the costs."""
    paid = npv(rate, costs)
    return npv(rate, benefits) / paid if paid > 0 else None


def equivalent_annuity(rate: float, flows: Sequence[float]) -> float | None:
    """The even yearly amount with the same present value, to compare unequal lives."""
    n = len(flows) - 1
    if n < 1:
        return None
    return npv(rate, flows) * (1.0 / n if rate == 0 else rate / (1.0 - (1.0 + rate) ** -n))


@dataclass(frozen=True)
class Stage:
    """A stage up to a gate: its cost at `time` years, and the chance to pass the gate."""

    time: float
    cost: float
    probability: float


@dataclass(frozen=True)
class StagedValue:
    """Expected value of going through gates. `stop_after` is the gate to give up at, or None.

    `value` stops where going on is worth less than abandoning, `committed` never stops.
    """

    value: float
    committed: float
    stop_after: int | None


def staged_value(
    stages: Sequence[Stage], payoff: float, rate: float, salvage: float = 0.0
) -> StagedValue:
    """Expected net present value with the option to abandon before any stage.

    `payoff` is the present value, now, of success; `salvage` what abandoning brings, now. The
    tree is folded back from the last gate (Cooper, Edgett and Kleinschmidt: expected commercial
    value).
    """
    value = committed = payoff
    stop: int | None = None
    for number in range(len(stages) - 1, -1, -1):
        stage = stages[number]
        if not 0 <= stage.probability <= 1:
            raise ModelError("the chance of a gate is not between 0 and 1", f"stage {number + 1}")
        paid = stage.cost * (1.0 + rate) ** -stage.time
        going = stage.probability * value + (1 - stage.probability) * salvage - paid
        committed = stage.probability * committed + (1 - stage.probability) * salvage - paid
        if going < salvage:
            value, stop = salvage, number
        else:
            value = going
    return StagedValue(value, committed, stop)


def certainty_equivalent(values: Sequence[float], aversion: float) -> float:
    """Mean less `aversion` standard deviations of simulated values."""
    drawn = np.asarray(values, dtype=np.float64)
    return float(drawn.mean() - aversion * drawn.std(ddof=1))


def with_premium(
    flows: Sequence[float], rate: float, premium: float, times: Sequence[float] | None = None
) -> float:
    """Net present value at a rate raised by the premium of the project's class of risk."""
    return npv(rate + premium, flows, times)
