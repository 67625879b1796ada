"""Importing cost ledgers: saved column maps, exchange rates, one period in place of another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from planbench.domain.errors import ImportRefused, ModelError
from planbench.exchange.ledger.reader import FIELDS, guessed_map, postings
from planbench.exchange.tables.sheets import Grid
from planbench.services.cost import keep_postings, keep_setting, setting
from planbench.services.tables import read_grids
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

__all__ = [
    "FIELDS",
    "grid_of",
    "import_ledger",
    "map_for",
    "parsed_rates",
    "rates_of",
]

MAP = "ledger-map"


def grid_of(path: Path) -> Grid:
    """The first sheet of a workbook, or a CSV. Raises ImportRefused when it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"cannot be read: {error.strerror}", str(path)) from error
    return read_grids(content, path.name)[0]


def _key(grid: Grid) -> str:
    """What tells ledgers of one layout: their titles."""
    return hashlib.sha256("\n".join(grid.titles).encode()).hexdigest()[:16]


def map_for(library: Library, grid: Grid) -> dict[str, str]:
    """The map kept for ledgers of this layout, else a guess by what columns are called."""
    for entry in library.entries(MAP):
        if entry.uid == _key(grid):
            return {str(field): str(title) for field, title in entry.body["columns"].items()}
    return guessed_map(grid.titles)


def rates_of(library: Library | None, project: int | None) -> dict[str, float]:
    """Units of the project's currency per unit of another, by its code."""
    kept = setting(library, project, "rates")
    return {str(code): float(rate) for code, rate in kept.get("rates", {}).items()}


def parsed_rates(words: str) -> dict[str, float]:
    """Rates as typed, `USD 0.92; GBP 1.15`. Raises ModelError for what is not one."""
    found = {}
    for part in filter(None, (one.strip() for one in words.split(";"))):
        code, _, rate = part.partition(" ")
        try:
            found[code.upper()] = float(rate)
        except ValueError:
            raise ModelError(f"“{part}” is no rate", mend="Write USD 0.92; GBP 1.15.") from None
        if not found[code.upper()] > 0:
            raise ModelError(f"the rate of {code} must be above zero")
    return found


def import_ledger(
    library: Library,
    project: int,
    grid: Grid,
    columns: Mapping[str, str],
    currency: str,
    rates: Mapping[str, float],
) -> tuple[int, int]:
    """Import a ledger by a map and keep map and rates; (periods, postings) that came in.

    Raises ImportRefused with the row that cannot be read, ModelError for a locked period.
    """
    found = postings(grid, columns, currency, rates)
    counts = keep_postings(library, project, found, grid.name)
    library.put_entries([Entry(MAP, _key(grid), {"columns": dict(columns)})], f"map of {grid.name}")
    if dict(rates) != rates_of(library, project):
        keep_setting(library, project, "rates", "exchange rates", rates=dict(rates))
    return counts
