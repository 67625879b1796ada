"""Distributions as quantile functions, and the tables that sample them.

A distribution is a standard law, which depends on its shape alone, moved and stretched: value =
location + scale * Q(u). A law is tabulated once at 1,025 knots, and again within the first and
the last of the 1,024 intervals, so that tails keep their form; discrete and cumulative laws keep
their exact steps. Knots are rounded to a fixed grid, so that the last bit of a mathematical
library does not decide about a minute.

Parameters are those of the risk model's JSON (docs of `planbench risk`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ModelError

Numbers = npt.NDArray[np.float64]
Quantile = Callable[[Numbers], Numbers]

INTERVALS = 1024
"""Intervals of a table; also the number of strata of a Latin hypercube."""

TABLE, STEPS, LINEAR = 0, 1, 2
"""How a law is sampled: table with tails, steps (discrete), straight pieces (cumulative)."""

_GRID = float(1 << 36)
_EDGE = 2.0**-22  # unbounded laws end at this probability

PARAMETERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "triangular": (("low", "mode", "high"), ()),
    "pert": (("low", "mode", "high"), ("shape",)),
    "uniform": (("low", "high"), ()),
    "normal": (("mean", "sd"), ("min", "max")),
    "lognormal": ((), ("mean", "sd", "p10", "p90")),
    "trigen": (("low", "mode", "high"), ("low_p", "high_p")),
    "beta": (("alpha", "beta", "low", "high"), ()),
    "discrete": (("values", "weights"), ()),
    "cumulative": (("values", "probabilities"), ()),
    "weibull": (("shape", "scale"), ("location",)),
    "fixed": (("value",), ()),
}
"""Needed and optional parameters by distribution."""


@dataclass(frozen=True)
class Law:
    """A standard law: `key` tells equal laws, `quantile` is exact, knots sample it."""

    key: tuple[Any, ...]
    kind: int
    quantile: Quantile = field(compare=False, repr=False)
    values: tuple[float, ...] = ()  # of discrete and cumulative laws
    probabilities: tuple[float, ...] = ()  # cumulative, last 1
    bounded: bool = True

    def knots(self) -> tuple[Numbers, Numbers]:
        """(values, cumulative probabilities); a table has 3 x 1,025 values: all, low, high tail."""
        if self.kind != TABLE:
            return np.array(self.values), np.array(self.probabilities)
        steps = np.arange(INTERVALS + 1) / INTERVALS
        u = np.concatenate((steps, steps / INTERVALS, 1.0 - steps[::-1] / INTERVALS))
        if not self.bounded:
            u = np.clip(u, _EDGE, 1.0 - _EDGE)
        return np.round(self.quantile(u) * _GRID) / _GRID, np.zeros(0)


@dataclass(frozen=True)
class Distribution:
    """`location + scale * law`; `name` and `parameters` as the user gave them."""

    name: str
    parameters: tuple[tuple[str, Any], ...]
    law: Law
    location: float = 0.0
    scale: float = 1.0

    @property
    def fixed(self) -> bool:
        """Whether it has a single value."""
        return self.scale == 0.0 or len(self.law.values) == 1

    def quantile(self, u: float | Numbers) -> Numbers:
        """Exact quantiles."""
        return self.location + self.scale * self.law.quantile(np.atleast_1d(np.asarray(u, float)))

    def given(self) -> dict[str, Any]:
        """The parameters as a dictionary."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in self.parameters}


def distribution(name: str, parameters: Mapping[str, Any], where: str = "") -> Distribution:
    """Build a distribution from its JSON parameters.

    Raises ModelError that names the place and the parameter at fault.
    """
    if name not in PARAMETERS:
        raise ModelError(f"unknown distribution '{name}'", where, f"Use {', '.join(PARAMETERS)}.")
    needed, optional = PARAMETERS[name]
    for key in parameters:
        if key not in needed and key not in optional:
            raise ModelError(f"{name} has no parameter '{key}'", where, _wanted(name))
    values: dict[str, Any] = {}
    for key in (*needed, *optional):
        if key in parameters:
            values[key] = _value(parameters[key], f"{where} {key}".strip())
        elif key in needed:
            raise ModelError(f"{name} needs the parameter '{key}'", where, _wanted(name))
    law, location, scale = _BUILDERS[name](values, where)
    return Distribution(name, tuple(values.items()), law, location, scale)


def _wanted(name: str) -> str:
    needed, optional = PARAMETERS[name]
    return f"It takes {', '.join((*needed, *(f'[{key}]' for key in optional)))}."


def _value(given: Any, where: str) -> Any:
    if isinstance(given, list | tuple):
        return tuple(_number(item, where) for item in given)
    return _number(given, where)


def _number(given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ModelError(f"'{given}' is not a number", where)
    return float(given)


def _point(value: float) -> tuple[Law, float, float]:
    return Law(("fixed",), STEPS, np.zeros_like, (0.0,), (1.0,)), value, 0.0


def _ordered(where: str, **points: float) -> None:
    names, values = list(points), list(points.values())
    for k in range(1, len(values)):
        if values[k] < values[k - 1]:
            raise ModelError(
                f"{names[k - 1]} {values[k - 1]:g} is above {names[k]} {values[k]:g}", where
            )


def _positive(where: str, **numbers: float) -> None:
    for name, value in numbers.items():
        if value <= 0:
            raise ModelError(f"{name} {value:g} must be above zero", where)


def _triangle(c: float) -> Law:
    def quantile(u: Numbers) -> Numbers:
        left = np.sqrt(u * c)
        right = 1.0 - np.sqrt((1.0 - u) * (1.0 - c))
        return np.where(u < c, left, right)

    return Law(("triangular", c), TABLE, quantile)


def _triangular(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    low, mode, high = p["low"], p["mode"], p["high"]
    _ordered(where, low=low, mode=mode, high=high)
    if low == high:
        return _point(low)
    return _triangle((mode - low) / (high - low)), low, high - low


def _beta_law(alpha: float, beta: float) -> Law:
    def quantile(u: Numbers) -> Numbers:
        from scipy.special import betaincinv

        return np.asarray(betaincinv(alpha, beta, u), dtype=np.float64)

    return Law(("beta", alpha, beta), TABLE, quantile)


def _pert(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    low, mode, high, shape = p["low"], p["mode"], p["high"], p.get("shape", 4.0)
    _ordered(where, low=low, mode=mode, high=high)
    _positive(where, shape=shape)
    if low == high:
        return _point(low)
    skew = (mode - low) / (high - low)
    return _beta_law(1.0 + shape * skew, 1.0 + shape * (1.0 - skew)), low, high - low


def _beta(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    _positive(where, alpha=p["alpha"], beta=p["beta"])
    _ordered(where, low=p["low"], high=p["high"])
    if p["low"] == p["high"]:
        return _point(p["low"])
    return _beta_law(p["alpha"], p["beta"]), p["low"], p["high"] - p["low"]


def _uniform(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    _ordered(where, low=p["low"], high=p["high"])
    return Law(("uniform",), TABLE, np.copy), p["low"], p["high"] - p["low"]


def _normal(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    from scipy.special import ndtr

    mean, sd = p["mean"], p["sd"]
    if sd < 0:
        raise ModelError(f"sd {sd:g} is below zero", where)
    low, high = p.get("min", -math.inf), p.get("max", math.inf)
    _ordered(where, min=low, max=high)
    if sd == 0:
        return _point(min(max(mean, low), high))
    a, b = float(ndtr((low - mean) / sd)), float(ndtr((high - mean) / sd))
    if b - a < 1e-9:
        raise ModelError("min and max cut off the whole distribution", where)

    def quantile(u: Numbers) -> Numbers:
        from scipy.special import ndtri

        return np.asarray(ndtri(a + u * (b - a)), dtype=np.float64)

    return Law(("normal", a, b), TABLE, quantile, bounded=a > 0 and b < 1), mean, sd


def _lognormal(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    given = set(p)
    if given == {"mean", "sd"}:
        _positive(where, mean=p["mean"])
        sigma = math.sqrt(math.log(1.0 + (p["sd"] / p["mean"]) ** 2))
        mu = math.log(p["mean"]) - sigma * sigma / 2.0
    elif given == {"p10", "p90"}:
        _positive(where, p10=p["p10"])
        _ordered(where, p10=p["p10"], p90=p["p90"])
        sigma = math.log(p["p90"] / p["p10"]) / (2.0 * 1.2815515655446004)
        mu = (math.log(p["p10"]) + math.log(p["p90"])) / 2.0
    else:
        raise ModelError("lognormal takes mean and sd, or p10 and p90", where)

    def quantile(u: Numbers) -> Numbers:
        from scipy.special import ndtri

        return np.exp(sigma * np.asarray(ndtri(u), dtype=np.float64))

    if sigma == 0:
        return _point(math.exp(mu))
    return Law(("lognormal", sigma), TABLE, quantile, bounded=False), 0.0, math.exp(mu)


def _trigen(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    low, mode, high = p["low"], p["mode"], p["high"]
    below, above = p.get("low_p", 10.0) / 100.0, 1.0 - p.get("high_p", 90.0) / 100.0
    _ordered(where, low=low, mode=mode, high=high)
    if low == high:
        return _point(low)
    if not (0 <= below < 1 and 0 <= above < 1 and below + above < 1):
        raise ModelError("low_p and high_p must be percentages, low_p the smaller", where)
    a, b = _trigen_ends(low, mode, high, below, above)
    return _triangle((mode - a) / (b - a)), a, b - a


def _trigen_ends(
    low: float, mode: float, high: float, below: float, above: float
) -> tuple[float, float]:
    """Ends of the triangle whose mass below `low` and above `high` is as wanted.

    (low - a)^2 = below (b - a)(mode - a) and its mirror image are solved in turn until both hold:
    for a given width of the triangle each is a quadratic equation in one unknown.
    """
    left, right = mode - low, high - mode
    x, y = left, right  # mode - a, b - mode
    for _ in range(500):
        new_x = _outer(left, y, below)
        new_y = _outer(right, new_x, above)
        done = abs(new_x - x) + abs(new_y - y) < 1e-13 * (new_x + new_y)
        x, y = new_x, new_y
        if done:
            break
    return mode - x, mode + y


def _outer(inner: float, other: float, share: float) -> float:
    """X >= inner with (x - inner)^2 = share * x * (x + other)."""
    a, b, c = 1.0 - share, -(2.0 * inner + share * other), inner * inner
    return (-b + math.sqrt(max(b * b - 4.0 * a * c, 0.0))) / (2.0 * a)


def _discrete(p: Mapping[str, Any], where: str) -> tuple[Law, float, float]:
    values, weights = _pair(p, "values", "weights", where)
    if min(weights) < 0 or sum(weights) <= 0:
        raise ModelError("weights must not be negative and not all zero", where)
    kept = [(v, w) for v, w in zip(values, weights, strict=True) if w > 0]
    ordered = sorted(kept)
    cumulative = np.cumsum([w for _, w in ordered]) / sum(w for _, w in ordered)
    cumulative[-1] = 1.0
    points = tuple(v for v, _ in ordered)
    steps = np.array(points)

    def quantile(u: Numbers) -> Numbers:
        rows = np.searchsorted(cumulative, u, side="left")
        return steps[np.minimum(rows, steps.size - 1)]

    probabilities = tuple(cumulative.tolist())
    law = Law(("discrete", points, probabilities), STEPS, quantile, points, probabilities)
    return law, 0.0, 1.0


def _cumulative(p: Mapping[str, Any], where: str) -> tuple[Law, float, float]:
    values, shares = _pair(p, "values", "probabilities", where)
    if list(values) != sorted(values) or list(shares) != sorted(shares):
        raise ModelError("values and probabilities must both rise", where)
    if shares[0] != 0 or shares[-1] != 1:
        raise ModelError("probabilities must begin with 0 and end with 1", where)

    def quantile(u: Numbers) -> Numbers:
        return np.interp(u, shares, values)

    return Law(("cumulative", values, shares), LINEAR, quantile, values, shares), 0.0, 1.0


def _pair(
    p: Mapping[str, Any], first: str, second: str, where: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    a, b = p[first], p[second]
    if not isinstance(a, tuple) or not isinstance(b, tuple) or len(a) != len(b) or not a:
        raise ModelError(f"{first} and {second} must be lists of the same length", where)
    return a, b


def _weibull(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    shape, scale, location = p["shape"], p["scale"], p.get("location", 0.0)
    _positive(where, shape=shape, scale=scale)

    def quantile(u: Numbers) -> Numbers:
        return (-np.log1p(-u)) ** (1.0 / shape)

    return Law(("weibull", shape), TABLE, quantile, bounded=False), location, scale


def _fixed(p: Mapping[str, float], where: str) -> tuple[Law, float, float]:
    return _point(p["value"])


_BUILDERS: dict[str, Callable[[Any, str], tuple[Law, float, float]]] = {
    "triangular": _triangular,
    "pert": _pert,
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "trigen": _trigen,
    "beta": _beta,
    "discrete": _discrete,
    "cumulative": _cumulative,
    "weibull": _weibull,
    "fixed": _fixed,
}
