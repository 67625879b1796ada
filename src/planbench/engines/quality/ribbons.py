"""The results of a ruleset split by groups of activities, and two readings set side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import Flags, Numbers, Rows, Schedule
from planbench.domain.times import Minutes
from planbench.engines.quality.result import FLAG, MEETS, MetricResult, QualityReport

_TINY = 1e-12


@dataclass(frozen=True)
class Ribbon:
    """One metric over all groups: `counted` and `found` have one entry a group.

    `value` is the metric's figure of each group, NaN where nothing was counted; `flagged` holds it
    against the limit.
    """

    result: MetricResult
    counted: Minutes
    found: Minutes
    value: Numbers
    flagged: Flags


@dataclass(frozen=True)
class Ribbons:
    """All metrics that can be split. `records` and `passing` are those of the score by records."""

    records: Minutes
    passing: Minutes
    ribbons: tuple[Ribbon, ...]


def ribbons_of(schedule: Schedule, report: QualityReport, groups: Rows, n_groups: int) -> Ribbons:
    """A report by groups; `groups` has the group of every activity, -1 for none.

    Links belong to the group of their successor. Counts and shares can be split; an index of the
    whole network cannot and is left out, as are metrics that were not measured.
    """
    made = tuple(
        _ribbon(one, _groups(schedule, one, groups), n_groups)
        for one in report.metrics
        if _splits(one)
    )
    counted = np.zeros(len(schedule), dtype=bool)
    failed = np.zeros(len(schedule), dtype=bool)
    for result in report.metrics:
        if result.state in (MEETS, FLAG) and result.kind in ("activity", "relationship"):
            inside = np.flatnonzero(result.membership.inside).astype(np.int32)
            counted[_as_activities(schedule, result, inside)] = True
            failed[_as_activities(schedule, result, result.rows)] = True
    counted |= failed
    return Ribbons(
        _count(groups, np.flatnonzero(counted), n_groups),
        _count(groups, np.flatnonzero(counted & ~failed), n_groups),
        made,
    )


def _as_activities(schedule: Schedule, result: MetricResult, rows: Rows) -> Rows:
    return schedule.relationships.successor[rows] if result.kind == "relationship" else rows


def _groups(schedule: Schedule, result: MetricResult, groups: Rows) -> Rows:
    return groups[schedule.relationships.successor] if result.kind == "relationship" else groups


def _count(groups: Rows, rows: Minutes | Rows, n: int) -> Minutes:
    chosen = groups[rows]
    return np.bincount(chosen[chosen >= 0], minlength=n).astype(np.int64)


def _splits(result: MetricResult) -> bool:
    """Whether the figure is the number or the share of the rows, or the share of the others."""
    if result.value is None or result.kind not in ("activity", "relationship"):
        return False
    found, top, whole = result.rows.size, result.numerator, result.membership.size
    if result.unit == "count":
        return result.value == found
    return result.unit == "ratio" and result.denominator == whole and top in (found, whole - found)


def _ribbon(result: MetricResult, groups: Rows, n: int) -> Ribbon:
    counted = _count(groups, np.flatnonzero(result.membership.inside), n)
    found = _count(groups, result.rows, n)
    value = found.astype(np.float64)
    if result.unit == "ratio":
        top = counted - found if result.numerator != result.rows.size else found
        value = np.where(counted > 0, top / np.maximum(counted, 1), np.nan)
    flagged = np.zeros(n, dtype=bool)
    if result.threshold is not None:
        excess = value - result.threshold
        flagged = (-excess if result.better == "higher" else excess) > _TINY
    return Ribbon(result, counted, found, value, flagged & (counted > 0))


# ---------------------------------------------------------------- readings


@dataclass(frozen=True)
class Reading:
    """The same question as one ruleset reads it."""

    report: QualityReport
    result: MetricResult


def readings_of(reports: Iterable[QualityReport], result: MetricResult) -> tuple[Reading, ...]:
    """The metrics of all reports that measure the same as a result, itself included.

    The same is the same measure over the same kind of objects, by the same side or type.
    """
    return tuple(
        Reading(report, one)
        for report in reports
        for one in report.metrics
        if _subject(one) == _subject(result)
    )


def _subject(result: MetricResult) -> tuple[object, ...]:
    options = result.metric.options
    meaning = ("count", "of") if result.metric.measure == "expression" else _MEANING
    asked = tuple(str(options.get(key, "")) for key in meaning)
    return (result.metric.measure, result.kind, *asked)


_MEANING = ("type", "sign", "side", "what", "which")
"""Options that make another question of a measure, not another reading."""


@dataclass(frozen=True)
class Difference:
    """An object that two readings treat differently.

    Each says "found", "counted", or why it was left out.
    """

    row: int
    here: str
    there: str


FOUND, COUNTED = "found", "counted, not found"


def differences(
    here: MetricResult, there: MetricResult, all_objects: bool = False
) -> list[Difference]:
    """The objects found by one of two readings only, in the order of the rows.

    With `all_objects` also those that one counts and the other leaves out. Both results must be of
    the same schedule and kind.
    """
    mine, other = _standing(here), _standing(there)
    found = np.zeros((2, here.membership.codes.size), dtype=bool)
    found[0, here.rows], found[1, there.rows] = True, True
    differ = found[0] != found[1]
    if all_objects:
        differ |= here.membership.inside != there.membership.inside
    return [Difference(row, mine(row), other(row)) for row in np.flatnonzero(differ).tolist()]


def _standing(result: MetricResult) -> Callable[[int], str]:
    found = set(result.rows.tolist())
    codes, reasons = result.membership.codes, result.membership.reasons

    def told(row: int) -> str:
        if row in found:
            return FOUND
        return COUNTED if codes[row] == 0 else f"left out: {reasons[codes[row]]}"

    return told
