"""`planbench compare` on the sample's files."""

from __future__ import annotations

import json
from pathlib import Path

from planbench.cli.main import main
from planbench.services.sample import export_sample


def test_two_updates_and_a_series(tmp_path: Path, capsys) -> None:
    from openpyxl import load_workbook

    files = sorted(p for p in export_sample(tmp_path) if p.suffix == ".xer")
    updates = [str(p) for p in files if "2026" in p.name][-3:]
    out, book = tmp_path / "out.json", tmp_path / "out.xlsx"
    words = ["compare", *updates, "--json", str(out), "--xlsx", str(book)]
    assert main(words) == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["schema"] == "planbench/compare/1"
    assert len(told["inputs"]) == 3
    assert round(told["summary"]["finish_movement_days"]) == 21
    assert [round(w["finish_movement_days"]) for w in told["series"]["windows"]] == [8, 13]
    hold = next(c for c in told["changes"] if c["id"] == "TS-3100 > OU-1030")
    assert hold["type"] == "logic-deleted"
    assert hold["effect"]["finish_if_undone_days"] == 13
    assert load_workbook(book)["Register"].max_row == len(told["changes"]) + 1
    assert "21 days later" in capsys.readouterr().out


def test_a_missing_file_is_one_line(tmp_path: Path, capsys) -> None:
    assert main(["compare", str(tmp_path / "a.xer"), str(tmp_path / "b.xer")]) == 2
    assert "a.xer" in capsys.readouterr().err
