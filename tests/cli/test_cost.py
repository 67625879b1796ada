"""`cost`, `cash`, `progress` and `standards` on the sample, as files and in a library."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planbench.cli.main import main
from planbench.exchange.tables.sheets import read_xlsx
from planbench.services import packs
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.resources import resource
from planbench.services.sample import ensure_sample, export_sample
from planbench.services.sample_network import table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cost")
    export_sample(place)
    with Library.open(place / "own.planbench", Recents(place / "r.json")) as library:
        ensure_sample(library)
    return place


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(folder: Path, capsys: Any) -> Run:
    def asked(command: str, *more: str, source: str = "own.planbench") -> dict[str, Any]:
        capsys.readouterr()
        assert main([command, str(folder / source), *more, "--json", "-"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert found["schema"] == f"planbench/{command}/1"
        return found

    return asked


FILE = "NORDLYS 2026-09-30.xer"


def test_cost_of_the_library_is_that_of_the_ledger(run: Run) -> None:
    found = run("cost", "--periods", "12")
    booked = sum(float(row["amount_eur"]) for row in table("ledger.csv"))
    assert sum(one["amount"] for one in found["ledger"]["periods"]) == pytest.approx(booked)
    assert found["ledger"]["agreement"]["gap"] == 0.0
    assert sum(one["BAC"] for one in found["accounts"]) == pytest.approx(found["project"]["BAC"])
    whole = sum(one["spent"] + one["forecast"] for one in found["periods"])
    assert whole == pytest.approx(found["project"]["BAC"] / found["project"]["CPI"], abs=0.01)
    assert set(found["budget"]["gaps"].values()) == {0.0}


def test_a_file_with_its_ledger_fiscal_year_and_rates(run: Run, folder: Path) -> None:
    rows = ["Posting date;Konto;Amount;Currency"]
    rows += ["2026-06-26;4.1;100;USD", "2026-06-27;4.1;100;USD", "2026-07-01;4.1;5;EUR"]
    (folder / "l.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "f.json").write_text(json.dumps({"rule": "last weekday", "weekday": 4}), "utf-8")
    found = run(
        "cost",
        *("--ledger", str(folder / "l.csv"), "--column", "account=Konto"),
        *("--rates", "USD 0.9; USD 2026-06-27 0.8", "--fiscal", str(folder / "f.json")),
        *("--baseline", str(folder / "NORDLYS baseline.xer"), "--level", "1"),
        source=FILE,
    )
    # the last Friday of June 2026 is the 26th
    periods = {one["period"]: one["amount"] for one in found["ledger"]["periods"]}
    assert periods == {"2026-06": 90.0, "2026-07": 85.0}
    assert {one["wbs"].count(".") for one in found["accounts"] if one["wbs"]} == {1}


def test_cash_of_terms_and_of_the_library(run: Run, folder: Path) -> None:
    kept = run("cash")
    given = json.loads(resource("sample", "cash.json").read_text("utf-8"))
    assert kept["terms"]["advance"] == given["advance"]["pct"] / 100
    assert kept["months"][-1]["balance"] == pytest.approx(
        sum(one["in"] - one["out"] - one["interest"] for one in kept["months"]), abs=0.5
    )
    assert min(one["balance"] for one in kept["months"]) == pytest.approx(
        kept["peak_need"]["balance"], abs=0.01
    )
    later = run("cash", "--delay", "60")
    assert later["scenario"]["delay"] == 60
    assert later["peak_need"] != kept["peak_need"]
    (folder / "t.json").write_text(json.dumps({"retention": 0.05, "days": 0}), "utf-8")
    found = run("cash", "--terms", str(folder / "t.json"), source=FILE)
    assert found["terms"]["retention"] == 0.05


def test_progress_goes_out_and_comes_back(run: Run, folder: Path, capsys: Any) -> None:
    rule = {"activity": "TS-2120", "technique": "units", "budgeted": 10.0, "installed": 4.0}
    (folder / "rules.json").write_text(json.dumps([rule]), "utf-8")
    sheet = folder / "site.xlsx"
    found = run(
        "progress", "--rules", str(folder / "rules.json"), "--sheet-out", str(sheet), source=FILE
    )
    mine = next(one for one in found["activities"] if one["id"] == "TS-2120")
    assert (mine["measured"], mine["state"]) == (40.0, "draft")
    (grid,) = read_xlsx(sheet.read_bytes(), sheet.name)
    assert grid.rows[0][0] == "TS-2120"
    capsys.readouterr()
    file = str(folder / FILE)
    assert main(["progress", file, "--csv", "-"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["id"] for row in rows} == {one["id"] for one in found["activities"]}


def test_standards_are_told_bound_and_exported(run: Run, folder: Path, capsys: Any) -> None:
    found = run("standards", "--pack", "capital-project@1", source=FILE)
    codes = [one for one in found["deviations"] if one["kind"] == "code"]
    assert len(codes) == 3
    assert any(one["kind"] == "check" for one in found["deviations"])  # what its profile flags
    assert found["kpis"][0]["formula"] == "EV / AC"
    out = folder / "pack.json"
    made = run("standards", "--make", "house", "--bind", "--export", str(out))
    assert packs.read_pack(out).digest == made["pack"]["sha256"]
    assert run("standards")["pack"]["id"] == "house"
    capsys.readouterr()
    assert main(["standards", str(folder / "own.planbench"), "--packs"]) == 0
    assert "house@1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["cost", "none.planbench"], "no such library"),
        (["cost", "own.planbench", "--project", "X"], "no project “X”"),
        (["cost", "own.planbench", "--update", "X"], "no update “X”"),
        (["cost", "own.planbench", "--baseline", "x.xer"], "knows the baseline"),
        (["cost", FILE, "--project", "X"], "only a library"),
        (["cost", FILE, "--rates", "USD 1"], "no ledger"),
        (["cash", FILE], "no payment terms"),
        (["cash", "own.planbench", "--scenario", "X"], "no scenario “X”"),
        (["standards", FILE], "bound to no pack"),
        (["standards", FILE, "--pack", "X"], "no pack “X”"),
        (["progress", FILE, "--rules", "NORDLYS 2026-09-30.xer"], "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    folder: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(folder)
    assert main(arguments) == 2
    told = capsys.readouterr().err.strip()
    assert words in told
    assert "\n" not in told
