"""Rounds of a review: what each update showed of each finding, kept beside the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.findings.excerpt import Near, near_from
from planbench.engines.findings.record import Act, Finding

STANDINGS = ("new", "persisting", "changed", "regressed", "resolved", "unchecked")
"""What an update says of a finding: seen first, again, again with other figures, again after it
was gone; gone; or nothing, because its rule was not measured."""

PRESENT = frozenset(STANDINGS[:4])
NEW, PERSISTING, CHANGED, REGRESSED, RESOLVED, UNCHECKED = STANDINGS


@dataclass(frozen=True)
class Place:
    """The evidence on one object at one update.

    `value` is what was measured (None where the rule only counts) and `said` the same in words;
    `worse` is 1 where larger values are worse, -1 where smaller ones are, 0 where neither is.
    `links` tell the logic as (direction, key, type, lag in minutes); `start` and `finish` are
    instants in minutes or None, `float_h` hours of total float. `near` is the excerpt of the path
    that pictures draw: the activity between its nearest neighbours.
    """

    key: str
    name: str = ""
    value: float | None = None
    said: str = ""
    worse: int = 0
    links: tuple[tuple[str, str, str, int], ...] = ()
    start: int | None = None
    finish: int | None = None
    float_h: float | None = None
    near: tuple[Near, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The evidence as JSON holds it."""
        lists = {"links": [list(link) for link in self.links], "near": [list(n) for n in self.near]}
        return {**self.__dict__, **lists}


def place_from(data: Any, where: str) -> Place:
    """Evidence from JSON. Raises ModelError when it is none."""
    try:
        links = tuple((str(a), str(b), str(c), int(d)) for a, b, c, d in data["links"])
        value, slack = data["value"], data["float_h"]
        return Place(
            str(data["key"]),
            str(data["name"]),
            None if value is None else float(value),
            str(data["said"]),
            int(data["worse"]),
            links,
            None if data["start"] is None else int(data["start"]),
            None if data["finish"] is None else int(data["finish"]),
            None if slack is None else float(slack),
            tuple(near_from(one) for one in data.get("near", ())),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelError("the evidence of a finding is not complete", where) from error


@dataclass(frozen=True)
class Sight:
    """What one update showed of one finding: a standing, why, and the evidence on its objects."""

    standing: str
    why: str = ""
    places: tuple[Place, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The sight as JSON holds it."""
        places = [place.plain() for place in self.places]
        return {"standing": self.standing, "why": self.why, "places": places}


@dataclass(frozen=True)
class Round:
    """One update as the review saw it. `key` is the schedule's digest, `rules` the figures by rule.

    A rule's figures are title, state, value, limit, unit, numerator and denominator.
    """

    key: str
    label: str
    data_date: int
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sights: Mapping[str, Sight] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, str]:
        """Rounds stand by data date."""
        return self.data_date, self.key

    def plain(self, uids: frozenset[str] | None = None) -> dict[str, Any]:
        """The round as JSON holds it; with `uids` the sights of those findings alone."""
        return {
            "key": self.key,
            "label": self.label,
            "data_date": self.data_date,
            "rules": {rule: dict(figures) for rule, figures in self.rules.items()},
            "sights": {
                uid: sight.plain()
                for uid, sight in self.sights.items()
                if uids is None or uid in uids
            },
        }

    def counts(self) -> dict[str, int]:
        """How many findings have each standing."""
        found = dict.fromkeys(STANDINGS, 0)
        for sight in self.sights.values():
            found[sight.standing] += 1
        return found


def round_from(data: Any) -> Round:
    """A round from JSON. Raises ModelError when it is none."""
    where = str(data.get("label", "round"))[:60] if isinstance(data, Mapping) else "round"
    try:
        sights = {}
        for uid, sight in data["sights"].items():
            if sight["standing"] not in STANDINGS:
                raise ModelError(f"no finding can be {sight['standing']!r}"[:80], where)
            places = tuple(place_from(place, str(uid)) for place in sight["places"])
            sights[str(uid)] = Sight(sight["standing"], str(sight["why"]), places)
        rules = {str(rule): dict(figures) for rule, figures in data["rules"].items()}
        return Round(str(data["key"]), str(data["label"]), int(data["data_date"]), rules, sights)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ModelError("a round of the review is not complete", where) from error


@dataclass(frozen=True)
class Review:
    """The findings of a project by uid, and the rounds (updates looked at) by key."""

    findings: Mapping[str, Finding] = field(default_factory=dict)
    rounds: Mapping[str, Round] = field(default_factory=dict)

    @property
    def ordered_rounds(self) -> tuple[Round, ...]:
        """The rounds by data date."""
        return tuple(sorted(self.rounds.values(), key=lambda one: one.order))

    @property
    def latest(self) -> Round | None:
        """The round of the last update, None before the first."""
        return max(self.rounds.values(), key=lambda one: one.order, default=None)

    @property
    def conflicts(self) -> dict[str, dict[str, tuple[Act, ...]]]:
        """By finding the fields on which people disagree."""
        return {uid: one.conflicts for uid, one in self.findings.items() if one.conflicts}

    def with_findings(self, *findings: Finding) -> Review:
        """The review with these findings in place of their older selves."""
        return Review({**self.findings, **{one.uid: one for one in findings}}, self.rounds)

    def sights_of(self, uid: str) -> list[tuple[Round, Sight]]:
        """What the rounds say of a finding, oldest first."""
        return [(one, one.sights[uid]) for one in self.ordered_rounds if uid in one.sights]
