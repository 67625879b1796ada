"""Quick runs on one schedule: what a change of the model does, within a second.

The network is prepared once; every run has the same random numbers, so that two of them differ by
what was changed and not by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planbench.domain.times import DAY, Minutes
from planbench.services.document import Document
from planbench.services.hold import refuse_held_back

if TYPE_CHECKING:
    from planbench.engines.risk.model import RiskModel
    from planbench.engines.risk.result import RiskResult

RUNS = 4096
"""Iterations of a preview: four replicates, the fewest that tell an interval."""


@dataclass(frozen=True)
class Preview:
    """P50 and P80 of a model and the shift of P80 against another, in minutes of the clock."""

    result: RiskResult
    p50: int
    p80: int
    shift: float  # later is positive
    half_width: float
    seconds: float

    @property
    def words(self) -> str:
        """`P80 -14 d ± 2 d`, with a true minus."""
        days = round(self.shift / DAY)
        sign = "+" if days > 0 else "\u2212" if days < 0 else "\u00b1"
        return f"P80 {sign}{abs(days)} d \u00b1 {self.half_width / DAY:.0f} d"


class Runner:
    """Simulates finishes on the schedule of a document, which it prepares once.

    Raises PlanbenchError for a schedule that cannot be calculated or is held back.
    """

    def __init__(self, document: Document, iterations: int = RUNS, seed: int = 1) -> None:
        from planbench.engines.risk.rules import network_for_runs

        refuse_held_back(document)
        self.digest = document.schedule.digest
        self._network, self._cpm = network_for_runs(document.schedule, document.cpm)
        self._iterations, self._seed = iterations, seed

    def run(
        self,
        model: RiskModel,
        *,
        mitigated: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> RiskResult:
        """A result without measures of activities and without cost.

        Raises ModelError for a model that does not fit.
        """
        from planbench.engines.risk.simulate import RunOptions, simulate

        options = RunOptions(
            self._iterations,
            self._seed,
            mitigated=mitigated,
            paths=False,
            statistics=False,
            cost=False,
        )
        bare = replace(model, watch=())
        return simulate(self._network, self._cpm, bare, options, progress)

    def finish(self, model: RiskModel, *, mitigated: bool = False) -> Minutes:
        """Finish of every iteration. Raises as `run` does."""
        return self.run(model, mitigated=mitigated).finish

    def preview(
        self,
        model: RiskModel,
        against: RiskResult | None = None,
        *,
        mitigated: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Preview:
        """The model's P50 and P80, and the shift of P80 against another run."""
        import time

        from planbench.engines.risk.result import paired_gain

        began = time.perf_counter()
        result = self.run(model, mitigated=mitigated, progress=progress)
        other = result if against is None else against
        shift, width = paired_gain(result.finish, other.finish, 80.0)
        seconds = time.perf_counter() - began
        p50, p80 = result.percentile(50.0), result.percentile(80.0)
        return Preview(result, p50, p80, shift, width, seconds)
