"""Sections of a board pack: indicators, money by fund, exceptions and benefits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planbench.engines.reports.blocks import (
    NUMBER,
    SHARE,
    TEXT,
    Block,
    Column,
    Paragraph,
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
    """Budgets by year and fund: what is allocated, held in reserve and left."""
    found = desk.snapshot.portfolio
    assert found is not None
    years = [one for one in found.years if one.budget is not None]
    rows: list[list[Value]] = [
        [
            str(one.fiscal_year),
            one.fund,
            plain(one.budget),
            plain(one.carried),
            plain(one.cost),
            plain(one.reserve),
            plain(one.unallocated),
        ]
        for one in years
    ]
    columns = [
        Column("Year", TEXT), Column("Fund", TEXT), Column("Budget", NUMBER, total=True),
        Column("Carried in", NUMBER), Column("Allocated", NUMBER, total=True),
        Column("Reserve", NUMBER, total=True), Column("Unallocated", NUMBER),
    ]  # fmt: skip
    desk.cite("Capital plan", f"{len(rows)} budgets", "forward cost of the choice", "portfolio")
    if not rows:
        return [Paragraph("The register sets no budgets.")]
    return [table(f"Capital plan, {found.solved.register.settings.unit}", columns, rows)]


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
