from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from planbench.domain.errors import ImportRefused
from planbench.engines.portfolio.envelopes import Envelope, Request, Spend
from planbench.engines.portfolio.quarters import quarter
from planbench.engines.portfolio.register import Gate, GroupLimit, ScoringCriterion
from planbench.exchange.portfolio.reader import read_portfolio, register_of
from planbench.exchange.portfolio.writer import grids_of, write_portfolio
from planbench.exchange.tables.sheets import Formula, Grid
from planbench.services.resources import resource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample's tables, to be spoilt."""
    target = tmp_path / "tables"
    shutil.copytree(resource("sample", "portfolio"), target)
    return target


def test_the_folder_is_read_whole(folder: Path) -> None:
    register = read_portfolio(folder)
    assert len(register.projects) == 12
    first = register.by_id["P01"]
    assert first.capex[quarter("2026Q4")] == 98.87
    assert first.forward_capex == pytest.approx(739.79)
    assert register.by_id["P03"].delays == (0, 4, 8)
    assert register.by_id["P07"].impacts["D5"] == 9
    assert register.roles[0].capacity[quarter("2028Q3")] == 78
    assert register.roles[0].hire_cost == pytest.approx(0.310)
    assert len(register.delays) == 160
    assert {link.kind for link in register.links} == {"requires", "excludes", "finish_start"}
    assert register.settings.discount_rate == 0.065
    assert register.benefits_until == 2046


def test_a_workbook_gives_the_same_register_back(folder: Path, tmp_path: Path) -> None:
    register = read_portfolio(folder)
    path = tmp_path / "portfolio.xlsx"
    path.write_bytes(write_portfolio(register))
    assert read_portfolio(path) == register


def test_the_grids_alone_give_it_back_as_well(folder: Path) -> None:
    register = read_portfolio(folder)
    assert register_of(grids_of(register), "grids") == register


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("projects.csv", "P02,SORBANK", "P01,SORBANK", "no project 'P02'"),
        ("projects.csv", ",running,", ",asleep,", "no status"),
        ("projects.csv", "2029-05-31", "31.05.2029", "not a date"),
        ("capex.csv", "2027Q1", "Q1/27", "not a quarter"),
        ("drivers.csv", "D2,", "D1,", "2 times"),
        ("capex.csv", "98.87", "98;87", "not a number"),
        ("capex.csv", "P02,", "P99,", "no project 'P99'"),
        ("demand.csv", "P01,CLV", "P01,XXX", "no role"),
        ("budgets.csv", "2027,REG,740", "2027,REG,-740", "not negative"),
        ("projects.csv", ",REG,310", ",INN,310", "does not pay"),
        ("dependencies.csv", "excludes", "dislikes", "no dependency"),
        ("dependencies.csv", "P05,P12", "P05,P77", "no project 'P77'"),
        ("portfolio.json", '"fiscal_year_start_month": 1', '"fiscal_year_start_month": 2', "month"),
        ("portfolio.json", '"valuation_date"', '"evaluated"', "valuation_date"),
        ("portfolio.json", "{", "[", "JSON"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    folder: Path, file: str, old: str, new: str, told: str
) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ImportRefused, match=told) as caught:
        read_portfolio(folder)
    assert "\n" not in caught.value.line


def test_a_missing_table_or_file_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "capex.csv").unlink()
    with pytest.raises(ImportRefused, match="no table 'capex'"):
        read_portfolio(folder)
    with pytest.raises(ImportRefused, match="no such file"):
        read_portfolio(tmp_path / "nothing.xlsx")
    other = tmp_path / "plan.txt"
    other.write_text("x")
    with pytest.raises(ImportRefused, match="no portfolio"):
        read_portfolio(other)


def test_formulas_are_never_taken(folder: Path) -> None:
    grids = grids_of(read_portfolio(folder))
    capex = next(grid for grid in grids if grid.name == "capex")
    bad = Grid("capex", capex.titles, [(*capex.rows[0][:2], Formula("=1+1"))])
    with pytest.raises(ImportRefused, match="formula"):
        register_of([bad if grid.name == "capex" else grid for grid in grids], "x.xlsx")


ODD = ("", "0", "-1", "1e308", "2027Q1", "0000Q1", "9999-12-31", "Y", "x", "P01", "1/0", "nan", "𝔘")


@pytest.mark.parametrize("seed", range(40))
def test_odd_cells_are_refused_or_give_a_register_that_comes_back(folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    grids = grids_of(read_portfolio(folder))
    at = dice.choice([k for k, grid in enumerate(grids) if grid.rows])
    rows = [list(row) for row in grids[at].rows]
    dice.choice(rows)[dice.randrange(len(grids[at].titles))] = dice.choice(ODD) or None
    grids[at] = Grid(grids[at].name, grids[at].titles, [tuple(row) for row in rows])
    register, told = None, "odd, "
    try:
        register = register_of(grids, "odd")
    except ImportRefused as error:
        told = error.line
    assert told.startswith("odd, ")
    if register is not None:
        assert register_of(grids_of(register), "again") == register


def test_every_table_of_the_register_comes_back_from_a_workbook(
    folder: Path, tmp_path: Path
) -> None:
    register = read_portfolio(folder)
    first = replace(
        register.projects[0],
        fund="",
        fund_shares={"REG": 0.6, "SEC": 0.4},
        demand_months={"PCE": {12 * 2027 + 4: 3.5}},
        measures={"readiness": 4.0},
    )
    funds = tuple(replace(fund, eligible_types=()) for fund in register.funds)
    roles = tuple(replace(role, capacity_months={24330: 7.0}) for role in register.roles)
    made = replace(
        register,
        projects=(first, *register.projects[1:]),
        roles=roles,
        funds=funds,
        budgets=tuple(replace(one, reserve=1.5) for one in register.budgets),
        criteria=(ScoringCriterion("readiness", "Ready", 2.0, 1.0, 5.0, "s", 2.0),),
        group_limits=(GroupLimit("share", "bucket", "core", 0.2, 0.9),),
        gates=(Gate("P01", "G5", "2029-01-10", "hold", "Built", "Late", 0.7),),
        envelopes=(Envelope(2027, "REG", "core", 500.0, 20.0),),
        requests=(
            Request("R1", "P01", "REG", 2027, 300.5, "2026-09-01"),
            Request("R2", "P02", "REG", 2028, 9.0, "", "approved", "2026-09-02", "A B", "n"),
        ),
        spending=(Spend("P01", 24316, 12.5, 3.25), Spend("P01", 24317)),
        settings=replace(
            register.settings,
            fiscal_periods="4-4-5",
            risk_premium_pct={"transformational": 3.0},
            risk_aversion=0.25,
            benefits_until=2045,
        ),
    )
    path = tmp_path / "portfolio.xlsx"
    path.write_bytes(write_portfolio(made))
    assert read_portfolio(path) == made
    assert all(grid.rows for grid in grids_of(made))  # none was empty
