"""The trace on a time axis: places by dates, lanes without overlaps, links at the right ends."""

from __future__ import annotations

import itertools

import pytest

from planbench.domain.schedule import LinkType
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.engines.trace import trace
from planbench.scenes.facts import Facts, activity_facts
from planbench.scenes.trace import TraceScene
from planbench.scenes.trace_timed import timed_scene


@pytest.fixture(scope="module")
def made() -> tuple[TraceScene, Facts, int, object]:
    schedule = synthetic_schedule(400, 900, 5)
    result = schedule_network(schedule)
    facts = activity_facts(schedule, result)
    found = trace(schedule, result, 200, 3, 3)
    assert len(found.levels) > 12
    return timed_scene(schedule, result, facts, found), facts, 200, schedule


def test_bars_stand_in_the_order_and_proportion_of_their_dates(made) -> None:
    scene, facts, _, _ = made
    cards = sorted(scene.cards, key=lambda card: facts.start[card.row])
    first, last = cards[0], cards[-1]
    minutes = int(facts.start[last.row] - facts.start[first.row])
    scale = (last.x - first.x) / minutes
    for card in cards:
        expected = first.x + scale * int(facts.start[card.row] - facts.start[first.row])
        assert card.x == pytest.approx(expected)
        wide = scale * int(facts.finish[card.row] - facts.start[card.row])
        assert card.width == pytest.approx(max(wide, 4.0))


def test_bars_in_one_lane_do_not_overlap_and_the_traced_one_has_its_own(made) -> None:
    scene, _, traced, _ = made
    lanes: dict[int, list] = {}
    for card in scene.cards:
        lanes.setdefault(card.slot, []).append(card)
    assert [card.row for card in lanes[0]] == [traced]
    for cards in lanes.values():
        cards.sort(key=lambda card: card.x)
        for one, other in itertools.pairwise(cards):
            assert one.x + one.width < other.x


def test_links_join_the_ends_that_their_type_names(made) -> None:
    scene, _, _, schedule = made
    assert scene.edges
    for edge in scene.edges:
        kind = LinkType(int(schedule.relationships.type[edge.relationships[0]]))
        a, b = scene.card(edge.predecessor), scene.card(edge.successor)
        out = a.x if kind in (LinkType.SS, LinkType.SF) else a.x + a.width
        into = b.x + b.width if kind in (LinkType.FF, LinkType.SF) else b.x
        assert edge.wire[0] == (pytest.approx(out), a.y + a.height / 2)
        assert edge.wire[-1] == (pytest.approx(into), b.y + b.height / 2)
        for (x1, y1), (x2, y2) in itertools.pairwise(edge.wire):
            assert x1 == x2 or y1 == y2


def test_it_can_be_walked_in_every_direction(made) -> None:
    scene, _, traced, _ = made
    below = scene.beside(traced, 0, 1)
    assert scene.card(below).y > scene.card(traced).y
    reached, waiting = {traced}, [traced]
    while waiting:
        here = waiting.pop()
        for step in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            there = scene.beside(here, *step)
            if there >= 0 and there not in reached:
                reached.add(there)
                waiting.append(there)
    assert reached == {card.row for card in scene.cards}
