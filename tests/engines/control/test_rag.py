"""States that do not flap: the rule by hand, and against a plain state machine."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.engines.control.rag import AMBER, GREEN, RED, held_state, state_of

LIMITS = (0.95, 0.90, 0.01)


@pytest.mark.parametrize(
    ("run", "state"),
    [
        ([0.97], GREEN),
        ([0.97, 0.949], AMBER),
        ([0.97, 0.949, 0.951], AMBER),  # back above the limit, but not by the margin
        ([0.97, 0.949, 0.951, 0.948, 0.955], AMBER),
        ([0.97, 0.949, 0.96], GREEN),
        ([0.85, 0.905], RED),
        ([0.85, 0.91], AMBER),
        ([0.85, 0.97], GREEN),
        ([0.97, None, 0.949, None], AMBER),
    ],
)
def test_a_state_gets_worse_at_once_and_better_beyond_the_margin(
    run: list[float | None], state: int
) -> None:
    assert held_state(run, *LIMITS) == state


def test_without_a_value_there_is_no_state() -> None:
    assert held_state([], *LIMITS) is None
    assert held_state([None], *LIMITS) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.8, 1.1), min_size=1, max_size=12))
def test_a_held_state_is_never_better_than_the_value_itself(run: list[float]) -> None:
    held = held_state(run, *LIMITS)
    assert held is not None
    assert held >= state_of(run[-1], 0.95, 0.90)
    assert held_state(run, 0.95, 0.90, 0.0) == state_of(run[-1], 0.95, 0.90)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.9401, 0.9599), min_size=2, max_size=20))
def test_swings_within_the_margin_change_the_state_at_most_once(run: list[float]) -> None:
    states = [held_state(run[: k + 1], *LIMITS) for k in range(len(run))]
    assert sum(a != b for a, b in pairwise(states)) <= 1
