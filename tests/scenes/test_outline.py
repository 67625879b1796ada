import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.times import NO_TIME
from planbench.scenes.facts import activity_facts
from planbench.scenes.outline import (
    Outline,
    build_outline,
    display_order,
    folded_below,
    match_text,
    rank_numbers,
    rank_texts,
    row_map,
    with_bands,
)


def names(schedule, nodes):
    bands = len(schedule.wbs)
    return [
        str(schedule.wbs.code[n]) if n < bands else str(schedule.activities.code[n - bands])
        for n in nodes.tolist()
    ]


def shown(schedule, outline, rank=None, match=None, folded=None):
    order = display_order(outline, rank, match)
    shut = np.zeros(outline.bands, dtype=bool) if folded is None else folded
    return names(schedule, row_map(outline, order, shut).nodes)


def test_activities_stand_before_the_bands_of_their_level(small):
    outline = build_outline(small.schedule)
    assert shown(small.schedule, outline) == [
        "P", "A", "A30", "A1", "A10", "A20", "B", "B10", "M10", "L10",
    ]  # fmt: skip
    assert outline.depth.tolist() == [0, 1, 2, 1, 3, 3, 2, 2, 2, 2]
    assert outline.path(4) == [0, 1, 2]


def test_sorting_stays_within_bands(small):
    outline = build_outline(small.schedule)
    rank = rank_texts(small.schedule.activities.name.tolist(), descending=True)
    assert shown(small.schedule, outline, rank)[-3:] == ["L10", "B10", "M10"]  # S, P, H
    flat = build_outline(small.schedule, by_wbs=False)
    assert shown(small.schedule, flat, rank) == ["L10", "A20", "B10", "M10", "A30", "A10"]


def test_a_filter_hides_bands_without_a_match(small):
    outline = build_outline(small.schedule)
    acts = small.schedule.activities
    match = match_text((acts.code.tolist(), acts.name.tolist()), "ERE")
    assert shown(small.schedule, outline, match=match) == ["P", "A", "A30"]
    assert match_text((acts.code.tolist(),), "  ") is None
    both = match_text((acts.code.tolist(), acts.name.tolist()), "b10 paint")
    assert both.tolist() == [False, False, False, True, False, False]


def test_folding(small):
    outline = build_outline(small.schedule)
    shut = np.array([False, True, False, False])
    assert shown(small.schedule, outline, folded=shut) == ["P", "A", "B", "B10", "M10", "L10"]
    assert shown(small.schedule, outline, folded=folded_below(outline, 0)) == ["P"]
    assert shown(small.schedule, outline, folded=folded_below(outline, 1)) == ["P", "A", "B"]


def test_missing_values_come_last_in_both_directions():
    values = np.array([NO_TIME, 5, 1, NO_TIME], dtype=np.int64)
    assert np.argsort(rank_numbers(values), kind="stable").tolist() == [2, 1, 0, 3]
    assert np.argsort(rank_numbers(values, True), kind="stable").tolist() == [1, 2, 0, 3]
    floats = np.array([np.nan, 2.0, 1.0])
    assert np.argsort(rank_numbers(floats, True), kind="stable").tolist() == [1, 2, 0]
    assert np.argsort(rank_texts(["", "b", "A"]), kind="stable").tolist() == [2, 1, 0]


def test_bands_sum_up_what_is_in_them(small):
    outline = build_outline(small.schedule)
    facts = with_bands(outline, activity_facts(small.schedule, small.cpm, small.baseline))
    a1, plant = 2, 0
    own = facts.start[outline.bands :]
    assert facts.start[plant] == own.min()
    assert facts.finish[plant] == facts.finish[outline.bands :].max()
    assert facts.count[:4].tolist() == [6, 3, 2, 3]
    assert facts.total_float[:4].tolist() == [0, 0, 0, 0]
    assert facts.percent[a1] == pytest.approx((5 * 100 + 10 * 60) / 15)
    assert facts.finish_variance[a1] == -17
    assert facts.critical[:4].tolist() == [True, True, True, True]


def test_with_a_filter_bands_sum_up_only_what_matches(small):
    outline = build_outline(small.schedule)
    match = np.array([False, False, True, True, False, False])
    facts = with_bands(outline, activity_facts(small.schedule, small.cpm), match)
    assert facts.count[:4].tolist() == [2, 1, 0, 1]
    assert facts.total_float[:2].tolist() == [10, 10]
    assert facts.start[2] == NO_TIME


def slow_order(parent, bands, rank, match):
    """The same by recursion over children."""
    children: dict[int, list[int]] = {}
    for node, above in enumerate(parent):
        children.setdefault(above, []).append(node)

    def full(node):
        if node >= bands:
            return [node] if match[node - bands] else []
        return [n for child in ordered(node) for n in full(child)] and [
            node, *[n for child in ordered(node) for n in full(child)],
        ]  # fmt: skip

    def ordered(node):
        own = children.get(node, [])
        acts = sorted((n for n in own if n >= bands), key=lambda n: (rank[n - bands], n))
        return acts + [n for n in own if n < bands]

    return [n for top in ordered(-1) for n in full(top)]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_order_is_that_of_a_plain_walk(data):
    bands = data.draw(st.integers(0, 6))
    n = data.draw(st.integers(0, 12))
    parent = [data.draw(st.integers(-1, k - 1)) for k in range(bands)]
    parent += [data.draw(st.integers(-1, bands - 1)) for _ in range(n)]
    rank = np.array([data.draw(st.integers(0, 4)) for _ in range(n)], dtype=np.int64)
    match = np.array([data.draw(st.booleans()) for _ in range(n)], dtype=bool)
    folded = np.array([data.draw(st.booleans()) for _ in range(bands)], dtype=bool)
    outline = Outline(bands, n, np.array(parent, dtype=np.int32))
    order = display_order(outline, rank, match)
    plain = slow_order(parent, bands, rank, match)
    assert order.nodes.tolist() == plain
    rows = row_map(outline, order, folded)
    visible = [node for node in plain if not any(folded[b] for b in outline.path(node))]
    assert rows.nodes.tolist() == visible
    assert [int(rows.row_of[node]) for node in visible] == list(range(len(visible)))
    assert int((rows.row_of >= 0).sum()) == len(visible)
