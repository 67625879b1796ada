"""`planbench findings` on files: what it prints and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.services.comments import read_responses
from planbench.services.sample import export_sample


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return [str(path) for path in export_sample(tmp_path_factory.mktemp("sample"))]


def test_a_series_is_replayed(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = {kind: str(tmp_path / f"f.{kind}") for kind in ("json", "xlsx", "docx")}
    options = [word for kind, path in target.items() for word in (f"--{kind}", path)]
    assert main(["findings", *files, *options]) == 0
    printed = capsys.readouterr().out
    data = json.loads(Path(target["json"]).read_text("utf-8"))
    assert data["schema"] == "planbench/findings/1"
    assert len(data["inputs"]) == len(data["rounds"]) == 4
    assert data["rounds"][0]["counts"]["new"] == len(data["rounds"][0]["new"]) > 100
    assert data["rounds"][3]["counts"]["persisting"] > 0
    assert "resolved" in printed
    for kind in ("xlsx", "docx"):
        assert read_responses(Path(target[kind]).read_bytes(), f"f.{kind}") == ()


def test_one_file_is_a_series_of_one(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", files[-1], "--ruleset", "p6-check-schedule", "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["rulesets"] == ["p6-check-schedule"]
    assert {one["rule"][:4] for one in data["findings"]} == {"P6CS"}


@pytest.mark.parametrize("words", [["--ruleset", "none-such"], ["--map", "A"]])
def test_what_cannot_be_is_refused(files: list[str], words: list[str]) -> None:
    try:
        status = main(["findings", files[0], *words])
    except SystemExit as end:
        status = int(str(end.code))
    assert status == 2
