"""Opening a schedule file on its own, outside a library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planbench.domain.errors import ImportRefused
from planbench.services.document import Document


def open_file(path: Path, encoding: str | None = None) -> Document:
    """Read a schedule file of any known format; the file is never written.

    Raises ImportRefused when it is missing, unreadable or not a schedule file.
    """
    from planbench.exchange.registry import read_schedule

    if not path.is_file():
        what = "this is a folder" if path.is_dir() else "there is no such file"
        raise ImportRefused(what, str(path), "Name a schedule file, for example plan.xer.")
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ImportRefused(f"cannot be read: {reason}", str(path)) from error
    imported = read_schedule(content, name=path.name, encoding=encoding)
    schedule = imported.schedule
    title = schedule.projects[schedule.main_project].name if schedule.projects else path.name
    return Document(schedule, title=title, update_label=path.name, repairs=imported.repairs)


def input_record(document: Document) -> dict[str, Any]:
    """Name, hash and format of the file behind a document, for result headers."""
    source = document.schedule.source
    return {"name": source.name, "sha256": source.sha256, "format": source.format}
