"""Commands that move dates wait where too few of the stored dates are found again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.cli.main import main
from planbench.domain.times import DAY, known
from planbench.engines.cpm import schedule_network
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.services.sample import export_sample, sample_schedules

WHY = "--despite-disagreement"


@pytest.fixture(scope="module")
def stale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as a file whose early starts are ten days later than they are calculated."""
    schedule = sample_schedules()["2026-09-30"]
    cpm = schedule_network(schedule)
    names = ("early_start", "early_finish", "late_start", "late_finish", "total_float")
    stored = {f"stored_{name}": getattr(cpm, name).copy() for name in names}
    early = stored["stored_early_start"]
    stored["stored_early_start"] = np.where(known(early), early + 10 * DAY, early)
    moved = replace(schedule, activities=schedule.activities.with_columns(**stored))
    path = tmp_path_factory.mktemp("stale") / "stale.xer"
    path.write_bytes(write_xer(schedule_to_document(moved)))
    return path


@pytest.mark.parametrize("words", [("risk", "--iterations", "64"), ("level",)])
def test_dates_are_not_moved_without_a_reason(
    stale: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    command, *more = words
    assert main([command, str(stale), *more]) == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "have the dates that the file stores; below 99 %" in told.err
    assert WHY in told.err
    assert main([command, str(stale), *more, WHY, " "]) == 2
    assert "a reason is missing" in capfd.readouterr().err


@pytest.mark.parametrize("words", [("risk", "--iterations", "64"), ("level",)])
def test_with_a_reason_they_are_and_the_output_says_why(
    stale: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    command, *more = words
    assert main([command, str(stale), *more, WHY, "agreed with the client", "--json", "-"]) == 0
    told = capfd.readouterr()
    assert json.loads(told.out)["despite_disagreement"] == "agreed with the client"
    assert "may run (0.0 % of the stored dates agree): agreed with the client" in told.err


def test_the_critical_path_test_is_not_run(stale: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def critical_path(*words: str) -> tuple[str, str]:
        command = ["check", str(stale), "--ruleset", "dcma-pam-2012", *words, "--json", "-"]
        assert main(command) == 0
        (ruleset,) = json.loads(capfd.readouterr().out)["projects"][0]["rulesets"]
        (found,) = [m for m in ruleset["metrics"] if m["id"] == "DCMA-12"]
        return found["state"], found["reason"] or ""

    state, reason = critical_path()
    assert state == "not-run"
    assert "below 99 % analyses that move dates are held back" in reason
    assert critical_path(WHY, "a trial")[0] in ("meets", "flag")


def test_a_file_that_agrees_needs_no_reason(
    stale: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fresh = export_sample(tmp_path)[-1]
    assert main(["level", str(fresh), WHY, "to be safe", "--json", "-"]) == 0
    assert json.loads(capfd.readouterr().out)["despite_disagreement"] is None
