from __future__ import annotations

import json
from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.services.portfolio import sample_portfolio, save_portfolio


def test_the_shipped_sample_as_text_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, book = tmp_path / "out.json", tmp_path / "out.xlsx"
    assert main(["portfolio", "sample", "--json", str(target), "--xlsx", str(book)]) == 0
    text = capsys.readouterr().out
    assert "Stop" in text
    assert "S07" in text
    assert "Uncovered objective: D5" in text
    told = json.loads(target.read_text("utf-8"))
    assert list(told)[:3] == ["schema", "planbench", "inputs"]
    assert told["schema"] == "planbench/portfolio/1"
    assert told["selection"]["value"] == pytest.approx(1583.3, rel=0.006)
    assert {one["project"]: one["decision"] for one in told["decisions"]}["P06"] == "stop"
    assert book.read_bytes()[:2] == b"PK"


def test_a_workbook_and_its_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "own.xlsx"
    save_portfolio(sample_portfolio(), book)
    command = ["portfolio", str(book), "--no-budgets", "--no-capacity", "--json", "-"]
    assert main([*command, "--gap", "0.000001"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["inputs"][0]["format"] == "xlsx"
    assert told["selection"]["value"] == pytest.approx(1696.9, abs=0.05)
    assert told["binding_limits"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing.xlsx"], "no such file"),
        (["sample", "--force-in", "P99"], "no project 'P99'"),
        (["sample", "--cover", "D9"], "no driver 'D9'"),
        (["sample", "--gap", "0"], "above 0"),
        (["sample", "--force-in", "P02", "--total-budget", "900"], "contradict"),
    ],
)
def test_what_cannot_be_is_one_line_and_status_two(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["portfolio", *arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert told in lines[0]


def test_a_move_of_people_names_loser_and_winner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "found.json"
    move = "COM:2:P01:P04:2027-04:2027-09"
    assert main(["portfolio", "sample", "--move", move, "--json", str(target)]) == 0
    said = capsys.readouterr().out
    assert "NORDLYS (P01) gives: finish 2029-06-30, then 2029-07-" in said
    assert "VIDAR (P04) takes" in said
    found = json.loads(target.read_text("utf-8"))["reallocation"]
    assert found["giver"]["value_after"] < found["giver"]["value_before"]
    assert found["taker"]["months_later"] < 0
    both = sum(found[k]["value_after"] - found[k]["value_before"] for k in ("giver", "taker"))
    assert found["gain"] == pytest.approx(both)
    assert main(["portfolio", "sample", "--move", "COM:2:P01"]) == 2
    assert "is not a move" in capsys.readouterr().err
