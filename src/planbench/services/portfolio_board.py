"""What a board looks at: indicators by sums, decisions with amounts, benefits on their ramps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planbench.domain.errors import ImportRefused
from planbench.engines.control.indices import Values
from planbench.engines.portfolio.capacity import Plan
from planbench.engines.portfolio.decisions import DELAY, HOLD, PAUSE, STOP, decision_word
from planbench.engines.portfolio.quarters import day
from planbench.engines.portfolio.register import Benefit, Project, Register
from planbench.engines.portfolio.timing import Assumptions, make_option
from planbench.services.portfolio_library import (
    Flow,
    PortfolioException,
    Target,
    exceptions,
    kept_register,
    release_blocked,
    summed_values,
    targets,
)

if TYPE_CHECKING:
    from planbench.services.library import Library

GREEN, AMBER, RED = "green", "amber", "red"
CPI_AMBER, CPI_RED = 0.95, 0.90
"""Below these a project is amber, red."""

APPROVE, DEFER, END = "approve", "defer", "stop"


@dataclass(frozen=True)
class BenefitLine:
    """A promised benefit: the share of the way from baseline to target, planned and measured.

    `planned` is that of the valuation date on the ramp after the target date; `realised` is None
    where nothing was measured.
    """

    benefit: Benefit
    planned: float
    realised: float | None


def benefit_lines(register: Register) -> tuple[BenefitLine, ...]:
    """All benefits of the register in its order."""
    today = day(register.settings.valuation_date)
    return tuple(
        BenefitLine(one, planned_share(one, today), realised_share(one))
        for one in register.benefits
    )


def planned_share(benefit: Benefit, today: dt.date) -> float:
    """0 before the target date, then in even steps of days over its ramp to 1."""
    if not benefit.target_date:
        return 0.0
    since = (today - day(benefit.target_date)).days
    ramp = benefit.ramp_months * 365.25 / 12
    if since < 0:
        return 0.0
    return 1.0 if ramp <= 0 else min(1.0, since / ramp)


def realised_share(benefit: Benefit) -> float | None:
    """(actual - baseline) / (target - baseline), so that falling measures count as well."""
    span = benefit.target - benefit.baseline
    return (
        None if benefit.actual is None or not span else (benefit.actual - benefit.baseline) / span
    )


@dataclass(frozen=True)
class Indicators:
    """The portfolio's key indicators. Indices are ratios of sums, never means of ratios.

    `health` is green, amber or red for each running project that reports anything, `why` the
    first reason. `on_time` of `due` milestones and deliveries came in time. `slips` are days of
    the forecast finish after the approved one. `drawn` of `approved` money was spent. `realised`
    is the mean share of benefits that were measured, `promised` how many there are.
    """

    values: Values
    reporting: int
    running: int
    health: dict[str, str]
    why: dict[str, str]
    on_time: int
    due: int
    slips: dict[str, int]
    drawn: float
    approved: float
    measured: int
    promised: int
    realised: float | None

    @property
    def counts(self) -> dict[str, int]:
        """How many projects are green, amber and red."""
        states = list(self.health.values())
        return {state: states.count(state) for state in (GREEN, AMBER, RED)}

    @property
    def hit_rate(self) -> float | None:
        """The share of milestones and deliveries in time."""
        return self.on_time / self.due if self.due else None

    @property
    def draw_rate(self) -> float | None:
        """The share of the approved money that was spent."""
        return self.drawn / self.approved if self.approved > 0 else None


def indicators(
    register: Register,
    found: tuple[Flow, ...] = (),
    committed: Mapping[str, Target] | None = None,
) -> Indicators:
    """The indicators of a register, of what its projects report and of committed targets."""
    asked = committed or {}
    running = [project for project in register.open_projects if project.running]
    raised: dict[str, list[PortfolioException]] = {}
    for one in exceptions(register, asked):
        raised.setdefault(one.project, []).append(one)
    health, why = {}, {}
    for project in running:
        state = _health(project, raised.get(project.id, []))
        if state is not None:
            health[project.id], why[project.id] = state
    late = sum(one.late for one in register.delays)
    lines = [line.realised for line in benefit_lines(register) if line.realised is not None]
    return Indicators(
        summed_values(found),
        sum(flow.values is not None for flow in found),
        len(running),
        health,
        why,
        len(register.delays) - late,
        len(register.delays),
        _slips(running, asked),
        sum(project.sunk_cost for project in running),
        sum(project.sunk_cost + _approved(project, asked) for project in running),
        len(lines),
        len(register.benefits),
        sum(lines) / len(lines) if lines else None,
    )


def _health(project: Project, raised: list[PortfolioException]) -> tuple[str, str] | None:
    """Red beyond a date it must keep or far over cost, amber where that is likely."""
    kinds = {one.kind: one.text for one in raised}
    for kind in ("forecast-deadline", "target-finish"):
        if kind in kinds:
            return RED, kinds[kind]
    if project.cpi is not None and project.cpi < CPI_RED:
        return RED, f"CPI is {project.cpi:.2f}, below {CPI_RED:.2f}."
    for kind in ("target-budget", "p80-deadline", "gate"):
        if kind in kinds:
            return AMBER, kinds[kind]
    if project.cpi is not None and project.cpi < CPI_AMBER:
        return AMBER, f"CPI is {project.cpi:.2f}, below {CPI_AMBER:.2f}."
    if project.cpi is None and not project.forecast_finish:
        return None
    return GREEN, "Nothing is beyond a deadline, a target or a gate."


def _slips(running: list[Project], asked: Mapping[str, Target]) -> dict[str, int]:
    """Days from the approved finish (else the deadline) to the forecast, by project."""
    made = {}
    for project in running:
        target = asked.get(project.id)
        approved = (target.finish if target is not None else "") or project.deadline
        if approved and project.forecast_finish:
            made[project.id] = (day(project.forecast_finish) - day(approved)).days
    return made


def _approved(project: Project, asked: Mapping[str, Target]) -> float:
    target = asked.get(project.id)
    return project.forward_capex if target is None else target.budget


# ---------------------------------------------------------------- decisions


@dataclass(frozen=True)
class BoardDecision:
    """What a board is asked: `action` is approve, defer or stop; `word` says how.

    `amount` is what is approved, what is put off, or what stopping costs, not discounted.
    """

    project: str
    action: str
    word: str
    amount: float
    value: float
    start_quarter: int | None


def board_decisions(
    register: Register, plan: Plan, assumptions: Assumptions | None = None
) -> tuple[BoardDecision, ...]:
    """A decision for every open project of a plan: approve, then defer, then stop; by id."""
    given = assumptions or Assumptions()
    made = []
    for project in register.open_projects:
        delay = plan.get(project.id)
        if delay is None:
            asked = project.forward_capex * given.cost_factor
            if project.running:
                one = BoardDecision(
                    project.id, END, STOP, project.exit_cost, -project.exit_cost, None
                )
            else:
                one = BoardDecision(project.id, DEFER, HOLD, asked, 0.0, None)
        else:
            option = make_option(register, project, delay, given)
            word = decision_word(option, project.running)
            action = DEFER if word in (DELAY, PAUSE) else APPROVE
            one = BoardDecision(project.id, action, word, option.cost, option.value, option.start)
        made.append(one)
    order = (APPROVE, DEFER, END)
    return tuple(sorted(made, key=lambda one: (order.index(one.action), one.project)))


def orders_of(library: Library | None, project: int | None) -> list[str]:
    """What the library's portfolio asks of one of its projects; see `orders`.

    A register that cannot be read any more asks for nothing: its own room says why.
    """
    if library is None or project is None:
        return []
    code = next((one.code for one in library.projects() if one.id == project), "")
    try:
        register = kept_register(library)
        return [] if register is None else orders(code, register, targets(library))
    except ImportRefused:
        return []


def release_refusal(library: Library | None, project: int | None) -> str:
    """Why the portfolio lets no budget of a project of the library be released, "" if it does.

    A register that cannot be read any more holds nothing back: its own room says why.
    """
    if library is None or project is None:
        return ""
    code = next((one.code for one in library.projects() if one.id == project), "")
    try:
        register = kept_register(library)
    except ImportRefused:
        return ""
    mine = [] if register is None or not code else register.open_projects
    for one in mine:
        if one.library_code == code:
            assert register is not None
            blocked = release_blocked(register, one.id)
            if blocked is not None:
                return blocked
    return ""


def orders(library_code: str, register: Register, committed: Mapping[str, Target]) -> list[str]:
    """What the portfolio asks of a project of the library, and where it stands against that.

    Sentences for the project's own room; none where it is in no portfolio.
    """
    said = []
    for project in register.open_projects:
        if not library_code or project.library_code != library_code:
            continue
        target = committed.get(project.id)
        if target is not None and target.finish:
            said.append(
                f"The approved portfolio asks for finish by {target.finish} with "
                f"{target.budget:,.1f} {register.settings.unit} from then on."
            )
        elif target is not None:
            said.append(f"The approved portfolio decided: {target.decision}.")
        raised = exceptions(register, committed)
        said += [one.text for one in raised if one.project == project.id and one.kind != "gate"]
        blocked = release_blocked(register, project.id)
        if blocked is not None:
            said.append(blocked)
    return said
