"""Single checks against cases worked out by hand, and reach against another library's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Constraint
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.engines.contract.checks import CHECKS
from planbench.engines.contract.facts import Facts
from planbench.engines.contract.result import (
    MET,
    NEEDS_EVIDENCE,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
)
from planbench.engines.contract.terms import ContractData
from planbench.engines.cpm import schedule_network


def outcome(world: Any, name: str, **parameters: Any) -> Outcome:
    check = CHECKS[name]
    facts = Facts(
        world.schedule, schedule_network(world.schedule), world.data, world.previous, world.baseline
    )
    return check.function(facts, {**check.defaults, **parameters})


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 40), seed=st.integers(0, 1000), start=st.integers(0, 39))
def test_reach_is_that_of_the_graph(n: int, seed: int, start: int) -> None:
    import networkx as nx

    schedule = synthetic_schedule(n, min(n, n * (n - 1) // 2), seed)
    facts = Facts(schedule, None, ContractData())
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n))
    links = schedule.relationships
    graph.add_edges_from(zip(links.predecessor.tolist(), links.successor.tolist(), strict=True))
    mask = np.zeros(n, dtype=bool)
    mask[start % n] = True
    forward = set(np.flatnonzero(facts.reach(mask, forward=True)).tolist())
    back = set(np.flatnonzero(facts.reach(mask, forward=False)).tolist())
    assert forward == nx.descendants(graph, start % n) | {start % n}
    assert back == nx.ancestors(graph, start % n) | {start % n}


def test_reviews_are_measured_in_calendar_days(good: Any) -> None:
    # 15 days of a five-day week are 21 calendar days, 14 are 19.6
    assert outcome(good, "review-periods", days=21).state == MET
    shorter = good.put("REV1", original_duration=14 * 480, remaining_duration=14 * 480)
    found = outcome(shorter, "review-periods", days=21)
    assert [(one.id, one.note) for one in found.shown] == [("REV1", "20 d")]
    clock = good.put("REV1", elapsed=True, original_duration=21 * 1440)
    assert outcome(clock, "review-periods", days=21).state == MET
    assert outcome(clock, "review-periods", days=21.5).state == NOT_MET


def test_extension_of_time_moves_what_is_due(good: Any) -> None:
    late = good.without(
        milestones=tuple(
            replace(one, date=dt.date(2026, 6, 1)) if one.kind == "completion" else one
            for one in good.data.milestones
        )
    )
    found = outcome(late, "completion-met", kinds=["completion"])
    assert found.state == NOT_MET
    days = int(found.shown[0].note.split(", ")[-1].split()[0])
    granted = late.without(
        milestones=tuple(
            replace(one, extension=days) if one.kind == "completion" else one
            for one in late.data.milestones
        )
    )
    assert "0 d to spare" in outcome(granted, "completion-met", kinds=["completion"]).words


def test_holidays_before_the_data_date_and_after_the_end_do_not_count(good: Any) -> None:
    past = good.without(holidays=(dt.date(2026, 1, 6), dt.date(2030, 1, 1)), rest_days=())
    assert outcome(past, "rest-days").state == MET
    worked = good.without(holidays=(dt.date(2026, 4, 1),), rest_days=())
    found = outcome(worked, "rest-days")
    assert "works on 01-Apr-2026" in found.shown[0].note
    assert outcome(worked, "rest-days", except_calendars=["office"]).state == NOT_APPLICABLE
    assert outcome(good.without(holidays=(), rest_days=(6,)), "rest-days").state == MET
    assert outcome(good.without(holidays=(), rest_days=(5,)), "rest-days").state == NOT_MET


def test_contract_milestones_may_be_dated_but_not_mandatory(good: Any) -> None:
    families = ["mandatory", "on", "no-later"]
    assert outcome(good, "constraints", families=families).state == MET
    date = from_iso("2026-11-30 16:00")
    forced = good.put("KD1", constraint=Constraint.MANDATORY_FINISH, constraint_date=date)
    assert [one.id for one in outcome(forced, "constraints", families=families).shown] == ["KD1"]


def test_deliveries_are_held_against_their_need(good: Any) -> None:
    items = tuple(
        replace(one, needed=dt.date(2026, 3, 3)) if one.activity == "DLV2" else one
        for one in good.data.deliveries
    )
    found = outcome(good.without(deliveries=items), "deliveries")
    assert [one.id for one in found.shown] == ["DLV2"]
    unmapped = (replace(items[0], activity=""), replace(items[1], activity="NONE", name="Pump"))
    found = outcome(good.without(deliveries=unmapped), "deliveries")
    assert [one.row for one in found.shown] == [-1, -1]


def test_stages_are_asked_for_in_each_section(good: Any) -> None:
    terms = {**good.data.terms, "section": replace(good.data.terms["stage"], code="Area")}
    assert outcome(good.without(terms=terms), "stages", sections=True).state == MET
    more = good.without(terms=terms, stages=(*good.data.stages, "COM"))
    found = outcome(more, "stages", sections=True)
    assert [one.id for one in found.shown] == ["ALL / COM"]
    assert outcome(more, "stages").state == MET


def test_without_a_previous_programme_nothing_is_compared(good: Any) -> None:
    alone = replace(good, previous=None)
    for name in ("actuals-kept", "delays-explained", "changes-described"):
        assert outcome(alone, name).state == NOT_APPLICABLE
    assert outcome(alone, "data-date").state == MET


def test_a_note_explains_a_delay(good: Any) -> None:
    from planbench.domain.schedule import Notes, make_table

    column = good.previous.activities.stored_early_finish.copy()
    column[good.row("W3")] = from_iso("2026-03-02 16:00")
    earlier = good.previous.with_activities(stored_early_finish=column)
    slipped = replace(good, previous=earlier)
    found = outcome(slipped, "delays-explained")
    assert (found.state, [one.id for one in found.shown]) == (NEEDS_EVIDENCE, ["W3"])
    note = make_table(Notes, 1, activity=[good.row("W3")], topic=["Delay"], text=["Rain"])
    told = replace(slipped, schedule=replace(slipped.schedule, notes=note))
    assert outcome(told, "delays-explained").state == MET


def test_method_notes_count_as_resources(good: Any) -> None:
    none = good.schedule.assignments.take(np.zeros(len(good.schedule.assignments), dtype=bool))
    bare = replace(good, schedule=replace(good.schedule, assignments=none))
    assert outcome(bare, "resourced").state == NOT_MET
    from planbench.domain.schedule import Notes, make_table

    n = len(good.schedule)
    notes = make_table(Notes, n, activity=np.arange(n), topic=["Method"] * n, text=["x"] * n)
    told = replace(bare, schedule=replace(bare.schedule, notes=notes))
    assert outcome(told, "resourced").state == MET
