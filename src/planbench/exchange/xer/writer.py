"""XER files out: a document as it was read, or a new one from a Schedule."""

from __future__ import annotations

from planbench.domain.schedule import Schedule
from planbench.domain.times import NO_TIME, to_datetime
from planbench.exchange.xer.document import XerDocument, XerTable
from planbench.exchange.xer.extra_tables import ScheduleTables
from planbench.exchange.xer.network_tables import Calculated
from planbench.exchange.xer.usual import with_usual


def write_xer(document: XerDocument) -> bytes:
    """The document's bytes; one that was read and not changed comes out byte for byte.

    Tables that were replaced are written in the document's line ending and encoding.
    """
    parts = [document.preamble]
    for table in document.tables:
        if parts[-1] and not parts[-1].endswith((b"\n", b"\r")):
            parts.append(document.newline)
        parts.append(table.data[slice(*table.block)])
    if document.closing and not parts[-1].endswith((b"\n", b"\r")):
        parts.append(document.newline)
    body = b"".join([*parts, document.closing])
    if document.encoding.startswith(("utf-16", "utf-32")):
        body = body.decode("utf-8", errors="replace").encode(document.encoding)
    return document.mark + body


def schedule_to_document(
    schedule: Schedule, version: str = "19.12", calculated: Calculated | None = None
) -> XerDocument:
    """A new XER of a schedule, with the tables and fields P6 asks for on import.

    Ids that are no plain numbers are replaced by such. The calculated dates and floats are the
    stored ones; `calculated` overrides them by name (`early_start`, `early_finish`, `late_start`,
    `late_finish`, `total_float`, `free_float`, `longest_path`), each a column in activity order.
    Texts are in Windows-1252 if it has all their letters, else in UTF-8.
    """
    columns = with_usual(ScheduleTables(schedule, calculated or {}).tables())
    encoding = "cp1252"
    try:
        tables = [XerTable.from_columns(name, found, encoding) for name, found in columns.items()]
    except UnicodeEncodeError:
        encoding = "utf-8"
        tables = [XerTable.from_columns(name, found, encoding) for name, found in columns.items()]
    first = schedule.projects[schedule.main_project] if schedule.projects else None
    exported = schedule.source.exported
    moment = to_datetime(exported if exported != NO_TIME else schedule.data_date)
    day = moment.strftime("%Y-%m-%d") if moment else "1970-01-01"
    currency = (first.currency if first else "") or "USD"
    header = (
        "ERMHDR", version, day, "Project", "planbench", "planbench", "planbench",
        "Project Management", currency.encode(encoding, "replace").decode(encoding),
    )  # fmt: skip
    preamble = ("\t".join(header) + "\r\n").encode(encoding)
    return XerDocument(header, tuple(tables), preamble, b"%E\r\n", encoding)
