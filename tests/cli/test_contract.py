"""`planbench contract` on the sample, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planbench.cli.main import main
from planbench.engines.contract.deadlines import event_json
from planbench.engines.contract.terms import data_json
from planbench.services.contract import sample_binding
from planbench.services.sample import export_sample


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("contract")
    export_sample(place)
    _, data, events, evidence = sample_binding()
    given = {one.rule: one.reference for one in evidence}
    body = {**data_json(data), "evidence": given}
    (place / "data.json").write_text(json.dumps(body), encoding="utf-8")
    (place / "events.json").write_text(
        json.dumps({"events": [event_json(one) for one in events]}), encoding="utf-8"
    )
    return place


def run(folder: Path, *more: str) -> int:
    file = str(folder / "NORDLYS 2026-09-30.xer")
    return main(["contract", file, *more])


def result_of(folder: Path, capsys: Any, *more: str) -> dict[str, Any]:
    capsys.readouterr()
    data = ["--data", str(folder / "data.json"), "--events", str(folder / "events.json")]
    assert run(folder, *data, "--as-of", "2026-09-30", "--json", "-", *more) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_sample_tells_its_story(folder: Path, capsys: Any) -> None:
    previous = ("--previous", str(folder / "NORDLYS 2026-08-31.xer"))
    found = result_of(folder, capsys, "--pack", "nec4", *previous)
    assert found["schema"] == "planbench/contract/1"
    assert found["inputs"][0]["format"] == "xer"
    rules = {one["id"]: one for one in found["rules"]}
    # terminal float, open ends, mandatory dates and negative floats as the sample's README has them
    assert "16 d to spare" in rules["31.2-2"]["checks"][1]["words"]
    assert set(rules["31.2-3"]["objects"]) == {"PE-1540", "OU-2130"}
    assert "KD-0020" in rules["31.2-6a"]["objects"]
    assert rules["31.2-5"]["objects"] == ["KD-0020"]
    assert "6 of 240" in rules["31.3-1"]["words"]
    assert rules["31.2-9"]["state"] == "met"
    assert rules["31.2-9"]["evidence"]["reference"].startswith("Programme narrative")
    due = {(one["event"], one["id"]): one for one in found["deadlines"]}
    assert due["CE-014", "ce-quotation"]["due"] == "2026-08-10"
    assert due["CE-014", "ce-quotation"]["state"] == "overdue"
    assert due["CE-016", "ce-notification"]["due"] == "2026-10-19"
    assert due["CE-016", "ce-notification"]["days_left"] == 19
    assert found["next"]["due"] == due["PR-03", "programme-reply"]["due"] == "2026-10-14"


def test_editions_are_switched_on_the_same_project(folder: Path, capsys: Any) -> None:
    new = result_of(folder, capsys, "--pack", "fidic-2017")
    old = result_of(folder, capsys, "--pack", "fidic-1999")
    weights = {one["weight"] for one in old["rules"]}
    assert {one["weight"] for one in new["rules"]} == {"requirement"}
    assert weights == {"requirement", "good-practice"}
    reviews = next(one for one in new["rules"] if one["id"] == "8.3-d")
    assert reviews["state"] == "not-met"
    assert reviews["looked_at"] == 13


def test_files_are_written(folder: Path, tmp_path: Path, capsys: Any) -> None:
    from openpyxl import load_workbook

    names = {kind: tmp_path / f"out.{kind}" for kind in ("xlsx", "html", "ics")}
    more = [text for kind, path in names.items() for text in (f"--{kind}", str(path))]
    found = result_of(folder, capsys, "--pack", "nec4", *more)
    book = load_workbook(names["xlsx"])
    assert book.sheetnames == ["Items", "Findings", "Evidence gaps", "Deadlines", "About"]
    assert book["Items"].max_row == 1 + len(found["rules"])
    gaps = [one for one in found["rules"] if one["state"] == "needs-evidence"]
    assert book["Evidence gaps"].max_row == 1 + len(gaps)
    page = names["html"].read_text(encoding="utf-8")
    assert "paraphrase" in page
    assert page.index("What is not met") < page.index("Evidence that is missing")
    assert "http" not in page.replace("https://", "http")  # nothing is loaded from elsewhere
    calendar = names["ics"].read_bytes()
    pending = [one for one in found["deadlines"] if one["days_left"] is not None]
    assert calendar.count(b"BEGIN:VEVENT") == len(pending)
    assert b"CE-009" not in calendar  # served long ago


def test_words_for_a_reader(folder: Path, capsys: Any) -> None:
    capsys.readouterr()
    assert run(folder, "--pack", "fidic-2017", "--as-of", "2026-09-30") == 0
    told = capsys.readouterr().out
    assert "paraphrases" in told
    assert "Not mapped yet" in told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--pack", "fidic-1987"], "there is no pack 'fidic-1987'"),
        (["--pack", "nec4", "--as-of", "soon"], "Write YYYY-MM-DD"),
        (["--pack", "nec4", "--data", "{folder}/nothing.json"], "cannot be read"),
        (["--pack", "nec4", "--events", "{folder}/data.json"], ""),
        (["--pack", "{folder}/events.json"], "no rule pack"),
        (["--pack", "nec4", "--html", "{folder}"], "cannot be written"),
    ],
)
def test_unusable_input_is_one_line(more: list[str], told: str, folder: Path, capsys: Any) -> None:
    capsys.readouterr()
    status = run(folder, *(word.replace("{folder}", str(folder)) for word in more))
    captured = capsys.readouterr()
    if told:
        assert status == 2
        assert told in captured.err
        assert captured.err.count("\n") == 1
    else:
        assert status == 0  # a file without events starts no deadline


def test_a_pack_of_ones_own(folder: Path, tmp_path: Path, capsys: Any) -> None:
    from planbench.services.resources import resource

    data = json.loads(resource("packs", "contract", "fidic-2017.json").read_text(encoding="utf-8"))
    rule = next(one for one in data["rules"] if one["id"] == "8.3-d")
    rule["checks"][0]["parameters"]["days"] = 1
    (tmp_path / "house.json").write_text(json.dumps(data), encoding="utf-8")
    found = result_of(folder, capsys, "--pack", str(tmp_path / "house.json"))
    assert next(one for one in found["rules"] if one["id"] == "8.3-d")["state"] == "met"
