"""The life of findings from update to update: new, persisting, changed, resolved, regressed.

A finding is the same as long as its rule finds the same object, under whatever id. A rule that
could not be measured says nothing about its findings: they are unchecked, not resolved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from planbench.domain.times import DAY, to_iso
from planbench.engines.findings.record import Finding, Origin, changed
from planbench.engines.findings.rounds import (
    CHANGED,
    NEW,
    PERSISTING,
    PRESENT,
    REGRESSED,
    RESOLVED,
    UNCHECKED,
    Place,
    Review,
    Round,
    Sight,
    place_from,
)

Object = tuple[str, str]
"""(kind, key)."""

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Found:
    """One object that a rule found in an update."""

    rule: str
    kind: str
    place: Place
    title: str = ""
    severity: str = "minor"


@dataclass(frozen=True)
class Seen:
    """All that an update shows to a review.

    `rules` are the figures of the rules that were measured. `look(kind, key)` gives the evidence
    on any object (None where it is not there), `reason(rule, kind, key)` says why a rule does not
    find one. `renamed` maps (kind, key in the update before) to the key now; `proposed` are
    (old, new) ids that may be one activity and were not taken for it.
    """

    key: str
    label: str
    data_date: int
    rules: Mapping[str, Mapping[str, Any]]
    found: tuple[Found, ...]
    look: Callable[[str, str], Place | None]
    reason: Callable[[str, str, str], str]
    renamed: Mapping[Object, str] = field(default_factory=dict)
    proposed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a round changed.

    Uids by standing, ended waivers with why, findings that moved to another id, and those that
    were reported as corrected and are still found; `proposed` renames were not taken.
    """

    standings: Mapping[str, tuple[str, ...]]
    lapsed: Mapping[str, str]
    renamed: tuple[str, ...]
    still_there: tuple[str, ...]
    proposed: tuple[tuple[str, str], ...] = ()


def next_round(review: Review, seen: Seen) -> tuple[Review, Outcome]:
    """The review after another update was looked at. The same update again changes nothing more.

    States move only with the first look at the latest update (later ones would overrule what was
    decided in view of it): a waiver whose object changed is over, what was reported as corrected
    and is still found is open again, and so is what comes back.
    """
    at = f"{to_iso(seen.data_date) or '1970-01-01T00:00'}:00"
    before = [one for one in review.ordered_rounds if one.order < (seen.data_date, seen.key)]
    last_first = before[::-1]
    is_latest = len(before) == sum(one != seen.key for one in review.rounds)
    findings = dict(review.findings)
    moved: list[str] = []
    if seen.renamed and is_latest:
        for uid, finding in review.findings.items():
            findings[uid] = _renamed(finding, seen.renamed, at)
            if findings[uid].objects != finding.objects:
                moved.append(uid)
    _add_new(findings, seen)
    here = {(one.rule, one.kind, one.place.key): one.place for one in seen.found}
    sights: dict[str, Sight] = {}
    lapsed: dict[str, str] = {}
    still: list[str] = []
    for uid, finding in findings.items():
        earlier = next((one.sights[uid] for one in last_first if uid in one.sights), None)
        sight = _sight(finding, seen, here, earlier)
        if sight is None:
            continue
        sights[uid] = sight
        if is_latest and seen.key not in review.rounds and sight.standing in PRESENT:
            findings[uid], why = _reacted(finding, sight, seen, at)
            if why and finding.state == "waived":
                lapsed[uid] = why
            elif why and sight.standing != REGRESSED:
                still.append(uid)
    made = Round(seen.key, seen.label, seen.data_date, seen.rules, sights)
    standings: dict[str, list[str]] = {}
    for uid, sight in sights.items():
        standings.setdefault(sight.standing, []).append(uid)
    outcome = Outcome(
        {name: tuple(uids) for name, uids in standings.items()},
        lapsed,
        tuple(moved),
        tuple(still),
        seen.proposed,
    )
    return Review(findings, {**review.rounds, seen.key: made}), outcome


def _add_new(findings: dict[str, Finding], seen: Seen) -> None:
    """Findings for what no finding of a rule stands for yet."""
    known = {
        (finding.rule, *finding.objects[0])
        for finding in findings.values()
        if finding.rule and not finding.origin.by_hand
    }
    for one in seen.found:
        about = (one.kind, one.place.key)
        if (one.rule, *about) in known:
            continue
        origin = Origin(one.rule, (about,), one.title, one.severity)
        if origin.uid in findings:  # the one of this name has moved on to another id
            origin = replace(origin, mark=seen.key)
        findings.setdefault(origin.uid, Finding(origin))
        known.add((one.rule, *about))


def _renamed(finding: Finding, names: Mapping[Object, str], at: str) -> Finding:
    """The finding with the present ids, in its objects and in what its waiver rests on."""
    objects = [[kind, names.get((kind, key), key)] for kind, key in finding.objects]
    was = [list(one) for one in finding.objects]
    if objects != was:
        why = "; ".join(
            f"{a[1]} is now {b[1]}" for a, b in zip(was, objects, strict=True) if a != b
        )
        finding = changed(finding, "objects", objects, "", at, why)
    waiver = finding.value("waiver")
    if waiver is None or not waiver["seen"]:
        return finding
    kinds = [kind for kind, _ in finding.objects]
    items = []
    for item in waiver["seen"]:
        key = next((names[k, item["key"]] for k in kinds if (k, item["key"]) in names), item["key"])
        links = [
            [way, names.get(("activity", other), other), kind, lag]
            for way, other, kind, lag in item["links"]
        ]
        items.append({**item, "key": key, "links": links})
    return changed(finding, "waiver", {**waiver, "seen": items}, "", at, "renamed")


def _sight(
    finding: Finding,
    seen: Seen,
    here: Mapping[tuple[str, str, str], Place],
    earlier: Sight | None,
) -> Sight | None:
    """What an update says of a finding; None where there is nothing (any more) to say."""
    rule = finding.rule
    if not rule:
        return _sight_by_hand(finding, seen, earlier)
    if rule not in seen.rules:
        if earlier is None or earlier.standing == RESOLVED:
            return None
        return Sight(UNCHECKED, "the rule was not measured")
    places = tuple(
        place for kind, key in finding.objects if (place := here.get((rule, kind, key))) is not None
    )
    if not places:
        if earlier is None or earlier.standing == RESOLVED:
            return None  # from a later update, or told before
        return Sight(
            RESOLVED, "; ".join(dict.fromkeys(seen.reason(rule, *one) for one in finding.objects))
        )
    if earlier is None:
        return Sight(NEW, "", places)
    if earlier.standing == RESOLVED:
        return Sight(REGRESSED, f"was gone: {earlier.why}", places)
    if earlier.standing == UNCHECKED:
        return Sight(PERSISTING, "the rule was not measured in between", places)
    why = value_words(earlier.places, places)
    return Sight(CHANGED if why else PERSISTING, why, places)


def _sight_by_hand(finding: Finding, seen: Seen, earlier: Sight | None) -> Sight | None:
    """A finding by hand stays until people close it; what became of its objects is told."""
    places, gone = [], []
    for kind, key in finding.objects:
        place = seen.look(kind, key)
        if place is None:
            gone.append(key)
        else:
            places.append(place)
    if not places:
        if earlier is None or earlier.standing == RESOLVED:
            return None
        return Sight(RESOLVED, "its objects are no longer in the schedule")
    if earlier is None:
        return Sight(NEW, "", tuple(places))
    if earlier.standing == RESOLVED:
        return Sight(REGRESSED, f"was gone: {earlier.why}", tuple(places))
    told = [f"{key} is no longer in the schedule" for key in gone]
    before = {place.key: place for place in earlier.places}
    for place in places:
        old = before.get(place.key)
        if old is not None:
            told += [
                f"{place.key}: {one}"
                for one in (logic_words(old, place), dates_words(old, place))
                if one
            ]
    return Sight(CHANGED if told else PERSISTING, "; ".join(told), tuple(places))


def _reacted(finding: Finding, sight: Sight, seen: Seen, at: str) -> tuple[Finding, str]:
    """The finding after what the latest update showed, and why its state changed ("" if not)."""
    if finding.state == "waived":
        why = waiver_ends(finding, sight.places, seen.data_date)
        why = f"the waiver ended: {why}" if why else ""
    elif finding.state in ("closed", "responded") and sight.standing == REGRESSED:
        why = f"came back: {sight.why}"
    elif finding.state == "closed" and finding.rule:
        fixed = finding.value("disposition") in ("", "corrected")
        why = "reported as corrected, still found" if fixed else ""
    else:
        why = ""
    if not why:
        return finding, ""
    return changed(finding, "state", "open", "", at, why), why


def waiver_ends(finding: Finding, places: Iterable[Place], data_date: int) -> str:
    """Why a waiver no longer holds, in words; "" while it holds.

    It ends when it expires before the data date, and as far as it watches them: when a value gets
    worse than it was, when links of an object differ, when its dates move by more days than it
    allows (none where it says nothing: waivers of before).
    """
    waiver = finding.waiver
    if waiver is None:
        return ""
    expires = waiver["expires"]
    if expires and (to_iso(data_date) or "")[:10] > expires:
        return f"it expired on {expires}"
    seen = {item["key"]: place_from(item, finding.uid) for item in waiver["seen"]}
    told = []
    for place in places:
        old = seen.get(place.key)
        if old is None:
            if seen:
                told.append(f"{place.key} was not part of it")
            continue
        if "value" in waiver["watch"] and _worse(old, place):
            told.append(f"{place.key}: {_from_to(old, place)}")
        if "logic" in waiver["watch"] and (words := logic_words(old, place)):
            told.append(f"{place.key}: {words}")
        slip = int(waiver.get("slip_days", 0))
        if "dates" in waiver["watch"] and (words := dates_words(old, place, slip)):
            told.append(f"{place.key}: {words}")
    return "; ".join(told)


def _worse(old: Place, new: Place) -> bool:
    if old.value is None or new.value is None:
        return False
    change = new.value - old.value
    if abs(change) <= _TOLERANCE:
        return False
    return new.worse == 0 or change * new.worse > 0


def _from_to(old: Place, new: Place) -> str:
    return f"{old.said or '-'} became {new.said or '-'}"


def value_words(before: Iterable[Place], now: Iterable[Place]) -> str:
    """What changed in the measured values between two sights, "" for nothing."""
    old = {place.key: place for place in before}
    new = {place.key: place for place in now}
    told = []
    for key in old.keys() & new.keys():
        a, b = old[key].value, new[key].value
        if a is not None and b is not None and abs(a - b) > _TOLERANCE:
            told.append(f"{key}: {_from_to(old[key], new[key])}")
    if len(old) > 1 or len(new) > 1:  # a renamed single object is no change
        told += [f"{key} is no longer found" for key in old.keys() - new.keys()]
        told += [f"{key} is found too" for key in new.keys() - old.keys()]
    return "; ".join(sorted(told))


def logic_words(old: Place, new: Place) -> str:
    """Links that came and went, "" for none."""
    gone = [f"without {_link(one)}" for one in sorted(set(old.links) - set(new.links))]
    come = [f"with {_link(one)}" for one in sorted(set(new.links) - set(old.links))]
    return f"logic changed, {', '.join([*gone, *come])}" if gone or come else ""


def _link(link: tuple[str, str, str, int]) -> str:
    way, other, kind, lag = link
    mark = f" {lag / 60:+g} h" if lag else ""
    return f"{kind} {'from' if way == 'in' else 'to'} {other}{mark}"


def dates_words(old: Place, new: Place, slip_days: int = 0) -> str:
    """Which dates moved by more than so many calendar days, "" for none."""
    told = []
    for name, a, b in (("start", old.start, new.start), ("finish", old.finish, new.finish)):
        if a is not None and b is not None and abs(b - a) > slip_days * DAY:
            told.append(f"{name} {(to_iso(a) or '')[:10]} became {(to_iso(b) or '')[:10]}")
    return ", ".join(told)
