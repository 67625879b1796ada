"""The portfolio register: what is known about candidates, running projects, funds and roles.

Pure records. Amounts of money are in the register's unit (for example million EUR), quarters are
the whole numbers of `quarters.quarter`, times are years, shares and probabilities lie in 0..1
unless a name ends in `_pct`. Scores of drivers follow `Settings.driver_scale`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from planbench.domain.errors import ModelError
from planbench.engines.control.fiscal import MONTH, WEEKS
from planbench.engines.portfolio.envelopes import Envelope, Request, Spend, check_envelopes
from planbench.engines.portfolio.months import adds_up, by_month, by_quarter
from planbench.engines.portfolio.quarters import day

CANDIDATE, RUNNING, CLOSED = "candidate", "running", "closed"
STATUSES = (CANDIDATE, RUNNING, CLOSED)

LINK_KINDS = ("requires", "excludes", "together", "finish_start", "synergy")
"""`requires`: a only with b. `finish_start`: b starts after a has finished, lag in quarters."""

MOST_DELAY = 400
MOST_LOG = 10
"""No change of a logarithm (a factor of 22,000) or loading is larger."""
FIRST_YEAR, LAST_YEAR = 1900, 2999
GROUP_KINDS = ("share", "count", "cover", "mean-risk")
GATE_DECISIONS = ("go", "conditional", "hold", "recycle", "kill")


@dataclass(frozen=True)
class Settings:
    """How the portfolio counts: valuation day, rate, fiscal year, scales and targets."""

    valuation_date: str
    discount_rate: float
    fiscal_year_start_month: int = 1
    currency: str = "EUR"
    unit: str = "million EUR"
    benefits_until: int | None = None  # last year of benefits that counts; None: last one given
    escalation: float = 0.0  # of cost, for each year of delay
    driver_scale: Mapping[str, float] = field(
        default_factory=lambda: {"none": 0, "low": 1, "moderate": 3, "strong": 9}
    )
    stage_gates: tuple[str, ...] = ()
    bucket_targets_pct: Mapping[str, float] = field(default_factory=dict)
    fiscal_periods: str = MONTH  # or 4-4-5 and its kin
    risk_premium_pct: Mapping[str, float] = field(default_factory=dict)  # points of rate by bucket
    risk_aversion: float = 0.5  # standard deviations that certainty is worth


@dataclass(frozen=True)
class Project:
    """A candidate or running project with its business case; only what lies ahead counts.

    `capex` by quarter and `benefits` by calendar year are for the start as asked. A running
    project can be stopped for `exit_cost`; delaying it is a pause and costs `pause_cost` for each
    quarter. `cost_p10`, `cost_p50`, `cost_p90` are its risk run's forward cost in the same unit.

    `demand` is by role and quarter; `demand_months` says more of single months and replaces what
    the quarter says of them. `fund_shares` split the cost over several funds, 0..1 with the sum 1;
    without them `fund` pays all. `measures` are for the criteria of the scoring model.
    """

    id: str
    name: str
    status: str = CANDIDATE
    type: str = ""
    stage: str = ""
    sponsor_role: str = ""
    bucket: str = ""
    technology: str = ""
    country: str = ""
    fund: str = ""
    start_quarter: int | None = None
    p_technical: float = 1.0
    p_permit: float = 1.0
    p_success: float = 1.0
    deadline: str = ""
    hard_deadline: bool = False
    deadline_loss: float = 0.0  # value lost for each quarter late
    exit_cost: float = 0.0
    pause_cost: float = 0.0
    sunk_cost: float = 0.0
    must_do: bool = False
    forced_out: bool = False
    delays: tuple[int, ...] = (0,)
    forecast_finish: str = ""
    library_code: str = ""
    eac: float | None = None
    cpi: float | None = None
    p80_finish: str = ""
    float_days: float | None = None  # the least total float of its open activities
    cost_p10: float | None = None
    cost_p50: float | None = None
    cost_p90: float | None = None
    capex: Mapping[int, float] = field(default_factory=dict)
    benefits: Mapping[int, float] = field(default_factory=dict)
    demand: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    demand_months: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    fund_shares: Mapping[str, float] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    impacts: Mapping[str, float] = field(default_factory=dict)
    loadings: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether it has been started already."""
        return self.status == RUNNING

    @property
    def funding(self) -> Mapping[str, float]:
        """The part of the cost that each fund pays."""
        return self.fund_shares or {self.fund: 1.0}

    @property
    def demanded(self) -> tuple[str, ...]:
        """The roles it needs, in order of appearance."""
        return tuple(dict.fromkeys([*self.demand, *self.demand_months]))

    def needs(self, role: Role) -> dict[int, float]:
        """Demand of a role by quarter, for the start as asked."""
        quarters, months = self.demand.get(role.id, {}), self.demand_months.get(role.id, {})
        return by_quarter(quarters, months, role.summed)

    def needs_monthly(self, role: Role, delay: int = 0) -> dict[int, float]:
        """Demand of a role by month, `delay` quarters later than asked."""
        quarters, months = self.demand.get(role.id, {}), self.demand_months.get(role.id, {})
        return by_month(
            {quarter + delay: amount for quarter, amount in quarters.items()},
            {number + 3 * delay: amount for number, amount in months.items()},
            role.summed,
        )

    @property
    def forward_capex(self) -> float:
        """What is still to be spent, for the start as asked."""
        return sum(self.capex.values())

    @property
    def last_quarter(self) -> int | None:
        """The last quarter with cost, for the start as asked; None without any."""
        spent = [quarter for quarter, amount in self.capex.items() if amount]
        return max(spent, default=None)


@dataclass(frozen=True)
class Role:
    """Critical people or plant. Extra units cost `hire_cost` each and quarter, in the unit.

    `capacity_months` replaces what `capacity` says of single months.
    """

    id: str
    name: str
    unit: str = "FTE"
    recruitment_lead_months: float = 0.0
    hire_cost: float = 0.0
    max_extra: float = 0.0
    capacity: Mapping[int, float] = field(default_factory=dict)
    capacity_months: Mapping[int, float] = field(default_factory=dict)

    @property
    def summed(self) -> bool:
        """Whether its amounts add up over months, as days and hours do, or are levels."""
        return adds_up(self.unit)

    @property
    def quarterly(self) -> dict[int, float]:
        """Capacity by quarter."""
        return by_quarter(self.capacity, self.capacity_months, self.summed)

    @property
    def monthly(self) -> dict[int, float]:
        """Capacity by month."""
        return by_month(self.capacity, self.capacity_months, self.summed)


@dataclass(frozen=True)
class Budget:
    """What a fund may spend in a fiscal year, and the share of it that may be carried over.

    `reserve` is the part of the amount that is held back: no project is given any of it.
    """

    fiscal_year: int
    fund: str
    amount: float
    carry_over_pct: float = 0.0
    reserve: float = 0.0


@dataclass(frozen=True)
class Fund:
    """A source of money and the types of project it may pay; none given: all."""

    id: str
    name: str
    eligible_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """What two projects have to do with each other; `kind` is one of LINK_KINDS."""

    kind: str
    a: str
    b: str
    lag_quarters: int = 0
    value: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class GroupLimit:
    """A rule for projects whose `field` is `group`; `kind` is one of GROUP_KINDS.

    `share`: their part of all forward cost, 0..1. `count`: how many are selected. `cover`: how
    many selected ones reach the strongest impact on driver `group`. `mean-risk`: 1 - p_success,
    weighted by cost, of all selected.
    """

    kind: str
    field: str = ""
    group: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Driver:
    """A strategic objective; its weight comes from judgements unless it is given."""

    id: str
    name: str
    weight: float | None = None
    coverage_rule: str = ""


@dataclass(frozen=True)
class ScoringCriterion:
    """A criterion of the scoring model with its value function and gate.

    A project that has no measure of it is measured by the register where the id says how: npv,
    bcr, p_success, payback (years) or alignment (priority in percent of all).
    """

    id: str
    name: str
    weight: float
    low: float = 0.0
    high: float = 1.0
    shape: str = "linear"
    gate: float | None = None


@dataclass(frozen=True)
class Judgement:
    """How much more important driver `a` is than `b` (1 to 9 or their reciprocals)."""

    set: str
    a: str
    b: str
    value: float


@dataclass(frozen=True)
class Factor:
    """A common driver of risk, as the change of the logarithm of cost or benefit.

    With probability `shock_probability` the factor jumps by `shock_size` on top.
    """

    id: str
    name: str
    risk_id: str = ""
    title: str = ""
    distribution: str = "normal"  # or lognormal: of the factor exp(F)
    mean: float = 0.0
    sigma: float = 0.0
    shock_probability: float = 0.0
    shock_size: float = 0.0
    indicator: str = ""
    owner_role: str = ""
    review_date: str = ""


@dataclass(frozen=True)
class Delay:
    """One delivery or milestone, on time or late, with its cause."""

    id: str
    project: str
    supplier: str
    discipline: str
    period: str
    phase: str
    cause: str
    planned: str
    actual: str
    days_late: float
    late: bool
    cost: float
    location: str = ""


@dataclass(frozen=True)
class Benefit:
    """A line of the benefits register: from `baseline` to `target` on a ramp after its date."""

    id: str
    project: str
    owner_role: str
    kpi: str
    unit: str
    baseline: float
    target: float
    target_date: str
    ramp_months: float = 0.0
    measured_on: str = ""
    actual: float | None = None


@dataclass(frozen=True)
class Gate:
    """A decision at a stage gate; `decision` is one of GATE_DECISIONS or "" while open.

    `probability` is the chance to pass an open one.
    """

    project: str
    gate: str
    date: str
    decision: str = ""
    criteria: str = ""
    note: str = ""
    probability: float | None = None


@dataclass(frozen=True)
class Named:
    """A code with its meaning: a supplier with its discipline, a cause."""

    id: str
    name: str
    group: str = ""


@dataclass(frozen=True)
class Register:
    """The whole portfolio, checked on making. Raises ModelError for what cannot be."""

    settings: Settings
    projects: tuple[Project, ...]
    roles: tuple[Role, ...] = ()
    budgets: tuple[Budget, ...] = ()
    funds: tuple[Fund, ...] = ()
    links: tuple[Link, ...] = ()
    group_limits: tuple[GroupLimit, ...] = ()
    drivers: tuple[Driver, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    factors: tuple[Factor, ...] = ()
    delays: tuple[Delay, ...] = ()
    suppliers: tuple[Named, ...] = ()
    causes: tuple[Named, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    gates: tuple[Gate, ...] = ()
    criteria: tuple[ScoringCriterion, ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    requests: tuple[Request, ...] = ()
    spending: tuple[Spend, ...] = ()

    def __post_init__(self) -> None:
        check(self)

    @cached_property
    def by_id(self) -> dict[str, Project]:
        """The projects by their id."""
        return {project.id: project for project in self.projects}

    @cached_property
    def open_projects(self) -> tuple[Project, ...]:
        """What can still be decided: all but closed projects, by id."""
        live = [project for project in self.projects if project.status != CLOSED]
        return tuple(sorted(live, key=lambda project: project.id))

    @property
    def benefits_until(self) -> int:
        """The last calendar year whose benefits count."""
        given = self.settings.benefits_until
        if given is not None:
            return given
        years = [year for project in self.projects for year in project.benefits]
        return max(years, default=day(self.settings.valuation_date).year)


def _once(what: str, ids: Iterable[object]) -> None:
    for key, times in Counter(ids).items():
        if times > 1:
            raise ModelError(f"'{key}' is there {times} times", what, "Keep one of them.")


def check(register: Register) -> None:
    """Raises ModelError for double or unknown ids and values that cannot be."""
    _check_settings(register.settings)
    _once("projects", (project.id for project in register.projects))
    _once("roles", (role.id for role in register.roles))
    _once("drivers", (driver.id for driver in register.drivers))
    _once("criteria", (criterion.id for criterion in register.criteria))
    _once("budgets", (f"{budget.fiscal_year} {budget.fund}" for budget in register.budgets))
    _once("envelopes", (f"{e.fiscal_year} {e.fund} {e.category}" for e in register.envelopes))
    _once("requests", (request.id for request in register.requests))
    _once("spending", (f"{one.project} in month {one.month}" for one in register.spending))
    check_envelopes(register)
    known = {project.id for project in register.projects}
    roles = {role.id for role in register.roles}
    for project in register.projects:
        _check_project(project, roles)
    for link in register.links:
        where = f"dependencies, {link.a} and {link.b}"
        if link.kind not in LINK_KINDS:
            raise ModelError(
                f"'{link.kind}' is no dependency", where, f"Known: {', '.join(LINK_KINDS)}."
            )
        for end in (link.a, link.b):
            if end not in known:
                raise ModelError(f"there is no project '{end}'", where)
        if link.a == link.b:
            raise ModelError("a project cannot depend on itself", where)
    _check_groups(register)
    _check_funds(register)
    _check_weights(register)
    for budget in register.budgets:
        where = f"budgets, {budget.fund} {budget.fiscal_year}"
        if budget.amount < 0 or not 0 <= budget.carry_over_pct <= 100:
            raise ModelError("a budget is not negative, its carry-over 0 to 100 %", where)
        if not 0 <= budget.reserve <= budget.amount:
            raise ModelError("a reserve lies between 0 and its budget", where)
    for gate in register.gates:
        if gate.decision and gate.decision not in GATE_DECISIONS:
            raise ModelError(
                f"'{gate.decision}' is no decision",
                f"gates, {gate.project} {gate.gate}",
                f"Known: {', '.join(GATE_DECISIONS)}.",
            )
        if gate.probability is not None and not 0 <= gate.probability <= 1:
            where = f"gates, {gate.project} {gate.gate}"
            raise ModelError("the chance to pass is not between 0 and 1", where)


def _check_settings(settings: Settings) -> None:
    day(settings.valuation_date, "settings, valuation date")
    for name in ("discount_rate", "escalation"):
        if not -1 < getattr(settings, name) < 100:
            raise ModelError(f"{name.replace('_', ' ')} is not above -1 (-100 %)", "settings")
    if settings.fiscal_year_start_month not in (1, 4, 7, 10):
        raise ModelError(
            f"a fiscal year that starts in month {settings.fiscal_year_start_month} "
            "does not consist of quarters",
            "settings",
            "Use 1, 4, 7 or 10.",
        )
    if settings.fiscal_periods not in (MONTH, *WEEKS):
        raise ModelError(
            f"there are no fiscal periods '{settings.fiscal_periods}'",
            "settings",
            f"Known: {', '.join((MONTH, *WEEKS))}.",
        )
    premiums = settings.risk_premium_pct.values()
    if settings.risk_aversion < 0 or any(not 0 <= one < 100 for one in premiums):
        raise ModelError("risk aversion and premiums are 0 or more", "settings")


def _check_project(project: Project, roles: set[str]) -> None:
    where = f"projects, {project.id}"
    if not project.id:
        raise ModelError("a project has no id", "projects")
    if project.status not in STATUSES:
        raise ModelError(
            f"'{project.status}' is no status", where, f"Known: {', '.join(STATUSES)}."
        )
    for name in ("p_success", "p_technical", "p_permit"):
        if not 0 <= getattr(project, name) <= 1:
            raise ModelError(f"{name} is not between 0 and 1", where)
    if project.must_do and project.forced_out:
        raise ModelError("it is must-do and forced out at once", where, "Choose one.")
    if not project.delays or min(project.delays) < 0:
        raise ModelError("its start options are delays of 0 or more quarters", where)
    if max(project.delays) > MOST_DELAY:
        raise ModelError(f"a start option is later than {MOST_DELAY} quarters", where)
    for year in project.benefits:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ModelError(f"benefits in the year {year} cannot be", where)
    for name in ("deadline", "forecast_finish", "p80_finish"):
        if getattr(project, name):
            day(getattr(project, name), f"{where}, {name.replace('_', ' ')}")
    if any(abs(load) > MOST_LOG for pair in project.loadings.values() for load in pair):
        raise ModelError(f"a loading lies within {MOST_LOG}", f"risk loadings, {project.id}")
    for role in project.demanded:
        if role not in roles:
            raise ModelError(f"there is no role '{role}'", f"demand, {project.id}")
    for needs in (*project.demand.values(), *project.demand_months.values()):
        if min(needs.values(), default=0.0) < 0:
            raise ModelError("a demand is negative", f"demand, {project.id}")


def _check_weights(register: Register) -> None:
    weights = [driver.weight for driver in register.drivers if driver.weight is not None]
    if weights and (min(weights) < 0 or sum(weights) <= 0):
        raise ModelError("the weights are not all 0 or more with a sum above 0", "drivers")
    for factor in register.factors:
        where = f"strategic risks, {factor.id}"
        if not 0 <= factor.sigma <= MOST_LOG or not 0 <= factor.shock_probability <= 1:
            raise ModelError(
                f"sigma lies between 0 and {MOST_LOG}, the chance of a shock between 0 and 1", where
            )
        if max(abs(factor.mean), abs(factor.shock_size)) > MOST_LOG:
            raise ModelError(f"a mean or shock lies within {MOST_LOG}", where)


def _check_funds(register: Register) -> None:
    types = {fund.id: fund.eligible_types for fund in register.funds}
    for project in register.projects:
        where = f"projects, {project.id}"
        shares = project.fund_shares
        if shares and (min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > 1e-6):
            raise ModelError(
                "the shares of its funds are not 0 % or more with a sum of 100 %",
                f"project funds, {project.id}",
            )
        for fund, share in project.funding.items() if register.funds else ():
            if not fund or not share:
                continue
            if fund not in types:
                raise ModelError(f"there is no fund '{fund}'", where)
            if types[fund] and project.type not in types[fund]:
                raise ModelError(
                    f"fund {fund} does not pay for '{project.type}'",
                    where,
                    f"It pays for {', '.join(types[fund])}.",
                )


def _check_groups(register: Register) -> None:
    names = set(Project.__dataclass_fields__)
    drivers = {driver.id for driver in register.drivers}
    for limit in register.group_limits:
        where = f"group limits, {limit.kind} {limit.group}".rstrip()
        if limit.kind not in GROUP_KINDS:
            raise ModelError(
                f"'{limit.kind}' is no limit", where, f"Known: {', '.join(GROUP_KINDS)}."
            )
        if limit.kind in ("share", "count") and limit.field and limit.field not in names:
            raise ModelError(f"projects have no field '{limit.field}'", where)
        if limit.kind == "cover" and limit.group not in drivers:
            raise ModelError(f"there is no driver '{limit.group}'", where)
        if limit.least is None and limit.most is None:
            raise ModelError("there is neither a least nor a most", where)
