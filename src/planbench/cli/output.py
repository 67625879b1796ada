"""Writing results: JSON with its header, workbooks, and progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from planbench import __version__
from planbench.domain.errors import PlanbenchError
from planbench.services.document import Document
from planbench.services.files import input_record
from planbench.services.jobs import Progress


def envelope(name: str, documents: Iterable[Document], body: dict[str, Any]) -> dict[str, Any]:
    """A result with the header that every JSON document starts with."""
    return {
        "schema": f"planbench/{name}/1",
        "planbench": __version__,
        "inputs": [input_record(document) for document in documents],
        **body,
    }


def repairs_json(document: Document) -> list[dict[str, str]]:
    """What reading the file had to mend."""
    return [repair.as_dict() for repair in document.repairs]


def write_json(result: dict[str, Any], target: str) -> None:
    """Write UTF-8 JSON to a file, or to standard output for `-`.

    Raises PlanbenchError when the file cannot be written.
    """
    text = json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.flush()
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", target) from error


def write_xlsx(sheets: dict[str, list[dict[str, Any]]], target: str) -> None:
    """Write rows of dictionaries as one sheet each; texts are never taken for formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title[:31])
        sheet.freeze_panes = "A2"
        keys = list(rows[0]) if rows else []
        header = []
        for key in keys:
            cell = WriteOnlyCell(sheet, value=key)
            cell.font = Font(bold=True)
            header.append(cell)
        sheet.append(header)
        for row in rows:
            cells = []
            for key in keys:
                value = row[key]
                if isinstance(value, list | dict):
                    value = json.dumps(value, ensure_ascii=False)
                cell = WriteOnlyCell(sheet, value=value)
                if isinstance(value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    try:
        book.save(target)
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", target) from error


def show_progress(progress: Progress) -> None:
    """One line on standard error, only on a terminal."""
    if sys.stderr.isatty():
        share = 100 * progress.done // max(progress.total, 1)
        end = "\n" if progress.done >= progress.total else ""
        sys.stderr.write(f"\r{progress.text} {share} %{end}")
        sys.stderr.flush()
