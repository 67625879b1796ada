"""The trace picture: no cards over each other, no link over a card, none mistaken for another."""

from __future__ import annotations

from itertools import combinations, pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.engines.trace import Trace, trace
from planbench.scenes.facts import Facts, activity_facts
from planbench.scenes.trace import (
    CARD_HEIGHT,
    CARD_WIDTH,
    MOST,
    TraceScene,
    in_sight,
    link_text,
    trace_scene,
)
from planbench.scenes.trace_slots import place


def pictured(
    schedule: Schedule, row: int, back: int, forward: int, current: int = -1
) -> tuple[Trace, TraceScene, Facts]:
    cpm = schedule_network(schedule)
    facts = activity_facts(schedule, cpm)
    found = trace(schedule, cpm, row, back, forward)
    return found, trace_scene(schedule, cpm, facts, found, current=current), facts


def stretches(picture: TraceScene) -> list[tuple[int, int, bool, float, float, float]]:
    """(predecessor, successor, flat, place, from, to) of each straight part of each link."""
    found = []
    for edge in picture.edges:
        for (x1, y1), (x2, y2) in pairwise(edge.wire):
            assert x1 == x2 or y1 == y2
            flat = y1 == y2
            at, ends = (y1, (x1, x2)) if flat else (x1, (y1, y2))
            found.append((edge.predecessor, edge.successor, flat, at, min(ends), max(ends)))
    return found


def check(picture: TraceScene) -> None:
    for a, b in combinations(picture.cards, 2):
        apart = abs(a.x - b.x) >= CARD_WIDTH or abs(a.y - b.y) >= CARD_HEIGHT
        assert apart, (a, b)
    parts = stretches(picture)
    for _, _, flat, at, low, high in parts:
        for card in picture.cards:
            x, y, wide, tall = card.box
            if flat:
                assert not (y < at < y + tall and low < x + wide and high > x)
            else:
                assert not (x < at < x + wide and low < y + tall and high > y)
    for one, two in combinations(parts, 2):
        related = one[0] == two[0] or one[1] == two[1]
        if not related and one[2] == two[2] and abs(one[3] - two[3]) < 1:
            assert one[5] <= two[4] or two[5] <= one[4], (one, two)
    for edge in picture.edges:
        a, b = picture.card(edge.predecessor), picture.card(edge.successor)
        assert a is not None
        assert b is not None
        assert edge.wire[0][0] == a.x + CARD_WIDTH
        assert a.y < edge.wire[0][1] < a.y + CARD_HEIGHT
        assert edge.wire[-1][0] == b.x
        assert b.y < edge.wire[-1][1] < b.y + CARD_HEIGHT
        assert edge.wire[-2][0] < b.x  # the arrow points to the right


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 40),
    st.floats(0.2, 2.5),
    st.integers(0, 10_000),
    st.integers(0, 4),
    st.integers(0, 4),
    st.data(),
)
def test_cards_and_links_keep_clear_of_each_other(
    n: int, density: float, seed: int, back: int, forward: int, data: st.DataObject
) -> None:
    schedule = synthetic_schedule(n, min(int(n * density), n * (n - 1) // 2), seed)
    row = data.draw(st.integers(0, n - 1))
    found, picture, _ = pictured(schedule, row, back, forward)
    check(picture)
    assert {card.row for card in picture.cards} == set(found.levels)
    links = schedule.relationships
    walked = {(int(links.predecessor[k]), int(links.successor[k])) for k in found.relationships}
    assert {(e.predecessor, e.successor) for e in picture.edges} == walked
    assert sorted(k for e in picture.edges for k in e.relationships) == sorted(found.relationships)
    x = {card.level: card.x for card in picture.cards}
    assert [x[level] for level in sorted(x)] == sorted(x.values())


def test_a_dense_trace_of_real_size() -> None:
    schedule = synthetic_schedule(4000, 12000, 5)
    found, picture, _ = pictured(schedule, 2000, 6, 6)
    assert len(found.levels) > 60
    check(picture)


def test_too_much_to_show_keeps_the_nearest_and_says_so() -> None:
    schedule = synthetic_schedule(4000, 16000, 3)
    found, picture, _ = pictured(schedule, 2000, 30, 30)
    assert len(found.levels) > MOST
    assert len(picture.cards) == MOST
    assert picture.left_out == len(found.levels) - MOST
    shown = {card.row for card in picture.cards}
    farthest = max(abs(found.levels[row]) for row in shown)
    assert all(row in shown for row, level in found.levels.items() if abs(level) < farthest)


def test_what_a_card_says(small: SimpleNamespace) -> None:
    schedule, cpm = small.schedule, small.cpm
    facts = activity_facts(schedule, cpm)
    found = trace(schedule, cpm, 1, 1, 2)
    picture = trace_scene(schedule, cpm, facts, found)
    scene = picture.scene
    assert [text for *_, text in scene.items("trace-head")] == ["1 back", "1 ahead", "2 ahead"]
    assert [text for *_, text in scene.items("trace-head-here")] == ["Selected"]
    codes = {text for *_, text in scene.items("card-code")}
    assert codes == {"A10", "A20", "A30", "B10", "M10"}
    floats = [t for s in ("plain", "near", "critical") for *_, t in scene.items(f"card-float-{s}")]
    assert "done" in floats
    assert "◆ 10\u202fd" in floats
    assert "▲ 0\u202fd" in floats
    labels = [
        text
        for look in ("trace-link", "trace-driving", "trace-critical")
        for *_, text in scene.items(f"{look}-label")
    ]
    assert sorted(labels) == ["FF", "FS", "FS", "SS + 1\u202fd"]
    assert len(scene.items("card-chosen")) == 1
    card = picture.card(1)
    assert card is not None
    assert scene.items("card-chosen")[0] == card.box
    assert picture.at(card.x + 5, card.y + 5) == 1
    assert picture.at(0, 0) == -1


def test_the_keyboard_finds_its_way(small: SimpleNamespace) -> None:
    facts = activity_facts(small.schedule, small.cpm)
    found = trace(small.schedule, small.cpm, 1, 1, 2)
    picture = trace_scene(small.schedule, small.cpm, facts, found)
    assert picture.beside(1, -1, 0) == 0
    assert picture.beside(0, -1, 0) == -1
    assert picture.beside(1, 1, 0) in (2, 3)
    ahead = {card.row for card in picture.cards if card.level == 1}
    upper, lower = sorted(ahead, key=lambda row: picture.card(row).y)  # type: ignore[union-attr]
    assert picture.beside(upper, 0, 1) == lower
    assert picture.beside(lower, 0, -1) == upper


def test_the_driving_path_runs_straight() -> None:
    schedule = synthetic_schedule(300, 700, 2)
    cpm = schedule_network(schedule)
    facts = activity_facts(schedule, cpm)
    path = np.flatnonzero(cpm.longest_path)
    row = int(path[path.size // 2])
    found = trace(schedule, cpm, row, 3, 3, driving_only=True)
    picture = trace_scene(schedule, cpm, facts, found)
    centre = picture.card(row)
    assert centre is not None
    for level in (-1, 1):
        cards = [card for card in picture.cards if card.level == level]
        assert not cards or centre.slot in {card.slot for card in cards}


def test_lags_are_told_in_days(small: SimpleNamespace) -> None:
    assert link_text(small.schedule, 0) == "FS"
    assert link_text(small.schedule, 2) == "SS + 1\u202fd"


@pytest.mark.parametrize("count", [1, 7, 500])
def test_many_with_one_wish_stand_side_by_side(count: int) -> None:
    levels = {0: 0, **dict.fromkeys(range(1, count + 1), 1)}
    links = [(0, row, False) for row in range(1, count + 1)]
    slots = place(levels, links, {row: row for row in levels}, 0)
    taken = sorted(slots[row] for row in range(1, count + 1))
    assert taken == list(range(count))
    assert abs(slots[0] - count // 2) <= 1


def test_what_is_in_sight_is_whole() -> None:
    _, picture, _ = pictured(synthetic_schedule(4000, 12000, 5), 2000, 5, 5)
    scene = picture.scene
    middle = picture.card(2000)
    assert middle is not None
    x, y, width, height = middle.x - 300, middle.y - 200, 700.0, 400.0
    part = in_sight(scene, x, y, width, height)
    boxes = {
        box
        for style in scene.styles()
        if style.startswith("card")
        for box in scene.items(style, "rects")
    }
    kept = {
        box
        for style in part.styles()
        if style.startswith("card")
        for box in part.items(style, "rects")
    }
    for a, b, w, h in boxes:
        seen = a < x + width and a + w > x and b < y + height and b + h > y
        assert ((a, b, w, h) in kept) == seen
    codes = set(part.items("card-code"))
    for a, b, _w, _h in kept:
        assert any(abs(tx - a) < 20 and abs(ty - b) < 20 for tx, ty, _ in codes) or b + 18 < y - 20
    assert len(part.items("card-code")) < len(scene.items("card-code"))
    assert in_sight(scene, -10, -10, scene.width + 20, scene.height + 20).layers == scene.layers
