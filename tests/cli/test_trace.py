"""`planbench trace` and the schedule log as a shell sees them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from planbench.cli.main import main
from planbench.services.sample import export_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's latest update as an XER file."""
    return export_sample(tmp_path_factory.mktemp("sample"))[-1]


def run_json(capfd: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json", "-"]) == 0
    result: dict[str, Any] = json.loads(capfd.readouterr().out)
    return result


def test_a_trace_holds_neighbours_path_and_float_paths(
    sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run_json(
        capfd, "trace", str(sample), "--activity", "CO-9000", "--back", "2", "--forward", "1"
    )
    assert result["schema"] == "planbench/trace/1"
    assert list(result)[:4] == ["schema", "planbench", "inputs", "repairs"]
    assert result["activity"]["id"] == "CO-9000"
    assert result["activity"]["why"]
    levels = {one["id"]: one["level"] for one in result["activities"]}
    assert levels["CO-9000"] == 0
    assert min(levels.values()) == -2
    for link in result["links"]:
        assert link["predecessor"] in levels
        assert link["successor"] in levels
        assert (link["float_h"] == 0) == link["driving"] or link["float_h"] is None
    path = result["driving_path"]
    assert path[0]["link"] is None
    assert path[-1]["id"] == "CO-9000"
    for before, after in pairwise(path):
        assert after["link"]["predecessor"] == before["id"]
        assert after["link"]["successor"] == after["id"]
        assert after["link"]["driving"]
    slack = [one["slack_h"] for one in result["float_paths"]]
    assert slack == sorted(slack)
    assert slack[0] == 0


def test_driving_alone_is_part_of_all(sample: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ("trace", str(sample), "--activity", "co-9000", "--back", "3")
    everything = run_json(capfd, *words)
    driving = run_json(capfd, *words, "--driving")
    assert {one["id"] for one in driving["activities"]} < {
        one["id"] for one in everything["activities"]
    }
    assert all(link["driving"] for link in driving["links"])


def test_a_trace_for_reading(sample: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(sample), "--activity", "CO-9000"]) == 0
    told = capfd.readouterr().out
    assert told.startswith("CO-9000")
    assert "Driving path" in told
    assert "Float paths" in told


def test_an_unknown_activity_is_one_line(sample: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(sample), "--activity", "CO-900"]) == 2
    told = capfd.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert "there is no activity 'CO-900'" in told[0]
    assert "CO-9000" in told[0]


def test_the_log_prints_options_figures_and_findings(
    sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["schedule", str(sample), "--log"]) == 0
    told = capfd.readouterr().out
    assert "Schedule log of" in told
    assert "retained" in told
    assert "Activities without predecessors: " in told
    result = run_json(capfd, "schedule", str(sample), "--log")
    for finding in result["log"]:
        assert finding["count"] == len(finding["rows"])
        assert f"  {finding['title']}: {finding['count']}" in told


def test_the_way_to_an_activity(sample: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ("trace", str(sample), "--activity", "OU-1040", "--back", "0", "--forward", "30")
    whole = run_json(capfd, *words)
    result = run_json(capfd, *words, "--to", "co-9000")
    assert (whole["to"], result["to"]) == (None, "CO-9000")
    ids = {one["id"] for one in result["activities"]}
    assert ids < {one["id"] for one in whole["activities"]}
    # Each but the target has a link on, so that all of them lead there.
    onward = {one["predecessor"] for one in result["links"]}
    assert ids - onward == {"CO-9000"}
