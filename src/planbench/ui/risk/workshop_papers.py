"""Papers of a workshop: interview sheets out and in, and the minutes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu

from planbench.domain.errors import PlanbenchError
from planbench.services import workshop as steps
from planbench.services.workshop_minutes import write_minutes
from planbench.ui import text
from planbench.ui.risk.finish import share_words
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.risk.workshop import WorkshopView


class Papers:
    """What a workshop writes and reads."""

    def __init__(self, view: WorkshopView) -> None:
        self._view = view

    def menu(self, place: QPoint) -> None:
        """Sheets out and in."""
        menu = QMenu(self._view)
        menu.addAction(tr("Write interview sheets\u2026"), self._ask_write)
        menu.addAction(tr("Read filled sheets\u2026"), self._ask_read)
        menu.exec(place)

    def _ask_write(self) -> None:
        view = self._view
        name, _ = QFileDialog.getSaveFileName(
            view, tr("Write interview sheets"), "interview.xlsx", tr("Workbook (*.xlsx)")
        )
        if name and view.session is not None:
            try:
                steps.write_sheets(view.session, Path(name))
            except PlanbenchError as error:
                view.state.message.emit("error", error.line)

    def _ask_read(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self._view, tr("Filled sheets"), "", tr("Workbook (*.xlsx)")
        )
        if names:
            self.take([Path(name) for name in names])

    def take(self, paths: list[Path]) -> None:
        """Put the opinions of filled sheets on their cards."""
        view = self._view
        if view.session is None:
            return
        try:
            session, refused = steps.read_sheets(view.session, paths)
        except PlanbenchError as error:
            view.state.message.emit("error", error.line)
            return
        view.take_session(session)
        said = tr("{people} heard").format(
            people=text.counted(len(session.people), tr("person"), tr("people"))
        )
        if refused:
            said += tr("; {refused} refused: {refused2}").format(
                refused=text.counted(len(refused), tr("row"), tr("rows")), refused2=refused[0]
            )
        view.state.message.emit("warning" if refused else "info", said)

    def ask_minutes(self) -> None:
        """Ask for a file and write the minutes."""
        name, _ = QFileDialog.getSaveFileName(
            self._view, tr("Write the minutes"), "minutes.docx", tr("Word (*.docx);;HTML (*.html)")
        )
        if name:
            self.write_minutes(Path(name))

    def write_minutes(self, path: Path) -> None:
        """Write the minutes as DOCX or HTML."""
        view = self._view
        if view.session is None:
            return
        outcome = []
        if view.preview is not None:
            found = view.preview
            sure = share_words(found.result.confidence(found.result.deterministic))
            outcome = [
                tr(
                    "Eight times out of ten the finish is met by {p80}; as likely as not by {p50}."
                ).format(p80=text.long_date(found.p80), p50=text.long_date(found.p50)),
                tr(
                    "The planned finish {deterministic} is met in {sure} of {iterations} "
                    "runs, seed {seed}."
                ).format(
                    deterministic=text.long_date(found.result.deterministic),
                    sure=sure,
                    iterations=found.result.iterations,
                    seed=found.result.seed,
                ),
                *view.page.shelf.text().splitlines(),
            ]
        try:
            write_minutes(view.session, outcome, path, not view.hide_names.isChecked())
        except PlanbenchError as error:
            view.state.message.emit("error", error.line)
