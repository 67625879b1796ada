"""The board pack of the sample portfolio: what is asked, with amounts, sources and few pages."""

from __future__ import annotations

import pytest

from planbench.engines.reports.blocks import Report, Table
from planbench.services.portfolio import sample_portfolio
from planbench.services.portfolio_board import benefit_lines
from planbench.services.reports.compose import compose, parts_of, template_of
from planbench.services.reports.snapshot import Given, Snapshot, gather


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return gather(Given(None, register=sample_portfolio()), parts_of(template_of("board")))


@pytest.fixture(scope="module")
def report(snapshot: Snapshot) -> Report:
    return compose(template_of("board"), snapshot)


def _table(report: Report, title: str) -> Table:
    return next(
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Table) and block.title.startswith(title)
    )


def test_the_decision_table_lists_what_is_asked_with_amounts(
    report: Report, snapshot: Snapshot
) -> None:
    """PPM-42: approve, defer, stop; what goes on adds up to the cost of the choice."""
    found = _table(report, "Decisions")
    rows = {row[0]: row for row in found.rows}
    assert {row[2] for row in found.rows} == {"approve", "defer", "stop"}
    assert (rows["P06"][2], rows["P06"][4]) == ("stop", 12.0)
    assert snapshot.portfolio is not None
    plan = snapshot.portfolio.solved.plan
    going = sum(float(row[4] or 0) for row in found.rows if plan[str(row[0])] is not None)
    assert going == pytest.approx(snapshot.portfolio.solved.cost)


def test_the_pack_tells_of_capital_benefits_and_exceptions(report: Report) -> None:
    capital = _table(report, "Capital plan")
    for row in capital.rows:
        budget, carried, _spent, cost, reserve, rest = (float(cell or 0) for cell in row[2:])
        if row[2] is not None:
            assert cost + reserve + rest == pytest.approx(budget + carried)
    spent = sum(float(row[4] or 0) for row in capital.rows)
    assert spent == pytest.approx(sum(one.spent for one in sample_portfolio().spending))
    titles = [block.title for s in report.sections for block in s.blocks if hasattr(block, "rows")]
    assert sum("ear" in title and "ost" in title for title in titles) == 0  # told once only
    assert len(_table(report, "Promised benefits").rows) == len(benefit_lines(sample_portfolio()))
    assert [row[0] for row in _table(report, "Exceptions").rows] == ["P06"]
    figures = _table(report, "Investment figures")
    assert [column.title for column in figures.columns][3:5] == ["IRR", "MIRR"]


def test_every_column_has_a_formula(report: Report) -> None:
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table) and section.kind != "sources":
                assert all(column.formula for column in block.columns), section.kind
