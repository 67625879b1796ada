"""Reports as files: the format follows the ending of the name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planbench.domain.errors import PlanbenchError
from planbench.engines.reports.blocks import Report

ENDINGS = ("pdf", "html", "xlsx", "pptx")
"""What a report is written as; PDF needs the window's painter, see `planbench.ui.reports`."""


def ending_of(path: Path) -> str:
    """The format of a name. Raises PlanbenchError for one that is none of `ENDINGS`."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in ENDINGS:
        known = ", ".join(f".{one}" for one in ENDINGS)
        raise PlanbenchError("reports end with " + known, str(path), "Name it so.")
    return kind


def report_bytes(report: Report, kind: str, master: Path | None = None) -> bytes:
    """A report as HTML, workbook or slides. `master` lends its design to slides.

    Raises PlanbenchError when the master cannot be used.
    """
    from planbench.exchange.reports.html import write_html
    from planbench.exchange.reports.pptx import write_pptx
    from planbench.exchange.reports.xlsx import write_xlsx

    writers: dict[str, Callable[[], bytes]] = {
        "html": lambda: write_html(report),
        "xlsx": lambda: write_xlsx(report),
        "pptx": lambda: write_pptx(report, master),
    }
    return writers[kind]()
