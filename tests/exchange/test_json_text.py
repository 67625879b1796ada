"""JSON of others: deep nesting and infinite numbers are refused, whoever reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planbench.domain.errors import ImportRefused, PlanbenchError
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.findings.rounds import Review
from planbench.exchange.comments.bundle import read_bundle, write_bundle
from planbench.exchange.json_text import parsed
from planbench.exchange.portfolio.cells import read_cell
from planbench.exchange.portfolio.reader import read_portfolio
from planbench.services.document import Document
from planbench.services.risk import read_model


@pytest.mark.parametrize("text", ["1e400", "-1e400", "[NaN]", '{"a": Infinity}', "[" * 100_000])
def test_what_could_not_be_written_again_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no number of JSON|nested"):
        parsed(text.encode())


def test_other_numbers_and_the_mark_of_utf_8_are_read() -> None:
    assert parsed('\ufeff[1, -2.5e3, "é"]'.encode()) == [1, -2500.0, "é"]


def test_a_figure_beyond_any_float_in_a_reviewers_file() -> None:
    data = write_bundle(Review(), "DOCK", "Me")
    assert read_bundle(data, "r.json")[1] == "DOCK"
    with pytest.raises(ImportRefused, match="not JSON"):
        read_bundle(data.replace(b'"rounds": []', b'"rounds": [1e400]'), "r.json")


def test_models_and_portfolios_nested_too_deep(tmp_path: Path) -> None:
    deep = tmp_path / "portfolio.json"
    deep.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(ImportRefused, match="JSON"):
        read_portfolio(tmp_path)
    with pytest.raises(PlanbenchError, match="nested"):
        read_model(deep, Document(synthetic_schedule(10, 14)))


@pytest.mark.parametrize("cell", [10**400, -(10**400), float("inf"), float("nan"), "9" * 400])
def test_a_number_of_a_portfolio_that_no_float_holds(cell: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        read_cell("number", cell)
