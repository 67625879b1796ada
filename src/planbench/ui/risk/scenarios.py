"""Runs kept beside the shown one: scenarios that differ by what was changed, not by chance."""

from __future__ import annotations

import math

from planbench.domain.times import DAY
from planbench.engines.risk.result import RiskResult, paired_gain
from planbench.services.scenarios import Scenario
from planbench.ui import text
from planbench.ui.translation import tr


class Scenarios:
    """Kept runs of one document by name, in the order of keeping."""

    def __init__(self) -> None:
        self.kept: dict[str, RiskResult] = {}
        self.stored: dict[str, Scenario] = {}  # of the library, most of them not run yet

    def keep(self, result: RiskResult) -> str:
        """Keep a run under a name of its own; one that is kept already keeps its name."""
        for name, known in self.kept.items():
            if known is result:
                return name
        actions = tr("after actions") if result.mitigated else tr("before actions")
        number = len({*self.kept, *self.stored}) + 1
        name = tr("{number}: {actions}, {iterations} runs").format(
            number=number, actions=actions, iterations=text.number(result.iterations)
        )
        self.kept[name] = result
        return name

    def names(self, result: RiskResult) -> list[str]:
        """Kept runs that the shown one can be compared with."""
        run = [name for name, known in self.kept.items() if known is not result]
        return [*(name for name in self.stored if name not in self.kept), *run]

    def clear(self) -> None:
        """Forget all, for another document."""
        self.kept.clear()
        self.stored.clear()


def comparable(result: RiskResult, other: RiskResult, watched: str) -> bool:
    """Whether the other run knows what is shown."""
    return not watched or watched in other.watch


def compared(result: RiskResult, other: RiskResult, watched: str = "") -> str:
    """What changed against a kept run, in one sentence.

    With the same seed, sampling and number of runs both have the same random numbers, and the
    interval is that of the difference.
    """
    mine = result.watch[watched] if watched else result.finish
    theirs = other.watch[watched] if watched else other.finish
    days = (result.percentile(80, watched) - other.percentile(80, watched)) / DAY
    same = (result.seed, result.sampling, result.iterations) == (
        other.seed,
        other.sampling,
        other.iterations,
    )
    said = tr("Against the kept run (dashed) P80 moves by {days} d").format(days=text.signed(days))
    if not same:
        return tr("{said}; other random numbers, so part of it is chance.").format(said=said)
    _, width = paired_gain(mine, theirs, 80.0)
    if math.isnan(width):
        return tr("{said}, same random numbers.").format(said=said)
    return tr("{said} ± {number} d, same random numbers.").format(
        said=said, number=text.number(width / DAY, 1)
    )
