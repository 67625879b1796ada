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
