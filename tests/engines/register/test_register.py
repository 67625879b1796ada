"""Scales, entries, the way into the simulation, and where actions stand in the programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.register.entry import (
    SPLIT,
    Exposure,
    RiskAction,
    RiskEntry,
    Three,
    checked,
    entry_from,
    entry_json,
    fresh_id,
)
from planbench.engines.register.mitigation import (
    CURRENT_ONLY,
    DELETED,
    IN_BASELINE,
    LINK_LOST,
    NOWHERE,
    linked_actions,
)
from planbench.engines.register.quantify import as_risk, from_model, with_register
from planbench.engines.register.scales import (
    Scale,
    counts,
    matrix_from,
    matrix_json,
    usual_matrix,
)
from planbench.engines.risk.model import parse_model
from planbench.services.sample import sample_schedules
from planbench.services.sample_risk import risk_entries, risk_model


@pytest.fixture(scope="module")
def plans():
    return sample_schedules()


def test_a_value_on_the_bound_belongs_to_the_lower_level() -> None:
    scale = Scale(("a", "b", "c"), (5.0, 15.0))
    assert [scale.level(v) for v in (0, 5, 5.01, 15, 16, 1e9)] == [0, 0, 1, 1, 2, 2]


def test_the_worse_of_delay_and_cost_places_a_risk() -> None:
    matrix = usual_matrix()
    assert matrix.place(0.35, 20, 0) == (2, 2)
    assert matrix.place(0.35, 0, 5e6) == (2, 3)
    assert matrix.rating((4, 4)) == 4
    assert matrix.rating((0, 0)) == 0
    rows = np.array(matrix.cells)
    assert (np.diff(rows, axis=0) >= 0).all()
    assert (np.diff(rows, axis=1) >= 0).all()
    table = counts(matrix, [(2, 2), (2, 2), (0, 4)])
    assert table[2][2] == 2
    assert table[0][4] == 1
    assert sum(map(sum, table)) == 3


def test_scales_come_back_and_bad_ones_are_refused() -> None:
    matrix = usual_matrix()
    assert matrix_from(matrix_json(matrix)) == matrix
    for change, words in (
        ({"delay": {"names": ["a", "b"], "bounds": [1]}}, "3 to 10"),
        ({"delay": {"names": ["a", "b", "c"], "bounds": [9, 5]}}, "rise"),
        ({"likelihood": {"names": ["a", "b", "c"], "bounds": [0.5, 1.5]}}, "below 1"),
        ({"cells": [[0] * 5] * 4}, "do not fit"),
        ({"cost": {"names": ["a", "b", "c"], "bounds": [1, 2]}}, "equally many"),
    ):
        with pytest.raises(ModelError, match=words):
            matrix_from({**matrix_json(matrix), **change})


def test_entries_come_back_and_bad_ones_are_refused() -> None:
    good = RiskEntry(
        "R-01",
        "Late steel",
        before=Exposure(0.3, Three(1, 2, 3), Three(10, 20, 30)),
        after=Exposure(0.1),
        actions=(RiskAction("Second mill", activity="A", cost=5, due="2027-03-01"),),
    )
    assert entry_from(entry_json(good)) == good
    bad = (
        (replace(good, id=" "), "id"),
        (replace(good, title=""), "title"),
        (replace(good, before=Exposure(1.2)), "impossible"),
        (replace(good, before=Exposure(0.2, Three(5, 2, 9))), "rise"),
        (replace(good, before=Exposure(0.2, Three(-5, 2, 9))), "below zero"),
        (replace(good, status="odd"), "status"),
        (replace(good, proximity_from="2027-13-01"), "no date"),
        (replace(good, proximity_from="2027-03-01", proximity_to="2027-01-01"), "ends before"),
        (replace(good, actions=(RiskAction("x", due="soon"),)), "no date"),
    )
    for entry, words in bad:
        with pytest.raises(ModelError, match=words):
            checked(entry)
    with pytest.raises(ModelError, match="unknown field"):
        entry_from({**entry_json(good), "colour": 1})
    assert fresh_id(("R-01", "R-03")) == "R-02"
    assert fresh_id(("R-01",), opportunity=True) == "O-01"


def test_the_register_of_the_sample_is_the_model_of_the_sample(plans) -> None:
    schedule = plans["2026-09-30"]
    model = parse_model(risk_model(schedule))
    ours = with_register(model, risk_entries(), schedule)
    assert [risk.id for risk in ours.risks] == [risk.id for risk in model.risks]
    for mine, theirs in zip(ours.risks, model.risks, strict=True):
        assert mine.probability == theirs.probability
        assert mine.opportunity == theirs.opportunity
        assert mine.mitigated is not None
        assert theirs.mitigated is not None
        assert mine.mitigated.cost_of_action == theirs.mitigated.cost_of_action
        means = [
            sum(float(i.distribution.quantile(u)[0]) for i in risk.impacts for u in (0.1, 0.9))
            for risk in (mine, theirs)
        ]
        assert means[0] == pytest.approx(means[1]), mine.id


def test_a_shared_delay_adds_up_and_closed_risks_stay_out(plans) -> None:
    schedule = plans["2026-09-30"]
    entry = next(e for e in risk_entries() if e.mapping == SPLIT)
    parts = as_risk(entry, schedule).impacts
    assert len(parts) > 1
    tops = sum(float(part.distribution.quantile(1.0)[0]) for part in parts)
    assert tops == pytest.approx(entry.before.days.high)
    model = parse_model({})
    assert with_register(model, [replace(entry, status="closed")], schedule).risks == ()


def test_what_occurs_together_stays_where_it_can(plans) -> None:
    schedule = plans["2026-09-30"]
    model = parse_model(
        {
            **risk_model(schedule),
            "occurrence": [
                {"risks": ["R-01", "R-02"], "coefficient": 0.5},
                {"risks": ["R-03", "R-04"], "coefficient": 0.5},
            ],
        }
    )
    entries = [e for e in risk_entries() if e.id != "R-04"]
    entries[0] = replace(entries[0], status="closed")
    made = with_register(model, entries, schedule)
    assert [item.risks for item in made.occurrence] == [("R-01", "R-02")]
    assert made.risks[0].id == "R-01"
    assert made.risks[0].taken_out
    assert not any(risk.taken_out for risk in made.risks[1:])


def test_risks_of_a_model_become_entries(plans) -> None:
    schedule = plans["2026-09-30"]
    model = parse_model(risk_model(schedule))
    entries = {entry.id: entry for entry in from_model(model, schedule)}
    for known in risk_entries():
        got = entries[known.id]
        assert got.before.probability == known.before.probability
        assert got.before.days.mode == pytest.approx(known.before.days.mode)
        assert set(got.activities) <= set(known.activities)


def test_where_the_responses_of_the_sample_stand(plans) -> None:
    """The states that the sample's authors planted."""
    links = linked_actions(risk_entries(), plans["2026-09-30"], plans["baseline"])
    states = {link.risk.id: link.state for link in links}
    assert {r for r, s in states.items() if s == CURRENT_ONLY} == {"R-01", "R-03"}
    assert {r for r, s in states.items() if s == DELETED} == {"R-17"}
    assert {r for r, s in states.items() if s == NOWHERE} == {
        "R-12",
        "R-13",
        "R-14",
        "R-16",
        "R-24",
    }
    assert "R-18" in {r for r, s in states.items() if s == LINK_LOST}
    inside = sum(s in (IN_BASELINE, LINK_LOST) for s in states.values())
    assert inside == 17
    lost = next(link for link in links if link.risk.id == "R-18")
    assert lost.lost == ("TS-3100 > OU-1030",)
    assert "lost a link" in lost.finding


def test_deleting_the_activity_turns_the_state(plans) -> None:
    plan = plans["2026-09-30"]
    entry = RiskEntry(
        "R",
        "t",
        before=Exposure(0.1),
        actions=(RiskAction("x", "me", activity="HU-1010", cost=3),),
    )
    (link,) = linked_actions([entry], plan, plan)
    assert link.state == IN_BASELINE
    assert link.finding == "it costs something and has no budget line"
    gone = plan.with_activities(
        code=np.where(plan.activities.code == "HU-1010", "XX-1", plan.activities.code)
    )
    (link,) = linked_actions([entry], gone, plan)
    assert link.state == DELETED
