"""Levelling as users meet it: on the sample, through the service and the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.domain.errors import ModelError
from planbench.services.document import Document
from planbench.services.levelling import level_json, level_options, propose
from planbench.services.sample import export_sample, sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(sample_schedules()["2026-09-30"])
    recalculate(made)
    return made


def test_the_planted_overloads_are_found(document: Document) -> None:
    """The sample's README names HV installation, commissioning and the walk-to-work vessel."""
    result = propose(document, level_options(document))
    body = level_json(document, result)
    assert {"HV-INST", "COM-TEAM", "W2W"} <= {row["resource"] for row in body["shifts"]}
    assert body["moved"] + body["left_over_limit"] >= 1
    assert all(row["held_by"] or row["left_over_limit"] for row in body["shifts"])
    assert body["finish_after"] >= body["finish_before"]


def test_within_float_the_finish_does_not_move(document: Document) -> None:
    result = propose(document, level_options(document, within_float=True))
    assert result.finish_after == result.finish_before


def test_an_unknown_resource_is_named(document: Document) -> None:
    with pytest.raises(ModelError, match="no resource 'NOBODY'"):
        level_options(document, ["NOBODY"])


def test_the_command_writes_the_difference_table(tmp_path: Path) -> None:
    file = export_sample(tmp_path)[-1]
    target = tmp_path / "level.json"
    assert main(["level", str(file), "--within-float", "--json", str(target)]) == 0
    result = json.loads(target.read_text(encoding="utf-8"))
    assert result["schema"] == "planbench/level/1"
    assert set(result["shifts"][0]) >= {
        "id",
        "early_start",
        "levelled_start",
        "delay_h",
        "resource",
    }
