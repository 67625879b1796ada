"""The schedule log in a window: to read, copy, print or keep."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from planbench.domain.errors import PlanbenchError
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.log_changes import compare_with_update, comparison_lines
from planbench.services.quality import earlier_updates
from planbench.services.schedule_log import log_lines
from planbench.ui import text
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, Button, ComboBox, Label, Surface

ALONE = tr("Not compared")


class LogDialog(QDialog):
    """What the last calculation used and found, as lines, and against an earlier update."""

    def __init__(self, state: AppState, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._state = document, state
        self.setWindowTitle(tr("Schedule log"))
        self.resize(820, 640)
        self._name = document.schedule.source.name or document.title
        self.text = QPlainTextEdit("\n".join(log_lines(document)))
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Schedule log"))
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.setFont(_even(current_theme().font("body", tabular=True)))
        self.text.document().setDocumentMargin(16)
        self.banner = Banner("error")
        head = Surface("surface-raised", "b")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(8)
        row.addWidget(Label(tr("Schedule log"), "title"))
        row.addStretch(1)
        self.against = self._choices()
        word = Label(tr("Against"), "body", "text-muted")
        for part in (word, self.against):
            row.addWidget(part)
            part.setVisible(self.against.count() > 1)
        copy = Button(tr("Copy"), "default", "copy", tip=tr("Copy the log as text"))
        copy.clicked.connect(
            lambda _on=False: QGuiApplication.clipboard().setText(self.text.toPlainText())
        )
        printed = Button(tr("Print"), "default", "printer", tip=tr("Send the log to a printer"))
        printed.clicked.connect(lambda _on=False: self.send_to_printer())
        save = Button(tr("Save…"), "primary", "save", tip=tr("Save the log as PDF or text"))
        save.clicked.connect(lambda _on=False: self._ask())
        for button in (copy, printed, save):
            row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(self.banner)
        whole.addWidget(self.text, 1)

    def _choices(self) -> ComboBox:
        """The earlier updates of the project, the latest first."""
        box = ComboBox([ALONE], tr("Compare with an earlier update"), self)
        box.setToolTip(tr("What came and went in the log since an earlier update"))
        for update in reversed(earlier_updates(self._document, self._state.library)):
            box.addItem(f"{update.label}, {text.date(update.data_date)}", update.id)
        box.currentIndexChanged.connect(lambda _index: self._compare())
        return box

    def _compare(self) -> None:
        """Show the log alone, or beside that of the chosen update once it is calculated."""
        update, document, library = self.against.currentData(), self._document, self._state.library
        if update is None:
            self.text.setPlainText("\n".join(log_lines(document)))
            return

        def work(context: JobContext) -> list[str]:
            context.report(0, 1, tr("Scheduling the earlier update"))
            return comparison_lines(compare_with_update(library, update, document))

        def done(lines: list[str]) -> None:
            if isValid(self) and self.against.currentData() == update:
                self.text.setPlainText("\n".join(lines))

        self._state.run("log", tr("Comparing the schedule log"), work, done)

    def _page(self) -> QTextDocument:
        """The log as it is printed: black on white."""
        made = QTextDocument()
        made.setDefaultFont(_even(QFont(self.text.font().family(), 9)))
        made.setPlainText(self.text.toPlainText())
        return made

    def send_to_printer(self) -> None:
        """Ask for a printer and print."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(tr("Schedule log of {name}").format(name=self._name))
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            self._page().print_(printer)

    def _ask(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save the log"), tr("Schedule log.pdf"), tr("PDF (*.pdf);;Text (*.txt)")
        )
        if name:
            try:
                self.save(Path(name))
            except PlanbenchError as error:
                self.banner.show_message(error.line, kind="error")

    def save(self, path: Path) -> None:
        """Write the log as PDF or, by any other ending, as text.

        Raises PlanbenchError when the file cannot be written.
        """
        try:
            if path.suffix.lower() != ".pdf":
                path.write_text(self.text.toPlainText() + "\n", encoding="utf-8")
                return
            path.write_bytes(b"")
        except OSError as error:
            raise PlanbenchError(
                tr("cannot be written: {strerror}").format(strerror=error.strerror), str(path)
            ) from error
        writer = QPdfWriter(str(path))
        writer.setTitle(tr("Schedule log of {name}").format(name=self._name))
        writer.setPageLayout(
            QPageLayout(
                QPageSize(QPageSize.PageSizeId.A4),
                QPageLayout.Orientation.Portrait,
                QMarginsF(15, 15, 15, 15),
                QPageLayout.Unit.Millimeter,
            )
        )
        self._page().print_(writer)


def _even(font: QFont) -> QFont:
    """Columns of the log are parted by blanks, so letters have to be equally wide."""
    even = QFont(font)
    even.setFamilies([tr("DejaVu Sans Mono"), tr("Consolas"), tr("Menlo"), "monospace"])
    even.setStyleHint(QFont.StyleHint.Monospace)
    return even
