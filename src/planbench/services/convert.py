"""Writing a schedule in another format, and an edited one back into the file it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ImportRefused, PlanbenchError
from planbench.domain.reports import Repair
from planbench.domain.schedule import Schedule
from planbench.exchange.readback import differences, with_calculated
from planbench.services.document import Document

FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "xer": ("Primavera P6 XER", (".xer",)),
    "p6xml": ("Primavera P6 XML", (".p6xml", ".pmxml")),
    "mspdi": ("Microsoft Project XML", (".xml", ".mspdi")),
    "xlsx": ("Excel workbook", (".xlsx",)),
    "csv": ("CSV, activities alone", (".csv",)),
}
"""What can be written: the format's title and the endings of its files."""


def format_of(path: str | Path) -> str:
    """The format that a file's ending stands for. Raises PlanbenchError for an unknown one."""
    ending = Path(path).suffix.lower()
    for name, (_, endings) in FORMATS.items():
        if ending in endings:
            return name
    raise PlanbenchError(
        f"the ending “{ending}” tells no format that can be written",
        str(path),
        f"Choose one of {', '.join(FORMATS)}.",
    )


@dataclass(frozen=True)
class Exported:
    """A file to be written, and what of the schedule it does not hold or holds otherwise."""

    content: bytes
    report: tuple[Repair, ...] = ()


def exported(document: Document, kind: str, original: bytes | None = None) -> bytes:
    """The bytes of a document in a format of `FORMATS`, as `export` gives them."""
    return export(document, kind, original).content


def export(
    document: Document,
    kind: str,
    original: bytes | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Exported:
    """A document in a format of `FORMATS`, with a report of what the format cannot hold.

    The report comes from reading the file back. With `original`, the bytes of the XER file it was
    read from, an XER is that file with only the edited cells changed; dates that were stored stay
    as stored. Without, a new file is written with the calculated dates, where there are any.
    Tables show calculated dates as well. `columns` chooses tables and their columns (keys of
    `services.tables.TABLES`) for `xlsx` and `csv`; a CSV holds one table, the activities where none
    is chosen.
    Raises PlanbenchError when nothing sensible can be written: letters or edits that the original
    file has no place for, an unknown format, table or column.
    """
    schedule = document.schedule
    if kind == "xer" and original is not None and schedule.source.format == "xer":
        return _edited(original, schedule)
    if kind in ("xlsx", "csv"):
        return _as_tables(as_shown(document, schedule), kind, columns or {})
    calculated = calculated_columns(document)
    content = _WRITERS[kind](schedule, calculated) if kind in _WRITERS else None
    if content is None:
        raise PlanbenchError(f"“{kind}” is no format", mend=f"Choose one of {', '.join(FORMATS)}.")
    return Exported(content, _read_back(with_calculated(schedule, calculated), content, kind))


def _read_back(asked: Schedule, content: bytes, kind: str) -> tuple[Repair, ...]:
    from planbench.exchange.registry import read_schedule

    try:
        again = read_schedule(content, name=f"export.{kind}").schedule
    except ImportRefused as error:
        return (Repair("unreadable", "error", "The whole file", error.what, "not as it should be"),)
    return differences(asked, again)


def _xer(schedule: Schedule, calculated: Calculated) -> bytes:
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    return write_xer(schedule_to_document(schedule, calculated=calculated))


def _p6xml(schedule: Schedule, calculated: Calculated) -> bytes:
    from planbench.exchange.p6xml.writer import write_p6xml

    return write_p6xml(schedule, calculated)


def _mspdi(schedule: Schedule, calculated: Calculated) -> bytes:
    from planbench.exchange.mspdi.writer import write_mspdi

    return write_mspdi(schedule, calculated)


Calculated = Mapping[str, npt.NDArray[Any]]
_WRITERS: dict[str, Callable[[Schedule, Calculated], bytes]] = {
    "xer": _xer,
    "p6xml": _p6xml,
    "mspdi": _mspdi,
}


def _as_tables(schedule: Schedule, kind: str, columns: Mapping[str, Sequence[str]]) -> Exported:
    """Tables as a workbook or, one of them, as CSV; tables and columns left out are told."""
    from planbench.exchange.tables.sheets import write_csv, write_xlsx
    from planbench.services.tables import all_sheets, exported_grid, left_out

    if kind == "csv":
        if len(columns) > 1:
            raise PlanbenchError("a CSV holds one table", mend="Choose one, or export as xlsx.")
        table, keys = next(iter(columns.items()), ("activities", ()))
        chosen = [exported_grid(schedule, table, keys)]
        return Exported(write_csv(chosen[0]), left_out(schedule, chosen))
    chosen = [exported_grid(schedule, table, keys) for table, keys in columns.items()]
    chosen = chosen or all_sheets(schedule)
    return Exported(write_xlsx(chosen), left_out(schedule, chosen))


def edited_xer(original: bytes, schedule: Schedule) -> bytes:
    """An XER file with the edits of its schedule; everything else byte for byte.

    The result is read back and compared: raises PlanbenchError when an edit cannot be put into the
    file.
    """
    return _edited(original, schedule).content


def _edited(original: bytes, schedule: Schedule) -> Exported:
    from planbench.exchange.xer.document import XerDocument
    from planbench.exchange.xer.edited import document_with_edits
    from planbench.exchange.xer.reader import read_xer
    from planbench.exchange.xer.writer import write_xer

    name, encoding = schedule.source.name, schedule.source.encoding
    read = read_xer(original, name)
    if encoding and read.schedule.source.encoding != encoding:  # the user chose another one
        read = read_xer(original, name, encoding)
    if read.schedule.digest == schedule.digest:
        return Exported(original)
    assert isinstance(read.raw, XerDocument)
    content = write_xer(document_with_edits(read.raw, read.schedule, schedule))
    again = read_xer(content, name, read.raw.encoding).schedule
    report = differences(schedule, again)
    for line in report:
        # baselines were never part of an XER: they are told, and no edit is lost with them
        if line.severity != "info" and not line.where.startswith("Baseline "):
            raise PlanbenchError(
                f"an edit cannot be put into the original file: {line.where}, {line.message}",
                name,
                "Export as a new XER or as P6 XML instead.",
            )
    return Exported(content, report)


def as_shown(document: Document, schedule: Schedule) -> Schedule:
    """A schedule with the document's calculated dates in place of the stored ones.

    It is the document's own, or what a file makes of it; as it is where activities came in.
    """
    if len(schedule) != len(document.schedule):
        return schedule
    return with_calculated(schedule, calculated_columns(document))


def calculated_columns(document: Document) -> Mapping[str, npt.NDArray[Any]]:
    """The calculated dates and floats by the names that writers take; nothing without them."""
    cpm = document.cpm
    if cpm is None or cpm.early_start.size != len(document.schedule):
        return {}
    names = ("early_start", "early_finish", "late_start", "late_finish")
    found: dict[str, npt.NDArray[Any]] = {name: getattr(cpm, name) for name in names}
    found["total_float"], found["free_float"] = cpm.total_float, cpm.free_float
    found["longest_path"] = np.asarray(cpm.longest_path, dtype=np.int8)
    return found


def save(content: bytes, path: str | Path) -> None:
    """Write a file whole or not at all: beside the target first. Raises PlanbenchError."""
    target = Path(path)
    beside = target.with_name(target.name + ".part")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(path)) from error
