"""Importing cost ledgers: saved column maps, exchange rates, one period in place of another."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planbench.domain.errors import ImportRefused, ModelError
from planbench.engines.control.ledger import Rate
from planbench.exchange.ledger.reader import FIELDS, NEEDED, guessed_map, postings
from planbench.exchange.tables.sheets import Grid
from planbench.services.cost import keep_postings
from planbench.services.project_settings import fiscal_of, keep_rates, rates_of
from planbench.services.tables import read_grids
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

__all__ = [
    "FIELDS",
    "NEEDED",
    "grid_of",
    "import_ledger",
    "keep_rates",
    "map_for",
    "parsed_rates",
    "rates_of",
    "rates_text",
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


def rates_text(rates: Iterable[Rate]) -> str:
    """Rates as `parsed_rates` reads them."""
    return "; ".join(
        " ".join(filter(None, (one.currency, one.since, f"{one.value:g}"))) for one in rates
    )


def parsed_rates(words: str) -> tuple[Rate, ...]:
    """Rates as typed, `USD 0.92; USD 2026-07-01 0.95`, by currency and day.

    One without a day holds from the beginning. Raises ModelError for what is not one.
    """
    found: dict[tuple[str, str], Rate] = {}
    for part in filter(None, (one.strip() for one in words.split(";"))):
        pieces = part.split()
        try:
            since = dt.date.fromisoformat(pieces[1]).isoformat() if len(pieces) == 3 else ""
            made = Rate(pieces[0].upper(), float(pieces[-1]), since)
        except (ValueError, IndexError):
            made = Rate("", 0.0)
        if not made.currency.isalpha() or len(pieces) not in (2, 3):
            mend = "Write USD 0.92; USD 2026-07-01 0.95."
            raise ModelError(f"“{part}” is no rate", mend=mend)
        if not 0 < made.value < float("inf"):
            raise ModelError(f"the rate of {made.currency} must be above zero")
        found[made.currency, made.since] = made
    return tuple(found[key] for key in sorted(found))


def import_ledger(
    library: Library,
    project: int,
    grid: Grid,
    columns: Mapping[str, str],
    currency: str,
    rates: Sequence[Rate],
) -> tuple[int, int]:
    """Import a ledger by a map; (periods, postings) that came in.

    Map and rates are kept first, so that they are there for the next try when a row is refused.
    Raises ImportRefused with the row that cannot be read, ModelError for a locked period.
    """
    library.put_entries([Entry(MAP, _key(grid), {"columns": dict(columns)})], f"map of {grid.name}")
    keep_rates(library, project, rates)
    found = postings(grid, columns, currency, rates, fiscal_of(library, project))
    return keep_postings(library, project, found, grid.name)
