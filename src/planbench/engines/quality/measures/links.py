"""Measures of relationships: leads, lags, types, duplicates, progress against the logic."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Flags, LinkType
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    links_of,
    members_of,
    option,
    plural,
)
from planbench.engines.quality.result import Measured, Metric

_TYPE_NAMES = tuple(kind.name for kind in LinkType)


def lag(ctx: Context, metric: Metric) -> Measured:
    """Leads (`sign` "negative") or lags ("positive") longer than `days`.

    `count` "links" holds links against links; "activities" holds members with such a predecessor
    link against members (DECM 06A205a); the rows are the links or the activities accordingly.
    """
    negative = choice(metric, "sign", ("positive", "negative")) == "negative"
    days = option(metric, "days", 0.0)
    length = ctx.lag_days
    hit = (ctx.links.lag < 0) if negative else (ctx.links.lag > 0)
    if days:
        hit &= np.abs(length) > days
    if choice(metric, "count", ("links", "activities")) == "activities":
        longest = np.zeros(ctx.n)
        if negative:
            np.minimum.at(longest, ctx.links.successor, length)
        else:
            np.maximum.at(longest, ctx.links.successor, length)
        has = ctx.count_links(hit, ctx.links.successor) > 0
        words = "Largest lead {}" if negative else "Longest lag {}"
        members = members_of(ctx, metric, "open-activities")
        return counted(metric, members, has, values=longest, words=words, values_unit="d")
    return counted(
        metric,
        links_of(ctx, metric),
        hit,
        "relationship",
        values=length,
        words="Lag {}",
        values_unit="d",
    )


def type_share(ctx: Context, metric: Metric) -> Measured:
    """Share of the links of one `type`.

    The rows are the links that need a look: with `better` "higher" the links of other types when
    the share misses the limit, and only start-to-finish links while it is met; with "lower" the
    links of the type itself.
    """
    wanted = LinkType[choice(metric, "type", _TYPE_NAMES)]
    members = links_of(ctx, metric)
    of_type = np.asarray(ctx.links.type == wanted)
    found = counted(metric, members, of_type, "relationship")
    if found.value is None:
        return found
    rows = found.rows
    if metric.better == "higher":
        other = members.inside & ~of_type
        if metric.threshold is not None and found.value >= metric.threshold:
            other &= ctx.links.type == LinkType.SF
        rows = np.flatnonzero(other).astype(np.int32)
    tally = np.bincount(ctx.links.type[members.inside], minlength=4).tolist()
    notes = ", ".join(f"{n:,} {name}" for name, n in zip(_TYPE_NAMES, tally, strict=True))
    return Measured(
        "relationship",
        members,
        rows,
        found.value,
        found.numerator,
        found.denominator,
        values=ctx.links.type[rows].astype(np.float64),
        words="Type {}",
        values_unit="name",
        names=_TYPE_NAMES,
        notes=(f"Links counted: {notes}",),
    )


def duplicates(ctx: Context, metric: Metric) -> Measured:
    """Pairs of activities joined more than once, but for the usual SS with FF.

    The value counts pairs; the rows are all their links.
    """
    links, n = ctx.links, max(ctx.n, 1)
    key = links.predecessor.astype(np.int64) * n + links.successor
    _, place, number = np.unique(key, return_inverse=True, return_counts=True)
    kinds = np.zeros(number.size, dtype=np.int64)
    np.bitwise_or.at(kinds, place, np.left_shift(1, links.type.astype(np.int64)))
    ladder = (number == 2) & (kinds == (1 << LinkType.SS | 1 << LinkType.FF))
    twice = (number > 1) & ~ladder
    found = counted(
        metric,
        links_of(ctx, metric, "everything"),
        twice[place],
        "relationship",
        values=links.type,
        words="Type {}",
        values_unit="name",
        names=_TYPE_NAMES,
    )
    if found.value is None:
        return found
    pairs = int(np.unique(place[found.rows]).size)
    return Measured(
        found.kind,
        found.members,
        found.rows,
        float(pairs),
        float(pairs),
        found.denominator,
        values=found.values,
        words=found.words,
        values_unit="name",
        names=found.names,
        notes=(f"{plural(pairs, 'pair')}, {plural(found.rows.size, 'link')}",),
    )


def out_of_sequence(ctx: Context, metric: Metric) -> Measured:
    """Links that progress broke: the successor moved before link and lag allowed.

    Working time between the two ends is taken on the calendar of the lag; `tolerance_days` of it
    are let pass. A predecessor that is still open counts with its forecast, and always breaks a
    link without a lead. Links of level of effort and summaries are left out.
    """
    acts, links = ctx.activities, ctx.links
    kind = links.type
    from_start = (kind == LinkType.SS) | (kind == LinkType.SF)
    to_start = (kind == LinkType.FS) | (kind == LinkType.SS)
    actual = np.where(
        to_start, acts.actual_start[links.successor], acts.actual_finish[links.successor]
    )
    before, after = links.predecessor, links.successor
    soft = ctx.soft[before] | ctx.soft[after]
    members = (
        links_of(ctx, metric, "everything")
        .without("level of effort or summary at one end", soft)
        .without("successor end has not happened", actual == NO_TIME)
    )
    done = np.where(from_start, acts.actual_start[before], acts.actual_finish[before])
    forecast = np.where(from_start, ctx.start[before], ctx.finish[before])
    moment = np.where(done == NO_TIME, forecast, done)
    asked = members.inside & (moment != NO_TIME)
    early = _work_of_links(ctx, asked, moment, actual) - links.lag
    hit = members.inside & (done == NO_TIME) & (links.lag >= 0)
    hit |= asked & (early < -option(metric, "tolerance_days", 0.0) * ctx.day[before])
    return counted(
        metric,
        members,
        hit,
        "relationship",
        values=-early / ctx.day[before],
        words="Broken by {}",
        values_unit="d",
    )


def _work_of_links(ctx: Context, rows: Flags, start: Minutes, finish: Minutes) -> Minutes:
    """Working minutes from start to finish on the lag calendar of each of the links."""
    found = np.zeros(len(ctx.links), dtype=np.int64)
    calendar = ctx.lag_calendar
    around = rows & (calendar < 0)
    found[around] = finish[around] - start[around]
    own = rows & (calendar >= 0)
    found[own] = ctx.work_between(calendar[own], start[own], finish[own])
    return found


MEASURES: dict[str, Measure] = {
    "lag": lag,
    "type-share": type_share,
    "duplicates": duplicates,
    "out-of-sequence": out_of_sequence,
}
