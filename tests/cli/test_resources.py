"""`planbench resources` on the sample, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.services.sample import export_sample


@pytest.fixture(scope="module")
def update(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_sample(tmp_path_factory.mktemp("sample"))[-1]


def test_table_json_and_workbook(
    update: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import openpyxl

    made, book = tmp_path / "loading.json", tmp_path / "loading.xlsx"
    told = ["resources", str(update), "--json", str(made), "--xlsx", str(book)]
    assert main(told) == 0
    assert "CIV-CREW" in capsys.readouterr().out
    body = json.loads(made.read_text(encoding="utf-8"))
    assert body["schema"] == "planbench/resources/1"
    crew = next(one for one in body["groups"] if one["code"] == "CIV-CREW")
    total = sum(row["total"] for row in crew["periods"])
    assert total == pytest.approx(crew["actual"] + crew["remaining"], abs=0.01)
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["Groups", "Periods", "Together"]
    assert sheets["Groups"].max_row == len(body["groups"]) + 1


def test_unknown_words_are_one_line(update: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resources", str(update), "--by", "role"]) == 2
    told = capsys.readouterr().err
    assert "'role' is nothing to group by" in told
    assert told.count("\n") == 1
