"""Commands on rulesets of the user's own: copy, edit, exchange, remove."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.quality.result import QualityReport, Ruleset
from planbench.services.rulesets import (
    ENDING,
    copy_of,
    import_ruleset,
    is_own,
    own_rulesets,
    remove_ruleset,
    write_ruleset,
)
from planbench.ui.quality.editor import RulesetEditor
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner

_FILES = tr("Rulesets (*{ending})").format(ending=ENDING)


class OwnRulesets:
    """The menu of the rulesets. `changed(id)` is called when others are there to check with."""

    def __init__(
        self,
        page: QWidget,
        state: AppState,
        banner: Banner,
        report: Callable[[], QualityReport | None],
        changed: Callable[[str], object],
    ) -> None:
        self._page, self._state, self._banner = page, state, banner
        self._report, self._changed = report, changed
        self._copy = self._action(tr("Copy and edit this ruleset..."), self.copy)
        self._edit = self._action(tr("Edit this ruleset..."), self.edit)
        self._import = self._action(tr("Import a ruleset..."), self.take_in)
        self._export = self._action(tr("Export this ruleset..."), self.give_out)
        self._remove = self._action(tr("Remove this ruleset..."), self.remove)

    def _action(self, words: str, slot: Callable[[], object]) -> QAction:
        action = QAction(words, self._page)
        action.triggered.connect(lambda _on=False: slot())
        return action

    def actions(self) -> list[QAction]:
        """All commands, for the palette."""
        return [self._copy, self._edit, self._import, self._export, self._remove]

    def popup(self, point: QPoint) -> None:
        """Open the menu."""
        ruleset = self._ruleset()
        own = ruleset is not None and is_own(ruleset.id)
        self._edit.setEnabled(own)
        self._remove.setEnabled(own)
        for action in (self._copy, self._export):
            action.setEnabled(ruleset is not None)
        menu = QMenu(self._page)
        menu.setToolTipsVisible(True)
        menu.addActions([self._copy, self._edit])
        menu.addSeparator()
        menu.addActions([self._import, self._export])
        menu.addSeparator()
        menu.addAction(self._remove)
        for problem in own_rulesets()[1]:
            menu.addAction(problem).setEnabled(False)
        menu.exec(point)

    def _ruleset(self) -> Ruleset | None:
        report = self._report()
        return None if report is None else report.ruleset

    def copy(self) -> None:
        """Edit a copy of the ruleset in view."""
        ruleset = self._ruleset()
        if ruleset is not None:
            self._open(copy_of(ruleset))

    def edit(self) -> None:
        """Edit the ruleset in view, where it is the user's own."""
        ruleset = self._ruleset()
        if ruleset is not None and is_own(ruleset.id):
            self._open(ruleset)

    def _open(self, ruleset: Ruleset) -> None:
        dialog = RulesetEditor(self._state, ruleset, self._page)
        if dialog.exec():
            self._changed(dialog.ruleset.id)

    def take_in(self, path: str = "") -> None:
        """Take a ruleset of a file over."""
        if not path:
            path, _ = QFileDialog.getOpenFileName(self._page, tr("Import a ruleset"), "", _FILES)
        if path:
            self._try(lambda: self._changed(import_ruleset(Path(path)).id))

    def give_out(self, path: str = "") -> None:
        """Write the ruleset in view as a file."""
        ruleset = self._ruleset()
        if ruleset is None:
            return
        if not path:
            name = f"{ruleset.id}{ENDING}"
            path, _ = QFileDialog.getSaveFileName(
                self._page, tr("Export the ruleset"), name, _FILES
            )
        if path:
            self._try(lambda: write_ruleset(ruleset, Path(path)))

    def remove(self) -> None:
        """Remove the ruleset in view after a question."""
        ruleset = self._ruleset()
        if ruleset is None or not is_own(ruleset.id):
            return
        asked = QMessageBox.question(
            self._page,
            tr("Remove the ruleset"),
            tr("Remove “{title}”? Findings and kept results stay; the file goes.").format(
                title=ruleset.title
            ),
        )
        if asked == QMessageBox.StandardButton.Yes:

            def take() -> None:
                remove_ruleset(ruleset.id)
                self._changed("")

            self._try(take)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except PlanbenchError as error:
            self._banner.show_message(error.line, tr("The ruleset was left as it is"))
