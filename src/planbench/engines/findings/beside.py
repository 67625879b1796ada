"""Findings of rules that look at something else than the schedule, such as the risk register.

They may change while the schedule stays, so that a round that was taken already is told of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planbench.engines.findings.life import Seen, _add_new, _reacted, _sight
from planbench.engines.findings.record import Finding, changed
from planbench.engines.findings.rounds import (
    NEW,
    PRESENT,
    REGRESSED,
    RESOLVED,
    Place,
    Review,
    Sight,
)

_Here = Mapping[tuple[str, str, str], Place]


def beside(review: Review, seen: Seen, at: str) -> Review:
    """The review once these rules were measured too; the same review where nothing differs.

    Only findings of `seen.rules` move, and only in view of the latest update. Where the update
    was not looked at yet they are written down all the same, and closed by the program once they
    are gone.
    """
    latest = review.latest
    if latest is not None and latest.order > (seen.data_date, seen.key):
        return review
    findings = dict(review.findings)
    _add_new(findings, seen)
    here = {(one.rule, one.kind, one.place.key): one.place for one in seen.found}
    mine = [one for one in findings.values() if one.rule in seen.rules and not one.origin.by_hand]
    now = review.rounds.get(seen.key)
    if now is None:
        for finding in mine:
            findings[finding.uid] = _without_round(finding, here, at)
        same = findings.items() == review.findings.items()
        return review if same else Review(findings, review.rounds)
    before = [one for one in review.ordered_rounds if one.order < now.order][::-1]
    sights = dict(now.sights)
    for finding in mine:
        uid = finding.uid
        current = now.sights.get(uid)
        earlier = next((one.sights[uid] for one in before if uid in one.sights), None)
        sight = _again(finding, seen, here, earlier, current)
        if sight is None:
            continue
        sights[uid] = sight
        fresh = current is None or current.standing not in PRESENT
        if fresh and sight.standing in PRESENT:
            findings[uid] = _reacted(finding, sight, seen, at)[0]
    made = replace(now, rules={**now.rules, **seen.rules}, sights=sights)
    if made == now and findings.items() == review.findings.items():
        return review
    return Review(findings, {**review.rounds, now.key: made})


def _again(
    finding: Finding, seen: Seen, here: _Here, earlier: Sight | None, current: Sight | None
) -> Sight | None:
    """What the round says now, in view of what it said before."""
    sight = _sight(finding, seen, here, earlier)
    was = current.standing if current is not None else ""
    if sight is None and was in PRESENT:
        reasons = (seen.reason(finding.rule, *one) for one in finding.objects)
        return Sight(RESOLVED, "; ".join(dict.fromkeys(reasons)))
    if sight is None:
        return current
    if sight.standing == NEW and was in (RESOLVED, REGRESSED) and current is not None:
        why = current.why if was == REGRESSED else f"was gone: {current.why}"
        return replace(sight, standing=REGRESSED, why=why)
    return sight


def _without_round(finding: Finding, here: _Here, at: str) -> Finding:
    there = any((finding.rule, kind, key) in here for kind, key in finding.objects)
    if not there and finding.state not in ("closed", "waived"):
        return changed(finding, "state", "closed", "", at, "no longer found")
    if there and finding.state == "closed" and not finding.heads("state")[-1].author:
        return changed(finding, "state", "open", "", at, "found again")
    return finding
