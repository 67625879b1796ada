from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import LinkType
from planbench.scenes.links import (
    CRITICAL,
    DRIVING,
    OTHER,
    Wiring,
    arrow,
    fade,
    link_classes,
    link_rows,
    route,
    visible_links,
)
from planbench.scenes.outline import build_outline, display_order, row_map

LAYING = Wiring(5.0, 6.0, 24.0, 9.0)


def wire(kind, x1, x2, y1=9.0, y2=57.0):
    columns = [np.array([v]) for v in (x1, x2, y1, y2, 0.0, 0.0)]
    [found] = route(np.array([kind], dtype=np.int8), *columns, LAYING)
    return found


def test_finish_to_start_turns_at_once_and_runs_along_the_successors_row():
    assert wire(LinkType.FS, 100, 200) == ((100, 9), (105, 9), (105, 57), (200, 57))


def test_a_successor_that_begins_at_the_finish_is_reached_through_the_gap_above_it():
    assert wire(LinkType.FS, 100, 100) == (
        (100, 9), (105, 9), (105, 48), (94, 48), (94, 57), (100, 57),
    )  # fmt: skip


def test_upwards_the_gap_is_below_the_successors_bar():
    assert wire(LinkType.FS, 100, 100, y1=57.0, y2=9.0)[2][1] == 24.0


def test_start_to_start_turns_left_of_both():
    assert wire(LinkType.SS, 100, 60) == ((100, 9), (54, 9), (54, 57), (60, 57))


def test_nothing_runs_along_a_row_after_a_finish_but_the_stubs():
    for x2 in (40.0, 100.0, 180.0):
        points = wire(LinkType.FF, 100, x2)
        for (xa, ya), (xb, yb) in pairwise(points):
            if ya == yb == 57.0:
                assert min(xa, xb) >= x2
                assert max(xa, xb) <= x2 + 6
            if ya == yb == 9.0:
                assert max(xa, xb) <= 105


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(list(LinkType)), st.integers(-50, 900), st.integers(-50, 900), st.booleans())
def test_wires_are_orthogonal_and_join_the_right_ends(kind, x1, x2, down):
    y1, y2 = (9.0, 81.0) if down else (81.0, 9.0)
    points = wire(kind, float(x1), float(x2), y1, y2)
    assert points[0] == (x1, y1)
    assert points[-1] == (x2, y2)
    for (xa, ya), (xb, yb) in pairwise(points):
        assert xa == xb or ya == yb
    leaves_right = points[1][0] >= points[0][0]
    assert leaves_right == (kind in (LinkType.FS, LinkType.FF))
    enters_from_left = points[-2][0] <= points[-1][0]
    assert enters_from_left == (kind in (LinkType.FS, LinkType.SS))


def test_arrowheads_point_into_the_bar():
    tip, *back = arrow(((0, 0), (10, 0)), 5, 6)
    assert tip == (10, 0)
    assert {x for x, _ in back} == {5}
    assert {x for x, _ in arrow(((20, 0), (10, 0)), 5, 6)[1:]} == {15}


def test_links_need_both_ends_shown_and_one_in_sight(small):
    outline = build_outline(small.schedule)
    order = display_order(outline)
    rows = row_map(outline, order, np.zeros(4, dtype=bool))
    links = link_rows(small.schedule.relationships, outline, rows)
    assert links.link.tolist() == [0, 1, 2, 3]
    # rows: P A A30 A1 A10 A20 B B10 M10 L10
    assert links.predecessor.tolist() == [4, 5, 5, 2]
    assert links.successor.tolist() == [5, 2, 7, 8]
    assert links.link[visible_links(links, 4, 5)].tolist() == [0]
    assert links.link[visible_links(links, 3, 4)].tolist() == []  # only passing by
    assert links.link[visible_links(links, 0, 10)].tolist() == [0, 1, 2, 3]
    folded = row_map(outline, order, np.array([False, False, True, False]))
    assert link_rows(small.schedule.relationships, outline, folded).link.tolist() == [3]


def test_driving_between_critical_ends_is_critical(small):
    critical = np.array([False, True, True, False, False, False])
    links = small.schedule.relationships
    found = link_classes(links.predecessor, links.successor, small.cpm.driving, critical)
    assert found.tolist() == [DRIVING, CRITICAL, OTHER, OTHER]


def test_links_fade_between_two_zooms():
    assert fade(0.5, 0.35, 0.12) == 1.0
    assert fade(0.1, 0.35, 0.12) == 0.0
    assert fade(0.235, 0.35, 0.12) == pytest.approx(0.5)
