"""What an update shows to a review: rows behind metrics with their evidence, under stable keys.

Keys are what people call things: activity ids, both ends and the type of a link, names of
calendars, ids of projects. Ids that repeat within a file carry their project.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import LinkType, Schedule
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.compare.matching import Matching, Rename, match
from planbench.engines.findings.excerpt import excerpt
from planbench.engines.findings.life import Found, Object, Seen
from planbench.engines.findings.rounds import Place
from planbench.engines.quality.result import FLAG, MetricResult, QualityReport

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

_CODES = {int(kind): kind.name for kind in LinkType}

SURE = 0.75
"""Likeness from which two leftovers of one WBS node are taken for one activity renamed."""


def same_activities(
    old: Schedule, new: Schedule, renames: Mapping[str, str] | None = None
) -> tuple[Matching, tuple[tuple[str, str], ...]]:
    """How the activities of two updates match, and renames (old id, new id) left to the user.

    Beside ids and uids, pairs under one WBS node are taken whose names are equal, or whose names
    and neighbours are much alike: a finding that moves says so, and `renames` overrule. Each pair
    taken makes the neighbours of others known, so that the search goes on until nothing is found.
    """
    known = dict(renames or {})
    here, there = old.activities, new.activities

    def sure(pair: Rename) -> bool:
        names = str(here.name[pair.old]).casefold(), str(there.name[pair.new]).casefold()
        return pair.likeness >= SURE or (names[0] == names[1] and names[0] != "")

    while True:
        found = match(old, new, known)
        taken = {
            str(here.code[pair.old]): str(there.code[pair.new])
            for pair in found.renames
            if sure(pair) and str(here.code[pair.old]) not in known
        }
        if not taken:
            break
        known |= taken
    left = ((str(here.code[pair.old]), str(there.code[pair.new])) for pair in found.renames)
    return found, tuple(left)


class Evidence:
    """Keys and evidence of a schedule's objects; `cpm` None reads the dates the file stores."""

    def __init__(self, schedule: Schedule, cpm: CpmResult | None) -> None:
        self.schedule, self._cpm = schedule, cpm
        acts = schedule.activities
        self._dates = (
            (acts.stored_early_start, acts.stored_early_finish, acts.stored_total_float)
            if cpm is None
            else (cpm.start, cpm.finish, cpm.total_float)
        )

    @cached_property
    def codes(self) -> list[str]:
        """The key of every activity."""
        codes = [str(code) for code in self.schedule.activities.code.tolist()]
        if len(set(codes)) == len(codes):
            return codes
        times = Counter(codes)
        names = [project.code for project in self.schedule.projects]
        rows = self.schedule.activities.project.tolist()
        return [
            f"{code} @ {names[row]}" if times[code] > 1 and 0 <= row < len(names) else code
            for code, row in zip(codes, rows, strict=True)
        ]

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of every activity's key."""
        return {key: row for row, key in reversed(list(enumerate(self.codes)))}

    @cached_property
    def link_of(self) -> dict[str, int]:
        """The row of every link's key."""
        rows = range(len(self.schedule.relationships))
        return {self.link_key(row): row for row in reversed(rows)}

    @cached_property
    def _links(self) -> list[tuple[int, int, str, int]]:
        """Predecessor, successor, type and lag of every link, as plain values."""
        links = self.schedule.relationships
        types = [_CODES[kind] for kind in links.type.tolist()]
        ends = (links.predecessor.tolist(), links.successor.tolist())
        return list(zip(*ends, types, links.lag.tolist(), strict=True))

    def link_key(self, row: int) -> str:
        """`A1000 > A1010 FS`."""
        before, after, kind, _ = self._links[row]
        return f"{self.codes[before]} > {self.codes[after]} {kind}"

    def key(self, kind: str, row: int) -> str:
        """The key of an object by its row in the schedule."""
        if kind == "activity":
            return self.codes[row]
        if kind == "relationship":
            return self.link_key(row)
        if kind == "calendar":
            return self.schedule.calendars[row].name
        return self.schedule.projects[row].code

    def row(self, kind: str, key: str) -> int:
        """The row of an object, -1 when it is not in the schedule."""
        if kind == "activity":
            return self.row_of.get(key, -1)
        if kind == "relationship":
            return self.link_of.get(key, -1)
        if kind == "calendar":
            names = [one.name for one in self.schedule.calendars]
        else:
            names = [one.code for one in self.schedule.projects]
        return names.index(key) if key in names else -1

    def look(self, kind: str, key: str) -> Place | None:
        """The evidence on an object, None when it is not in the schedule."""
        row = self.row(kind, key)
        return None if row < 0 else self.place(kind, row)

    def place(self, kind: str, row: int) -> Place:
        """The evidence on an object by its row: its name, its logic, its dates."""
        key = self.key(kind, row)
        acts = self.schedule.activities
        if kind == "activity":
            return Place(
                key,
                str(acts.name[row]),
                links=self._logic(row),
                near=excerpt(self.schedule, self._cpm, row),
                **self._when[row],
            )
        if kind == "relationship":
            before, after = self._links[row][:2]
            name = f"{acts.name[before]} > {acts.name[after]}"
            near = excerpt(self.schedule, self._cpm, after)
            return Place(key, name, links=(self._link("out", row),), near=near, **self._when[after])
        if kind == "project":
            return Place(key, self.schedule.projects[row].name)
        return Place(key)

    def _logic(self, row: int) -> tuple[tuple[str, str, str, int], ...]:
        before = [self._link("in", link) for link in self.schedule.incoming.of(row).tolist()]
        after = [self._link("out", link) for link in self.schedule.outgoing.of(row).tolist()]
        return tuple(sorted([*before, *after]))

    def _link(self, way: str, row: int) -> tuple[str, str, str, int]:
        before, after, kind, lag = self._links[row]
        return way, self.codes[before if way == "in" else after], kind, lag

    @cached_property
    def _when(self) -> list[dict[str, Any]]:
        """Actual dates, else the calculated ones, and total float of every activity."""
        acts = self.schedule.activities
        start, finish, slack = self._dates
        start = np.where(acts.actual_start != NO_TIME, acts.actual_start, start).tolist()
        finish = np.where(acts.actual_finish != NO_TIME, acts.actual_finish, finish).tolist()
        return [
            {
                "start": None if a == NO_TIME else a,
                "finish": None if b == NO_TIME else b,
                "float_h": None if c == NO_TIME else c / 60.0,
            }
            for a, b, c in zip(start, finish, slack.tolist(), strict=True)
        ]


def observe(
    schedule: Schedule,
    cpm: CpmResult | None,
    reports: Sequence[QualityReport],
    label: str,
    before: Schedule | None = None,
    renames: Mapping[str, str] | None = None,
) -> Seen:
    """What the reports of an update (of all its projects) show.

    `before` is the schedule of the round before, in which findings may have had other ids;
    `renames` maps old ids to new ones where the user knows better.
    """
    matching = None
    proposed: tuple[tuple[str, str], ...] = ()
    if before is not None:
        matching, proposed = same_activities(before, schedule, renames)
    evidence = Evidence(schedule, cpm)
    results: dict[str, list[MetricResult]] = {}
    for report in reports:
        for result in report.metrics:
            if result.value is not None and not result.informative:
                results.setdefault(result.id, []).append(result)
    found = [
        one
        for several in results.values()
        for result in several
        for one in _found(evidence, result)
    ]

    def reason(rule: str, kind: str, key: str) -> str:
        row = evidence.row(kind, key)
        if row < 0:
            return f"{key} is no longer in the schedule"
        for result in results.get(rule, ()):
            members = result.membership
            if result.kind == kind and row < members.codes.size and members.codes[row]:
                return f"{key} is no longer counted: {members.reasons[int(members.codes[row])]}"
        return f"the rule no longer finds {key}"

    return Seen(
        schedule.digest,
        label,
        schedule.data_date,
        {rule: rule_figures(several[0]) for rule, several in results.items()},
        tuple(found),
        evidence.look,
        reason,
        {} if before is None or matching is None else renamed_keys(before, matching, evidence),
        proposed,
    )


def _found(evidence: Evidence, result: MetricResult) -> Iterable[Found]:
    """The objects a metric found; the project itself for a flagged figure without rows."""
    severity = "observation"
    if result.state == FLAG:
        severity = "major" if result.threshold == 0 else "minor"
    seen: set[str] = set()
    for place, row in enumerate(result.rows.tolist()):
        shown = evidence.place(result.kind, row)
        if shown.key not in seen:  # parallel links share a key
            seen.add(shown.key)
            shown = replace(shown, **_value(result, place))
            yield Found(result.id, result.kind, shown, result.name, severity)
    if not seen and result.state == FLAG and result.value is not None:
        main = evidence.place("project", evidence.schedule.main_project)
        worse = 1 if result.better == "lower" else -1
        said = f"{result.name} {result.value:.4g}"
        shown = Place(main.key, main.name, float(result.value), said, worse)
        yield Found(result.id, "project", shown, result.name, severity)


def _value(result: MetricResult, place: int) -> dict[str, Any]:
    found = result.found
    if found.values is None:
        return {}
    number = float(found.values[place])
    if number != number:
        return {}
    worse = 0
    if found.limit is not None:
        worse = -1 if found.beyond == "below" else 1
    # A position in a list of names says nothing about better or worse.
    kept = None if found.values_unit == "name" else number
    return {"value": kept, "said": measured_words(result, number), "worse": worse}


def measured_words(result: MetricResult, number: float) -> str:
    """What was measured of one object, in plain text: `Total float 365 d`."""
    found = result.found
    unit = found.values_unit
    if unit == "date":
        shown = (to_iso(int(number)) or "-")[:10]
    elif unit == "name":
        shown = found.names[int(number)]
    else:
        whole = abs(number - round(number)) < 0.05
        shown = f"{number:.0f}" if whole else f"{number:.1f}"
        shown += f" {unit}" if unit in ("d", "h", "%") else ""
    return found.words.format(shown) if found.words else shown


def rule_figures(result: MetricResult) -> dict[str, Any]:
    """The figures of a metric that a round keeps."""
    numbers = (result.value, result.threshold, result.numerator, result.denominator)
    value, limit, above, below = (None if n is None else float(n) for n in numbers)
    return {
        "title": result.name,
        "state": result.state,
        "value": value,
        "limit": limit,
        "unit": result.unit,
        "numerator": above,
        "denominator": below,
    }


def renamed_keys(before: Schedule, matching: Matching, evidence: Evidence) -> dict[Object, str]:
    """(kind, key) in the schedule before to the key now, where they differ."""
    names: dict[Object, str] = {}
    old = Evidence(before, None)
    forward = matching.new_of_old
    rows = []
    for row in np.flatnonzero(forward >= 0).tolist():
        was, now = old.codes[row], evidence.codes[int(forward[row])]
        if was != now:
            names["activity", was] = now
            rows.append(row)
    for row in rows:
        touching = (*before.incoming.of(row).tolist(), *before.outgoing.of(row).tolist())
        for link in touching:
            names["relationship", old.link_key(link)] = _link_now(old, link, names)
    for row, place in enumerate(matching.calendar_new_of_old):
        if place >= 0:
            was, now = before.calendars[row].name, evidence.schedule.calendars[place].name
            if was != now:
                names["calendar", was] = now
    return names


def _link_now(old: Evidence, row: int, names: Mapping[Object, str]) -> str:
    links = old.schedule.relationships
    ends = (old.codes[int(links.predecessor[row])], old.codes[int(links.successor[row])])
    first, second = (names.get(("activity", code), code) for code in ends)
    return f"{first} > {second} {_CODES[int(links.type[row])]}"
