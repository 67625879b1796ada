"""The tables of a portfolio and their columns."""

from __future__ import annotations

from planbench.exchange.portfolio.cells import Column


def _id(title: str, field: str = "id") -> Column:
    return Column(title, "text", field, needed=True)


def _text(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, "text") for title in titles)


def _numbers(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, "number") for title in titles)


def _money(title: str, field: str = "", *, needed: bool = False) -> Column:
    return Column(title, "number", field, needed, {f"{title}_meur": 1.0})


PROJECT = _id("project_id", "project")
PERIOD = Column("quarter", "period", needed=True, others={"month": 1.0, "period": 1.0})
"""A quarter (2027Q1), or a month (2027-05), which then says more than its quarter."""

TABLES: dict[str, tuple[Column, ...]] = {
    "settings": (_id("setting", "key"), Column("value", "text")),
    "projects": (
        _id("project_id"),
        Column("name", "text", needed=True),
        *_text("status", "type", "stage", "sponsor_role", "bucket", "technology", "country"),
        Column("fund", "text"),
        Column("start_quarter", "quarter"),
        *_numbers("p_technical", "p_permit", "p_success"),
        Column("deadline", "date"),
        Column("hard_deadline", "flag"),
        Column("must_do", "flag"),
        Column("forced_out", "flag"),
        *(_money(name) for name in ("deadline_loss", "exit_cost", "pause_cost", "sunk_cost")),
        Column("forecast_finish", "date"),
        Column("library_code", "text"),
        _money("eac"),
        Column("cpi", "number"),
        Column("p80_finish", "date"),
        Column("float_days", "number"),
        *(_money(name) for name in ("cost_p10", "cost_p50", "cost_p90")),
    ),
    "start_options": (PROJECT, Column("delay_quarters", "whole", "delay", needed=True)),
    "capex": (
        PROJECT,
        Column("quarter", "quarter", needed=True),
        _money("capex", "amount", needed=True),
    ),
    "project_benefits": (
        PROJECT,
        Column("year", "whole", needed=True),
        _money("benefit", "amount", needed=True),
    ),
    "demand": (
        PROJECT,
        _id("role_id", "role"),
        PERIOD,
        Column("demand", "number", "amount", needed=True),
    ),
    "roles": (
        _id("role_id"),
        Column("name", "text", needed=True),
        Column("unit", "text"),
        Column("recruitment_lead_months", "number"),
        Column(
            "hire_cost_per_unit_quarter",
            "number",
            "hire_cost",
            others={"hire_cost_keur_per_unit_quarter": 0.001},
        ),
        Column("max_extra_units", "number", "max_extra"),
    ),
    "capacity": (
        _id("role_id", "role"),
        PERIOD,
        Column("capacity", "number", "amount", needed=True),
    ),
    "funds": (_id("fund"), Column("name", "text", needed=True), Column("eligible_types", "list")),
    "budgets": (
        Column("fiscal_year", "whole", needed=True),
        _id("fund", "fund"),
        _money("budget", "amount", needed=True),
        Column("carry_over_pct", "number"),
        _money("reserve"),
    ),
    "project_funds": (PROJECT, _id("fund", "fund"), Column("share_pct", "number", needed=True)),
    "dependencies": (
        _id("kind", "kind"),
        _id("project_a", "a"),
        _id("project_b", "b"),
        Column("lag_quarters", "whole"),
        _money("value"),
        Column("text", "text"),
    ),
    "group_limits": (
        _id("kind", "kind"),
        *_text("field", "group"),
        *_numbers("least", "most"),
    ),
    "drivers": (
        _id("driver_id"),
        Column("name", "text", needed=True),
        Column("weight", "number"),
        Column("coverage_rule", "text"),
    ),
    "driver_judgements": (
        _id("set", "set"),
        _id("driver_a", "a"),
        _id("driver_b", "b"),
        Column("judgement", "number", "value", needed=True),
    ),
    "driver_scores": (
        PROJECT,
        _id("driver_id", "driver"),
        Column("impact", "number", needed=True),
    ),
    "criteria": (
        _id("criterion_id"),
        Column("name", "text", needed=True),
        Column("weight", "number", needed=True),
        *_numbers("low", "high"),
        Column("shape", "text"),
        Column("gate", "number"),
    ),
    "criterion_measures": (
        PROJECT,
        _id("criterion_id", "criterion"),
        Column("measure", "number", needed=True),
    ),
    "strategic_risks": (
        _id("driver_id"),
        Column("driver_name", "text", "name", needed=True),
        *_text("risk_id", "title", "distribution"),
        *_numbers("mean", "sigma", "shock_probability", "shock_size"),
        *_text("indicator", "owner_role"),
        Column("review_date", "date"),
    ),
    "risk_loadings": (
        PROJECT,
        _id("driver_id", "driver"),
        Column("cost_loading", "number", "cost", needed=True),
        Column("benefit_loading", "number", "benefit", needed=True),
    ),
    "delays": (
        _id("event_id"),
        PROJECT,
        Column("supplier_id", "text", "supplier"),
        *_text("discipline", "period", "phase"),
        Column("cause_code", "text", "cause"),
        Column("planned_date", "date", "planned"),
        Column("actual_date", "date", "actual"),
        Column("days_late", "number"),
        Column("late", "flag", needed=True),
        Column("delay_cost", "number", "cost", others={"delay_cost_eur": 1.0}),
        Column("location", "text"),
    ),
    "suppliers": (
        _id("supplier_id"),
        Column("name", "text", needed=True),
        Column("discipline", "text", "group"),
    ),
    "cause_codes": (_id("cause_code"), Column("name", "text", needed=True)),
    "benefits": (
        _id("benefit_id"),
        PROJECT,
        *_text("owner_role", "kpi", "unit"),
        *_numbers("baseline", "target"),
        Column("target_date", "date"),
        Column("ramp_months", "number"),
        Column("measured_on", "date"),
        Column("actual", "number"),
    ),
    "gates": (
        PROJECT,
        _id("gate", "gate"),
        Column("date", "date"),
        *_text("decision", "criteria", "note"),
        Column("probability", "number"),
    ),
    "envelopes": (
        Column("fiscal_year", "whole", needed=True),
        _id("fund", "fund"),
        _id("category", "category"),
        _money("budget", "amount", needed=True),
        _money("reserve"),
    ),
    "requests": (
        _id("request_id"),
        PROJECT,
        _id("fund", "fund"),
        Column("fiscal_year", "whole", needed=True),
        _money("amount", needed=True),
        Column("asked_on", "date"),
        Column("decision", "text"),
        Column("decided_on", "date"),
        *_text("decided_by", "note"),
    ),
    "spending": (
        PROJECT,
        Column("month", "month", needed=True),
        _money("committed"),
        _money("spent"),
    ),
}
"""Columns by table. Amounts are in the unit of the settings; `_meur` at the end of a title means
the same where that unit is a million."""

NEEDED = ("projects", "capex")
