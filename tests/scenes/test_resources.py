"""The geometry of the loading: heights by amounts, places by the time axis."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.times import DAY
from planbench.engines.resources.profile import Profile
from planbench.scenes.resources import HEAD, loading_scene, period_at, round_ticks
from planbench.scenes.timescale import TimeView

VIEW = TimeView(0.0, 10.0, 100.0)  # ten days in 100 pixels


def profile(limit: list[float] | None = None) -> Profile:
    total = np.array([10.0, 20.0, 40.0, 5.0])
    cap = None if limit is None else np.array(limit)
    return Profile(
        "day",
        "units",
        "h",
        np.arange(5, dtype=np.int64) * DAY,
        np.array([10.0, 5.0, 0.0, 0.0]),
        np.array([0.0, 15.0, 40.0, 5.0]),
        total[::-1].copy(),
        None,
        cap,
        np.zeros(4, dtype=bool) if cap is None else total > cap,
        0.0,
    )


def test_bars_stand_under_their_days_and_stack_to_the_total() -> None:
    scene = loading_scene(profile(), VIEW, 108.0, False)
    assert scene.periods == (0, 1, 2, 3)
    unit = (108.0 - HEAD) / 40.0
    assert scene.actual == (
        (0.0, 108 - 10 * unit, 9.0, 10 * unit),
        (10.0, 108 - 5 * unit, 9.0, 5 * unit),
    )
    tallest = scene.remaining[1]
    assert tallest == (20.0, pytest.approx(HEAD), 9.0, pytest.approx(100.0))
    assert scene.limit == ()


def test_what_is_above_the_limit_is_marked() -> None:
    scene = loading_scene(profile([20, 20, 20, 0]), VIEW, 108.0, False)
    assert [rect[0] for rect in scene.over] == [20.0, 30.0]
    assert scene.over[0][3] == pytest.approx(50.0)
    assert scene.over[1][3] == pytest.approx(12.5)
    assert scene.limit[0] == (0.0, pytest.approx(58.0))
    assert len(scene.limit) == 8


def test_curves_end_at_the_same_total_and_early_lies_above_late() -> None:
    scene = loading_scene(profile(), VIEW, 108.0, True)
    assert scene.early[0] == scene.late[0] == (0.0, 108.0)
    assert scene.early[-1] == (40.0, pytest.approx(HEAD))
    assert scene.early[-1] == pytest.approx(scene.late[-1])
    assert scene.actual == scene.over == ()


def test_only_what_is_in_sight_is_made() -> None:
    scene = loading_scene(profile(), TimeView(1.5 * DAY, 50.0, 50.0), 108.0, False)
    assert scene.periods == (1, 2)


def test_a_limit_far_above_does_not_press_the_bars_flat() -> None:
    scene = loading_scene(profile([1000] * 4), VIEW, 108.0, False)
    assert max(rect[3] for rect in scene.remaining) == pytest.approx(100.0)
    assert scene.limit[0][1] < 0


def test_nothing_has_no_ticks() -> None:
    empty = profile()
    empty.remaining[:] = 0
    empty.actual[:] = 0
    empty.late[:] = 0
    scene = loading_scene(empty, VIEW, 100.0, False)
    assert scene.ticks == scene.actual == scene.remaining == ()


def test_instants_find_their_period() -> None:
    assert [period_at(profile(), day * DAY) for day in (-0.1, 0, 0.9, 1, 3.9, 4)] == [
        -1, 0, 0, 1, 3, -1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("top", "most", "expected"),
    [(40, 4, [10, 20, 30, 40]), (9, 2, [5]), (1.5, 3, [0.5, 1, 1.5]), (0, 4, []), (7, 1, [5])],
)
def test_ticks_are_round(top: float, most: int, expected: list[float]) -> None:
    assert round_ticks(top, most) == pytest.approx(expected)
