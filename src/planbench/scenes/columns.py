"""What a column of an activity table is: its values, its texts for the eye, what sorts it.

Texts are made for a handful of visible rows at a time; values and sorting keys for all activities
at once. The columns a schedule has are listed in `planbench.scenes.fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Baseline,
    Constraint,
    Flags,
    PercentType,
    Rows,
    Schedule,
    Status,
)
from planbench.domain.times import NO_TIME
from planbench.scenes.facts import EFFORT, TASK, Facts
from planbench.scenes.formats import date_text, days_text, number_text
from planbench.scenes.outline import Outline, Ranks, RollUp, rank_numbers, rank_texts

TYPE_WORDS = {
    ActivityType.TASK: "Task",
    ActivityType.START_MILESTONE: "Start milestone",
    ActivityType.FINISH_MILESTONE: "Finish milestone",
    ActivityType.LEVEL_OF_EFFORT: "Level of effort",
    ActivityType.WBS_SUMMARY: "WBS summary",
    ActivityType.RESOURCE_DEPENDENT: "Resource dependent",
}
STATUS_WORDS = {
    Status.NOT_STARTED: "Not started",
    Status.IN_PROGRESS: "In progress",
    Status.COMPLETE: "Complete",
}
CONSTRAINT_WORDS = {
    Constraint.NONE: "",
    Constraint.START_ON_OR_AFTER: "Start on or after",
    Constraint.START_ON_OR_BEFORE: "Start on or before",
    Constraint.START_ON: "Start on",
    Constraint.FINISH_ON_OR_AFTER: "Finish on or after",
    Constraint.FINISH_ON_OR_BEFORE: "Finish on or before",
    Constraint.FINISH_ON: "Finish on",
    Constraint.MANDATORY_START: "Mandatory start",
    Constraint.MANDATORY_FINISH: "Mandatory finish",
    Constraint.AS_LATE_AS_POSSIBLE: "As late as possible",
}
PERCENT_WORDS = {
    PercentType.DURATION: "Duration",
    PercentType.PHYSICAL: "Physical",
    PercentType.UNITS: "Units",
}


if TYPE_CHECKING:
    from planbench.engines.quality.result import QualityReport
    from planbench.engines.risk.model import RiskModel
    from planbench.engines.risk.result import RiskResult, RunFields
    from planbench.scenes.own_fields import OwnField

Values = npt.NDArray[Any]
"""One entry an activity: float64 (NaN missing), int64 minutes, bool, or object of str."""


@dataclass(frozen=True)
class Extras:
    """What is known of a plan besides its schedule and dates; all of it may be missing."""

    baselines: tuple[Baseline, ...] = ()  # the second and third
    reports: tuple[QualityReport, ...] = ()
    model: RiskModel | None = None
    risk: RiskResult | None = None
    risk_fields: RunFields | None = None
    first: Baseline | None = None  # the primary one, whose dates the facts have
    own: tuple[OwnField, ...] = ()  # fields that the user lays over the schedule


@dataclass(frozen=True)
class PlanTable:
    """What columns read: the schedule, its outline, and the facts of all nodes.

    `shown` says which activities the bands sum up, None for all of them.
    """

    schedule: Schedule
    outline: Outline
    facts: Facts
    extras: Extras = field(default_factory=Extras)
    shown: Flags | None = None
    kept: dict[str, Any] = field(default_factory=dict)  # values worked out once, by column

    def own(self, name: str) -> npt.NDArray[Any]:
        """A column of the facts, of activities only."""
        column: npt.NDArray[Any] = getattr(self.facts, name)[self.outline.bands :]
        return column

    @cached_property
    def of_nodes(self) -> dict[str, Any]:
        """Values of all nodes, worked out once, by column."""
        return {}

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, worked out once for these activities."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def regrouped(self, outline: Outline, facts: Facts, shown: Flags | None) -> PlanTable:
        """The same activities under other bands; what was worked out of them is kept."""
        return PlanTable(self.schedule, outline, facts, self.extras, shown, self.kept)

    @cached_property
    def roll(self) -> RollUp:
        """Sums up activities in the bands above them."""
        shown = np.ones(len(self.schedule), dtype=bool) if self.shown is None else self.shown
        return RollUp(self.outline, shown)


@dataclass(frozen=True)
class Source:
    """Where a column's content comes from.

    `values(table)` are those of all activities, `texts(table, nodes)` what is shown, and
    `rank(table, descending)` the order, in which equal values share a place and gaps come last.
    """

    values: Callable[[PlanTable], Values]
    texts: Callable[[PlanTable, Rows], list[str]]
    rank: Callable[[PlanTable, bool], Ranks]


@dataclass(frozen=True)
class Column:
    """One column. `kind` is "name", "text", "number", "date", "float" or "flag".

    `title` stands in the header (in two lines at most), `label` is its full name in choosers and
    filters, `tip` explains it. `roles` gives a colour role per node where it is not plain text;
    `align` is "left" or "right" where the user wants it otherwise than its kind asks.
    """

    id: str
    title: str
    width: int
    kind: str
    source: Source
    tip: str
    roles: Callable[[PlanTable, Rows], list[str]] | None = None
    category: str = "General"
    label: str = ""
    align: str = ""

    @property
    def right(self) -> bool:
        """Numbers stand right."""
        return self.align == "right" or (not self.align and self.kind in ("number", "float"))

    @property
    def name(self) -> str:
        """Its full name."""
        return self.label or self.title.replace("\n", " ")

    def values(self, table: PlanTable) -> Values:
        """The values of all activities."""
        return self.source.values(table)

    def texts(self, table: PlanTable, nodes: Rows) -> list[str]:
        """What is shown for some nodes."""
        return self.source.texts(table, nodes)

    def rank(self, table: PlanTable, descending: bool) -> Ranks:
        """The place of every activity in the column's order."""
        return self.source.rank(table, descending)


# ---------------------------------------------------------------- facts, with bands


def fact_numbers(name: str, form: Callable[[float], str]) -> Source:
    """Numbers of the facts."""

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        return [form(value) for value in getattr(table.facts, name)[nodes].tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers(table.own(name), descending)

    return Source(lambda table: table.own(name), texts, rank)


def fact_durations(name: str) -> Source:
    """Days of the facts; milestones have no duration to speak of."""
    plain = fact_numbers(name, days_text)

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        kinds = table.facts.kind[nodes].tolist()
        pairs = zip(plain.texts(table, nodes), kinds, strict=True)
        return ["" if TASK < kind < EFFORT else text for text, kind in pairs]

    return Source(plain.values, texts, plain.rank)


def fact_dates(name: str, happened: str = "") -> Source:
    """Dates of the facts; `happened` names the flags of those that are actual."""

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        values = getattr(table.facts, name)[nodes].tolist()
        if not happened:
            return [date_text(value) for value in values]
        flags = getattr(table.facts, happened)[nodes].tolist()
        return [date_text(value, flag) for value, flag in zip(values, flags, strict=True)]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers(table.own(name), descending)

    return Source(lambda table: table.own(name), texts, rank)


def fact_flags(name: str) -> Source:
    """Yes where a flag of the facts is set."""

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        return ["Yes" if flag else "" for flag in getattr(table.facts, name)[nodes].tolist()]

    return Source(lambda table: table.own(name), texts, _flag_rank(lambda t: t.own(name)))


def _flag_rank(values: Callable[[PlanTable], Values]) -> Callable[[PlanTable, bool], Ranks]:
    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers((~values(table)).astype(np.int64), descending)

    return rank


# ---------------------------------------------------------------- values of activities


def _once(key: str, make: Callable[[PlanTable], Values]) -> Callable[[PlanTable], Values]:
    """Values that are worked out once for a table."""

    def values(table: PlanTable) -> Values:
        found: Values = table.once(key, lambda: make(table))
        return found

    return values


def numbers(
    key: str, make: Callable[[PlanTable], Values], decimals: int = 0, fold: str = ""
) -> Source:
    """Numbers made once for a table; with `fold` "total" or "smallest" bands sum them up."""
    values = _once(key, make)

    def of_nodes(table: PlanTable) -> Values:
        own = values(table)
        if fold:
            above = getattr(table.roll, fold)(np.nan_to_num(own) if fold == "total" else own)
        else:
            above = np.full(table.outline.bands, np.nan)
        return np.concatenate((above, own))

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        if key not in table.of_nodes:
            table.of_nodes[key] = of_nodes(table)
        found = table.of_nodes[key]
        return [number_text(value, decimals) for value in found[nodes].tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers(values(table), descending)

    return Source(values, texts, rank)


def dates(key: str, make: Callable[[PlanTable], Values], fold: str = "") -> Source:
    """Dates made once for a table; with `fold` "least" or "greatest" bands sum them up."""
    values = _once(key, make)

    def of_nodes(table: PlanTable) -> Values:
        own = values(table)
        bands = table.outline.bands
        above = getattr(table.roll, fold)(own) if fold else np.full(bands, NO_TIME)
        return np.concatenate((above, own))

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        if key not in table.of_nodes:
            table.of_nodes[key] = of_nodes(table)
        found = table.of_nodes[key]
        return [date_text(value) for value in found[nodes].tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers(values(table), descending)

    return Source(values, texts, rank)


def flags(key: str, make: Callable[[PlanTable], Values]) -> Source:
    """Yes where a flag is set."""
    values = _once(key, make)

    def texts(table: PlanTable, nodes: Rows) -> list[str]:
        bands, column = table.outline.bands, values(table)
        return ["Yes" if n >= bands and column[n - bands] else "" for n in nodes.tolist()]

    return Source(values, texts, _flag_rank(values))


def texts(key: str, make: Callable[[PlanTable], Values]) -> Source:
    """Texts made once for a table; bands stay empty."""
    values = _once(key, make)

    def shown(table: PlanTable, nodes: Rows) -> list[str]:
        bands, column = table.outline.bands, values(table)
        return ["" if node < bands else column[node - bands] for node in nodes.tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_texts(values(table).tolist(), descending)

    return Source(values, shown, rank)


def activity_texts(name: str) -> Source:
    """A text column of the activities as it is."""

    def column(table: PlanTable) -> Values:
        found: Values = getattr(table.schedule.activities, name)
        return found

    def shown(table: PlanTable, nodes: Rows) -> list[str]:
        bands, own = table.outline.bands, column(table)
        return ["" if node < bands else str(own[node - bands]) for node in nodes.tolist()]

    return Source(column, shown, lambda table, down: rank_texts(column(table).tolist(), down))


def activity_dates(name: str) -> Source:
    """A date column of the activities as it is."""
    return dates(name, lambda table: getattr(table.schedule.activities, name))


def words(name: str, of: dict[Any, str], order: tuple[int, ...] = ()) -> Source:
    """A column of codes in words; sorted by code, or in `order` (codes, first comes first)."""
    plain = np.array([of[key] for key in sorted(of)], dtype=object)
    place = np.arange(plain.size, dtype=np.int64)
    if order:
        place[list(order)] = np.arange(len(order))
    place[plain == ""] = NO_TIME  # what says nothing is a gap

    def column(table: PlanTable) -> Values:
        found: Values = getattr(table.schedule.activities, name)
        return found

    def shown(table: PlanTable, nodes: Rows) -> list[str]:
        bands, own = table.outline.bands, column(table)
        return ["" if n < bands else plain[own[n - bands]] for n in nodes.tolist()]

    def rank(table: PlanTable, descending: bool) -> Ranks:
        return rank_numbers(place[column(table)], descending)

    return Source(lambda table: plain[column(table)], shown, rank)


# ---------------------------------------------------------------- colours


def float_roles(table: PlanTable, nodes: Rows) -> list[str]:
    """Critical and near-critical floats in their colours; the table adds the shapes."""
    facts = table.facts
    critical, near = facts.critical[nodes].tolist(), facts.near[nodes].tolist()
    return [
        "critical-text" if c else "near-critical-text" if n else "text"
        for c, n in zip(critical, near, strict=True)
    ]


def variance_roles(name: str) -> Callable[[PlanTable, Rows], list[str]]:
    """Later in brown, earlier in teal."""

    def roles(table: PlanTable, nodes: Rows) -> list[str]:
        values = getattr(table.facts, name)[nodes].tolist()
        return ["late" if v < 0 else "early" if v > 0 else "text-muted" for v in values]

    return roles


def muted(table: PlanTable, nodes: Rows) -> list[str]:
    """All in grey."""
    return ["text-muted"] * nodes.size


def flat_table(schedule: Schedule, facts: Facts, extras: Extras | None = None) -> PlanTable:
    """The activities alone, without bands: what filters and groups ask. `facts` are theirs."""
    n = len(schedule)
    outline = Outline(0, n, np.full(n, NO_ROW, dtype=np.int32))
    return PlanTable(schedule, outline, facts, extras or Extras())
