"""From the register to a selection problem: start options, what each is worth and needs.

The value of an option is p_success times the present value of its benefits, less the present
value of its forward cost; cost falls in the middle of its quarter, benefits in the middle of
their year, both shifted by the delay. What lies behind is sunk and does not count. Stopping a
running project costs its exit cost at the valuation date.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.engines.portfolio.months import month_name, month_part
from planbench.engines.portfolio.priority import Ahp, ahp, alignment, judgement_matrix
from planbench.engines.portfolio.quarters import (
    day,
    fiscal_year,
    quarter_name,
    quarter_of,
    years_from,
)
from planbench.engines.portfolio.register import GroupLimit, Project, Register, Role
from planbench.engines.portfolio.selection import (
    Floats,
    Limit,
    Option,
    Problem,
    Synergy,
    limit_of,
)

STOP = "stop"
OBJECTIVES = ("value", "score")


@dataclass(frozen=True)
class Assumptions:
    """What a scenario supposes; None and empty leave the register as it is.

    Overrides of budgets are keyed `2027 REG`, of capacities `CLV 2027Q1`. `fixed` pins projects to
    a delay in quarters, or to None: not started, or stopped. `allowed_over_pct` lets demand exceed
    capacity, `bucket_tolerance_pct` holds every bucket's part of the cost within so many points of
    its target, `overspend_price` makes budgets soft at a price for each unit of money.

    With the objective "score" values are points of priority: synergies do not count, hired units
    are free within their number, and `overspend_price` is points for each unit of money.
    """

    discount_rate: float | None = None
    benefit_factor: float = 1.0
    cost_factor: float = 1.0
    use_budgets: bool = True
    use_capacity: bool = True
    budget_factor: float = 1.0
    budgets: Mapping[str, float] = field(default_factory=dict)
    capacity_factor: float = 1.0
    capacities: Mapping[str, float] = field(default_factory=dict)
    total_budget: float | None = None
    carry_over: bool = False
    hire: bool = False
    allowed_over_pct: float = 0.0
    overspend_price: float | None = None
    more_delays: tuple[int, ...] = ()
    fixed: Mapping[str, int | None] = field(default_factory=dict)
    force_in: tuple[str, ...] = ()
    force_out: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()
    bucket_tolerance_pct: float | None = None
    objective: str = "value"
    judgement_set: str = ""


def judgement_sets(register: Register) -> tuple[str, ...]:
    """The names of the sets of judgements, in order of appearance."""
    return tuple(dict.fromkeys(judgement.set for judgement in register.judgements))


def ahp_of(register: Register, name: str = "") -> Ahp | None:
    """The weights that a set of judgements gives, by default the first; None without any."""
    sets = judgement_sets(register)
    if not sets:
        return None
    name = name or sets[0]
    if name not in sets:
        raise ModelError(f"there is no set of judgements '{name}'", "judgements")
    pairs = {(j.a, j.b): j.value for j in register.judgements if j.set == name}
    names = [driver.id for driver in register.drivers]
    return ahp(names, judgement_matrix(names, pairs))


def weights_given(register: Register) -> bool:
    """Whether every driver has a weight of its own in the register."""
    return bool(register.drivers) and all(d.weight is not None for d in register.drivers)


def driver_weights(register: Register, judgement_set: str = "") -> dict[str, float]:
    """Weight of each driver: by the named judgements, else as given, else by the first set.

    Raises ModelError for a set that is not there.
    """
    given = [driver.weight for driver in register.drivers]
    plain = [weight for weight in given if weight is not None]
    if not judgement_set and plain and len(plain) == len(given):
        total = sum(plain)
        return {d.id: (d.weight or 0.0) / total for d in register.drivers}
    result = ahp_of(register, judgement_set)
    if result is not None:
        return dict(zip(result.names, result.weights.tolist(), strict=True))
    return {driver.id: 1.0 / len(register.drivers) for driver in register.drivers}


def strongest_impact(register: Register) -> float:
    """The top of the scale of impacts."""
    return max((*register.settings.driver_scale.values(), 1e-9))


def priorities(register: Register, judgement_set: str = "") -> dict[str, float]:
    """Priority of each open project, in percent of all."""
    impacts = {project.id: project.impacts for project in register.open_projects}
    weights = driver_weights(register, judgement_set)
    made = alignment(impacts, weights, (), strongest_impact(register))
    return dict(zip(made.projects, (100.0 * made.priority).tolist(), strict=True))


# ---------------------------------------------------------------- options


def present_values(
    register: Register, project: Project, delay: float = 0, assumptions: Assumptions | None = None
) -> tuple[float, float]:
    """Present value of the benefits (in case of success) and of the forward cost of an option.

    `delay` is in quarters and need not be whole.
    """
    given = assumptions or Assumptions()
    settings = register.settings
    rate = settings.discount_rate if given.discount_rate is None else given.discount_rate
    since = day(settings.valuation_date)
    until = register.benefits_until + 1
    dearer = given.cost_factor * (1.0 + settings.escalation) ** (delay / 4)
    cost = sum(
        amount * dearer * (1.0 + rate) ** -(years_from(since, quarter + delay) + 0.125)
        for quarter, amount in sorted(project.capex.items())
    )
    benefit = 0.0
    for year, amount in sorted(project.benefits.items()):
        counted = min(1.0, max(0.0, until - (year + delay / 4)))
        when = years_from(since, 4 * year) + delay / 4 + 0.5
        benefit += amount * counted * given.benefit_factor * (1.0 + rate) ** -when
    return benefit, cost


def quarters_late(project: Project, delay: int) -> int:
    """Quarters by which the last quarter of cost lies beyond the deadline, 0 if in time."""
    last = project.last_quarter
    if not project.deadline or last is None:
        return 0
    return max(0, last + delay - quarter_of(day(project.deadline)))


def make_option(
    register: Register, project: Project, delay: int, assumptions: Assumptions
) -> Option:
    """The option to go on with a project `delay` quarters later than asked."""
    benefit, spend = present_values(register, project, delay, assumptions)
    gain = project.p_success * benefit
    loss = project.deadline_loss * quarters_late(project, delay)
    if project.running:
        loss += project.pause_cost * delay
    dearer = assumptions.cost_factor * (1.0 + register.settings.escalation) ** (delay / 4)
    last = project.last_quarter
    first = min(project.capex, default=project.start_quarter or 0)
    begin = project.start_quarter if project.start_quarter is not None else first
    return Option(
        project.id,
        f"{delay:04d}",
        gain - spend - loss,
        start=begin + delay,
        finish=(last + 1 if last is not None else begin) + delay,
        delay=delay,
        cost=project.forward_capex * dearer,
        gain=gain,
        spend=spend,
    )


def _options(register: Register, assumptions: Assumptions) -> list[Option]:
    options = []
    for project in register.open_projects:
        pinned = assumptions.fixed.get(project.id)
        more = () if project.running else assumptions.more_delays
        delays = sorted({*project.delays, *more, *(() if pinned is None else (pinned,))})
        options += [make_option(register, project, delay, assumptions) for delay in delays]
        if project.running:
            at = quarter_of(day(register.settings.valuation_date))
            options.append(Option(project.id, STOP, -project.exit_cost, False, at, at))
    return options


def build(register: Register, assumptions: Assumptions | None = None) -> Problem:
    """The selection problem of a register under assumptions.

    Raises ModelError when these name projects, budgets or roles that do not exist.
    """
    given = assumptions or Assumptions()
    _check_assumptions(register, given)
    options = _options(register, given)
    synergies = tuple(
        Synergy(link.a, link.b, link.value)
        for link in sorted(register.links, key=lambda link: (link.a, link.b))
        if link.kind == "synergy"
    )
    deciding = {project.id for project in register.open_projects if project.running}
    problem = Problem(tuple(options), (), frozenset(deciding), synergies)
    if given.objective == "score":
        score = priorities(register, given.judgement_set)
        scored = tuple(_scored(one, score) for one in options)
        problem = replace(problem, options=scored, synergies=())
    limits = [*_project_rules(register, given, problem), *_links(register, problem)]
    limits += _groups(register, given, problem)
    if given.use_budgets:
        limits += _budgets(register, given, problem)
    if given.use_capacity:
        limits += _roles(register, given, problem)
    if given.total_budget is not None:
        limits.append(total_limit(problem, given.total_budget))
    return problem.with_limits(*limits)


def _scored(option: Option, score: Mapping[str, float]) -> Option:
    """The option worth its project's priority, however late, and nothing when stopped."""
    value = score[option.item] if option.active else 0.0
    return replace(option, value=value, gain=value, spend=0.0)


def total_limit(problem: Problem, budget: float) -> Limit:
    """All forward cost of what is chosen stays within one budget."""
    numbers = np.arange(len(problem.options), dtype=np.int64)
    return Limit("total budget", "total", numbers, problem.costs, upper=budget)


def _check_assumptions(register: Register, given: Assumptions) -> None:
    named: dict[str, Iterable[str]] = {
        "fixed": given.fixed,
        "force in": given.force_in,
        "force out": given.force_out,
    }
    for where, ids in named.items():
        for name in ids:
            if name not in register.by_id:
                raise ModelError(f"there is no project '{name}'", f"scenario, {where}")
    budgets = {f"{b.fiscal_year} {b.fund}" for b in register.budgets}
    for key in given.budgets:
        if key not in budgets:
            raise ModelError(f"there is no budget '{key}'", "scenario", "Write it as 2027 REG.")
    cells = {f"{r.id} {quarter_name(q)}" for r in register.roles for q in r.quarterly}
    cells |= {f"{r.id} {month_name(m)}" for r in register.roles for m in r.monthly}
    for key in given.capacities:
        if key not in cells:
            raise ModelError(
                f"there is no capacity '{key}'", "scenario", "Write it as ROLE 2027Q1."
            )
    if given.objective not in OBJECTIVES:
        raise ModelError(f"'{given.objective}' is no objective", "scenario")
    for name in given.cover:
        if name not in {driver.id for driver in register.drivers}:
            raise ModelError(f"there is no driver '{name}'", "scenario, cover")


# ---------------------------------------------------------------- limits


def _project_rules(register: Register, given: Assumptions, problem: Problem) -> list[Limit]:
    rules = []
    for project in register.open_projects:
        one = project.id
        active = problem.active(one)
        if project.must_do or one in given.force_in:
            rules.append(limit_of(f"{one} must be done", "must-do", active, lower=1.0))
        if project.forced_out or one in given.force_out:
            rules.append(limit_of(f"{one} is ruled out", "forced-out", active, upper=0.0))
        late = [n for n in active if quarters_late(project, problem.options[n].delay)]
        if project.hard_deadline and late:
            rules.append(limit_of(f"{one} by its deadline", "deadline", late, upper=0.0))
        if one in given.fixed:
            rules += _pinned(problem, one, given.fixed[one])
    return rules


def _pinned(problem: Problem, project: str, delay: int | None) -> list[Limit]:
    """A project goes on with this delay and no other, or not at all."""
    active = problem.active(project)
    name = f"{project} is pinned"
    others = [n for n in active if problem.options[n].delay != delay]
    made = [limit_of(name, "pinned", others, upper=0.0)]
    if delay is not None:
        kept = [n for n in active if problem.options[n].delay == delay]
        made.append(limit_of(name, "pinned", kept, lower=1.0))
    return made


def options_of_plan(problem: Problem, plan: Mapping[str, int | None]) -> list[int]:
    """The options that a plan of delays means; a project that it leaves out is not done."""
    chosen = []
    for item, numbers in problem.of_item.items():
        delay = plan.get(item)
        for n in numbers:
            option = problem.options[n]
            if option.active == (delay is not None) and (delay is None or option.delay == delay):
                chosen.append(n)
    return chosen


def _pair(name: str, kind: str, plus: list[int], minus: list[int], lower: float) -> Limit:
    """Lower <= chosen of plus - chosen of minus <= 0."""
    weights = np.array([1.0] * len(plus) + [-1.0] * len(minus))
    return Limit(name, kind, np.array([*plus, *minus], dtype=np.int64), weights, lower, 0.0)


def _links(register: Register, problem: Problem) -> list[Limit]:
    made = []
    for link in sorted(register.links, key=lambda link: (link.kind, link.a, link.b)):
        a, b = problem.active(link.a), problem.active(link.b)
        if link.kind == "excludes":
            made.append(limit_of(f"{link.a} or {link.b}", "exclusion", [*a, *b], upper=1.0))
        elif link.kind == "together":
            made.append(_pair(f"{link.a} with {link.b}", "together", a, b, 0.0))
        elif link.kind == "requires":
            made.append(_pair(f"{link.a} needs {link.b}", "dependency", a, b, -math.inf))
        elif link.kind == "finish_start":
            for later in b:
                start = problem.options[later].start
                before = [n for n in a if problem.options[n].finish + link.lag_quarters <= start]
                name = f"{link.b} after {link.a}"
                made.append(_pair(name, "dependency", [later], before, -math.inf))
    return made


def _groups(register: Register, given: Assumptions, problem: Problem) -> list[Limit]:
    limits = list(register.group_limits)
    limits += [GroupLimit("cover", group=driver, least=1) for driver in given.cover]
    if given.bucket_tolerance_pct is not None:
        limits += bucket_limits(register, given.bucket_tolerance_pct)
    made = []
    for limit in limits:
        name = f"{limit.kind} {limit.group}".rstrip()
        low = -math.inf if limit.least is None else limit.least
        high = math.inf if limit.most is None else limit.most
        if limit.kind == "share":
            inside = np.array([_in_group(register, limit, o.item) for o in problem.options], float)
            for side, bound in ((1.0, limit.most), (-1.0, limit.least)):
                if bound is not None:
                    weights = side * (inside - bound) * problem.costs
                    made.append(_over_all(name, weights, 0.0))
        elif limit.kind == "mean-risk":
            risk = np.array([1.0 - register.by_id[o.item].p_success for o in problem.options])
            made.append(_over_all(name, (risk - high) * problem.costs, 0.0))
        else:
            numbers = [
                n
                for n, option in enumerate(problem.options)
                if option.active and _in_group(register, limit, option.item)
            ]
            made.append(limit_of(name, "group", numbers, lower=low, upper=high))
    return made


def bucket_limits(register: Register, tolerance_pct: float) -> list[GroupLimit]:
    """Every bucket with a target keeps its part of the forward cost within the tolerance."""
    return [
        GroupLimit(
            "share",
            "bucket",
            bucket,
            max(0.0, target - tolerance_pct) / 100.0,
            min(100.0, target + tolerance_pct) / 100.0,
        )
        for bucket, target in sorted(register.settings.bucket_targets_pct.items())
    ]


def _over_all(name: str, weights: Floats, upper: float) -> Limit:
    return Limit(name, "group", np.arange(weights.size, dtype=np.int64), weights, upper=upper)


def _in_group(register: Register, limit: GroupLimit, item: str) -> bool:
    project = register.by_id[item]
    if limit.kind == "cover":
        return project.impacts.get(limit.group, 0.0) >= strongest_impact(register)
    return not limit.field or str(getattr(project, limit.field)) == limit.group


def cost_by_quarter(
    register: Register, option: Option, assumptions: Assumptions
) -> dict[int, float]:
    """Forward cost of an option by quarter, not discounted; a stop pays its exit cost at once."""
    project = register.by_id[option.item]
    if not option.active:
        return {option.start: project.exit_cost}
    dearer = assumptions.cost_factor * (1.0 + register.settings.escalation) ** (option.delay / 4)
    return {q + option.delay: amount * dearer for q, amount in project.capex.items()}


def _budgets(register: Register, given: Assumptions, problem: Problem) -> list[Limit]:
    month = register.settings.fiscal_year_start_month
    weights: dict[tuple[int, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for n, option in enumerate(problem.options):
        funding = register.by_id[option.item].funding
        for quarter, amount in cost_by_quarter(register, option, given).items():
            for fund, share in funding.items():
                weights[fiscal_year(quarter, month), fund][n] += share * amount
    there = {(b.fiscal_year, b.fund) for b in register.budgets}
    made = []
    for budget in sorted(register.budgets, key=lambda b: (b.fund, b.fiscal_year)):
        key = f"{budget.fiscal_year} {budget.fund}"
        whole = given.budgets.get(key, budget.amount) * given.budget_factor
        upper = max(0.0, whole - budget.reserve)
        after = (budget.fiscal_year + 1, budget.fund)
        carries = given.carry_over and after in there and budget.carry_over_pct > 0
        soft = given.overspend_price
        made.append(
            _sparse(
                f"budget {key}",
                "budget",
                weights.get((budget.fiscal_year, budget.fund), {}),
                upper=upper,
                subject=budget.fund,
                period=budget.fiscal_year,
                price=soft or 0.0,
                most_extra=0.0 if soft is None else math.inf,
                carry_to=f"budget {after[0]} {after[1]}" if carries else "",
                carry_most=upper * budget.carry_over_pct / 100.0 if carries else 0.0,
            )
        )
    return made + _envelopes(register, given, problem, weights)


def _envelopes(
    register: Register,
    given: Assumptions,
    problem: Problem,
    weights: Mapping[tuple[int, str], Mapping[int, float]],
) -> list[Limit]:
    """What each category may have of a fund in a year."""
    made = []
    for one in sorted(register.envelopes, key=lambda e: (e.fund, e.fiscal_year, e.category)):
        mine = {
            n: weight
            for n, weight in weights.get((one.fiscal_year, one.fund), {}).items()
            if register.by_id[problem.options[n].item].bucket == one.category
        }
        soft = given.overspend_price
        made.append(
            _sparse(
                f"envelope {one.fiscal_year} {one.fund} {one.category}",
                "budget",
                mine,
                upper=max(0.0, one.amount * given.budget_factor - one.reserve),
                subject=one.fund,
                period=one.fiscal_year,
                price=soft or 0.0,
                most_extra=0.0 if soft is None else math.inf,
            )
        )
    return made


def _sparse(name: str, kind: str, weights: Mapping[int, float], **more: Any) -> Limit:
    numbers = sorted(n for n, weight in weights.items() if weight)
    amounts = np.array([weights[n] for n in numbers])
    return Limit(name, kind, np.array(numbers, dtype=np.int64), amounts, **more)


def _roles(register: Register, given: Assumptions, problem: Problem) -> list[Limit]:
    """A limit for each role and quarter, or for its months where anything is told by month."""
    made = []
    for role in sorted(register.roles, key=lambda role: role.id):
        fine = _detailed(register, problem, role)
        coarse, months = _weights(register, problem, role, fine)
        for quarter, capacity in sorted(role.quarterly.items()):
            key = f"{role.id} {quarter_name(quarter)}"
            upper = given.capacities.get(key, capacity)
            if quarter not in fine:
                made.append(_role_limit(role, given, key, coarse.get(quarter, {}), upper, quarter))
                continue
            changed = upper / capacity if capacity > 0 else 1.0
            for number in range(3 * quarter, 3 * quarter + 3):
                name = f"{role.id} {month_name(number)}"
                has = given.capacities.get(name, role.monthly.get(number, 0.0) * changed)
                part = month_part(number) if role.summed else 1.0
                limit = _role_limit(role, given, name, months.get(number, {}), has, quarter, part)
                made.append(limit)
    return made


def _detailed(register: Register, problem: Problem, role: Role) -> set[int]:
    """Quarters in which the role's capacity or the demand of any option is told by month."""
    fine = {number // 3 for number in role.capacity_months}
    for option in problem.options:
        months = register.by_id[option.item].demand_months.get(role.id, {})
        if option.active:
            fine |= {number // 3 + option.delay for number in months}
    return fine


Weights = dict[int, dict[int, float]]


def _weights(
    register: Register, problem: Problem, role: Role, fine: set[int]
) -> tuple[Weights, Weights]:
    """Demand of each option by quarter, and by month in the quarters `fine`."""
    coarse: Weights = defaultdict(dict)
    months: Weights = defaultdict(dict)
    for n, option in enumerate(problem.options):
        project = register.by_id[option.item]
        if not option.active or role.id not in project.demanded:
            continue
        for quarter, amount in project.needs(role).items():
            coarse[quarter + option.delay][n] = amount
        if fine:
            for number, amount in project.needs_monthly(role, option.delay).items():
                months[number][n] = amount
    return coarse, months


def _role_limit(
    role: Role,
    given: Assumptions,
    key: str,
    weights: Mapping[int, float],
    capacity: float,
    quarter: int,
    part: float = 1.0,
) -> Limit:
    upper = capacity * given.capacity_factor
    return _sparse(
        f"capacity {key}",
        "role",
        weights,
        upper=upper * (1.0 + given.allowed_over_pct / 100.0),
        subject=role.id,
        period=quarter,
        price=_hire_price(role, key) if given.objective == "value" else 0.0,
        most_extra=role.max_extra * part if given.hire else 0.0,
    )


def _hire_price(role: Role, key: str) -> float:
    """A unit costs its price for a quarter; a level held for one month of it a third."""
    by_month = "Q" not in key[len(role.id) :]
    return role.hire_cost / 3.0 if by_month and not role.summed else role.hire_cost
