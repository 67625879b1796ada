"""What a check says, what a rule comes to, and what a whole pack comes to."""

from __future__ import annotations

from dataclasses import dataclass

from planbench.engines.contract.pack import Pack, Rule

MET = "met"
NOT_MET = "not-met"
NEEDS_EVIDENCE = "needs-evidence"
NOT_APPLICABLE = "not-applicable"

STATES = (NOT_MET, NEEDS_EVIDENCE, MET, NOT_APPLICABLE)
"""What a check or rule can come to; of several checks the first one here decides."""


@dataclass(frozen=True)
class Shown:
    """One thing that shows it: the id of an activity, calendar or contract item, and why.

    `row` is the activity's position, -1 for what is no activity of the schedule.
    """

    id: str
    row: int
    note: str


@dataclass(frozen=True)
class Outcome:
    """What one check found. `looked_at` counts what was held against it."""

    state: str
    words: str
    shown: tuple[Shown, ...] = ()
    looked_at: int = 0


@dataclass(frozen=True)
class RuleResult:
    """What a rule comes to: its state, one sentence, and the outcome of each of its checks."""

    rule: Rule
    state: str
    words: str
    outcomes: tuple[Outcome, ...]

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What shows it: of the checks that are not met, or that want evidence."""
        open_ = (NOT_MET, NEEDS_EVIDENCE)
        return tuple(one for out in self.outcomes if out.state in open_ for one in out.shown)

    @property
    def looked_at(self) -> int:
        """The most that one of its checks looked at."""
        return max((out.looked_at for out in self.outcomes), default=0)


@dataclass(frozen=True)
class Assessment:
    """A schedule held against a pack; `digest` says which schedule."""

    pack: Pack
    digest: str
    results: tuple[RuleResult, ...]

    def counts(self) -> dict[str, int]:
        """Number of rules by state."""
        return {state: sum(r.state == state for r in self.results) for state in STATES}
