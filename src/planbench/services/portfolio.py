"""The portfolio as a whole: read, solve, explain, simulate; what the window and the shell show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from planbench.domain.errors import PlanbenchError
from planbench.engines.portfolio import balance, finance
from planbench.engines.portfolio.capacity import Cell, Plan, Year, as_asked, heat_map, yearly_cost
from planbench.engines.portfolio.decisions import (
    Answer,
    Stability,
    answer,
    chosen_delays,
    stability,
)
from planbench.engines.portfolio.frontier import (
    Point,
    RiskPoint,
    cost_of,
    distance,
    frontier,
    risk_frontier,
)
from planbench.engines.portfolio.priority import (
    Ahp,
    Alignment,
    Criterion,
    Scores,
    alignment,
    scored,
)
from planbench.engines.portfolio.quarters import day, last_day, quarter_of
from planbench.engines.portfolio.ranking import Rank, ranked
from planbench.engines.portfolio.register import Project, Register
from planbench.engines.portfolio.selection import (
    DEFAULT_GAP,
    DEFAULT_SECONDS,
    Problem,
    Selection,
    broken_limits,
    choice_value,
    usage,
)
from planbench.engines.portfolio.systemic import FACTORS, Level, late_levels
from planbench.engines.portfolio.timing import (
    Assumptions,
    ahp_of,
    build,
    driver_weights,
    judgement_sets,
    options_of_plan,
    present_values,
    strongest_impact,
)
from planbench.services.portfolio_words import limit_words, way_words
from planbench.services.portfolio_worker import solver
from planbench.services.resources import resource

if TYPE_CHECKING:
    from planbench.services.jobs import JobContext

STABILITY_DRAWS = 100


def open_portfolio(path: Path) -> Register:
    """Read a workbook or a folder of CSV files. Raises ImportRefused when it cannot be used."""
    from planbench.exchange.portfolio.reader import read_portfolio

    return read_portfolio(path)


def save_portfolio(register: Register, path: Path) -> None:
    """Write the register as a workbook. Raises PlanbenchError when it cannot be written."""
    from planbench.exchange.portfolio.writer import write_portfolio
    from planbench.services.convert import save

    save(write_portfolio(register), path)


@cache
def sample_portfolio() -> Register:
    """The portfolio that ships with planbench; its NORDLYS is the sample project."""
    from planbench.services.sample_network import project_facts

    register = open_portfolio(resource("sample", "portfolio"))
    projects = tuple(
        replace(project, library_code=str(project_facts()["project_id"]))
        if project.name.startswith("NORDLYS")
        else project
        for project in register.projects
    )
    return replace(register, projects=projects)


# ---------------------------------------------------------------- solving


@dataclass(frozen=True)
class Solved:
    """A register under assumptions with the optimum, its reasons, and the plan it amounts to."""

    register: Register
    assumptions: Assumptions
    problem: Problem
    answer: Answer
    plan: dict[str, int | None]

    @property
    def selection(self) -> Selection:
        """What was chosen, with bound and gap."""
        return self.answer.selection

    @property
    def unit(self) -> str:
        """What values are told in: money, or points of priority (100 for all projects)."""
        return "points" if self.assumptions.objective == "score" else self.register.settings.unit

    @property
    def cost(self) -> float:
        """Forward cost of what was chosen."""
        return cost_of(self.problem, self.selection.chosen)


def solve_portfolio(
    register: Register,
    assumptions: Assumptions | None = None,
    *,
    explain: bool = True,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
    context: JobContext | None = None,
) -> Solved:
    """The best choice and timing, solved in a process of its own.

    An infeasible portfolio comes back with `answer.conflict`. Raises ModelError for assumptions
    that name what is not there, Cancelled when the context asked to stop.
    """
    given = assumptions or Assumptions()
    problem = build(register, given)
    second = None
    if given.objective == "score":  # points do not tell when to start: money decides
        second = build(register, replace(given, objective="value")).values
    found = solver().run(
        answer, problem, second=second, explain=explain, gap=gap, seconds=seconds, context=context
    )
    return Solved(register, given, problem, found, chosen_delays(problem, found.selection.chosen))


def find_frontier(
    solved: Solved, points: int = 25, *, gap: float = 0.01, context: JobContext | None = None
) -> tuple[Point, ...]:
    """The efficient frontier of a solved portfolio, in the solver's process."""
    return solver().run(frontier, solved.problem, points, gap=gap, context=context)


def find_stability(
    solved: Solved, draws: int = STABILITY_DRAWS, *, context: JobContext | None = None
) -> tuple[Stability, ...]:
    """Core, borderline and out by re-solving with drawn values, in the solver's process."""
    values = balance.option_draws(solved.register, solved.problem, draws)
    return solver().run(stability, solved.problem, values, context=context)


def find_risk_frontier(
    solved: Solved,
    draws: int = STABILITY_DRAWS,
    target: float | None = None,
    *,
    context: JobContext | None = None,
) -> tuple[RiskPoint, ...]:
    """Mean value against shortfall below a target (default: the value of the optimum)."""
    values = balance.option_draws(solved.register, solved.problem, draws)
    below = solved.selection.value if target is None else target
    return solver().run(risk_frontier, solved.problem, values, below, context=context)


@dataclass(frozen=True)
class PlanCheck:
    """What a plan by hand amounts to: nothing is solved, so it can follow the mouse.

    `broken` are limits and rules that it breaks with the excess, `used` what it takes of those
    that are amounts. `option_values` is the value of each project as planned.
    """

    value: float
    cost: float
    option_values: dict[str, float]
    used: dict[str, float]
    broken: dict[str, float]
    years: tuple[Year, ...]
    cells: tuple[Cell, ...]


def check_plan(register: Register, plan: Plan, assumptions: Assumptions | None = None) -> PlanCheck:
    """Value, cost, budgets, capacity and broken limits of any plan of delays."""
    given = replace(assumptions or Assumptions(), fixed=dict(plan))
    problem = build(register, given)
    chosen = options_of_plan(problem, plan)
    return PlanCheck(
        choice_value(problem, chosen),
        cost_of(problem, chosen),
        {problem.options[n].item: problem.options[n].value for n in chosen},
        usage(problem, chosen),
        broken_limits(problem, chosen),
        years_of(register, plan, given),
        heat_map(register, plan),
    )


def years_of(register: Register, plan: Plan, assumptions: Assumptions) -> tuple[Year, ...]:
    """Cost and budgets by fiscal year and fund under assumptions, with what is carried over."""
    given = assumptions
    if given.budgets or given.budget_factor != 1.0:
        budgets = []
        for one in register.budgets:
            key = f"{one.fiscal_year} {one.fund}"
            amount = given.budgets.get(key, one.amount) * given.budget_factor
            budgets.append(replace(one, amount=amount, reserve=min(amount, one.reserve)))
        register = replace(register, budgets=tuple(budgets))
    return yearly_cost(register, plan, factor=given.cost_factor, carry_over=given.carry_over)


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class Investment:
    """Investment figures of one project; benefits weighted by its chance of success.

    Rates and ratios come from the flows by calendar year, `npv` from the exact times, `xnpv`
    from days as spreadsheets count them. `premium` are the points of rate that its bucket bears,
    `adjusted` the value with them.
    """

    project: str
    npv: float
    benefit_pv: float
    cost_pv: float
    irr: tuple[float, ...]
    mirr: float | None
    payback_years: float | None
    discounted_payback_years: float | None
    benefit_cost: float | None
    roi: float | None
    annuity: float | None
    staged: finance.StagedValue | None = None
    xnpv: float = 0.0
    premium: float = 0.0
    adjusted: float = 0.0


def yearly_flows(register: Register, project: Project) -> tuple[list[float], list[float]]:
    """Benefits (weighted by success) and costs by calendar year from the valuation on."""
    since = quarter_of(day(register.settings.valuation_date)) // 4
    last = max([*project.benefits, *(q // 4 for q in project.capex), since])
    years = range(since, min(last, register.benefits_until) + 1)
    gains = [project.p_success * project.benefits.get(year, 0.0) for year in years]
    costs = [sum(a for q, a in sorted(project.capex.items()) if q // 4 == y) for y in years]
    return gains, costs


def investment(register: Register, project: Project, delay: int = 0) -> Investment:
    """Investment figures of a project for one of its delays."""
    rate = register.settings.discount_rate
    benefit, cost = present_values(register, project, delay)
    gain = project.p_success * benefit
    gains, costs = yearly_flows(register, project)
    net = [g - c for g, c in zip(gains, costs, strict=True)]
    premium = register.settings.risk_premium_pct.get(project.bucket, 0.0)
    dearer = Assumptions(discount_rate=rate + premium / 100.0)
    safe_gain, safe_cost = present_values(register, project, delay, dearer)
    return Investment(
        project.id,
        gain - cost,
        gain,
        cost,
        finance.irr(net),
        finance.mirr(net, rate, rate),
        finance.payback(net),
        finance.payback(net, rate),
        gain / cost if cost > 0 else None,
        finance.roi(gains, costs),
        finance.equivalent_annuity(rate, net),
        staged(register, project, delay),
        dated_value(register, project, delay),
        premium,
        project.p_success * safe_gain - safe_cost,
    )


def dated_value(register: Register, project: Project, delay: int = 0) -> float:
    """XNPV: cost on the middle day of its quarter, benefits on that of their year, both shifted.

    Days are counted from the valuation date over 365.
    """
    flows, dates = [0.0], [day(register.settings.valuation_date)]
    growth = (1.0 + register.settings.escalation) ** (delay / 4)
    for quarter, amount in sorted(project.capex.items()):
        flows.append(-amount * growth)
        dates.append(last_day(quarter + delay) - timedelta(days=45))
    until = register.benefits_until + 1
    for year, amount in sorted(project.benefits.items()):
        counted = min(1.0, max(0.0, until - (year + delay / 4)))
        flows.append(project.p_success * amount * counted)
        dates.append(last_day(4 * year + 1 + delay))
    return finance.xnpv(register.settings.discount_rate, flows, dates)


def staged(register: Register, project: Project, delay: int = 0) -> finance.StagedValue | None:
    """Value of a project with the choice to give up at each open gate; None without any.

    The cost of each quarter belongs to the stage up to the first gate after its beginning. What
    the gates leave of the chance of success is decided at the end; giving up costs the exit cost
    of a running project. Expected commercial value, see `finance.staged_value`.
    """
    since = day(register.settings.valuation_date)
    gates = sorted(
        (day(gate.date), gate.probability)
        for gate in register.gates
        if gate.project == project.id
        and not gate.decision
        and gate.probability is not None
        and gate.date
        and day(gate.date) >= since
    )
    if not gates:
        return None
    ends = [quarter_of(date) for date, _ in gates]
    costs = [0.0] * (len(gates) + 1)
    for quarter, amount in project.capex.items():
        one = replace(project, capex={quarter: amount}, benefits={})
        place = sum(quarter + delay > end for end in ends)
        costs[place] += present_values(register, one, delay)[1]
    passed = 1.0
    for _, chance in gates:
        passed *= chance
    last = min(1.0, project.p_success / passed) if passed > 0 else 0.0
    chances = [*(chance for _, chance in gates), last]
    stages = [finance.Stage(0.0, c, p) for c, p in zip(costs, chances, strict=True)]
    benefit = present_values(register, project, delay)[0]
    salvage = -project.exit_cost if project.running else 0.0
    return finance.staged_value(stages, benefit, 0.0, salvage)


def align(register: Register, plan: Plan, judgement_set: str = "") -> Alignment:
    """Projects against drivers, and the drivers that the plan leaves uncovered."""
    selected = [name for name, delay in plan.items() if delay is not None]
    impacts = {project.id: project.impacts for project in register.open_projects}
    weights = driver_weights(register, judgement_set)
    return alignment(impacts, weights, selected, strongest_impact(register))


def driver_scores(register: Register, judgement_set: str = "") -> Scores:
    """Open projects scored by their impact on the drivers, for rankings and sensitivity."""
    top = strongest_impact(register)
    weights = driver_weights(register, judgement_set)
    criteria = [Criterion(name, weight, 0.0, top) for name, weight in weights.items()]
    measures = {
        project.id: {name: project.impacts.get(name, 0.0) for name in weights}
        for project in register.open_projects
    }
    return scored(criteria, measures)


def judged(register: Register) -> dict[str, Ahp]:
    """The weights and consistency of every set of judgements."""
    found = {name: ahp_of(register, name) for name in judgement_sets(register)}
    return {name: result for name, result in found.items() if result is not None}


def systemic_levels(register: Register) -> dict[str, tuple[Level, ...]]:
    """Lateness by every factor."""
    return {factor: late_levels(register.delays, factor) for factor in FACTORS}


def rank(register: Register, problem: Problem) -> tuple[Rank, ...]:
    """Projects by scarcity and urgency, valued at their best option."""
    best: dict[str, float] = {}
    for option in problem.options:
        if option.active:
            best[option.item] = max(best.get(option.item, option.value), option.value)
    return ranked(register, best)


@dataclass(frozen=True)
class Portfolio:
    """Everything that `planbench portfolio` tells of a register."""

    solved: Solved
    frontier: tuple[Point, ...]
    distance: float | None
    as_asked: PlanCheck
    risk: balance.PortfolioRisk
    stability: tuple[Stability, ...]
    cells: tuple[Cell, ...]
    years: tuple[Year, ...]
    alignment: Alignment | None
    ahp: dict[str, Ahp]
    ranks: tuple[Rank, ...]
    investments: tuple[Investment, ...]
    systemic: dict[str, tuple[Level, ...]]


def analyse(
    register: Register,
    assumptions: Assumptions | None = None,
    *,
    points: int = 25,
    draws: int = STABILITY_DRAWS,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
    context: JobContext | None = None,
) -> Portfolio:
    """Solve, explain, simulate and balance a register.

    Raises PlanbenchError with the conflicting limits when no choice keeps them all.
    """
    solved = solve_portfolio(register, assumptions, gap=gap, seconds=seconds, context=context)
    if not solved.selection.found:
        raise PlanbenchError(no_choice(register, solved.answer), "portfolio")
    curve = find_frontier(solved, points, context=context)
    plan = solved.plan
    asked = check_plan(register, as_asked(register), assumptions)
    return Portfolio(
        solved,
        curve,
        distance(curve, asked.cost, asked.value),
        asked,
        balance.simulate(register, plan, assumptions=solved.assumptions),
        find_stability(solved, draws, context=context),
        heat_map(register, plan),
        years_of(register, plan, solved.assumptions),
        align(register, plan, solved.assumptions.judgement_set) if register.drivers else None,
        judged(register),
        rank(register, solved.problem),
        tuple(investment(register, project) for project in register.open_projects),
        systemic_levels(register) if register.delays else {},
    )


def no_choice(register: Register, found: Answer) -> str:
    """Why there is no choice, in one sentence."""
    if found.conflict is None:
        return "no choice was found in the time given; allow more time"
    names = ", ".join(limit_words(register, name) for name in found.conflict.names)
    text = f"these limits contradict each other: {names}"
    if found.conflict.relief:
        ways = " and ".join(way_words(register, *one) for one in found.conflict.relief)
        text += f". The least loosening: {ways}"
    return text
