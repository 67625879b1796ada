"""Measures of how activities are tied together: open ends, dangling ends, merges."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Flags
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    links_of,
    members_of,
    nothing,
    option,
    plural,
)
from planbench.engines.quality.result import Measured, Metric

_OPEN = ("no predecessor", "no successor", "neither predecessor nor successor")
_DANGLING = ("start not driven", "finish drives nothing", "neither end is tied")


def _exempted(ctx: Context, metric: Metric, no_start: Flags, no_finish: Flags) -> None:
    """Take the project's own start and finish out of the open ends, in place."""
    if option(metric, "exempt_ends", True):
        first, last = ctx.ends_of_project
        if first >= 0:
            no_start[first] = False
        if last >= 0:
            no_finish[last] = False


def missing_logic(ctx: Context, metric: Metric) -> Measured:
    """Members without predecessor or without successor, each counted once (DCMA point 1).

    Options: `side` "any", "predecessor", "successor" or "both" (neither of them); `exempt_ends`.
    """
    side = choice(metric, "side", ("any", "predecessor", "successor", "both"))
    no_start, no_finish = ctx.incoming == 0, ctx.outgoing == 0
    _exempted(ctx, metric, no_start, no_finish)
    hit = {
        "any": no_start | no_finish,
        "predecessor": no_start,
        "successor": no_finish,
        "both": no_start & no_finish,
    }[side]
    which = np.where(no_start & no_finish, 2, np.where(no_finish, 1, 0))
    return counted(
        metric,
        members_of(ctx, metric),
        hit,
        values=which,
        words="Has {}",
        values_unit="name",
        names=_OPEN,
    )


def dangling(ctx: Context, metric: Metric) -> Measured:
    """Members whose start no FS or SS link holds, or whose finish no FS or FF link uses.

    Options: `side` "any", "start", "finish"; `open_too` also counts those without any link on
    that side (False where another metric counts them); `milestones_by_any_link` is the DECM
    06A204b reading for milestones; `exempt_ends`.
    """
    side = choice(metric, "side", ("any", "start", "finish"))
    no_start, no_finish = ~ctx.start_driven, ~ctx.finish_drives
    if not option(metric, "open_too", True):
        no_start &= ctx.incoming > 0
        no_finish &= ctx.outgoing > 0
    if option(metric, "milestones_by_any_link", False):
        no_start &= ~ctx.milestone | (ctx.incoming == 0)
        no_finish &= ~ctx.milestone | (ctx.outgoing == 0)
    _exempted(ctx, metric, no_start, no_finish)
    hit = {"any": no_start | no_finish, "start": no_start, "finish": no_finish}[side]
    which = np.where(no_start & no_finish, 2, np.where(no_finish, 1, 0))
    if side != "any":
        which = np.full(ctx.n, 0 if side == "start" else 1)
    members = members_of(ctx, metric)
    return counted(
        metric, members, hit, values=which, words="{}", values_unit="name", names=_DANGLING
    )


def hotspots(ctx: Context, metric: Metric) -> Measured:
    """Members with many predecessors (or, `side` "burst", many successors). Option `least`."""
    burst = choice(metric, "side", ("merge", "burst")) == "burst"
    number = ctx.outgoing if burst else ctx.incoming
    least = option(metric, "least", 10.0)
    members = members_of(ctx, metric, "open-activities")
    spread = number[members.inside].astype(np.float64)
    return counted(
        metric,
        members,
        number >= least,
        values=number,
        words="{} successors" if burst else "{} predecessors",
        values_unit="n",
        spread=spread,
        limit=least,
        beyond="at-or-above",
    )


def link_ratio(ctx: Context, metric: Metric) -> Measured:
    """Links for each member. Option `counting`: "once", or at "both" ends (links touching it)."""
    members = members_of(ctx, metric, "activities")
    if not members.size:
        return nothing("there are no activities", members)
    links = ctx.links_into(members, "either")
    number = float(links.size)
    if choice(metric, "counting", ("once", "both")) == "both":
        inside = members.inside
        number = float(
            np.count_nonzero(inside[ctx.links.successor])
            + np.count_nonzero(inside[ctx.links.predecessor])
        )
    value = number / members.size
    rows = np.zeros(0, dtype=np.int32)
    return Measured("activity", members, rows, value, number, float(members.size))


def summary_logic(ctx: Context, metric: Metric) -> Measured:
    """WBS summaries that carry relationships (DECM 06A208a)."""
    tied = (ctx.incoming > 0) | (ctx.outgoing > 0)
    number = ctx.incoming + ctx.outgoing
    return counted(
        metric,
        members_of(ctx, metric, "summaries"),
        tied,
        values=number,
        words="{} relationships",
        values_unit="n",
    )


def effort_drives(ctx: Context, metric: Metric) -> Measured:
    """Level of effort that precedes discrete work (DECM 06A210a); the rows are the links.

    With the unit "ratio" the value is the share of open level of effort with such a link.
    """
    effort = members_of(ctx, metric, "open-effort")
    before, after = ctx.links.predecessor, ctx.links.successor
    if not effort.size:
        return nothing("there is no open level of effort", effort)
    hit = effort.inside[before] & ~ctx.effort[after]
    rows = np.flatnonzero(hit).astype(np.int32)
    from_effort = np.unique(before[rows]).size
    members = ctx.links_into(effort, "any").without(
        "predecessor is not open level of effort", ~effort.inside[before]
    )
    ratio = metric.unit == "ratio"
    return Measured(
        "relationship",
        members,
        rows,
        from_effort / effort.size if ratio else float(rows.size),
        float(from_effort if ratio else rows.size),
        float(effort.size if ratio else members.size),
        notes=(f"{plural(from_effort, 'level of effort', 'levels of effort')} before other work",),
    )


def soft_links(ctx: Context, metric: Metric) -> Measured:
    """Links on which level of effort or a summary precedes other work."""
    soft, links = ctx.soft, ctx.links
    hit = soft[links.predecessor] & ~soft[links.successor]
    return counted(metric, links_of(ctx, metric, "open-activities"), hit, "relationship")


MEASURES: dict[str, Measure] = {
    "missing-logic": missing_logic,
    "dangling": dangling,
    "hotspots": hotspots,
    "link-ratio": link_ratio,
    "summary-logic": summary_logic,
    "effort-drives": effort_drives,
    "soft-links": soft_links,
}
