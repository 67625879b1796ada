"""The measure of metrics that users write: what an expression over fields counts."""

from __future__ import annotations

from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    links_of,
    members_of,
    option,
)
from planbench.engines.quality.result import Measured, Metric


def expression(ctx: Context, metric: Metric) -> Measured:
    """Members for which an expression holds.

    Options: `of` "activities" or "links"; `count` the expression; `over` and, for links, `ends`
    say which are looked at, `where` (an expression of activities) narrows them; `show` is an
    expression whose value is told of each row. What cannot be asked of the schedule is not run.
    """
    of = choice(metric, "of", ("activities", "links"))
    links = of == "links"
    members = links_of(ctx, metric) if links else members_of(ctx, metric)
    hit = ctx.holds(of, option(metric, "count", ""))
    show = option(metric, "show", "")
    return counted(
        metric,
        members,
        hit,
        kind="relationship" if links else "activity",
        values=ctx.amounts(of, show) if show else None,
        values_unit="n" if show else "",
    )


MEASURES: dict[str, Measure] = {"expression": expression}
