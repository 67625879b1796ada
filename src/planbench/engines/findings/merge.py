"""Joining what several reviewers wrote down apart from each other, without a server.

The join takes the acts of both sides, so that order and repetition do not matter and nothing is
lost. What two people decided differently shows as a conflict of the finding.
"""

from __future__ import annotations

from planbench.engines.findings.record import Finding, canonical
from planbench.engines.findings.rounds import Review, Round


def merge_findings(one: Finding, other: Finding) -> Finding:
    """Both copies of a finding in one. Raises ValueError when they are not the same finding."""
    if one.uid != other.uid:
        raise ValueError(f"{one.uid} is not {other.uid}")
    # Title and default severity of a rule may have been reworded between versions of the program.
    origin = max(one.origin, other.origin, key=lambda o: canonical([o.title, o.severity]))
    return Finding(origin, (*one.acts, *other.acts))


def merge_rounds(one: Round, other: Round) -> Round:
    """Both copies of a round in one; where two programs saw differently, always the same of both.

    Raises ValueError when they are not of the same update.
    """
    if one.key != other.key:
        raise ValueError(f"{one.key} is not {other.key}")
    sights = dict(one.sights)
    for uid, sight in other.sights.items():
        mine = sights.get(uid, sight)
        sights[uid] = max(mine, sight, key=lambda seen: canonical(seen.plain()))
    rules = {**one.rules, **other.rules}
    for rule in one.rules.keys() & other.rules.keys():
        rules[rule] = max(one.rules[rule], other.rules[rule], key=canonical)
    label, date = max(one.label, other.label), max(one.data_date, other.data_date)
    return Round(one.key, label, date, rules, sights)


def merge(one: Review, other: Review) -> Review:
    """Two reviews in one: commutative, associative, idempotent, and nothing said is lost."""
    findings = dict(one.findings)
    for uid, finding in other.findings.items():
        mine = findings.get(uid)
        findings[uid] = finding if mine is None else merge_findings(mine, finding)
    rounds = dict(one.rounds)
    for key, found in other.rounds.items():
        known = rounds.get(key)
        rounds[key] = found if known is None else merge_rounds(known, found)
    return Review(findings, rounds)
