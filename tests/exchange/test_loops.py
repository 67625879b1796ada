from __future__ import annotations

import numpy as np

from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Project,
    Relationships,
    Schedule,
    make_table,
)
from planbench.exchange.imported import Imported
from planbench.exchange.loops import loops_noted


def plan(kinds: list[int], links: list[tuple[int, int]]) -> Imported:
    codes = [chr(65 + k) for k in range(len(kinds))]
    pairs = np.array(links, dtype=np.int32)
    return Imported(
        Schedule(
            projects=(Project("1", "P", "Plan", 0),),
            activities=make_table(Activities, len(kinds), code=codes, type=kinds),
            relationships=make_table(
                Relationships, len(links), predecessor=pairs[:, 0], successor=pairs[:, 1]
            ),
        )
    )


def test_the_shortest_loop_is_named() -> None:
    repairs = loops_noted(plan([0] * 4, [(0, 1), (1, 2), (2, 3), (3, 0), (2, 1)])).repairs
    (repair,) = repairs
    assert repair.code == "loop"
    assert "loop of 2 activities" in repair.message
    assert {"B", "C"} <= set(repair.message.split())


def test_level_of_effort_makes_no_loop() -> None:
    kinds = [ActivityType.TASK, ActivityType.LEVEL_OF_EFFORT]
    assert loops_noted(plan(kinds, [(0, 1), (1, 0)])).repairs == ()


def test_sound_logic_is_left_alone() -> None:
    imported = plan([0] * 3, [(0, 1), (1, 2), (0, 2)])
    assert loops_noted(imported) is imported
