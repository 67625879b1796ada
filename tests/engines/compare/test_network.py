"""Both networks in one, against sets of links taken from the two schedules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.compare.compare import Comparison, compare
from planbench.engines.compare.network import (
    ADDED,
    CHANGED,
    DELETED,
    SAME,
    components,
    joint_network,
    layers,
)
from planbench.services.sample import sample_schedules

Link = tuple[str, str, int, int]


def links_of(schedule: Schedule, picked: np.ndarray | None = None) -> set[Link]:
    codes, links = schedule.activities.code, schedule.relationships
    rows = range(len(links)) if picked is None else np.flatnonzero(picked).tolist()
    return {
        (
            codes[links.predecessor[k]],
            codes[links.successor[k]],
            int(links.type[k]),
            int(links.lag[k]),
        )
        for k in rows
    }


@pytest.fixture(scope="module")
def summer() -> Comparison:
    updates = list(sample_schedules().values())
    return compare(updates[1], updates[2])


def test_every_link_of_both_is_there_once_and_marked(summer: Comparison) -> None:
    joint = joint_network(summer)
    old, new = links_of(summer.old), links_of(summer.new)
    marked = {kind: links_of(joint.schedule, joint.link == kind) for kind in range(4)}
    assert marked[SAME] == old & new
    assert marked[DELETED] | marked[ADDED] | marked[CHANGED] >= new - old
    assert {(a, b) for a, b, _, _ in marked[DELETED]} == {
        ("TS-2130", "TS-2135"),
        ("TS-2135", "TS-3050"),
    }
    assert {(a, b) for a, b, _, _ in marked[ADDED]} == {("TS-2130", "TS-3050")}
    assert {(a, b) for a, b, _, _ in marked[CHANGED]} == {("CV-2080", "CV-2090")}
    assert joint.counts == (1, 2, 1)
    (was,) = joint.old_link[joint.link == CHANGED].tolist()
    assert summer.old.relationships.lag[was] == 0
    deleted = joint.schedule.activities.code[joint.activity == DELETED].tolist()
    assert deleted == ["TS-2135"]
    assert summer.old.activities.code[joint.old_row[joint.activity == DELETED]].tolist() == deleted


def test_what_lies_around_an_activity_includes_what_is_gone(summer: Comparison) -> None:
    joint = joint_network(summer)
    codes = joint.schedule.activities.code
    row = codes.tolist().index("TS-2130")
    near = set(codes[joint.around(row, 1)].tolist())
    expected = {"TS-2130", "TS-2135", "TS-3050"}
    for schedule in (summer.old, summer.new):
        for a, b, _, _ in links_of(schedule):
            expected |= {b} if a == "TS-2130" else {a} if b == "TS-2130" else set()
    assert near == expected


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_levels_follow_the_links(seed: int) -> None:
    schedule = synthetic_schedule(50, 90, seed)
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(random.random(50) < 0.6).tolist()
    levels = layers(schedule, rows)
    assert set(levels) == set(rows)
    links = schedule.relationships
    for a, b in zip(links.predecessor.tolist(), links.successor.tolist(), strict=True):
        if a in levels and b in levels:
            assert levels[a] < levels[b]
    groups = components(schedule, rows)
    assert sorted(row for group in groups for row in group) == sorted(rows)
    place = {row: number for number, group in enumerate(groups) for row in group}
    for a, b in zip(links.predecessor.tolist(), links.successor.tolist(), strict=True):
        if a in place and b in place:
            assert place[a] == place[b]


def test_a_link_that_was_turned_round_closes_a_loop_and_all_have_a_level() -> None:
    schedule = synthetic_schedule(8, 10, 1)
    links = schedule.relationships
    turned = links.take(np.array([0])).with_columns(
        predecessor=links.successor[:1], successor=links.predecessor[:1]
    )
    both = {
        name: np.concatenate((column, getattr(turned, name))) for name, column in links.columns()
    }
    looped = replace(schedule, relationships=type(links)(**both))
    assert set(layers(looped, range(8))) == set(range(8))
