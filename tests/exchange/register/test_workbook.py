"""The register goes out as a workbook and comes back; rows that cannot be are told and left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planbench.domain.errors import ImportRefused
from planbench.engines.register.entry import Exposure, RiskAction, RiskEntry, Three
from planbench.engines.register.scales import usual_matrix
from planbench.exchange.register.workbook import read_register, write_register
from planbench.exchange.tables.sheets import Grid, write_xlsx


def test_a_register_comes_back_as_it_went_out() -> None:
    first = RiskEntry(
        "R-01",
        "=Late steel",
        category="Supply",
        cause="One mill",
        activities=("00123", "1E5"),
        mapping="split",
        parallel=True,
        proximity_from="2027-01-01",
        proximity_to="2027-03-31",
        before=Exposure(0.3, Three(1.5, 2, 3), Three(10, 20, 30)),
        after=Exposure(0.1, Three(0, 1, 2)),
        actions=(
            RiskAction(
                "Second mill", "Buyer", "A1", "4.2", 5.5, "2027-02-01", "under way", "eases", 0.3
            ),
            RiskAction("Audit"),
        ),
    )
    second = RiskEntry("O-01", "Cheap steel", True, status="proposed", before=Exposure(0.5))
    matrix = replace(usual_matrix(), cells=((4,) * 5,) * 5)
    read = read_register(write_register([first, second], matrix), "r.xlsx")
    assert read.refused == ()
    assert read.entries == (first, second)
    assert read.matrix == matrix


def test_rows_are_refused_with_their_reasons() -> None:
    risks = Grid(
        "Risks",
        ("ID", "Title", "before probability", "status", "proximity_from"),
        [
            ("R-1", "good", 0.2, None, None),
            ("R-2", "too sure", 1.5, None, None),
            ("R-3", None, 0.1, None, None),
            ("R-1", "again", 0.1, None, None),
            ("R-5", "odd", "often", None, None),
            ("R-6", "day", 0.1, None, "soon"),
            (None, None, None, None, None),
        ],
    )
    actions = Grid("actions", ("risk", "action", "cost"), [("R-9", "x", 1), ("R-1", "do", -1)])
    read = read_register(write_xlsx([risks, actions]), "r.xlsx")
    assert [entry.id for entry in read.entries] == ["R-1"]
    said = "\n".join(read.refused)
    for part in ("row 3", "row 4", "row 5", "row 6, before_probability", "row 7, proximity_from"):
        assert part in said, part
    assert "there is no risk R-9" in said
    assert "below zero" in said
    assert len(read.refused) == 7


def test_a_workbook_without_risks_is_refused() -> None:
    with pytest.raises(ImportRefused, match="no sheet"):
        read_register(write_xlsx([Grid("x", ("a",), [("b",)])]), "r.xlsx")
    with pytest.raises(ImportRefused, match="no column"):
        read_register(write_xlsx([Grid("risks", ("a",), [("b",)])]), "r.xlsx")
