"""The portfolio's results as plain values for JSON and workbooks."""

from __future__ import annotations

from typing import Any

from planbench.engines.portfolio.balance import PortfolioRisk, concentration, exposure_by
from planbench.engines.portfolio.capacity import Cell, Year, heat_map, shortages
from planbench.engines.portfolio.decisions import Binding, Decision
from planbench.engines.portfolio.frontier import Point
from planbench.engines.portfolio.months import month_name
from planbench.engines.portfolio.priority import Ahp, Alignment
from planbench.engines.portfolio.quarters import quarter_name
from planbench.engines.portfolio.reallocation import Effect, Reallocation
from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.selection import Option
from planbench.engines.portfolio.systemic import Level
from planbench.services.portfolio import Portfolio, Solved
from planbench.services.portfolio_board import Indicators, board_decisions, indicators
from planbench.services.portfolio_scoring import Scoring, scoring
from planbench.services.portfolio_words import binding_words, finish_day, reason, when

Json = dict[str, Any]

DIMENSIONS = ("technology", "bucket", "fund", "sponsor_role", "type")
"""Fields of a project over which concentration is told."""


def portfolio_json(found: Portfolio) -> Json:
    """Everything that `planbench portfolio --json` writes under its header."""
    register, solved = found.solved.register, found.solved
    shares = {one.project: one for one in found.stability}
    return {
        "currency": register.settings.currency,
        "unit": register.settings.unit,
        "value_unit": solved.unit,
        "valuation_date": register.settings.valuation_date,
        "discount_rate": register.settings.discount_rate,
        "selection": selection_json(solved),
        "decisions": [
            {
                **_decision(solved, one),
                "stability": shares[one.project].share,
                "stability_kind": shares[one.project].kind,
            }
            for one in solved.answer.decisions
        ],
        "binding_limits": [_binding(solved, one) for one in solved.answer.bindings],
        "frontier": [_point(one) for one in found.frontier],
        "as_asked": {
            "value": found.as_asked.value,
            "cost": found.as_asked.cost,
            "broken_limits": found.as_asked.broken,
            "distance_to_frontier": found.distance,
        },
        "budgets": [_year(one) for one in found.years],
        "capacity": [_cell(one) for one in found.cells],
        "capacity_by_month": [_cell(one) for one in heat_map(register, solved.plan, monthly=True)],
        "board": [
            {
                "project": one.project,
                "asked": one.action,
                "decision": one.word,
                "amount": one.amount,
                "value": one.value,
                "start": None if one.start_quarter is None else quarter_name(one.start_quarter),
            }
            for one in board_decisions(register, solved.plan, solved.assumptions)
        ],
        "indicators": _indicators(indicators(register)),
        "scoring": _scoring(scoring(register, solved.assumptions.judgement_set)),
        "shortages_as_asked": [_cell(one) for one in shortages(found.as_asked.cells)],
        "alignment": None if found.alignment is None else _alignment(register, found.alignment),
        "judgements": {name: _ahp(one) for name, one in found.ahp.items()},
        "ranking": [
            {
                "project": one.project,
                "value": one.value,
                "bottleneck_role": one.bottleneck,
                "value_per_bottleneck_unit": one.per_bottleneck,
                "slack_weeks": one.slack_weeks,
                "must_do": one.must_do,
            }
            for one in found.ranks
        ],
        "investment": [
            {
                "project": one.project,
                "NPV": one.npv,
                "PV_benefits": one.benefit_pv,
                "PV_costs": one.cost_pv,
                "IRR": list(one.irr),
                "MIRR": one.mirr,
                "payback_years": one.payback_years,
                "discounted_payback_years": one.discounted_payback_years,
                "BCR": one.benefit_cost,
                "ROI": one.roi,
                "EAA": one.annuity,
                "staged_value": None if one.staged is None else one.staged.value,
                "XNPV": one.xnpv,
                "risk_premium_pct": one.premium,
                "NPV_at_premium": one.adjusted,
                "certainty_equivalent": found.risk.certain(
                    one.project, register.settings.risk_aversion
                ),
            }
            for one in found.investments
        ],
        "risk": _risk(found.risk),
        "concentration": _concentration(register, found.solved.plan),
        "systemic": {
            factor: [_level(register, one) for one in levels]
            for factor, levels in found.systemic.items()
        },
    }


def selection_json(solved: Solved) -> Json:
    """Value, proven bound and gap, and the plan."""
    selection = solved.selection
    return {
        "status": selection.status,
        "value": selection.value,
        "bound": selection.bound,
        "gap": selection.gap,
        "seconds": selection.seconds,
        "cost": solved.cost,
        "delays_quarters": solved.plan,
        "extra_capacity": selection.extra,
        "carried_over": selection.carried,
    }


def _option(option: Option | None) -> Json | None:
    if option is None:
        return None
    return {
        "active": option.active,
        "start": when(option) or None,
        "last_quarter": quarter_name(option.finish - 1) if option.active else None,
        "delay_quarters": option.delay if option.active else None,
        "value": option.value,
        "cost": option.cost,
    }


def _decision(solved: Solved, one: Decision) -> Json:
    register = solved.register
    return {
        "project": one.project,
        "name": register.by_id[one.project].name,
        "decision": one.decision,
        "option": _option(one.option),
        "value_alone": one.alone,
        "reason": one.reason,
        "instead": _option(one.instead),
        "loss_if_overruled": one.loss,
        "changes": list(one.pushed),
        "lets_in": [{"limit": name, "by": amount} for name, amount in one.lets_in],
        "rules": list(one.rules),
        "conflict": list(one.conflict),
        "text": reason(register, one, solved.unit),
    }


def _binding(solved: Solved, one: Binding) -> Json:
    return {
        "limit": one.name,
        "kind": one.kind,
        "used": one.used,
        "upper": one.limit,
        "step": one.step,
        "gain_of_step": one.step_gain,
        "gain_of_removal": one.removal_gain,
        "text": binding_words(solved.register, one, solved.unit),
    }


def _point(one: Point) -> Json:
    return {"budget": one.budget, "cost": one.cost, "value": one.value, "gap": one.gap}


def _causes(causes: tuple[tuple[str, float], ...]) -> list[Json]:
    return [{"project": name, "amount": amount} for name, amount in causes]


def _year(one: Year) -> Json:
    return {
        "fiscal_year": one.fiscal_year,
        "fund": one.fund,
        "cost": one.cost,
        "budget": one.budget,
        "over": one.over,
        "carried_in": one.carried,
        "carried_out": one.carried_out,
        "reserve": one.reserve,
        "unallocated": None if one.budget is None else one.unallocated,
        "projects": _causes(one.causes),
    }


def _cell(one: Cell) -> Json:
    return {
        "role": one.role,
        "quarter": quarter_name(one.quarter),
        "month": None if one.month is None else one.period,
        "demand": one.demand,
        "capacity": one.capacity,
        "shortage": one.shortage,
        "projects": _causes(one.causes),
    }


def _indicators(one: Indicators) -> Json:
    return {
        "health": one.health,
        "reasons": one.why,
        "on_time": one.on_time,
        "due": one.due,
        "hit_rate": one.hit_rate,
        "days_after_approved_finish": one.slips,
        "drawn": one.drawn,
        "approved": one.approved,
        "benefits_measured": one.measured,
        "benefits_promised": one.promised,
        "benefits_realised": one.realised,
    }


def _scoring(one: Scoring | None) -> Json | None:
    if one is None:
        return None
    scores = one.scores
    return {
        "ranking": list(scores.ranking()),
        "scores": dict(zip(scores.projects, scores.scores.tolist(), strict=True)),
        "measures": one.measures,
        "below_gate": {name: list(gates) for name, gates in scores.failed.items()},
    }


def reallocation_json(one: Reallocation) -> Json:
    """A move of people with its loser and winner."""
    move = one.move
    return {
        "role": move.role,
        "amount": move.amount,
        "first": month_name(move.first),
        "last": month_name(move.last),
        "giver": _effect(one.giver),
        "taker": _effect(one.taker),
        "gain": one.gain,
    }


def _effect(one: Effect) -> Json:
    return {
        "project": one.project,
        "finish_before": finish_day(one.before),
        "finish_after": finish_day(one.after),
        "months_later": one.slip,
        "value_before": one.value_before,
        "value_after": one.value_after,
        "quarters_late_before": one.late_before,
        "quarters_late_after": one.late_after,
    }


def _alignment(register: Register, one: Alignment) -> Json:
    names = {driver.id: driver.name for driver in register.drivers}
    pairs = zip(one.drivers, one.weights.tolist(), strict=True)
    return {
        "share_selected": one.share,
        "drivers": [
            {
                "id": driver,
                "name": names[driver],
                "weight": weight,
                "covered": driver not in one.uncovered,
            }
            for driver, weight in pairs
        ],
        "uncovered": list(one.uncovered),
        "priority": dict(zip(one.projects, one.priority.tolist(), strict=True)),
    }


def _ahp(one: Ahp) -> Json:
    again = one.revisit
    return {
        "weights": dict(zip(one.names, one.weights.tolist(), strict=True)),
        "lambda_max": one.eigenvalue,
        "CI": one.index,
        "CR": one.ratio,
        "accepted": one.accepted,
        "revisit": None
        if again is None
        else {"a": again.a, "b": again.b, "given": again.given, "consistent": again.consistent},
    }


def _risk(one: PortfolioRisk) -> Json:
    levels = (10, 50, 80, 90)
    return {
        "iterations": int(one.npv.size),
        "cost": {f"p{level}": one.cost_percentile(level) for level in levels},
        "npv": {
            "mean": float(one.npv.mean()),
            **{f"p{level}": one.npv_percentile(level) for level in levels},
            "mean_of_worst_5_pct": one.tail_npv,
        },
        "sum_of_project_p80": sum(one.cost_p80.values()),
        "diversification": one.diversification,
        "variance_by_project": one.variance_by_project,
        "variance_by_driver": one.variance_by_driver,
        "budgets": [
            {
                "fiscal_year": year.fiscal_year,
                "fund": year.fund,
                "budget": year.budget,
                "p50": year.p50,
                "p80": year.p80,
                "probability_over": year.probability_over,
            }
            for year in one.years
        ],
    }


def _concentration(register: Register, plan: dict[str, int | None]) -> Json:
    made: Json = {}
    for dimension in DIMENSIONS:
        found = concentration(exposure_by(register, plan, dimension))
        if found is not None:
            made[dimension] = {
                "HHI": found.index,
                "N_eff": found.effective,
                "HHI_normalised": found.normalised,
                "top_three": found.top_three,
                "shares": dict(found.shares),
            }
    return made


def _level(register: Register, one: Level) -> Json:
    names = {named.id: named.name for named in (*register.suppliers, *register.causes)}
    return {
        "id": one.name,
        "name": names.get(one.name, one.name),
        "events": one.events,
        "late": one.late,
        "rest_events": one.rest_events,
        "rest_late": one.rest_late,
        "projects": one.projects,
        "mean_days_late": one.mean_days,
        "delay_cost": one.cost,
        "late_rate": one.rate,
        "late_rate_smoothed": one.smoothed,
        "rate_ratio": one.ratio,
        "p": one.p,
        "q": one.q,
        "systemic": one.systemic,
        "chronic": one.chronic,
        "trend": one.trend,
    }
