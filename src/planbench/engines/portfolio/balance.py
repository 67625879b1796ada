"""Risk and balance of a portfolio: Monte Carlo with common drivers, and concentration.

A project's cost is its base times exp(sum of loadings times drivers + own spread), and so are its
benefits. Where the project has a risk run of its own, its cost keeps the percentiles of that run
and the drivers only decide how it moves with the others (a copula by ranks).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ModelError
from planbench.engines.portfolio.capacity import Plan
from planbench.engines.portfolio.quarters import day, fiscal_year, quarter_of
from planbench.engines.portfolio.register import Factor, Project, Register
from planbench.engines.portfolio.selection import Problem
from planbench.engines.portfolio.timing import Assumptions, present_values

Floats = npt.NDArray[np.float64]

DEFAULT_ITERATIONS = 10_000
DEFAULT_SEED = 20_260_930
OWN_SPREAD = 0.10
"""Standard deviation of the logarithm of a project's own cost and benefit, where no risk run
says more."""

Z90 = 1.2815515655446004


@dataclass(frozen=True)
class Drawn:
    """Random multipliers: rows are iterations, columns projects in the order of `projects`.

    `success` tells whether the benefits come at all. `factors` are the drawn drivers.
    """

    projects: tuple[str, ...]
    cost: Floats
    benefit: Floats
    success: npt.NDArray[np.bool_]
    factors: Floats


def draw_factor(factor: Factor, random: np.random.Generator, iterations: int) -> Floats:
    """Changes of the logarithm by a driver: normal or lognormal, with its shock on top."""
    if factor.distribution == "lognormal":
        drawn = random.normal(factor.mean, factor.sigma, iterations)
    elif factor.distribution == "normal":
        change = random.normal(factor.mean, factor.sigma, iterations)
        drawn = np.log1p(np.maximum(change, -0.95))
    else:
        raise ModelError(
            f"'{factor.distribution}' is no distribution of a driver",
            factor.id,
            "Known: normal, lognormal.",
        )
    if factor.shock_probability > 0:
        drawn += factor.shock_size * (random.random(iterations) < factor.shock_probability)
    return drawn


def draw(
    projects: Sequence[Project],
    factors: Sequence[Factor],
    *,
    iterations: int = DEFAULT_ITERATIONS,
    seed: int = DEFAULT_SEED,
    own_spread: float = OWN_SPREAD,
) -> Drawn:
    """Multipliers of cost and benefit for each project; the same for the same seed.

    Every driver and project has a stream of its own, so that a changed driver leaves all other
    draws as they are.
    """
    known = {factor.id for factor in factors}
    for project in projects:
        for name in project.loadings:
            if name not in known:
                raise ModelError(f"there is no driver '{name}'", f"risk loadings, {project.id}")
    drivers = np.empty((iterations, len(factors)))
    for k, factor in enumerate(factors):
        drivers[:, k] = draw_factor(factor, _stream(seed, factor.id), iterations)
    cost = np.empty((len(projects), iterations))  # a row each while drawing: rows are contiguous
    benefit, success = np.empty_like(cost), np.empty(cost.shape, dtype=np.bool_)
    for p, project in enumerate(projects):
        random = _stream(seed, f"project {project.id}")
        own = own_spread * random.standard_normal((2, iterations))
        loads = [project.loadings.get(factor.id, (0.0, 0.0)) for factor in factors]
        weights = np.array(loads, dtype=np.float64).reshape(len(factors), 2)
        latent = (drivers @ weights).T + own
        cost[p] = _with_marginal(project, latent[0])
        benefit[p] = np.exp(latent[1])
        success[p] = random.random(iterations) < project.p_success
    names = tuple(project.id for project in projects)
    return Drawn(names, cost.T, benefit.T, success.T, drivers)


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.Generator(
        np.random.SFC64(np.random.SeedSequence([seed, *name.encode("utf-8")]))
    )


def _with_marginal(project: Project, latent: Floats) -> Floats:
    """Exp of the latent values, or the project's own percentiles in the same order of ranks.

    Between and beyond P10, P50 and P90 the logarithm is normal with a spread for each side.
    """
    low, middle, high = project.cost_p10, project.cost_p50, project.cost_p90
    base = project.forward_capex
    if low is None or middle is None or high is None or base <= 0:
        return np.exp(latent)
    if not 0 < low <= middle <= high:
        raise ModelError("P10, P50 and P90 of its cost do not rise from above 0", project.id)
    z = _normal_scores(latent)
    down, up = math.log(middle / low) / Z90, math.log(high / middle) / Z90
    return np.asarray(middle / base * np.exp(np.where(z < 0, down, up) * z))


def _normal_scores(values: Floats) -> Floats:
    """Standard normal quantiles of the ranks, in the order of the values."""
    from scipy.special import ndtri

    order = np.argsort(values, kind="stable")
    scores = np.empty_like(values)
    scores[order] = ndtri((np.arange(values.size) + 0.5) / values.size)
    return scores


@dataclass(frozen=True)
class YearRisk:
    """The chance that a fund's cost of a fiscal year breaks its budget, and its P50 and P80."""

    fiscal_year: int
    fund: str
    budget: float
    p50: float
    p80: float
    probability_over: float


@dataclass(frozen=True)
class PortfolioRisk:
    """What the draws say about a plan. Amounts are in the register's unit.

    `cost` and `npv` are one total an iteration. `cost_p80` and `cost_p50` are of each project.
    `variance_by_project` are shares of the variance of total cost, adding to 1, and
    `variance_by_driver` what each driver explains of it (the rest is the projects' own).
    `tail_npv` is the mean of the worst 5 % of the net present values, `npv_mean` and
    `npv_deviation` are of each project's own.
    """

    projects: tuple[str, ...]
    cost: Floats
    npv: Floats
    cost_p50: dict[str, float]
    cost_p80: dict[str, float]
    diversification: float | None
    variance_by_project: dict[str, float]
    variance_by_driver: dict[str, float]
    tail_npv: float
    years: tuple[YearRisk, ...]
    npv_mean: dict[str, float] = field(default_factory=dict)
    npv_deviation: dict[str, float] = field(default_factory=dict)

    def certain(self, project: str, aversion: float) -> float | None:
        """The certainty equivalent of a project: mean less `aversion` standard deviations.

        The same as `finance.certainty_equivalent` of its draws; None for what does not go on.
        """
        if project not in self.npv_mean:
            return None
        return self.npv_mean[project] - aversion * self.npv_deviation[project]

    def cost_percentile(self, level: float) -> float:
        """Percentile of the total forward cost."""
        return float(np.percentile(self.cost, level))

    def npv_percentile(self, level: float) -> float:
        """Percentile of the net present value."""
        return float(np.percentile(self.npv, level))

    def probability_within(self, budget: float) -> float:
        """The chance that total forward cost stays within a budget."""
        return float((self.cost <= budget).mean())


def diversification_benefit(
    p80s: Sequence[float], p50s: Sequence[float], total_p80: float
) -> float | None:
    """(sum of P80 - P80 of the sum) / sum of (P80 - P50): 0 all move together, None no spread."""
    spread = math.fsum(p80s) - math.fsum(p50s)
    return (math.fsum(p80s) - total_p80) / spread if spread > 1e-12 else None


def simulate(
    register: Register,
    plan: Plan,
    *,
    assumptions: Assumptions | None = None,
    iterations: int = DEFAULT_ITERATIONS,
    seed: int = DEFAULT_SEED,
    own_spread: float = OWN_SPREAD,
) -> PortfolioRisk:
    """Monte Carlo of the projects that a plan carries on; the same for the same seed."""
    given = assumptions or Assumptions()
    going = [p for p in register.open_projects if plan.get(p.id) is not None]
    drawn = draw(going, register.factors, iterations=iterations, seed=seed, own_spread=own_spread)
    base = np.array([p.forward_capex * given.cost_factor for p in going])
    pairs = [present_values(register, p, plan[p.id] or 0, given) for p in going]
    benefit_pv, cost_pv = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    costs = drawn.cost * base
    total = costs.sum(axis=1)
    own = drawn.benefit * drawn.success * benefit_pv - drawn.cost * cost_pv
    npv = own.sum(axis=1)
    npv -= sum(p.exit_cost for p in register.open_projects if p.running and p not in going)
    names = [p.id for p in going]
    total_p80 = float(np.percentile(total, 80))
    levels = np.percentile(costs, [50, 80], axis=0) if going else np.zeros((2, 0))
    return PortfolioRisk(
        tuple(names),
        total,
        npv,
        dict(zip(names, levels[0].tolist(), strict=True)),
        dict(zip(names, levels[1].tolist(), strict=True)),
        diversification_benefit(levels[1].tolist(), levels[0].tolist(), total_p80),
        _shares(names, costs, total),
        _driver_shares(register, going, drawn, base, total),
        float(np.sort(npv)[: max(1, iterations // 20)].mean()),
        _years(register, plan, going, drawn, given),
        dict(zip(names, own.mean(axis=0).tolist(), strict=True)),
        dict(zip(names, own.std(axis=0, ddof=1).tolist(), strict=True)),
    )


def _shares(names: Iterable[str], parts: Floats, total: Floats) -> dict[str, float]:
    """Covariance of each part with the total over the variance of the total."""
    names = list(names)
    centred = total - total.mean()
    whole = float(centred @ centred)
    if whole <= 0:
        return dict.fromkeys(names, 0.0)
    return dict(zip(names, ((parts.T @ centred) / whole).tolist(), strict=True))


def _driver_shares(
    register: Register, going: list[Project], drawn: Drawn, base: Floats, total: Floats
) -> dict[str, float]:
    """First order: each driver's loading in money times its draws, against the total."""
    loads = np.array(
        [[p.loadings.get(f.id, (0.0, 0.0))[0] for f in register.factors] for p in going]
    ).reshape(len(going), len(register.factors))
    money = (base * drawn.cost.mean(axis=0)) @ loads if going else np.zeros(len(register.factors))
    return _shares((f.id for f in register.factors), drawn.factors * money, total)


def _years(
    register: Register, plan: Plan, going: list[Project], drawn: Drawn, given: Assumptions
) -> tuple[YearRisk, ...]:
    month = register.settings.fiscal_year_start_month
    now = fiscal_year(quarter_of(day(register.settings.valuation_date)), month)
    made = []
    for budget in sorted(register.budgets, key=lambda b: (b.fiscal_year, b.fund)):
        weights = np.zeros(len(going))
        for k, project in enumerate(going):
            delay = plan[project.id] or 0
            share = project.funding.get(budget.fund, 0.0)
            if share:
                growth = given.cost_factor * (1.0 + register.settings.escalation) ** (delay / 4)
                weights[k] = (
                    share
                    * growth
                    * sum(
                        amount
                        for quarter, amount in project.capex.items()
                        if fiscal_year(quarter + delay, month) == budget.fiscal_year
                    )
                )
        exits = sum(
            p.exit_cost * p.funding.get(budget.fund, 0.0)
            for p in register.open_projects
            if p.running and plan.get(p.id) is None
        )
        fixed = exits if budget.fiscal_year == now else 0.0
        cost = drawn.cost @ weights + fixed
        p50, p80 = np.percentile(cost, [50, 80]).tolist()
        over = float((cost > budget.amount).mean())
        made.append(YearRisk(budget.fiscal_year, budget.fund, budget.amount, p50, p80, over))
    return tuple(made)


def option_draws(
    register: Register,
    problem: Problem,
    count: int,
    *,
    seed: int = DEFAULT_SEED,
    own_spread: float = OWN_SPREAD,
) -> Floats:
    """Values of a problem's options in `count` draws of cost and benefit, for `stability`.

    Success is not drawn: its chance is part of the value that is weighed when deciding.
    """
    drawn = draw(
        register.open_projects, register.factors, iterations=count, seed=seed, own_spread=own_spread
    )
    column = {name: k for k, name in enumerate(drawn.projects)}
    which = [column[option.item] for option in problem.options]
    gain = np.array([option.gain for option in problem.options])
    spend = np.array([option.spend for option in problem.options])
    rest = problem.values - gain + spend
    return np.asarray(drawn.benefit[:, which] * gain - drawn.cost[:, which] * spend + rest)


# ---------------------------------------------------------------- concentration


@dataclass(frozen=True)
class Concentration:
    """Herfindahl-Hirschman index of shares: `index`, its inverse, and scaled to 0..1."""

    shares: tuple[tuple[str, float], ...]
    index: float
    effective: float
    normalised: float
    top_three: float


def concentration(exposure: Mapping[str, float]) -> Concentration | None:
    """How concentrated an exposure is; None without any. Shares are largest first."""
    positive = {name: amount for name, amount in exposure.items() if amount > 0}
    total = math.fsum(positive.values())
    if total <= 0:
        return None
    shares = sorted(((n, a / total) for n, a in positive.items()), key=lambda x: (-x[1], x[0]))
    index = math.fsum(share * share for _, share in shares)
    n = len(shares)
    normalised = (index - 1 / n) / (1 - 1 / n) if n > 1 else 1.0
    top = math.fsum(share for _, share in shares[:3])
    return Concentration(tuple(shares), index, 1 / index, normalised, top)


def exposure_by(register: Register, plan: Plan, dimension: str) -> dict[str, float]:
    """Forward cost of the projects that go on, by a field of theirs such as technology."""
    sums: dict[str, float] = {}
    for project in register.open_projects:
        if plan.get(project.id) is None:
            continue
        one = {str(getattr(project, dimension)): 1.0}
        for name, share in (project.funding if dimension == "fund" else one).items():
            known = name or "not given"
            sums[known] = sums.get(known, 0.0) + share * project.forward_capex
    return sums
