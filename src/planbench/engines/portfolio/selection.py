"""Choosing options under limits as a mixed-integer programme, solved by HiGHS through SciPy.

A problem knows nothing of projects: items have options, of which at most one is chosen, options
have values and weigh on limits. `timing` makes one of a register. Items, options and limits are
put into one order before solving, so that the answer does not depend on the order of rows.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEFAULT_GAP = 0.005
DEFAULT_SECONDS = 20.0
DIRECT = 120
"""Up to so many options are given to the solver at once."""
FIRST_MARGIN, LEAST_GAP = 0.25, 0.008
"""Margin of the first try, as a share of the gap (or of the least one) times the value."""
TOLERANCE = 1e-6
"""How far beyond a limit still counts as within it, relative to the limit."""


@dataclass(frozen=True)
class Option:
    """One way to go on with an item: `delay` periods late, or `active` False: stopped.

    `start` is its first period, `finish` the first period after its last. `gain` and `spend` are
    the parts of the value that grow with benefits and with cost; `cost` is not discounted.
    """

    item: str
    key: str
    value: float
    active: bool = True
    start: int = 0
    finish: int = 0
    delay: int = 0
    cost: float = 0.0
    gain: float = 0.0
    spend: float = 0.0


@dataclass(frozen=True)
class Limit:
    """lower <= sum of weights of the chosen options - extra + carried out - carried in <= upper.

    Several rows with one `name` are one rule to the user. Up to `most_extra` more can be had at
    `price` a unit (hired capacity, or the penalty of a soft limit). Up to `carry_most` of what
    is left goes to the limit called `carry_to`.
    """

    name: str
    kind: str  # budget, role, total; must-do, forced-out, deadline, pinned, exclusion, together...
    options: Ints
    weights: Floats
    lower: float = -math.inf
    upper: float = math.inf
    subject: str = ""
    period: int = 0
    price: float = 0.0
    most_extra: float = 0.0
    carry_to: str = ""
    carry_most: float = 0.0

    @property
    def size(self) -> float:
        """What an excess is measured against: the limit itself, at least 1."""
        given = self.upper if math.isfinite(self.upper) else self.lower
        return max(1.0, abs(given)) if math.isfinite(given) else 1.0


@dataclass(frozen=True)
class Synergy:
    """Value that comes on top when both items are active (negative: is lost)."""

    a: str
    b: str
    value: float


@dataclass(frozen=True)
class Problem:
    """Options in order of item and delay; `exactly_one` are items that need a decision."""

    options: tuple[Option, ...]
    limits: tuple[Limit, ...]
    exactly_one: frozenset[str] = frozenset()
    synergies: tuple[Synergy, ...] = ()

    @cached_property
    def items(self) -> tuple[str, ...]:
        """The items in order."""
        return tuple(sorted({option.item for option in self.options}))

    @cached_property
    def of_item(self) -> dict[str, list[int]]:
        """Numbers of the options of each item."""
        found: dict[str, list[int]] = {item: [] for item in self.items}
        for number, option in enumerate(self.options):
            found[option.item].append(number)
        return found

    @cached_property
    def values(self) -> Floats:
        """Value of each option."""
        return np.array([option.value for option in self.options], dtype=np.float64)

    @cached_property
    def costs(self) -> Floats:
        """Forward cost of each option."""
        return np.array([option.cost for option in self.options], dtype=np.float64)

    def active(self, item: str) -> list[int]:
        """Options of an item in which it goes on."""
        return [n for n in self.of_item.get(item, ()) if self.options[n].active]

    def with_limits(self, *more: Limit) -> Problem:
        """The same with more limits."""
        return replace(self, limits=(*self.limits, *more))

    def without(self, names: set[str]) -> Problem:
        """The same without the limits of these names.

        What a budget carries over stays: without its limit there is more to carry, not less.
        """
        kept = []
        for limit in self.limits:
            if limit.name not in names:
                kept.append(limit)
            elif limit.carry_to:
                kept.append(replace(limit, lower=-math.inf, upper=math.inf))
        return replace(self, limits=tuple(kept))

    def with_other(self, wider: Limit) -> Problem:
        """The same with another limit in the place of the one of this name."""
        limits = tuple(wider if limit.name == wider.name else limit for limit in self.limits)
        return replace(self, limits=limits)

    def with_values(self, values: Floats) -> Problem:
        """The same with another value for each option."""
        made = tuple(
            replace(option, value=float(value))
            for option, value in zip(self.options, values, strict=True)
        )
        return replace(self, options=made)

    def forced(self, numbers: Sequence[int], name: str) -> Problem:
        """The same, with one of these options chosen."""
        return self.with_limits(limit_of(name, "forced", numbers, lower=1.0))


def limit_of(name: str, kind: str, numbers: Sequence[int], **more: Any) -> Limit:
    """A limit on how many of these options are chosen."""
    chosen = np.array(sorted(numbers), dtype=np.int64)
    return Limit(name, kind, chosen, np.ones(chosen.size), **more)


@dataclass(frozen=True)
class Selection:
    """What was chosen, how good it is and how good any choice could be at most.

    `status`: optimal (within the gap asked for), time-limit (best found so far), infeasible, or
    none-found (time ended without any). `gap` is (bound - value) / |value|, proven.
    """

    status: str
    chosen: tuple[int, ...] = ()
    value: float = math.nan
    bound: float = math.nan
    gap: float = math.nan
    seconds: float = 0.0
    extra: dict[str, float] = field(default_factory=dict)
    carried: dict[str, float] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether there is a choice."""
        return self.status in ("optimal", "time-limit")

    def option_of(self, problem: Problem) -> dict[str, Option]:
        """The chosen option of each item that has one."""
        return {problem.options[n].item: problem.options[n] for n in self.chosen}


@dataclass
class _Rows:
    """Rows of the sparse matrix while it grows."""

    row: list[npt.NDArray[Any]] = field(default_factory=list)
    column: list[npt.NDArray[Any]] = field(default_factory=list)
    weight: list[npt.NDArray[Any]] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, columns: Any, weights: Any, lower: float, upper: float) -> int:
        columns = np.asarray(columns, dtype=np.int64)
        self.row.append(np.full(columns.size, len(self.lower)))
        self.column.append(columns)
        self.weight.append(np.asarray(weights, dtype=np.float64))
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1


@dataclass
class _Programme:
    """The programme as arrays: options first, then extras, carries and synergies."""

    cost: list[float]
    high: list[float]
    whole: list[int]
    rows: _Rows
    extra: dict[int, int]
    carry: dict[int, int]
    broken: dict[int, list[int]]

    def matrix(self) -> Any:
        """The rows as a sparse matrix."""
        from scipy.sparse import csr_array

        rows = self.rows
        place = (np.concatenate(rows.row), np.concatenate(rows.column))
        shape = (len(rows.lower), len(self.cost))
        return csr_array((np.concatenate(rows.weight), place), shape=shape)

    def column(self, cost: float, high: float) -> int:
        self.cost.append(cost)
        self.high.append(high)
        self.whole.append(0)
        return len(self.cost) - 1


def _programme(problem: Problem, soft: Collection[str] | None = None) -> _Programme:
    """With `soft` names nothing has a value or price but the breaking of these limits."""
    n = len(problem.options)
    values = problem.values if soft is None else np.zeros(n)
    made = _Programme((-values).tolist(), [1.0] * n, [1] * n, _Rows(), {}, {}, {})
    for item, numbers in problem.of_item.items():
        least = 1.0 if item in problem.exactly_one else 0.0
        made.rows.add(numbers, np.ones(len(numbers)), least, 1.0)
    row_of: dict[str, int] = {}
    ordered = sorted(range(len(problem.limits)), key=lambda k: problem.limits[k].name)
    placed: list[tuple[int, list[int], list[float]]] = []
    for k in ordered:
        limit = problem.limits[k]
        columns, weights = limit.options.tolist(), limit.weights.tolist()
        if limit.most_extra > 0:
            made.extra[k] = made.column(limit.price if soft is None else 0.0, limit.most_extra)
            columns.append(made.extra[k])
            weights.append(-1.0)
        if limit.carry_to and limit.carry_most > 0:
            made.carry[k] = made.column(0.0, limit.carry_most)
            columns.append(made.carry[k])
            weights.append(1.0)
        if soft is not None and limit.name in soft:
            price = 1.0 / limit.size
            made.broken[k] = [made.column(price, math.inf), made.column(price, math.inf)]
            columns += made.broken[k]
            weights += [-1.0, 1.0]
        row_of[limit.name] = len(placed)
        placed.append((k, columns, weights))
    for k, variable in made.carry.items():
        target = row_of.get(problem.limits[k].carry_to)
        if target is not None:
            placed[target][1].append(variable)
            placed[target][2].append(-1.0)
    for k, columns, weights in placed:
        made.rows.add(columns, weights, problem.limits[k].lower, problem.limits[k].upper)
    for pair in problem.synergies if soft is None else ():
        _add_synergy(made, problem, pair)
    return made


def _add_synergy(made: _Programme, problem: Problem, pair: Synergy) -> None:
    """Y is 1 where both are active: bounded from the side that the value pulls away from."""
    a, b = problem.active(pair.a), problem.active(pair.b)
    if not a or not b:
        return
    y = made.column(-pair.value, 1.0)
    made.whole[y] = 1
    if pair.value >= 0:
        for side in (a, b):
            made.rows.add([y, *side], [1.0, *[-1.0] * len(side)], -math.inf, 0.0)
    else:
        made.rows.add([y, *a, *b], [-1.0, *[1.0] * (len(a) + len(b))], -math.inf, 1.0)


def solve(
    problem: Problem, *, gap: float = DEFAULT_GAP, seconds: float = DEFAULT_SECONDS
) -> Selection:
    """The choice of highest value that keeps all limits.

    Stops when it is proven to lie within the relative `gap` of the best possible, or after
    `seconds`; only then may the answer differ between machines. HiGHS prints lines of its own
    to standard output: run it in a process of its own where that matters.
    """
    if not problem.options:
        empty_ok = all(limit.lower <= 0 <= limit.upper for limit in problem.limits)
        return Selection("optimal", (), 0.0, 0.0, 0.0) if empty_ok else Selection("infeasible")
    begun = time.perf_counter()
    made = _programme(problem)
    if len(problem.options) <= DIRECT:
        answer = _highs(made, gap, seconds)
        bound = None if answer.x is None else _bound(answer)
    else:
        answer, bound = _narrowed(made, gap, seconds)
    took = time.perf_counter() - begun
    if answer.x is None:
        return Selection("infeasible" if answer.status == 2 else "none-found", seconds=took)
    return _selection(problem, made, answer, bound, took)


def _bound(answer: Any) -> float:
    """No choice can be worth more."""
    least = answer.fun if answer.mip_dual_bound is None else answer.mip_dual_bound
    return -float(min(least, answer.fun))


def _narrowed(made: _Programme, gap: float, seconds: float) -> tuple[Any, float | None]:
    """Solve with few options first, and prove that the others could not do better.

    The linear relaxation tells for every option what deviating from its 0 or 1 costs at least
    (its reduced cost). Options that cost more than a margin are held as they are; with the value
    found, the margin shows whether any of them could matter for the gap, and grows if so.
    """
    ends = time.perf_counter() + seconds
    matrix = made.matrix()
    relaxed = _relaxed(made, matrix)
    if relaxed is None:
        answer = _highs(made, gap, seconds)
        return answer, None if answer.x is None else _bound(answer)
    ceiling, at, price = relaxed
    margin = FIRST_MARGIN * max(gap, LEAST_GAP) * max(abs(ceiling), 1e-9)
    while True:
        held = price > margin
        left = max(0.1, ends - time.perf_counter())
        answer = _highs(made, gap, left, np.where(held, at, np.nan))
        if answer.x is None:
            if not held.any() or answer.status != 2:
                return answer, None
            margin *= 8.0
            continue
        value = -float(answer.fun)
        outside = ceiling - float(price[held].min()) if held.any() else -math.inf
        bound = max(_bound(answer), min(outside, ceiling))
        needed = ceiling - value - gap * abs(value)
        timed_out = answer.status != 0 or time.perf_counter() >= ends
        if bound <= value + gap * abs(value) + 1e-9 or not held.any() or timed_out:
            return answer, bound
        margin = max(needed * (1 + 1e-9), 1.0001 * margin)


def _relaxed(made: _Programme, matrix: Any) -> tuple[float, Floats, Floats] | None:
    """Value of the relaxation, where each column lies, and what leaving its end costs.

    The cost is 0 for columns that are not whole or lie between their ends.
    """
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    low, high = np.array(made.rows.lower), np.array(made.rows.upper)
    above, below = np.isfinite(high), np.isfinite(low)
    answer = linprog(
        np.array(made.cost),
        A_ub=vstack([matrix[above], -matrix[below]]),
        b_ub=np.concatenate([high[above], -low[below]]),
        bounds=np.column_stack([np.zeros(len(made.high)), made.high]),
        method="highs",
    )
    if answer.status != 0:
        return None
    price = np.maximum(answer.lower.marginals, -answer.upper.marginals)
    whole = np.array(made.whole, dtype=np.bool_)
    at_end = np.abs(answer.x - np.round(answer.x)) < 1e-9
    return -float(answer.fun), np.round(answer.x), np.where(whole & at_end, price, 0.0)


@dataclass(frozen=True)
class Loosening:
    """The least excess over limits that makes room for a choice: amounts by name, the choice."""

    amounts: dict[str, float]
    chosen: tuple[int, ...]


def least_broken(
    problem: Problem, soft: Collection[str], seconds: float = DEFAULT_SECONDS
) -> Loosening | None:
    """By how much the `soft` limits must be broken at least so that all others hold.

    The sum of the excesses, each relative to the size of its limit, is the smallest there is.
    None where the others cannot hold.
    """
    made = _programme(problem, soft)
    answer = _highs(made, 0.0, seconds)
    if answer.x is None:
        return None
    found: dict[str, float] = {}
    for k, columns in made.broken.items():
        limit = problem.limits[k]
        amount = float(max(answer.x[column] for column in columns))
        if amount > TOLERANCE * limit.size:
            found[limit.name] = max(found.get(limit.name, 0.0), amount)
    chosen = np.flatnonzero(answer.x[: len(problem.options)] > 0.5).tolist()
    return Loosening(found, tuple(chosen))


def _highs(made: _Programme, gap: float, seconds: float, held: Floats | None = None) -> Any:
    """Solve the programme; `held` are columns with a fixed value, NaN where they are free."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    low, high = np.zeros(len(made.cost)), np.array(made.high)
    if held is not None:
        fixed = ~np.isnan(held)
        low[fixed] = high[fixed] = held[fixed]
    return milp(
        np.array(made.cost),
        integrality=np.array(made.whole),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(
            made.matrix(), np.array(made.rows.lower), np.array(made.rows.upper)
        ),
        options={"mip_rel_gap": gap, "time_limit": seconds},
    )


def _selection(
    problem: Problem, made: _Programme, answer: Any, bound: float | None, took: float
) -> Selection:
    x = answer.x
    chosen = tuple(np.flatnonzero(x[: len(problem.options)] > 0.5).tolist())
    value = -float(answer.fun)
    bound = value if bound is None else max(bound, value)
    gap = (bound - value) / max(abs(value), 1e-9)
    names = {k: limit.name for k, limit in enumerate(problem.limits)}
    extra = {names[k]: float(x[v]) for k, v in made.extra.items() if x[v] > 1e-7}
    carried = {names[k]: float(x[v]) for k, v in made.carry.items() if x[v] > 1e-7}
    status = "optimal" if answer.status == 0 else "time-limit"
    return Selection(status, chosen, value, bound, gap, took, extra, carried)


def solve_in_order(
    problem: Problem,
    second: Floats,
    *,
    give: float = 0.0,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
) -> Selection:
    """Lexicographic: the best value first, then the best `second` that gives away no more.

    `second` is another value for each option; the value of the answer stays at least
    (1 - give) of the best one. `value`, `bound` and `gap` are those of the first solve.
    """
    first = solve(problem, gap=gap, seconds=seconds)
    if not first.found:
        return first
    floor = first.value - give * abs(first.value) - 1e-7 * max(1.0, abs(first.value))
    everything = np.arange(len(problem.options), dtype=np.int64)
    keep = Limit("value kept", "value", everything, problem.values, lower=floor)
    again = solve(problem.with_values(second).with_limits(keep), gap=gap, seconds=seconds)
    if not again.found:
        return first
    prices = {limit.name: limit.price for limit in problem.limits}
    paid = sum(amount * prices.get(name, 0.0) for name, amount in again.extra.items())
    value = choice_value(problem, again.chosen) - paid
    return replace(
        again,
        value=value,
        bound=first.bound,
        gap=(first.bound - value) / max(abs(value), 1e-9),
        seconds=first.seconds + again.seconds,
    )


MEASURED = ("budget", "role", "total")
"""Kinds of limit whose usage is an amount."""


def usage(problem: Problem, chosen: Sequence[int]) -> dict[str, float]:
    """What the chosen options weigh on each limit that is an amount, by its name."""
    picked = np.zeros(len(problem.options))
    picked[list(chosen)] = 1.0
    return {
        limit.name: float(picked[limit.options] @ limit.weights)
        for limit in problem.limits
        if limit.kind in MEASURED
    }


def choice_value(problem: Problem, chosen: Sequence[int]) -> float:
    """Value of chosen options with their synergies, before extra capacity is paid."""
    active = {problem.options[n].item for n in chosen if problem.options[n].active}
    both = sum(pair.value for pair in problem.synergies if {pair.a, pair.b} <= active)
    return float(problem.values[list(chosen)].sum()) + both


def broken_limits(problem: Problem, chosen: Sequence[int]) -> dict[str, float]:
    """Limits that a given choice breaks, by name, with the excess; extras and carry-over count.

    Nothing is solved: as much as allowed is carried over from each budget to the next.
    """
    picked = np.zeros(len(problem.options))
    picked[list(chosen)] = 1.0
    carried: dict[str, float] = {}
    found: dict[str, float] = {}
    for limit in sorted(problem.limits, key=lambda limit: (limit.period, limit.name)):
        used = float(picked[limit.options] @ limit.weights)
        room = limit.upper + carried.get(limit.name, 0.0)
        if limit.carry_to:
            carried[limit.carry_to] = min(limit.carry_most, max(0.0, room - used))
        excess = max(used - room - limit.most_extra, limit.lower - used)
        if excess > TOLERANCE * limit.size:
            found[limit.name] = max(found.get(limit.name, 0.0), excess)
    return found
