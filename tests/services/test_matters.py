"""What the library knows that somebody should look at, on the sample and on records by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planbench.services.actions import actions_of, keep_actions
from planbench.services.contract import load_binding
from planbench.services.deadlines import project_deadlines
from planbench.services.findings import take_open_rounds
from planbench.services.library import Library
from planbench.services.matters import ACTION, DEADLINE, FINDINGS, Matter, matters_of
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate

DAY = dt.date(2026, 9, 30)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as made:
        ensure_sample(made)
        yield made


def told(library: Library, day: dt.date = DAY) -> dict[str, Matter]:
    return {one.kind: one for one in matters_of(library, library.projects(), day)}


def test_the_action_that_is_overdue_longest_is_told(library: Library) -> None:
    project = library.projects()[0].id
    actions = actions_of(library, project)
    late = [one for one in actions if one.due and one.due < "2026-09-30" and one.state != "closed"]
    found = told(library)[ACTION]
    first = min(late, key=lambda one: one.due)
    assert found.subject == first.title
    assert found.days == (DAY - dt.date.fromisoformat(first.due)).days
    assert found.more == len(late) - 1
    keep_actions(library, project, [replace(one, state="closed") for one in late], "done")
    assert ACTION not in told(library)


def test_deadlines_are_those_of_contract(library: Library) -> None:
    record = library.projects()[0]
    assert record.latest is not None
    document = library.open_update(record.latest.id)
    binding = load_binding(library, record.id)
    assert binding is not None
    late = [one for one in project_deadlines(document, binding, DAY) if one.state == "overdue"]
    found = told(library).get(DEADLINE)
    assert (found is None) == (not late)
    if found is not None:
        assert found.more == len(late) - 1
        assert found.days == max(-one.days_left for one in late)


def test_an_old_update_is_read_as_a_record_of_its_day(library: Library) -> None:
    assert told(library, dt.date(2031, 1, 1)) == told(library)


def test_findings_of_the_last_round_are_counted(library: Library) -> None:
    record = library.projects()[0]
    assert FINDINGS not in told(library)
    assert record.latest is not None
    document = library.open_update(record.latest.id)
    recalculate(document)
    review, _ = take_open_rounds(library, document)
    assert review.latest is not None
    counts = review.latest.counts()
    found = told(library).get(FINDINGS)
    assert counts["new"] + counts["regressed"] > 0
    assert found is not None
    assert (found.new, found.back) == (counts["new"], counts["regressed"])
