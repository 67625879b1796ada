"""Where earlier updates of a project stood against its baseline, kept with them in the library.

Measuring an update takes its whole schedule; the sums of it are small. They are computed once per
update and baseline, so that any number of updates is the source of a curve at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planbench import __version__
from planbench.engines.control.indices import Values
from planbench.services.allocation import rules_of, rules_text

if TYPE_CHECKING:
    from planbench.domain.schedule import Schedule
    from planbench.services.document import Document
    from planbench.services.library import Library
    from planbench.store.records import StoredResult, UpdateRecord

KIND = "control"
"""The kind of the kept result."""

_SUMS = ("bac", "pv", "ev", "ac")


@dataclass(frozen=True)
class Row:
    """One line of a breakdown. `row` is the row of its table, -1 for what is on none of it."""

    row: int
    code: str
    name: str
    level: int
    values: Values


@dataclass(frozen=True)
class Point:
    """Where an update stood."""

    data_date: int
    label: str
    values: Values
    spi_t: float | None
    currency: str = ""


@dataclass(frozen=True)
class Stand:
    """Where an update stood, with its breakdowns."""

    point: Point
    wbs: tuple[Row, ...]
    cbs: tuple[Row, ...]


Base = Callable[[], tuple["Schedule", Any]]
"""Gives the baseline's schedule and its calculation, loaded when it is first asked for."""


def earlier_points(
    document: Document, library: Library, baseline: UpdateRecord, base: Base
) -> list[Point]:
    """Where the project stood at the updates before a document that are no baseline, oldest first.

    What is not kept yet is measured and kept. Raises StoreError when the library cannot be used.
    """
    from planbench.services.quality import earlier_updates

    updates = [one for one in earlier_updates(document, library) if one.kind != "baseline"]
    return [point_at(library, update, baseline, base) for update in updates]


def point_at(library: Library, update: UpdateRecord, baseline: UpdateRecord, base: Base) -> Point:
    """Where a project stood at an update: as it is kept, else measured and kept.

    Raises StoreError when the library cannot be used.
    """
    head = update.result(KIND)
    if head is None or not _fits(head.meta, baseline):
        return _measured(library, update, baseline, base).point
    return _point(head.meta, update)


def earlier_stands(
    document: Document, library: Library, baseline: UpdateRecord, base: Base, most: int
) -> list[Stand]:
    """The last `most` updates before a document that are no baseline, with their breakdowns."""
    from planbench.services.quality import earlier_updates

    updates = [one for one in earlier_updates(document, library) if one.kind != "baseline"]
    rules = rules_text(rules_of(library, document.library_project))
    found = []
    for update in updates[max(len(updates) - most, 0) :]:
        kept = library.file.load_result(update.id, KIND)
        fits = kept is not None and kept.head.digest == update.digest
        told = kept is not None and kept.head.meta.get("allocation", "") == rules
        if kept is not None and fits and told and _fits(kept.head.meta, baseline):
            found.append(_stand(kept, update))
        else:
            found.append(_measured(library, update, baseline, base))
    return found


def _fits(meta: Any, baseline: UpdateRecord) -> bool:
    """Whether kept figures are of this baseline and of this program."""
    alike = meta.get("baseline") == baseline.digest and meta.get("planbench") == __version__
    return bool(alike and "currency" in meta)


def _stand(kept: StoredResult, update: UpdateRecord) -> Stand:
    columns = kept.columns
    return Stand(_point(kept.head.meta, update), _rows(columns, "wbs"), _rows(columns, "cbs"))


def _point(meta: Any, update: UpdateRecord) -> Point:
    values = Values(*(float(amount) for amount in meta["values"]))
    return Point(update.data_date, update.label, values, meta["spi_t"], meta.get("currency", ""))


def _rows(columns: Any, table: str) -> tuple[Row, ...]:
    names = ("row", "code", "name", "level", *_SUMS)
    lines = zip(*(columns[f"{table}_{name}"].tolist() for name in names), strict=True)
    return tuple(Row(line[0], line[1], line[2], line[3], Values(*line[4:])) for line in lines)


def _columns(rows: Sequence[Row], table: str) -> dict[str, npt.NDArray[Any]]:
    columns: dict[str, npt.NDArray[Any]] = {
        f"{table}_row": np.array([row.row for row in rows], dtype=np.int32),
        f"{table}_code": np.array([row.code for row in rows], dtype=object),
        f"{table}_name": np.array([row.name for row in rows], dtype=object),
        f"{table}_level": np.array([row.level for row in rows], dtype=np.int32),
    }
    for name in _SUMS:
        amounts = [getattr(row.values, name) for row in rows]
        columns[f"{table}_{name}"] = np.array(amounts, dtype=np.float64)
    return columns


def _measured(library: Library, update: UpdateRecord, baseline: UpdateRecord, base: Base) -> Stand:
    """Measure an update and keep what was found."""
    from planbench.services.control import stand_of

    schedule, cpm = base()
    rules = rules_of(library, update.project)
    stand = stand_of(library.file.load_schedule(update.id), schedule, cpm, update.label, rules)
    if not library.read_only:
        values = stand.point.values
        meta = {
            "baseline": baseline.digest,
            "planbench": __version__,
            "values": [getattr(values, name) for name in _SUMS],
            "spi_t": stand.point.spi_t,
            "currency": stand.point.currency,
            "allocation": rules_text(rules),
        }
        columns = _columns(stand.wbs, "wbs") | _columns(stand.cbs, "cbs")
        library.file.save_result(update.id, KIND, update.digest, meta, columns)
    return stand
