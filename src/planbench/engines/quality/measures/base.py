"""What measures have in common: counting a mask within a population."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Flags
from planbench.engines.quality.context import Context
from planbench.engines.quality.result import Measured, Members, Metric

Measure = Callable[[Context, Metric], Measured]


def option(metric: Metric, name: str, default: Any) -> Any:
    """An option of the metric. Raises ModelError when it is of another type than the default."""
    value = metric.options.get(name, default)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(default):
        raise ModelError(f"option '{name}' must be a {type(default).__name__}", metric.id)
    return value


def choice(metric: Metric, name: str, choices: tuple[str, ...]) -> str:
    """An option that is one of some words, the first by default. Raises ModelError."""
    value = option(metric, name, choices[0])
    if value not in choices:
        raise ModelError(
            f"option '{name}' cannot be '{value}'", metric.id, f"Use one of {', '.join(choices)}."
        )
    return str(value)


def members_of(ctx: Context, metric: Metric, default: str = "open-tasks") -> Members:
    """The population the metric names in its option `over`, narrowed by `where`, an expression.

    Raises ModelError.
    """
    name = option(metric, "over", default)
    try:
        members = ctx.population(name)
    except KeyError:
        raise ModelError(f"there is no population '{name}'", metric.id) from None
    where = option(metric, "where", "")
    return members.without(f"not {where}", ~ctx.holds("activities", where)) if where else members


def links_of(ctx: Context, metric: Metric, default: str = "open-tasks") -> Members:
    """Links counted by the option `ends` of members of the population `over`."""
    ends = choice(metric, "ends", ("successor", "either", "any"))
    return ctx.links_into(members_of(ctx, metric, default), ends)


def counted(
    metric: Metric,
    members: Members,
    hit: Flags,
    kind: str = "activity",
    values: npt.NDArray[Any] | None = None,
    **more: Any,
) -> Measured:
    """The members under the mask: their share for the unit "ratio", else their number.

    `values` is a column over all objects of the kind; further arguments go to `Measured`.
    """
    rows = np.flatnonzero(members.inside & hit).astype(np.int32)
    total = members.size
    if total == 0:
        return nothing(f"there is nothing to count ({metric.population})", members, kind)
    value = rows.size / total if metric.unit == "ratio" else float(rows.size)
    return Measured(
        kind,
        members,
        rows,
        value,
        float(rows.size),
        float(total),
        values=None if values is None else np.asarray(values[rows], dtype=np.float64),
        **more,
    )


def nothing(reason: str, members: Members, kind: str = "activity") -> Measured:
    """Not applicable, and why."""
    return Measured(kind, members, np.zeros(0, dtype=np.int32), None, reason=reason)


def plural(number: int, one: str, many: str = "") -> str:
    """`1 link`, `2 links`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
