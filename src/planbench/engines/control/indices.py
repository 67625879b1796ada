"""Earned value indices and every forecast of cost and duration.

Money is float in the project's currency, durations are working hours. A division by nothing
gives None, which a reader sees as "n/a". Formulas follow EIA-748 for cost and the published
comparison of nine duration forecasts (planned value, earned duration and earned schedule methods,
each with the performance factors 1, SPI or SPI(t), and SCI).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COST_WEIGHT, SCHEDULE_WEIGHT = 0.8, 0.2
"""Weights of CPI and of SPI or SPI(t) in the weighted performance factor."""

TCPI_GAP = 0.10
"""A to-complete index of the forecast further than this from CPI is not plausible."""


def ratio(over: float | None, under: float | None) -> float | None:
    """Over / under, None where either is missing or `under` is zero."""
    return None if over is None or not under else over / under


@dataclass(frozen=True)
class Values:
    """The four sums that everything else is made of. Sums add; indices never do."""

    bac: float = 0.0  # budget at completion
    pv: float = 0.0  # planned value (BCWS)
    ev: float = 0.0  # earned value (BCWP)
    ac: float = 0.0  # actual cost (ACWP)

    def __add__(self, other: Values) -> Values:
        return Values(
            self.bac + other.bac, self.pv + other.pv, self.ev + other.ev, self.ac + other.ac
        )

    @property
    def cv(self) -> float:
        """Cost variance EV - AC."""
        return self.ev - self.ac

    @property
    def sv(self) -> float:
        """Schedule variance EV - PV, in money."""
        return self.ev - self.pv

    @property
    def cv_share(self) -> float | None:
        """Cost variance as a share of EV."""
        return ratio(self.cv, self.ev)

    @property
    def sv_share(self) -> float | None:
        """Schedule variance as a share of PV."""
        return ratio(self.sv, self.pv)

    @property
    def cpi(self) -> float | None:
        """Cost performance index EV / AC."""
        return ratio(self.ev, self.ac)

    @property
    def spi(self) -> float | None:
        """Schedule performance index EV / PV."""
        return ratio(self.ev, self.pv)

    @property
    def sci(self) -> float | None:
        """Schedule cost index SPI x CPI."""
        return product(self.spi, self.cpi)

    @property
    def planned(self) -> float | None:
        """Planned share PV / BAC."""
        return ratio(self.pv, self.bac)

    @property
    def earned(self) -> float | None:
        """Earned share EV / BAC."""
        return ratio(self.ev, self.bac)

    @property
    def spent(self) -> float | None:
        """Spent share AC / BAC."""
        return ratio(self.ac, self.bac)

    @property
    def tcpi_bac(self) -> float | None:
        """To-complete index (BAC - EV) / (BAC - AC); None when the budget is exhausted."""
        return to_complete(self.bac - self.ev, self.bac - self.ac)

    def tcpi_eac(self, eac: float | None) -> float | None:
        """To-complete index (BAC - EV) / (EAC - AC); None when nothing is left to spend."""
        return None if eac is None else to_complete(self.bac - self.ev, eac - self.ac)


def product(one: float | None, other: float | None) -> float | None:
    """One x other, None where either is missing."""
    return None if one is None or other is None else one * other


def to_complete(work: float, money: float) -> float | None:
    """Work that remains by the money that remains, None for no money."""
    return None if money <= 0 else work / money


def _weighted(cpi: float | None, other: float | None) -> float | None:
    if cpi is None or other is None:
        return None
    return COST_WEIGHT * cpi + SCHEDULE_WEIGHT * other


def cost_forecasts(values: Values, spi_t: float | None) -> dict[str, float | None]:
    """Estimates at completion EAC = AC + (BAC - EV) / PF by performance factor PF.

    The eight factors: 1, CPI, SPI, SPI(t), SCI, SCI(t) = SPI(t) x CPI, and .8 CPI + .2 SPI or
    SPI(t). A factor that is missing or zero gives None, unless nothing is left to earn.
    """
    cpi, spi = values.cpi, values.spi
    factors: Mapping[str, float | None] = {
        "1": 1.0,
        "CPI": cpi,
        "SPI": spi,
        "SPI(t)": spi_t,
        "SCI": values.sci,
        "SCI(t)": product(spi_t, cpi),
        "0.8 CPI + 0.2 SPI": _weighted(cpi, spi),
        "0.8 CPI + 0.2 SPI(t)": _weighted(cpi, spi_t),
    }
    left = values.bac - values.ev
    return {name: _forecast(values.ac, left, factor) for name, factor in factors.items()}


def _forecast(done: float, left: float, factor: float | None) -> float | None:
    """Done + left / factor."""
    if abs(left) < 1e-9:
        return done
    part = ratio(left, factor)
    return None if part is None else done + part


def recent_cpi(ev: list[float], ac: list[float], periods: int) -> float | None:
    """CPI of the last `periods` periods, from cumulative EV and AC in order of the data dates."""
    if len(ev) != len(ac) or len(ev) <= periods:
        return None
    return ratio(ev[-1] - ev[-1 - periods], ac[-1] - ac[-1 - periods])


def duration_forecasts(
    values: Values, planned: float, actual: float, earned: float
) -> dict[str, float | None]:
    """The nine forecasts EAC(t) of the project's duration, in the unit of the arguments.

    `planned` is the planned duration PD, `actual` the actual time AT, `earned` the earned schedule
    ES. PV1 = PD - SV x PD / BAC, PV2 = PD / SPI, PV3 = PD / SCI; with ED = AT x SPI and
    m = max(PD, AT): ED1 = AT + m - ED, ED2 = AT + (m - ED) / SPI, ED3 = AT + (m - ED) / SCI;
    ES1 = AT + PD - ES, ES2 = AT + (PD - ES) / SPI(t), ES3 = AT + (PD - ES) / (CPI x SPI(t)).
    """
    spi, sci, spi_t = values.spi, values.sci, ratio(earned, actual)
    late = ratio(values.sv * planned, values.bac)
    duration = product(actual, spi)  # earned duration
    left = None if duration is None else max(planned, actual) - duration
    ahead = planned - earned
    return {
        "PV1": None if late is None else planned - late,
        "PV2": ratio(planned, spi),
        "PV3": ratio(planned, sci),
        "ED1": None if left is None else actual + left,
        "ED2": None if left is None else _forecast(actual, left, spi),
        "ED3": None if left is None else _forecast(actual, left, sci),
        "ES1": actual + ahead,
        "ES2": _forecast(actual, ahead, spi_t),
        "ES3": _forecast(actual, ahead, product(values.cpi, spi_t)),
    }


def to_complete_schedule(planned: float, earned: float, actual: float) -> float | None:
    """TSPI = (PD - ES) / (PD - AT): the pace at which the planned duration is still met."""
    return to_complete(planned - earned, planned - actual)


def implausible(values: Values, eac: float | None) -> list[str]:
    """What does not fit together in one row of figures, each as one sentence."""
    found = []
    if values.ev > values.bac + 0.005:
        found.append("More is earned than was budgeted.")
    if values.ev > 0.005 and abs(values.ac) < 0.005:
        found.append("Value is earned without any cost.")
    if values.ac > 0.005 and abs(values.ev) < 0.005:
        found.append("Cost is booked without any value earned.")
    if eac is not None and eac < values.ac - 0.005:
        found.append("The forecast is below what is already spent.")
    needed, cpi, share = values.tcpi_eac(eac), values.cpi, values.earned
    if (
        needed is not None
        and cpi is not None
        and (share or 0.0) > 0.2
        and abs(needed - cpi) > TCPI_GAP
    ):
        found.append("The forecast asks for a pace far from the one so far.")
    return found
