"""Printing without a window, for the command line."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QApplication

from planbench.scenes.print_page import laid_out
from planbench.scenes.print_setup import PageSetup
from planbench.services.document import Document
from planbench.services.layouts import Layout
from planbench.ui.printing.output import write_print
from planbench.ui.printing.source import source_by_layout, titled
from planbench.ui.theme import apply_theme


def print_document(
    document: Document, layout: Layout, setup: PageSetup, target: Path
) -> list[Path]:
    """Write a document as a layout shows it to PDF or PNG; the files. Needs no screen.

    Raises PlanbenchError when it does not fit the paper or a file cannot be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(["planbench"])
    assert isinstance(app, QApplication)
    apply_theme(app, "light")  # the fonts come with it
    source = source_by_layout(document, layout)
    made = laid_out(source, titled(setup, document))
    return write_print(source, made, target)
