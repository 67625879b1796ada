"""Reading risk models: what comes back is what was written, and nonsense is refused in a line."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.risk.model import Where, model_json, parse_model
from planbench.engines.risk.selection import selected

TRI = {"distribution": "triangular", "parameters": {"low": 90, "mode": 100, "high": 130}}

FULL = {
    "schema": "planbench/risk-model/1",
    "uncertainty": [{"where": {"all": True}, "of": "remaining", "as": "percent", **TRI}],
    "correlation": [
        {"where": {"wbs": "SYN.01"}, "coefficient": 0.5},
        {"ids": ["A1", "A2"], "coefficient": -0.3},
    ],
    "drivers": [
        {
            "id": "D1",
            "probability": 0.8,
            "factor": {
                "distribution": "pert",
                "parameters": {"low": 0.9, "mode": 1.0, "high": 1.4},
            },
            "where": {"code": {"Phase": "Civil"}},
        }
    ],
    "risks": [
        {
            "id": "R1",
            "title": "Late steel",
            "kind": "threat",
            "probability": 0.3,
            "impacts": [{"where": {"ids": ["A1"]}, "as": "days", **TRI}],
            "cost": TRI,
            "mode": "parallel",
            "mitigated": {"probability": 0.1, "impacts": [], "cost_of_action": 5, "cost": TRI},
        }
    ],
    "weather": [{"where": {"calendar": "Sea"}, "non_workable": 0.25, "persistence": 0.5}],
    "existence": [{"where": {"ids": ["A2"]}, "probability": 0.9}],
    "branches": [],
    "cost": [],
    "watch": ["A9"],
}


def test_a_model_survives_being_written_and_read() -> None:
    model = parse_model(FULL)
    assert parse_model(model_json(model)) == model
    assert len(model.weather) == 1
    assert model.risks[0].parallel
    assert not model.risks[0].opportunity
    assert [risk.taken_out for risk in model.without("R1").risks] == [True]


def _changed(path: list, value) -> dict:
    made = copy.deepcopy(FULL)
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["wether"], [], "unknown key 'wether'"),
        (["schema"], "planbench/risk-model/9", "is not planbench/risk-model/1"),
        (["uncertainty", 0, "as"], "weeks", "uncertainty 1 as: 'weeks' is not one of"),
        (["uncertainty", 0, "of"], "original", "Only the remaining duration has a range"),
        (["uncertainty", 0, "where"], {}, "uncertainty 1 where: says nothing"),
        (["uncertainty", 0, "where"], {"phase": "x"}, "unknown key 'phase'"),
        (["risks", 0, "probability"], 30, "risks R1: a probability of 30 is impossible"),
        (["risks", 0, "kind"], "issue", "'issue' is not one of threat, opportunity"),
        (["risks", 0, "impacts", 0, "where"], "A1", "missing or not an object"),
        (["correlation", 0, "coefficient"], 1.5, "a coefficient of 1.5 is impossible"),
        (["correlation", 0, "coefficient"], -0.5, "for a pair only"),
        (["drivers", 0, "factor", "parameters"], {"low": 90, "mode": 100, "high": 120}, "multiply"),
        (["watch"], [7], "watch: must be a text"),
    ],
)
def test_nonsense_is_refused_in_one_line(path, value, words) -> None:
    with pytest.raises(ModelError) as caught:
        parse_model(_changed(path, value), "model.json")
    assert words in caught.value.line
    assert "model.json" in caught.value.line
    assert "\n" not in caught.value.line


def test_two_risks_may_not_share_an_id() -> None:
    with pytest.raises(ModelError, match="'R1' is there twice"):
        parse_model({**FULL, "risks": FULL["risks"] * 2})


def test_choices_pick_the_rows_they_name() -> None:
    schedule = synthetic_schedule(300, 600)
    acts = schedule.activities
    assert selected(schedule, Where(all=True)).all()
    by_id = selected(schedule, Where(ids=("A0000010", "A0000030")))
    assert np.flatnonzero(by_id).tolist() == [0, 2]
    line = selected(schedule, Where(wbs="SYN.01.L02"))
    assert np.flatnonzero(line).tolist() == list(range(120, 240))
    assert np.array_equal(line, selected(schedule, Where(wbs="L02")))
    office = selected(schedule, Where(calendar="Office week"))
    assert np.array_equal(office, acts.calendar == 0)
    both = selected(schedule, Where(wbs="L02", calendar="Office week"))
    assert np.array_equal(both, line & office)


@pytest.mark.parametrize(
    "where",
    [Where(ids=("nobody",)), Where(wbs="L99"), Where(code=(("Phase", "X"),)), Where(calendar="?")],
)
def test_what_is_not_in_the_schedule_is_refused(where) -> None:
    with pytest.raises(ModelError, match="there is no"):
        selected(synthetic_schedule(50, 60), where, "uncertainty 1")
