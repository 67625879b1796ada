"""Green, amber and red of an index over the updates, held steady at its limits.

A state gets worse at once, and better only when the value has passed the limit by a margin: a
figure that swings around its limit by less than that keeps the worse state.
"""

from __future__ import annotations

from collections.abc import Iterable

GREEN, AMBER, RED = 0, 1, 2
"""States from good to bad."""


def state_of(value: float, green: float, amber: float) -> int:
    """The state of one value: green from `green` on, amber from `amber` on, else red."""
    return GREEN if value >= green else AMBER if value >= amber else RED


def held_state(
    values: Iterable[float | None], green: float, amber: float, margin: float
) -> int | None:
    """The state after a run of values, oldest first; None where there is no value.

    Gaps in the run change nothing. `margin` is in the unit of the values, 0 for none.
    """
    held: int | None = None
    for value in values:
        if value is None:
            continue
        now = state_of(value, green, amber)
        if held is None or now >= held:
            held = now
        else:
            held = min(held, state_of(value, green + margin, amber + margin))
    return held
