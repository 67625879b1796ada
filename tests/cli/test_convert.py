from __future__ import annotations

import json
from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.domain.synthetic import synthetic_schedule
from planbench.exchange.registry import read_schedule
from planbench.exchange.tables.sheets import read_csv, read_xlsx
from planbench.exchange.xer.writer import schedule_to_document, write_xer


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.xer"
    file.write_bytes(write_xer(schedule_to_document(synthetic_schedule(25, 30))))
    return file


@pytest.mark.parametrize("ending", ["xer", "p6xml", "xml"])
def test_schedule_formats(plan: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    assert main(["convert", str(plan), str(target)]) == 0
    found, expected = read_schedule(target).schedule, read_schedule(plan).schedule
    assert len(found.relationships) == len(expected.relationships) == 30
    assert set(expected.activities.name) <= set(found.activities.name)


def test_xer_to_xer_is_the_file_itself(plan: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xer"
    assert main(["convert", str(plan), str(target)]) == 0
    assert target.read_bytes() == plan.read_bytes()


def test_calculated_dates_go_along(plan: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xer"
    assert main(["convert", str(plan), str(target), "--calculate"]) == 0
    before, after = (read_schedule(file).schedule.activities for file in (plan, target))
    assert (before.stored_early_start < 0).all()
    assert (after.stored_early_start > 0).all()


def test_tables(plan: Path, tmp_path: Path) -> None:
    out, told = tmp_path / "out.bin", tmp_path / "told.json"
    assert main(["convert", str(plan), str(out), "--to", "xlsx", "--json", str(told)]) == 0
    assert {grid.name for grid in read_xlsx(out.read_bytes(), "x")} >= {
        "activities",
        "relationships",
        "wbs",
    }
    body = json.loads(told.read_text())
    assert body["schema"] == "planbench/convert/1"
    assert body["output"] == {"name": "out.bin", "format": "xlsx", "bytes": out.stat().st_size}
    assert main(["convert", str(plan), str(out), "--to", "csv"]) == 0
    assert len(read_csv(out.read_bytes(), "x").rows) == 25


def test_refused(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(plan), str(tmp_path / "plan.doc")]) == 2
    assert "tells no format" in capsys.readouterr().err
    before = plan.read_bytes()
    assert main(["convert", str(plan), str(plan), "--to", "csv"]) == 2
    assert plan.read_bytes() == before


def test_chosen_columns(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    assert main(["convert", str(plan), str(out), "--columns", "relationships=successor,lag"]) == 0
    assert read_csv(out.read_bytes(), "x").titles == ("Successor", "Lag (h)")
    assert "the table is left out" in capsys.readouterr().err
    book = tmp_path / "out.xlsx"
    chosen = ["--columns", "activities=id,deadline", "--columns", "wbs", "--columns", "notes=all"]
    assert main(["convert", str(plan), str(book), *chosen]) == 0
    first, second, *_ = read_xlsx(book.read_bytes(), "x")
    assert first.titles == ("Activity ID", "Deadline")
    assert second.name == "wbs"
    for wrong in (["activities=nonsense"], ["nonsense"], ["activities", "--columns", "wbs"]):
        assert main(["convert", str(plan), str(out), "--columns", *wrong]) == 2
    assert main(["convert", str(plan), str(tmp_path / "o.xer"), "--columns", "wbs"]) == 2
    assert "xlsx and csv alone" in capsys.readouterr().err


def test_what_the_format_does_not_hold_is_told(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, told = tmp_path / "out.xml", tmp_path / "told.json"
    assert main(["convert", str(plan), str(out), "--json", str(told)]) == 0
    lines = json.loads(told.read_text())["not_held"]
    assert "Projects, lag calendar" in {line["where"] for line in lines}
    assert "Projects, lag calendar" in capsys.readouterr().err
