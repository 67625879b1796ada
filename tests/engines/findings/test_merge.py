"""Merging reviewers: order and repetition do not matter, nothing that was said is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.engines.findings.merge import merge, merge_findings, merge_rounds
from planbench.engines.findings.record import (
    SEVERITIES,
    STATES,
    Finding,
    Origin,
    changed,
    said,
)
from planbench.engines.findings.rounds import Review, Round, Sight

KEYS = ("A1000", "A1010", "A1020")
TIMES = st.integers(0, 5).map(lambda n: f"2026-09-30T08:00:0{n}")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(["comment", "response", "state", "severity", "owner"]),
        st.integers(0, 3),
        TIMES,
    ),
    max_size=6,
)


def start() -> Review:
    findings = [Finding(Origin("R", (("activity", key),), "High float")) for key in KEYS]
    first = Round("d1", "Update 1", 1440, {}, {one.uid: Sight("new") for one in findings})
    return Review({one.uid: one for one in findings}, {"d1": first})


def worked(review: Review, author: str, steps: list[Any]) -> Review:
    """The review after one reviewer's steps."""
    uids = {finding.objects[0][1]: uid for uid, finding in review.findings.items()}
    for key, what, choice, at in steps:
        finding = review.findings[uids[key]]
        if what in ("comment", "response"):
            made = said(finding, f"words {choice}", author, at, response=what == "response")
        else:
            values = {"state": STATES, "severity": SEVERITIES, "owner": ("A", "B", "C", "D")}[what]
            made = changed(finding, what, values[choice], author, at)
        review = review.with_findings(made)
    return review


def talk(review: Review) -> set[str]:
    return {act.id for finding in review.findings.values() for act in finding.talk}


@settings(max_examples=80, deadline=None)
@given(STEPS, STEPS, STEPS, STEPS)
def test_the_merge_is_a_join_that_loses_nothing(
    common: list[Any], first: list[Any], second: list[Any], third: list[Any]
) -> None:
    base = worked(start(), "lead", common)
    a, b = worked(base, "ann", first), worked(base, "bob", second)
    c = worked(merge(a, start()), "cleo", third)  # who builds on what ann did
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a
    whole = merge(merge(a, b), c)
    assert merge(whole, b) == whole
    assert talk(whole) == talk(a) | talk(b) | talk(c)
    said_in_all = len([s for s in (*common, *first, *second, *third) if s[1] == "comment"])
    comments = [x for f in whole.findings.values() for x in f.talk if x.field == "comment"]
    assert len(comments) == said_in_all


@settings(max_examples=80, deadline=None)
@given(STEPS, STEPS)
def test_a_conflict_shows_exactly_where_both_decided_differently(
    first: list[Any], second: list[Any]
) -> None:
    a, b = worked(start(), "ann", first), worked(start(), "bob", second)
    both = merge(a, b)
    for uid, finding in both.findings.items():
        for name in ("state", "severity", "owner"):
            moved = [name in {act.field for act in side.findings[uid].acts} for side in (a, b)]
            values = {side.findings[uid].value(name) for side in (a, b)}
            assert (name in finding.conflicts) == (all(moved) and len(values) > 1)
            if name in finding.conflicts:
                assert {act.value for act in finding.conflicts[name]} == values


def test_rounds_of_one_update_join_and_others_are_refused() -> None:
    one = Round("d1", "Update 1", 1440, {"R": {"value": 1.0}}, {"Q-1": Sight("new")})
    other = Round("d1", "Update one", 1440, {"S": {"value": 2.0}}, {"Q-2": Sight("new")})
    both = merge_rounds(one, other)
    assert both == merge_rounds(other, one)
    assert set(both.sights) == {"Q-1", "Q-2"}
    assert set(both.rules) == {"R", "S"}
    with pytest.raises(ValueError, match="is not"):
        merge_rounds(one, Round("d2", "Update 2", 2880))


def test_different_findings_do_not_merge() -> None:
    first, second, *_ = start().findings.values()
    with pytest.raises(ValueError, match="is not"):
        merge_findings(first, second)
