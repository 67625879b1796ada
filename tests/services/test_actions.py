"""Actions of the sample: what its updates breach, what was kept, causes shared by projects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planbench.domain.errors import StoreError
from planbench.engines.control.variances import CLOSED, escalation
from planbench.services import actions as log
from planbench.services.actions import Cause
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    place = tmp_path_factory.mktemp("actions")
    with Library.open(place / "l.planbench", Recents(place / "recents.json")) as made:
        ensure_sample(made)
        yield made


def opened(library: Library, label: str) -> Document:
    (project,) = library.projects()
    update = next(one for one in project.updates if one.label == label)
    document = library.open_update(update.id)
    recalculate(document)
    return document


def test_the_samples_actions_are_what_its_updates_breach(library: Library) -> None:
    """The texts are the sample's own; every figure in them is the one measured here."""
    found = {}
    for label in ("Update 1", "Update 2", "Update 3"):
        report = log.action_report(opened(library, label), library)
        for one in report.breaches:
            found[one.rule.id, one.subject.code, report.date.isoformat()] = one
    (project,) = library.projects()
    kept = log.actions_of(library, project.id)
    assert len(kept) == 9
    for action in kept:
        for day in action.seen:
            assert (action.rule, action.subject, day) in found
        first = found[action.rule, action.subject, action.opened]
        assert action.before == pytest.approx(first.value, abs=0.006)
        last = found[action.rule, action.subject, action.seen[-1]]
        assert action.latest == pytest.approx(last.value, abs=0.006)


def test_third_update_leaves_three_breaches_to_follow_up(library: Library) -> None:
    document = opened(library, "Update 3")
    report = log.action_report(document, library)
    missing = {(one.rule.id, one.subject.code) for one in report.missing}
    assert missing == {("cv", "NDL.6.3"), ("cv-period", "NDL.6.3"), ("vac", "")}
    vac = next(one for one in report.missing if one.rule.id == "vac")
    assert vac.value == pytest.approx(1_148.6e6 - 1_207.7e6, abs=0.1e6)  # the sample's README
    overdue = [one for one in report.actions if escalation(one, dt.date(2026, 9, 30))]
    assert [one.subject for one in overdue] == ["NDL.5.1"]
    closed = [one for one in report.actions if one.state == CLOSED]
    assert {one.subject for one in closed} == {"NDL.5.2", "NDL.4.3"}
    assert all(one.recovered and one.verification for one in closed)
    assert all(not report.now(one)[1] for one in closed)


def test_opening_actions_is_once_and_journalled(tmp_path: Path) -> None:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        project = ensure_sample(library)
        document = opened(library, "Update 3")
        report = log.action_report(document, library)
        assert log.open_actions(library, project, report) == 3
        again = log.action_report(document, library)
        assert not again.missing
        assert log.open_actions(library, project, again) == 0
        assert len(again.actions) == 12
        lines = log.action_history(library, project, "vac:project:1")
        assert [line.what for line in lines] == ["breaches at 2026-09-30"]


def test_rules_of_a_project_and_causes_of_the_library(tmp_path: Path) -> None:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        one, other = library.new_project("A", "A"), library.new_project("B", "B")
        rules = tuple(replace(rule, periods=3) for rule in log.shipped_rules())
        log.keep_rules(library, one, rules)
        assert log.rules_of(library, one) == rules
        assert log.rules_of(library, other) == log.shipped_rules()
        log.keep_cause(library, Cause("UXO", "Unexploded ordnance"))
        assert log.causes_of(library)[-1] == Cause("UXO", "Unexploded ordnance")
        assert len(log.causes_of(library)) == len(log.causes_of(None)) + 1


def test_causes_are_counted_over_all_projects(library: Library) -> None:
    counts = log.cause_counts(library)
    assert counts == {"QUA": 2, "CAP": 2, "DES": 1, "LOG": 1, "EST": 1}


def test_without_a_library_it_says_so() -> None:
    with pytest.raises(StoreError, match="project of the library"):
        log.need_library(None, None)
