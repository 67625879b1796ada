"""What leaves the Logic workspace: activities to Schedule, text, pictures, the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu

from planbench.domain.errors import PlanbenchError
from planbench.services.trace import path_text
from planbench.ui import text
from planbench.ui.logic.export import export_picture
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.logic.workspace import LogicWorkspace

AROUND, ALONG, TIMED = 0, 1, 2
"""What the picture shows: the neighbours of an activity, one path, or the neighbours by date."""


class LogicExits:
    """What the buttons and commands of the workspace send out of it."""

    def __init__(self, workspace: LogicWorkspace) -> None:
        self._space = workspace

    def rows_shown(self) -> tuple[str, list[int]]:
        """What the picture shows, with a name: the trace, or the path."""
        acts = self._space.plan.schedule.activities
        if self._space.view.index == ALONG and self._space.shown_path is not None:
            return f"{self._space.path_title.text()}", list(self._space.shown_path.rows)
        rows = sorted(self._space.found.levels) if self._space.found is not None else []
        code = str(acts.code[self._space.centre]) if self._space.centre >= 0 else ""
        return tr("Trace of {code}").format(code=code), rows

    def isolate_rows(self) -> None:
        """Show only these activities in Schedule."""
        label, rows = self.rows_shown()
        if rows:
            self._space.state.isolate(label, rows)
            self._space.state.workspace_requested.emit("schedule")

    def copy_text(self) -> None:
        """Put the path on the clipboard as a table."""
        document = self._space.state.document
        if document is None or self._space.shown_path is None:
            return
        title = (
            f"{self._space.path_title.text()} ({document.title} {document.update_label})".strip()
        )
        QGuiApplication.clipboard().setText(path_text(document, title, self._space.shown_path))
        count = text.counted(len(self._space.shown_path.rows), tr("step"), tr("steps"))
        self._space.state.message.emit("info", tr("{count} copied").format(count=count))

    def menu(self) -> None:
        """Offer the picture and the log."""
        menu = QMenu(self._space)
        menu.setFont(current_theme().font("body"))
        picture = menu.addAction(tr("Picture as PDF, SVG or PNG…"))
        picture.triggered.connect(lambda _on=False: self.save_picture())
        log = menu.addAction(tr("Schedule log…"))
        log.triggered.connect(lambda _on=False: self.show_log())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._space.export.mapToGlobal(QPoint(0, self._space.export.height() + 2)))

    def save_picture(self) -> None:
        """Ask for a file and write the picture there."""
        label, _ = self.rows_shown()
        name, _ = QFileDialog.getSaveFileName(
            self._space,
            tr("Save the picture"),
            f"{label}.pdf",
            tr("PDF (*.pdf);;SVG (*.svg);;PNG (*.png)"),
        )
        if name:
            self.write_picture(Path(name))

    def write_picture(self, path: Path) -> None:
        """Write the picture to a file."""
        label, _ = self.rows_shown()
        document = self._space.state.document
        source = document.schedule.source.name if document is not None else ""
        try:
            export_picture(self._space.canvas.picture, f"{label}  {source}".strip(), path)
        except PlanbenchError as error:
            self._space.state.message.emit("error", error.line)
            return
        self._space.state.message.emit("info", tr("Saved {name}").format(name=path.name))

    def show_log(self) -> None:
        """Show the schedule log, ready to print."""
        document = self._space.state.document
        if document is not None and document.cpm is not None:
            from planbench.ui.logic.log import LogDialog

            dialog = LogDialog(self._space.state, document, self._space)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.show()
