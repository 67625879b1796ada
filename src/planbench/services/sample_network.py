"""The tables of the shipped sample project and its network, changed update by update."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from planbench.domain.schedule import LinkType
from planbench.services.resources import resource

Row = dict[str, str]

BASELINE = "baseline"
UPDATES = ("2026-07-31", "2026-08-31", "2026-09-30")
LATEST = UPDATES[-1]
COMPLETION = "CO-9000"


def table(name: str) -> list[Row]:
    """Rows of one shipped table, for example `table("risks.csv")`."""
    with resource("sample", *name.split("/")).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def project_facts() -> dict[str, Any]:
    """`project.json`: dates, options, cost frame, contract and calendars."""
    content: dict[str, Any] = json.loads(resource("sample", "project.json").read_text("utf-8"))
    return content


@dataclass
class Link:
    """One relationship; the lag in working hours."""

    uid: str
    predecessor: str
    successor: str
    type: LinkType
    lag_h: float


@dataclass
class Network:
    """The network while changes are applied to it, update by update."""

    activities: dict[str, Row]
    links: list[Link]
    calendars: list[dict[str, Any]]
    threshold_h: float
    uids: dict[str, str] = field(default_factory=dict)  # of every activity that ever was
    last_link: int = 0

    def add_activities(self, rows: Iterable[Row]) -> None:
        """Append rows of an activities table."""
        for row in rows:
            self.activities[row["activity_id"]] = row
            self.uids[row["activity_id"]] = str(10001 + len(self.uids))

    def add_link(self, predecessor: str, successor: str, kind: str, lag_h: float) -> None:
        """Append one relationship."""
        self.last_link += 1
        uid = str(50000 + self.last_link)
        self.links.append(Link(uid, predecessor, successor, LinkType[kind], lag_h))

    def link(self, ends: str, words: str) -> Link:
        """The link `A > B` that reads `FS 80 h (10 d)`. Raises StopIteration without one."""
        predecessor, successor = ends.split(" > ")
        kind, lag_h = _link_words(words)
        wanted = (predecessor, successor, LinkType[kind], lag_h)
        return next(
            x for x in self.links if (x.predecessor, x.successor, x.type, x.lag_h) == wanted
        )

    def apply(self, change: Row) -> None:
        """Apply one row of a changes table. Raises ValueError where its old value is not ours."""
        kind, name, old, new = (
            change[key] for key in ("change", "object", "old_value", "new_value")
        )
        if kind == "relationship added":
            predecessor, successor = name.split(" > ")
            self.add_link(predecessor, successor, *_link_words(new))
        elif kind == "relationship deleted":
            self.links.remove(self.link(name, old))
        elif kind == "relationship changed":
            found = self.link(name, old)
            words, found.lag_h = _link_words(new)
            found.type = LinkType[words]
        elif kind == "activity deleted":
            del self.activities[name]
        elif kind == "duration changed":
            self._set(name, "original_duration_h", old, new)
        elif kind == "constraint changed":
            (old_type, old_day), (new_type, new_day) = old.split(), new.split()
            self._set(name, "constraint_type", old_type, new_type)
            date = self.activities[name]["constraint_date"]
            self._set(name, "constraint_date", date, date.replace(old_day, new_day))
        elif kind == "calendar edited":
            first, _, last = old.removesuffix(" non-working").partition(" to ")
            calendar = next(c for c in self.calendars if c["calendar_id"] == name)
            kept = [x for x in calendar["non_work"] if (x["from"], x["to"]) != (first, last)]
            if len(kept) != len(calendar["non_work"]) - 1:
                raise ValueError(f"{name} has no non-working time {old}")
            self.calendars[self.calendars.index(calendar)] = {**calendar, "non_work": kept}
        elif kind == "option changed":
            self.threshold_h = float(new)
        elif kind not in ("activity added", "actual changed"):  # these two come with the tables
            raise ValueError(f"unknown change {kind}")

    def _set(self, name: str, column: str, old: str, new: str) -> None:
        row = self.activities[name]
        if row[column] != old:
            raise ValueError(f"{column} of {name} is {row[column]}, not {old}")
        self.activities[name] = {**row, column: new}


def _link_words(words: str) -> tuple[str, float]:
    """("FS", 80.0) of `FS 80 h (10 d)`."""
    kind, lag, *_ = words.split()
    return kind, float(lag)


def first_network() -> Network:
    """The network of the baseline."""
    facts = project_facts()
    network = Network({}, [], list(facts["calendars"]), threshold(0))
    network.add_activities(table("activities.csv"))
    for row in table("relationships.csv"):
        ends = row["predecessor_id"], row["successor_id"]
        network.add_link(*ends, row["type"], float(row["lag_h"]))
    return network


def threshold(update: int) -> float:
    """Total float in hours up to which update n (0: the baseline) calls activities critical."""
    by_update = project_facts()["options"]["critical_threshold_h"]
    return float(by_update[f"update_{update}" if update else BASELINE])
