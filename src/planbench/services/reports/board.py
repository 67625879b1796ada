"""Sections of a board pack: indicators, money by fund, exceptions and benefits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planbench.engines.reports.blocks import (
    NUMBER,
    SHARE,
    TEXT,
    Block,
    Chart,
    Column,
    Paragraph,
    Series,
    Value,
)
from planbench.services.reports.figures import Desk
from planbench.services.reports.words import plain, share_text, table

Options = Mapping[str, Any]


def board(desk: Desk, options: Options) -> list[Block]:
    """How running projects stand: health, milestones, money drawn, and what is beyond a limit."""
    from planbench.services.portfolio_board import indicators
    from planbench.services.portfolio_library import exceptions

    found = desk.snapshot.portfolio
    assert found is not None
    register = found.solved.register
    told = indicators(register)
    counts = told.counts
    said = [
        f"Of {told.running} running projects {len(told.health)} report: {counts['green']} green, "
        f"{counts['amber']} amber, {counts['red']} red."
    ]
    if told.hit_rate is not None:
        said.append(
            f"{told.on_time} of {told.due} milestones and deliveries came in time "
            f"({share_text(told.hit_rate)})."
        )
    if told.draw_rate is not None:
        said.append(
            f"{told.drawn:,.0f} of the approved {told.approved:,.0f} {register.settings.unit} "
            f"are spent ({share_text(told.draw_rate)})."
        )
    desk.cite("Indicators", f"{told.running} projects", "sums over running projects", "portfolio")
    raised = exceptions(register)
    rows: list[list[Value]] = [
        [one.project, register.by_id[one.project].name, one.text] for one in raised
    ]
    columns = [Column("Id", TEXT, 0.6), Column("Project", TEXT, 1.6), Column("What", TEXT, 3.4)]
    made: list[Block] = [Paragraph(" ".join(said))]
    if rows:
        made.append(table("Exceptions", columns, rows))
    else:
        made.append(Paragraph("Nothing is beyond a deadline or held back by a gate."))
    return made


def capital(desk: Desk, options: Options) -> list[Block]:
    """Cost against budgets by year and fund: allocated, spent, held in reserve and left."""
    from planbench.engines.portfolio.cycles import cycles

    found = desk.snapshot.portfolio
    assert found is not None
    register = found.solved.register
    unit = register.settings.unit
    actual = cycles(register, found.solved.plan, factor=found.solved.assumptions.cost_factor)
    spent = {(one.fiscal_year, one.fund): one.spent for one in actual if one.spent}
    given = {(one.fiscal_year, one.fund): one for one in found.years if one.cost or one.budget}
    rows: list[list[Value]] = []
    for year, fund in sorted({*spent, *given}):
        one = given.get((year, fund))
        limited = one is not None and one.budget is not None
        rows.append(
            [
                str(year),
                fund,
                plain(one.budget if one else None),
                plain(one.carried if one and limited else None),
                plain(spent.get((year, fund), 0.0)),
                plain(one.cost if one else 0.0),
                plain(one.reserve if one and limited else None),
                plain(one.unallocated if one and limited else None),
            ]
        )
    columns = [
        Column("Year", TEXT), Column("Fund", TEXT), Column("Budget", NUMBER, total=True),
        Column("Carried in", NUMBER), Column("Spent", NUMBER, total=True),
        Column("Allocated", NUMBER, total=True), Column("Reserve", NUMBER, total=True),
        Column("Unallocated", NUMBER),
    ]  # fmt: skip
    desk.cite("Capital plan", f"{len(rows)} budgets", "forward cost of the choice", "portfolio")
    if not rows:
        return [Paragraph("The register sets no budgets, and nothing costs anything.")]
    names = tuple(f"{row[0]} {row[1]}".strip() for row in rows)
    lines = (
        Series("Spent", names, tuple(_number(row[4]) for row in rows), "three"),
        Series("Allocated", names, tuple(_number(row[5]) for row in rows), "done"),
        Series("Budget", names, tuple(_number(row[2]) for row in rows), "four"),
    )
    note = "Allocated: forward cost of the choice. Spent: by the projects' ledgers."
    return [
        Chart("Spent and allocated against budget", "columns", "category", lines, unit),
        table(f"Capital plan, {unit}", columns, rows, note=note),
    ]


def _number(value: Value) -> float | None:
    return value if isinstance(value, float) else None


def benefits(desk: Desk, options: Options) -> list[Block]:
    """Promised benefits, what is due by their ramps, and what was measured."""
    from planbench.services.portfolio_board import benefit_lines

    found = desk.snapshot.portfolio
    assert found is not None
    register = found.solved.register
    lines = benefit_lines(register)
    rows: list[list[Value]] = [
        [
            line.benefit.project,
            line.benefit.kpi,
            line.benefit.unit,
            plain(line.benefit.baseline),
            plain(line.benefit.target),
            line.benefit.target_date,
            plain(line.planned),
            plain(line.realised),
        ]
        for line in lines
    ]
    columns = [
        Column("Id", TEXT, 0.6), Column("Benefit", TEXT, 2.2), Column("Unit", TEXT, 1.2),
        Column("From", NUMBER, 0.7), Column("To", NUMBER, 0.7), Column("By", TEXT, 0.9),
        Column("Due", SHARE, 0.6), Column("Realised", SHARE, 0.7),
    ]  # fmt: skip
    desk.cite("Benefits", f"{len(rows)} benefits", "share of the way to the target", "portfolio")
    if not rows:
        return [Paragraph("The register promises no benefits.")]
    return [table("Promised benefits", columns, rows)]
