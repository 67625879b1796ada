"""Reports as PDF without a window, for the command line."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QApplication

from planbench.engines.reports.blocks import Report, Sheets
from planbench.scenes.print_page import laid_out
from planbench.scenes.print_setup import PageSetup
from planbench.services.document import Document
from planbench.services.layouts import Layout
from planbench.ui.printing.source import source_by_layout, titled
from planbench.ui.reports.output import Annex, write_pdf
from planbench.ui.reports.pages import build_pages
from planbench.ui.theme import apply_theme


def annex_of(report: Report, document: Document | None) -> Annex | None:
    """The printed plan for a report that wants it. Call it in the window's thread."""
    if document is None or not len(document.schedule):
        return None
    if not any(isinstance(block, Sheets) for _, block in report.blocks()):
        return None
    layout = Layout(level=-1)
    source = source_by_layout(document, layout)
    setup = titled(PageSetup(), document)
    made = laid_out(source, setup)
    return Annex(source, made)


def write_report_pdf(report: Report, path: Path, document: Document | None) -> int:
    """Write a report as PDF; the number of its pages. Needs no screen.

    Raises PlanbenchError when it cannot be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(["planbench"])
    assert isinstance(app, QApplication)
    apply_theme(app, "light")  # the fonts come with it
    return write_pdf(report, build_pages(report), path, annex_of(report, document))
