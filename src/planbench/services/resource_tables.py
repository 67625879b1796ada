"""The loading as tables: JSON, workbooks and text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.times import to_iso
from planbench.engines.resources.profile import Profile
from planbench.services.document import Document
from planbench.services.resource_profile import FTE, Line, Loading

if TYPE_CHECKING:
    from planbench.exchange.tables.sheets import Grid


def profile_rows(found: Profile) -> list[dict[str, Any]]:
    """One row a period, for tables and workbooks; running totals beside the amounts."""
    total = found.total
    rows = []
    early, late = np.cumsum(total), np.cumsum(found.late)
    for k in range(total.size):
        row: dict[str, Any] = {
            "from": (to_iso(int(found.edges[k])) or "")[:10],
            "to": (to_iso(int(found.edges[k + 1]) - 1) or "")[:10],
            "actual": _plain(found.actual[k]),
            "remaining": _plain(found.remaining[k]),
            "total": _plain(total[k]),
            "limit": None if found.limit is None else _plain(found.limit[k]),
            "over": bool(found.over[k]),
            "late": _plain(found.late[k]),
            "baseline": None if found.baseline is None else _plain(found.baseline[k]),
        }
        if found.measure != FTE:  # equivalents of periods do not add up
            row["early_so_far"], row["late_so_far"] = _plain(early[k]), _plain(late[k])
        rows.append(row)
    return rows


def _plain(value: float) -> float:
    return round(float(value), 6) + 0.0


def line_rows(lines: list[Line]) -> list[dict[str, Any]]:
    """The overview as rows."""
    return [
        {
            "code": line.code,
            "name": line.name,
            "unit": line.unit,
            "actual": _plain(line.actual),
            "remaining": _plain(line.remaining),
            "peak": _plain(line.peak),
            "peak_from": (to_iso(line.peak_at) or "")[:10],
            "periods_over": line.over,
        }
        for line in lines
    ]


def profile_json(
    document: Document, key: str, period: str, measure: str, names: Iterable[str] = ()
) -> dict[str, Any]:
    """Body of `planbench resources`: the overview, and a profile of each group with an amount.

    `names` picks groups by code. Raises ModelError for an unknown one.
    """
    return loaded_groups(Loading(document), key, period, measure, names)


def loaded_groups(
    loading: Loading, key: str, period: str, measure: str, names: Iterable[str] = ()
) -> dict[str, Any]:
    """The same of a loading that is there already."""
    lines = loading.overview(key, period, measure)
    wanted = list(names)
    unknown = set(wanted) - {line.code for line in lines}
    if unknown:
        raise ModelError(f"'{min(unknown)}' has nothing to show", "resources")
    lines = [line for line in lines if not wanted or line.code in wanted]
    whole = loading.profile(key, period, measure, [line.group for line in lines]) if lines else None
    return {
        "by": key,
        "period": period,
        "measure": measure,
        "undated": _plain(whole.undated) if whole is not None else 0.0,
        "groups": [
            {**row, "periods": profile_rows(loading.profile(key, period, measure, [line.group]))}
            for row, line in zip(line_rows(lines), lines, strict=True)
        ],
        "together": profile_rows(whole) if whole is not None else [],
    }


def write_profile(body: dict[str, Any], target: Path) -> None:
    """Write what `loaded_groups` gives as a workbook: groups, their periods, all together.

    Raises PlanbenchError when the file cannot be written.
    """
    from planbench.exchange.tables.sheets import write_xlsx

    groups = [{k: v for k, v in one.items() if k != "periods"} for one in body["groups"]]
    periods = [
        {"code": one["code"], "name": one["name"], **period}
        for one in body["groups"]
        for period in one["periods"]
    ]
    sheets = (("Groups", groups), ("Periods", periods), ("Together", body["together"]))
    data = write_xlsx([_grid(name, rows) for name, rows in sheets])
    try:
        target.write_bytes(data)
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(target)) from error


def titles_of(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """Column titles of such rows."""
    return tuple(name.replace("_", " ").capitalize() for name in (rows[0] if rows else ()))


def _grid(name: str, rows: list[dict[str, Any]]) -> Grid:
    from planbench.exchange.tables.sheets import Grid

    return Grid(name, titles_of(rows), [tuple(row.values()) for row in rows])
