from __future__ import annotations

import numpy as np
import pytest

from planbench.scenes.facts import TOTAL_FLOAT
from planbench.ui.schedule.plan import Plan


@pytest.fixture
def plan(themed, document) -> Plan:
    plan = Plan()
    plan.show(document.schedule, document.cpm, None)
    return plan


def test_sorting_orders_activities_within_every_package(plan: Plan):
    plan.sort_by("float", descending=True)
    wbs = plan.schedule.activities.wbs
    own = plan.rows.nodes[plan.rows.nodes >= plan.outline.bands] - plan.outline.bands
    assert own.size == 600
    floats = plan.activity_facts.total_float[own]
    inside = wbs[own][1:] == wbs[own][:-1]
    assert (np.diff(floats)[inside] <= 0).all()
    with pytest.raises(KeyError):
        plan.sort_by("no such column")


def test_a_filter_counts_and_sums_up_what_matches(plan: Plan):
    plan.filter_by("activity 7 line 2")
    acts = plan.schedule.activities
    texts = [
        f"{c} {n}".lower() for c, n in zip(acts.code.tolist(), acts.name.tolist(), strict=True)
    ]
    wanted = [t for t in texts if all(word in t for word in ("activity", "7", "line", "2"))]
    assert plan.matching == len(wanted) > 0
    assert plan.facts.count[0] == len(wanted)
    plan.filter_by("  ")
    assert plan.matching == 600


def test_levels_and_revealing_what_is_folded_away(plan: Plan):
    assert plan.deepest == plan.level == 4
    plan.open_level(1)
    assert plan.level == 1
    node = plan.node_of(17)
    assert plan.rows.row_of[node] == -1
    assert plan.reveal(node)
    assert plan.rows.row_of[node] >= 0
    assert len(plan.rows) < 600  # only the bands above it were opened
    assert plan.activity_of(node) == 17
    assert plan.activity_of(0) == -1


def test_without_bands_all_activities_stand_in_one_list(plan: Plan):
    plan.group_by(())
    assert len(plan.rows) == 600
    starts = plan.facts.start[plan.rows.nodes]
    assert (np.diff(starts) >= 0).all()


def test_what_is_critical_is_chosen(plan: Plan):
    path = plan.activity_facts.critical.copy()
    plan.mark_critical(TOTAL_FLOAT)
    assert (plan.activity_facts.critical == (plan.activity_facts.total_float <= 0)).all()
    assert path.any()


def test_folding_survives_a_new_calculation(plan: Plan, document):
    plan.open_level(2)
    rows = len(plan.rows)
    plan.show(document.schedule, None, None)
    assert len(plan.rows) == rows
