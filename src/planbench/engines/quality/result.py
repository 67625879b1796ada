"""What a quality run is asked and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Codes, Flags, Numbers, Rows

if TYPE_CHECKING:
    from planbench.engines.quality.score import Score

STATES = ("meets", "flag", "not-applicable", "not-run")
UNITS = ("ratio", "count", "index", "days")
KINDS = ("activity", "relationship", "calendar", "project")

MEETS, FLAG, NOT_APPLICABLE, NOT_RUN = STATES

NO_LIMIT = "for information: no limit is set"
"""Reason of a metric that has a value and no limit to hold it against."""


@dataclass(frozen=True)
class Metric:
    """One metric of a ruleset, as data. `measure` names the function that computes it.

    `question`, `formula` and `population` say in words what is measured; `authority` is
    "standard", "vendor", "contract" or "house"; `options` settle the readings sources disagree on.
    """

    id: str
    title: str
    measure: str
    question: str
    formula: str
    population: str
    unit: str
    better: str  # "lower" or "higher"
    threshold: float | None = None
    authority: str = "house"
    source: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 1.0  # in the score by metrics


@dataclass(frozen=True)
class Ruleset:
    """A named, versioned list of metrics."""

    id: str
    version: str
    title: str
    summary: str
    authority: str
    source: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class Members:
    """Who is counted, and why the others are not.

    `codes` has one entry an object (activity, relationship, calendar or project): 0 counted,
    otherwise the position in `reasons` of why it was left out. Reasons are applied in order, each
    to what the earlier ones left in, so that the breakdown adds up to all objects.
    """

    codes: Codes
    reasons: tuple[str, ...] = ("counted",)

    @property
    def inside(self) -> Flags:
        """Mask of what is counted."""
        return np.asarray(self.codes == 0)

    @property
    def size(self) -> int:
        """How many are counted."""
        return int(np.count_nonzero(self.codes == 0))

    def without(self, reason: str, left_out: Flags) -> Members:
        """The same members without those of the mask."""
        codes = self.codes.copy()
        codes[self.inside & left_out] = len(self.reasons)
        return Members(codes, (*self.reasons, reason))

    def breakdown(self) -> tuple[tuple[str, int], ...]:
        """(reason, how many) with "counted" first; the numbers add up to all objects."""
        counts = np.bincount(self.codes, minlength=len(self.reasons)).tolist()
        return tuple(zip(self.reasons, counts, strict=True))


def everything(n: int) -> Members:
    """Members of which nobody is left out."""
    return Members(np.zeros(n, dtype=np.int8))


@dataclass(frozen=True)
class Measured:
    """What a measure found, before it is held against the limit.

    `rows` are the positions of the objects that count (see `kind`), `values` what was measured of
    each and `words` how to say it: a text with {} for the value, of the unit `values_unit` ("d",
    "h", "n", "%", "date", "name"; with "name" the value is a position in `names`). `spread` holds
    the measured value of every member, for the question what another limit would change; `limit`
    is the limit on one object that was used. A `value` of None with a `reason` is not applicable.
    """

    kind: str
    members: Members
    rows: Rows
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    reason: str = ""
    values: Numbers | None = None
    words: str = ""
    values_unit: str = ""
    names: tuple[str, ...] = ()
    spread: Numbers | None = None
    limit: float | None = None
    beyond: str = "above"  # which side of `limit` counts: above, at-or-above, below
    notes: tuple[str, ...] = ()
    state: str = ""  # where the measure itself decides


@dataclass(frozen=True)
class MetricResult:
    """One metric held against one schedule."""

    metric: Metric
    state: str  # one of STATES
    reason: str
    value: float | None
    numerator: float | None
    denominator: float | None
    found: Measured

    @property
    def id(self) -> str:
        """The metric's id."""
        return self.metric.id

    @property
    def name(self) -> str:
        """The metric's title."""
        return self.metric.title

    @property
    def unit(self) -> str:
        """One of UNITS."""
        return self.metric.unit

    @property
    def threshold(self) -> float | None:
        """The limit, None where none is set."""
        return self.metric.threshold

    @property
    def better(self) -> str:
        """Whether "lower" or "higher" values are better."""
        return self.metric.better

    @property
    def population(self) -> str:
        """Who is counted, in words."""
        return self.metric.population

    @property
    def kind(self) -> str:
        """What the rows are: one of KINDS."""
        return self.found.kind

    @property
    def rows(self) -> Rows:
        """Positions of the objects behind the numerator."""
        return self.found.rows

    @property
    def membership(self) -> Members:
        """Who is counted, and why the others are not."""
        return self.found.members

    @property
    def informative(self) -> bool:
        """Whether there is a value but no limit."""
        return self.state == NOT_APPLICABLE and self.value is not None


WHO = ("found", "counted", "left out", "all")
"""Whom a list behind a metric shows."""


def listed(result: MetricResult, who: str) -> MetricResult:
    """The result with other rows: who is counted, who is left out, or all, each with why.

    `who` is one of WHO; "found" is the result as it is.
    """
    if who == "found":
        return result
    members, told = result.membership, result.membership.codes.astype(np.int64) + 1
    told[result.rows] = 0  # found; 1 is counted and not found, then come the reasons
    chosen = {"counted": members.inside, "left out": ~members.inside}.get(
        who, np.ones(told.size, dtype=bool)
    )
    rows = np.flatnonzero(chosen).astype(np.int32)
    reasons = (f"Left out: {reason}" for reason in members.reasons[1:])
    found = replace(
        result.found,
        rows=rows,
        values=told[rows].astype(np.float64),
        words="{}",
        values_unit="name",
        names=("Found", "Counted, not found", *reasons),
    )
    return replace(result, found=found)


@dataclass(frozen=True)
class QualityReport:
    """One ruleset held against one project of a schedule."""

    ruleset: Ruleset
    project: int  # position in Schedule.projects, -1 for all together
    digest: str  # of the schedule
    dates: str  # "engine" or "stored"
    baseline: str  # its name, "" without one
    metrics: tuple[MetricResult, ...]
    score: Score | None = None

    @property
    def ruleset_id(self) -> str:
        """The ruleset's id."""
        return self.ruleset.id

    @property
    def version(self) -> str:
        """The ruleset's version."""
        return self.ruleset.version

    def counts(self) -> dict[str, int]:
        """How many metrics are in each state; those for information apart."""
        found = dict.fromkeys((*STATES, "information"), 0)
        for result in self.metrics:
            found["information" if result.informative else result.state] += 1
        return found

    def metric(self, metric_id: str) -> MetricResult:
        """The result of one metric. Raises KeyError."""
        for result in self.metrics:
            if result.id == metric_id:
                return result
        raise KeyError(metric_id)
