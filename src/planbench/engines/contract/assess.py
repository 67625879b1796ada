"""A schedule held against a rule pack."""

from __future__ import annotations

from collections.abc import Callable, Container

from planbench.engines.contract.checks import CHECKS
from planbench.engines.contract.facts import Facts
from planbench.engines.contract.pack import Pack, Rule
from planbench.engines.contract.result import (
    MET,
    NEEDS_EVIDENCE,
    NOT_APPLICABLE,
    STATES,
    Assessment,
    Outcome,
    RuleResult,
)


def assess(
    facts: Facts,
    pack: Pack,
    evidence: Container[str] = (),
    progress: Callable[[int, int, str], None] | None = None,
) -> Assessment:
    """Every rule of a pack on a schedule.

    `evidence` holds the ids of rules for which the user has given evidence that stands: it meets
    what only evidence can meet, never a check of the schedule that is not met. `progress(done,
    total, text)` is called before each rule.
    """
    results = []
    for number, rule in enumerate(pack.rules):
        if progress is not None:
            progress(number, len(pack.rules), rule.title)
        results.append(_result(facts, rule, rule.id in evidence))
    return Assessment(pack, facts.schedule.digest, tuple(results))


def _result(facts: Facts, rule: Rule, given: bool) -> RuleResult:
    outcomes = [CHECKS[call.check].function(facts, call.parameters) for call in rule.calls]
    if rule.evidence and not (rule.calls and _idle(outcomes)):
        # A rule whose checks all have nothing to hold against asks for no evidence either.
        state = MET if given else NEEDS_EVIDENCE
        outcomes.append(Outcome(state, "Evidence is given" if given else rule.evidence))
    if given:
        outcomes = [_settled(one) for one in outcomes]
    state = next((s for s in STATES if any(o.state == s for o in outcomes)), NOT_APPLICABLE)
    told = [one.words for one in outcomes if one.state == state]
    return RuleResult(rule, state, "; ".join(dict.fromkeys(told)), tuple(outcomes))


def _idle(outcomes: list[Outcome]) -> bool:
    return all(one.state == NOT_APPLICABLE for one in outcomes)


def _settled(outcome: Outcome) -> Outcome:
    """What evidence settles: that evidence was needed."""
    if outcome.state != NEEDS_EVIDENCE:
        return outcome
    return Outcome(MET, f"{outcome.words}: evidence is given", outcome.shown, outcome.looked_at)
