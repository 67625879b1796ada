"""`planbench merge` on real files in a folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.cli.main import main
from planbench.domain.synthetic import synthetic_schedule
from planbench.exchange.registry import read_schedule
from planbench.exchange.tables.sheets import read_xlsx
from planbench.exchange.xer.writer import schedule_to_document, write_xer


@pytest.fixture
def plans(tmp_path: Path) -> list[Path]:
    """Three files of one project each, with the same activity ids."""
    files = []
    for k, name in enumerate(("north", "south", "west"), start=1):
        schedule = synthetic_schedule(20, 24, seed=k)
        project = replace(schedule.projects[0], uid=str(k), code=name.upper(), name=name)
        uids = np.array([str(k * 100 + row) for row in range(20)], dtype=object)
        schedule = replace(schedule, projects=(project,)).with_activities(uid=uids)
        files.append(tmp_path / f"{name}.xer")
        files[-1].write_bytes(write_xer(schedule_to_document(schedule)))
    return files


def _words(plans: list[Path], *more: str) -> list[str]:
    return ["merge", *map(str, plans), *more]


def test_files_links_and_report(plans: list[Path], tmp_path: Path) -> None:
    links = tmp_path / "links.csv"
    links.write_text(
        "Predecessor project;Predecessor;Successor project;Successor;Type;Lag;Agreed\n"
        "NORTH;A0000010;SOUTH;A0000020;FS;5d;\n"
        "south.xer;A0000010;WEST;A0000020;SS;-4h;2026-02-01\n",
        encoding="utf-8",
    )
    out, told, book = tmp_path / "ims.xer", tmp_path / "told.json", tmp_path / "told.xlsx"
    words = _words(plans, "-o", str(out), "--links", str(links), "--json", str(told))
    assert main([*words, "--xlsx", str(book)]) == 0
    schedule = read_schedule(out).schedule
    assert [p.code for p in schedule.projects] == ["NORTH", "SOUTH", "WEST"]
    assert len(schedule) == 60
    assert len(schedule.relationships) == 3 * 24 + 2
    result = json.loads(told.read_text(encoding="utf-8"))
    assert result["schema"] == "planbench/merge/1"
    assert [entry["name"] for entry in result["inputs"]] == [file.name for file in plans]
    assert result["counts"]["interfaces"] == 2
    # the first predecessor works ten hours a day
    assert [row["lag_h"] for row in result["interfaces"]] == [50.0, -4.0]
    assert result["interfaces"][1]["agreed"] == "2026-02-01T00:00"
    assert result["report_counts"]["calendar-shared"] == 8
    assert result["projects"][1]["ids_changed"] == 20
    assert not [f for f in result["traceability"] if f["check"] == "project-apart"]
    assert {"Projects", "Report", "Interfaces"} == {
        grid.name for grid in read_xlsx(book.read_bytes(), "told.xlsx")
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("predecessor,type\nA,FS\n", "the column successor is missing"),
        ("predecessor,successor,colour\nA,B,red\n", "the column colour is not known"),
        ("predecessor,successor,type\nA,B,XX\n", "'XX' is no type of a link"),
        ("predecessor,successor,lag\nA,B,5\n", "'5' is no lag"),
        ("predecessor,successor,lag\nA,B,nand\n", "'nand' is no lag"),
        ("predecessor,successor,agreed\nA,B,soon\n", "'soon' is no date"),
        ("predecessor,successor\nA,\n", "the successor is missing"),
        ("predecessor,successor\nA,B\n", "no activity 'A'"),
        ("", "the column predecessor is missing"),
    ],
)
def test_bad_lists_are_refused_in_one_line(
    plans: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    words: str,
) -> None:
    links = tmp_path / "links.csv"
    links.write_text(text, encoding="utf-8")
    out = tmp_path / "ims.xer"
    assert main(_words(plans, "-o", str(out), "--links", str(links))) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_one_file_or_writing_over_an_input_is_refused(
    plans: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = plans[0].read_bytes()
    assert main(_words(plans[:1], "-o", str(tmp_path / "x.xer"))) == 2
    assert main(_words(plans, "-o", str(plans[0]))) == 2
    assert "this is a file that is read" in capsys.readouterr().err
    assert plans[0].read_bytes() == before


def test_code_rules_and_choices(plans: list[Path], tmp_path: Path) -> None:
    rules = tmp_path / "codes.csv"
    rules.write_text("code,value,master code\nZone,*,Area\n", encoding="utf-8")
    out = tmp_path / "ims.xer"
    more = ("--codes", str(rules), "--keep-calendars", "--programme-float")
    assert main(_words(plans, "-o", str(out), *more)) == 0
    schedule = read_schedule(out).schedule
    assert len(schedule.calendars) == 12
    assert not any(p.options.float_to_project_finish for p in schedule.projects)
