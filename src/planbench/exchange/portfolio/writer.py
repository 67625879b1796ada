"""A register as tables: one workbook, or grids for whatever wants them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from planbench.engines.portfolio.register import Register
from planbench.exchange.portfolio.cells import Month, write_rows
from planbench.exchange.portfolio.layout import TABLES
from planbench.exchange.tables.sheets import Grid, write_xlsx

Row = dict[str, Any]


def write_portfolio(register: Register) -> bytes:
    """The register as a workbook that `read_portfolio` reads back the same."""
    return write_xlsx(grids_of(register))


def grids_of(register: Register) -> list[Grid]:
    """The tables of a register, empty ones with their titles."""
    rows: dict[str, list[Row]] = {
        "settings": _settings(register),
        "projects": _plain(register.projects),
        "start_options": [
            {"project": p.id, "delay": delay} for p in register.projects for delay in p.delays
        ],
        "capex": [
            {"project": p.id, "quarter": q, "amount": amount}
            for p in register.projects
            for q, amount in sorted(p.capex.items())
        ],
        "project_benefits": [
            {"project": p.id, "year": year, "amount": amount}
            for p in register.projects
            for year, amount in sorted(p.benefits.items())
        ],
        "demand": [
            {"project": p.id, "role": role, **period}
            for p in register.projects
            for role in p.demanded
            for period in _periods(p.demand.get(role, {}), p.demand_months.get(role, {}))
        ],
        "roles": _plain(register.roles),
        "capacity": [
            {"role": role.id, **period}
            for role in register.roles
            for period in _periods(role.capacity, role.capacity_months)
        ],
        "funds": _plain(register.funds),
        "budgets": _plain(register.budgets),
        "project_funds": [
            {"project": p.id, "fund": fund, "share_pct": 100 * share}
            for p in register.projects
            for fund, share in p.fund_shares.items()
        ],
        "dependencies": _plain(register.links),
        "group_limits": _plain(register.group_limits),
        "drivers": _plain(register.drivers),
        "driver_judgements": _plain(register.judgements),
        "driver_scores": [
            {"project": p.id, "driver": driver, "impact": impact}
            for p in register.projects
            for driver, impact in p.impacts.items()
        ],
        "criteria": _plain(register.criteria),
        "criterion_measures": [
            {"project": p.id, "criterion": criterion, "measure": measure}
            for p in register.projects
            for criterion, measure in p.measures.items()
        ],
        "strategic_risks": _plain(register.factors),
        "risk_loadings": [
            {"project": p.id, "driver": driver, "cost": cost, "benefit": benefit}
            for p in register.projects
            for driver, (cost, benefit) in p.loadings.items()
        ],
        "delays": _plain(register.delays),
        "suppliers": _plain(register.suppliers),
        "cause_codes": _plain(register.causes),
        "benefits": _plain(register.benefits),
        "gates": _plain(register.gates),
        "envelopes": _plain(register.envelopes),
        "requests": _plain(register.requests),
        "spending": _plain(register.spending),
    }
    return [write_rows(name, columns, rows[name]) for name, columns in TABLES.items()]


def _periods(quarters: Mapping[int, float], months: Mapping[int, float]) -> list[Row]:
    rows = [{"quarter": quarter, "amount": amount} for quarter, amount in sorted(quarters.items())]
    return rows + [
        {"quarter": Month(one), "amount": amount} for one, amount in sorted(months.items())
    ]


def _plain(records: Iterable[Any]) -> list[Row]:
    return [{f.name: getattr(record, f.name) for f in fields(record)} for record in records]


def _settings(register: Register) -> list[Row]:
    rows = []
    for item in fields(register.settings):
        value = getattr(register.settings, item.name)
        if value is None:
            continue
        if isinstance(value, tuple):
            value = ";".join(value)
        elif not isinstance(value, str | int | float):
            value = json.dumps(dict(value))
        rows.append({"key": item.name, "value": str(value)})
    return rows
