"""Writing a schedule in another format, and an edited one back into the file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Schedule
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


def exported(document: Document, kind: str, original: bytes | None = None) -> bytes:
    """The bytes of a document in a format of `FORMATS`.

    With `original`, the bytes of the XER file it was read from, an XER is that file with only the
    edited cells changed; dates that were stored stay as stored. Without, a new file is written with
    the calculated dates, where there are any.
    Raises PlanbenchError for what the format cannot hold.
    """
    schedule = document.schedule
    if kind == "xer" and original is not None and schedule.source.format == "xer":
        return edited_xer(original, schedule)
    if kind in ("xlsx", "csv"):
        from planbench.exchange.tables.sheets import write_csv, write_xlsx
        from planbench.services.tables import all_sheets, exported_grid

        if kind == "csv":
            return write_csv(exported_grid(schedule, "activities"))
        return write_xlsx(all_sheets(schedule))
    calculated = calculated_columns(document)
    if kind == "xer":
        from planbench.exchange.xer.writer import schedule_to_document, write_xer

        return write_xer(schedule_to_document(schedule, calculated=calculated))
    if kind == "p6xml":
        from planbench.exchange.p6xml.writer import write_p6xml

        return write_p6xml(schedule, calculated)
    if kind == "mspdi":
        from planbench.exchange.mspdi.writer import write_mspdi

        return write_mspdi(schedule, calculated)
    raise PlanbenchError(f"“{kind}” is no format", mend=f"Choose one of {', '.join(FORMATS)}.")


def edited_xer(original: bytes, schedule: Schedule) -> bytes:
    """An XER file with the edits of its schedule; everything else byte for byte.

    Raises PlanbenchError when an edit cannot be put into the file.
    """
    from planbench.exchange.xer.document import XerDocument
    from planbench.exchange.xer.edited import document_with_edits
    from planbench.exchange.xer.reader import read_xer
    from planbench.exchange.xer.writer import write_xer

    name, encoding = schedule.source.name, schedule.source.encoding
    read = read_xer(original, name)
    if encoding and read.schedule.source.encoding != encoding:  # the user chose another one
        read = read_xer(original, name, encoding)
    if read.schedule.digest == schedule.digest:
        return original
    assert isinstance(read.raw, XerDocument)
    return write_xer(document_with_edits(read.raw, read.schedule, schedule))


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
