"""Judgements, cells and amounts as people type and read them."""

from __future__ import annotations

import pytest

from planbench.ui.portfolio.priorities import judgement_value, judgement_words
from planbench.ui.portfolio.register import _free_id, shown, typed
from planbench.ui.portfolio.words import change, money


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("3", 3.0),
        ("1/3", 1 / 3),
        ("0,5", 0.5),
        ("10", None),
        ("0", None),
        ("1/0", None),
        ("x", None),
    ],
)
def test_a_judgement_as_typed(words, value) -> None:
    assert judgement_value(words) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("value", "words"), [(9.0, "9"), (1 / 9, "1/9"), (3.66, "3.7"), (1 / 3, "1/3"), (1.0, "1")]
)
def test_a_judgement_as_shown(value, words) -> None:
    assert judgement_words(value) == words


@pytest.mark.parametrize(
    ("words", "value"),
    [("", None), ("12", 12), ("12.5", 12.5), ("−3", -3), ("2027Q1", "2027Q1"), ("nan", "nan")],
)
def test_a_cell_as_typed(words, value) -> None:
    assert typed(words) == value


def test_cells_come_back_as_they_were() -> None:
    for value in (None, 0.1, 1e-7, 12, "core"):
        assert typed(shown(value)) == value


def test_the_next_free_id() -> None:
    assert _free_id(["P09", "P10", "P12"], "P09") == "P11"
    assert _free_id(["CLV"], "CLV") == "CLV1"


def test_amounts() -> None:
    assert money(99.94) == "99.9"
    assert money(99.96) == "100"
    assert change(-0.04) == "0.0"


def test_every_table_of_the_register_can_be_gone_to() -> None:
    from planbench.exchange.portfolio.layout import TABLES
    from planbench.ui.portfolio.register import TITLES

    assert set(TITLES) == set(TABLES)
