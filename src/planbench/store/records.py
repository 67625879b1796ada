"""What the library lists: projects, updates, results and notes as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from planbench.domain.times import NO_TIME

KINDS = ("update", "baseline", "what-if")
"""What an update can be."""


@dataclass(frozen=True)
class ResultHead:
    """A kept result without its columns. It belongs to the schedule with this `digest`.

    `kind` is "cpm", "quality", "risk"...; `label` tells several of a kind apart. `meta` carries
    engine version, ruleset, seed, inputs and summary figures. `created` is ISO, UTC.
    """

    id: int
    update: int
    kind: str
    label: str
    digest: str
    created: str
    meta: Mapping[str, Any]


@dataclass(frozen=True)
class StoredResult:
    """A kept result with its columns by name."""

    head: ResultHead
    columns: Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class UpdateRecord:
    """One update of a project, without its schedule. `figures` are counts and dates of it."""

    id: int
    project: int
    label: str
    kind: str  # one of KINDS
    data_date: int
    created: str
    source_name: str
    source_format: str
    sha256: str
    activities: int
    relationships: int
    figures: Mapping[str, Any]
    digest: str
    results: tuple[ResultHead, ...] = ()

    def result(self, kind: str) -> ResultHead | None:
        """The newest result of a kind that belongs to this very schedule."""
        mine = [head for head in self.results if head.kind == kind and head.digest == self.digest]
        return max(mine, key=lambda head: head.id, default=None)


@dataclass(frozen=True)
class ProjectRecord:
    """A project with its updates by data date, oldest first. `baseline` is one of them or None."""

    id: int
    code: str
    name: str
    created: str
    baseline: int | None = None
    updates: tuple[UpdateRecord, ...] = ()

    @property
    def latest(self) -> UpdateRecord | None:
        """The last update that is not a what-if, else the last of all."""
        real = [update for update in self.updates if update.kind == "update"]
        listed = real or list(self.updates)
        return listed[-1] if listed else None


@dataclass(frozen=True)
class Note:
    """A note on a project, on one of its updates, or (`subject`) on an activity id."""

    id: int
    project: int
    update: int | None
    subject: str
    text: str
    created: str


@dataclass(frozen=True)
class Entry:
    """Something a user wrote down: a finding, a risk, an action... as one JSON object.

    It is known by `kind`, `project` (None: it belongs to the whole library) and `uid`. `changed`
    is ISO, UTC, and set by the library.
    """

    kind: str
    uid: str
    body: Mapping[str, Any]
    project: int | None = None
    changed: str = ""


@dataclass(frozen=True)
class JournalLine:
    """One change of an entry: when (ISO, UTC), by whom, why, and its object before and after."""

    kind: str
    uid: str
    project: int | None
    at: str
    who: str
    what: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class NewUpdate:
    """How an update is to be filed."""

    label: str
    kind: str = "update"
    data_date: int = NO_TIME
    source_name: str = ""
    source_format: str = ""
    sha256: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
