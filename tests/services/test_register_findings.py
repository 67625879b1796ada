"""Findings on what is done about risks: raised, resolved, come back; kept with the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.engines.findings.rounds import Review
from planbench.engines.register.entry import EASES, Exposure, RiskAction, RiskEntry
from planbench.engines.register.mitigation import RULES, linked_actions
from planbench.services.document import Document
from planbench.services.findings import lines, load_review, take_open_rounds, take_round
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.register import Register
from planbench.services.register_findings import raise_on_actions, with_actions
from planbench.services.sample import ensure_sample, sample_schedules
from planbench.services.scheduling import recalculate

CODE = "HU-1010"


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(sample_schedules()["2026-09-30"])
    recalculate(made)
    return made


def entry(**more: object) -> RiskEntry:
    action = RiskAction("Do", "Me", CODE, "1.1", 5.0)
    return RiskEntry(
        "R-99", "Late", before=Exposure(0.1), actions=(replace(action, **more),)  # type: ignore[arg-type]
    )  # fmt: skip


def rules(one: RiskEntry, document: Document, baseline: object = None) -> set[str]:
    plan = document.schedule
    (link,) = linked_actions([one], plan, baseline or plan, document.cpm)  # type: ignore[arg-type]
    return {issue.rule for issue in link.issues}


def test_what_is_wrong_with_an_action_is_told(document) -> None:
    assert rules(entry(), document) == set()
    assert rules(entry(owner=" "), document) == {"action-owner"}
    assert rules(entry(budget=""), document) == {"action-budget"}
    assert rules(entry(budget="no such"), document) == {"action-budget"}
    assert rules(entry(budget="", cost=0.0), document) == set()
    assert rules(entry(activity=""), document) == {"action-baseline"}
    assert rules(entry(due="2026-09-29"), document) == {"action-overdue"}
    assert rules(entry(due="2026-09-29", state="done"), document) == set()
    row = document.schedule.row_of_code[CODE]
    assert document.cpm is not None
    day = str((document.cpm.finish[row]).astype("datetime64[m]"))[:10]
    window = {"proximity_from": day, "proximity_to": day}
    assert rules(replace(entry(), **window), document) == set()
    window["proximity_from"] = "2026-10-01"
    assert rules(replace(entry(), **window), document) == {"action-late"}
    assert rules(replace(entry(side=EASES), **window), document) == set()  # before it closes
    window["proximity_to"] = "2026-10-02"
    assert rules(replace(entry(side=EASES), **window), document) == {"action-late"}


def test_deleting_the_activity_from_the_next_baseline_raises_a_finding(document) -> None:
    """The acceptance of the requirement: the state flips and a finding stands on the activity."""
    plan = document.schedule
    other = np.where(plan.activities.code == CODE, "GONE-1", plan.activities.code)
    next_baseline = plan.with_activities(code=other)
    good = linked_actions([entry()], plan, plan, document.cpm)
    bad = linked_actions([entry()], plan, next_baseline, document.cpm)
    assert (good[0].state, bad[0].state) == ("in baseline", "in current only")
    review, _ = take_round(Review(), document)
    same = with_actions(review, document, good)
    assert not any(line.finding.rule in RULES for line in lines(same))
    raised = with_actions(same, document, bad)
    (line,) = (line for line in lines(raised) if line.finding.rule in RULES)
    assert line.finding.objects == (("activity", CODE),)
    assert line.finding.severity == "major"
    assert line.sight is not None
    assert line.sight.standing == "new"
    assert "R-99" in line.measured
    # mended, it is resolved with the reason; broken again it comes back; the same again is the same
    mended = with_actions(raised, document, good)
    (line,) = (line for line in lines(mended) if line.finding.rule in RULES)
    assert line.stage == "resolved"
    back = with_actions(mended, document, bad)
    (line,) = (line for line in lines(back) if line.finding.rule in RULES)
    assert line.stage == "came back"
    assert with_actions(back, document, bad) is back


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as made:
        yield made


def test_they_are_kept_with_the_project_before_and_after_a_look(library) -> None:
    project = ensure_sample(library)
    update = max(library.project(project).updates, key=lambda one: one.data_date)
    document = library.open_update(update.id)
    recalculate(document)
    assert raise_on_actions(library, document)
    assert not raise_on_actions(library, document)

    def mine() -> dict[str, str]:
        found = lines(load_review(library, project))
        return {one.subject: one.stage for one in found if one.finding.rule == "action-baseline"}

    first = mine()
    assert {"R-12", "R-13"} <= set(first)
    assert set(first.values()) == {"open"}
    take_open_rounds(library, document)
    assert mine() == first
    register = Register(library, project)
    risk = register.find("R-12")
    assert risk is not None
    register.put([replace(risk, status="closed")], "closed")
    assert raise_on_actions(library, document)
    assert mine()["R-12"] == "resolved"


def test_without_a_look_what_is_gone_is_closed_by_the_program(document) -> None:
    bad = linked_actions([entry(owner="")], document.schedule, document.schedule, document.cpm)
    raised = with_actions(Review(), document, bad)
    assert [one.state for one in raised.findings.values()] == ["open"]
    gone = with_actions(raised, document, ())
    assert [one.state for one in gone.findings.values()] == ["closed"]
    back = with_actions(gone, document, bad)
    assert [one.state for one in back.findings.values()] == ["open"]


def test_edits_that_were_not_filed_raise_none(library) -> None:
    project = ensure_sample(library)
    update = max(library.project(project).updates, key=lambda one: one.data_date)
    document = library.open_update(update.id)
    names = document.schedule.activities.name.copy()
    names[0] = "another name"
    document.schedule = document.schedule.with_activities(name=names)
    assert not raise_on_actions(library, document)
    assert load_review(library, project).findings == {}
