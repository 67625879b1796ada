"""Named things of the Schedule workspace: the user's own, the project's, and those in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.services.shelf import keep_with_project, of_project, read_named, write_named
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import SegmentedControl
from planbench.ui.widgets.fields import FormField

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace

MINE, PROJECT = 0, 1


class NameDialog(QDialog):
    """Asks what a thing is called and who it is for; `keep(name, MINE or PROJECT)` takes it."""

    def __init__(
        self,
        title: str,
        keep: Callable[[str, int], object],
        with_project: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(320)
        self._keep = keep
        self.name = FormField(tr("Name"))
        self.place = SegmentedControl((tr("Only mine"), tr("With the project")), tr("Kept"))
        self.place.setVisible(with_project)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.name)
        column.addWidget(self.place)
        column.addLayout(dialog_foot(self, tr("Save"), self.take))

    def take(self) -> None:
        """Keep the thing, or say that it needs a name."""
        name = self.name.text().strip()
        if not name:
            self.name.set_error(tr("It needs a name."))
            return
        self._keep(name, self.place.index)
        self.accept()


class Shelf(QObject):
    """Things of one kind, as plain values for JSON; what is said of them is given in words.

    `plain()` gives the one that is shown, `show(values, where)` shows one and raises
    PlanbenchError where it cannot; `error` is raised for files that hold none.
    """

    kind = ""  # what a file says it holds
    key = ""  # under which they are kept
    error: type[PlanbenchError] = PlanbenchError
    title = ""  # of the dialog that asks for a name
    files = ""  # the filter of file dialogs
    wait = ""  # what is said while one is being kept

    def __init__(self, space: ScheduleWorkspace, parent: QObject | None = None) -> None:
        super().__init__(parent or space)
        self._space = space
        self.state: AppState = space.state

    def plain(self) -> dict[str, Any]:
        """The thing that is shown."""
        raise NotImplementedError

    def show(self, values: Any, where: str = "") -> None:
        """Show a thing."""
        raise NotImplementedError

    @property
    def _project(self) -> int | None:
        document = self.state.document
        return None if document is None or self.state.library is None else document.library_project

    def kept(self, place: int) -> dict[str, Any]:
        """What is kept as the user's own, or with the open project, by name."""
        if place == PROJECT:
            project = self._project
            found = {} if project is None else of_project(self.state.library, project, self.key)
        else:
            settings = self.state.settings
            found = settings.get(self.key.replace(" ", "_")) if settings is not None else {}
        return dict(sorted(found.items())) if isinstance(found, dict) else {}

    def put(self, name: str, place: int, values: dict[str, Any] | None) -> None:
        """Keep a thing under a name, or with None forget it."""
        library, project, key = self.state.library, self._project, self.key
        if place == PROJECT and project is not None:
            self.state.run(
                key,
                self.wait,
                lambda _context: keep_with_project(library, project, key, name, values),
                lambda _result: None,
            )
        elif self.state.settings is not None:
            kept = self.kept(MINE)
            kept.pop(name, None)
            if values is not None:
                kept[name] = values
            self.state.settings.set(key.replace(" ", "_"), kept)
            self.state.settings.save()

    def ask_to_keep(self) -> NameDialog:
        """Let the user name what is shown."""
        return self._space.show_dialog(
            NameDialog(
                self.title,
                lambda name, place: self.put(name, place, self.plain()),
                self._project is not None,
                self._space,
            )
        )

    def menu(self) -> QMenu:
        """All named ones, and what can be done with them."""
        menu = QMenu(self._space)
        menu.setFont(current_theme().font("body"))
        groups = ((MINE, self.kept(MINE)), (PROJECT, self.kept(PROJECT)))
        for place, things in groups:
            for name, values in things.items():
                title = tr("{name} (project)").format(name=name) if place == PROJECT else name
                menu.addAction(title.replace("&", "&&")).triggered.connect(
                    lambda _on=False, values=values: self._take(values)
                )
        menu.addSeparator()
        menu.addAction(f"{self.title}…").triggered.connect(lambda _on=False: self.ask_to_keep())
        forget = menu.addMenu(tr("Delete"))
        for place, things in groups:
            for name in things:
                forget.addAction(name.replace("&", "&&")).triggered.connect(
                    lambda _on=False, name=name, place=place: self.put(name, place, None)
                )
        forget.setEnabled(bool(forget.actions()))
        menu.addAction(tr("Export…")).triggered.connect(lambda _on=False: self._ask_for_export())
        menu.addAction(tr("Import…")).triggered.connect(lambda _on=False: self._ask_for_import())
        return menu

    def _ask_for_export(self) -> None:
        name = f"{self.kind.split()[-1]}.json"
        path, _ = QFileDialog.getSaveFileName(self._space, tr("Export"), name, self.files)
        if path:
            self.export(path)

    def _ask_for_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._space, tr("Import"), "", self.files)
        if path:
            self.take_in(path)

    def export(self, path: str) -> None:
        """Write what is shown to a file, named as the file."""
        try:
            write_named(path, self.kind, Path(path).stem, self.plain(), self.error)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)

    def take_in(self, path: str) -> None:
        """Read a thing from a file, keep it as the user's own and show it."""
        try:
            name, values = read_named(path, self.kind, self.error)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        if self._take(values, path):
            self.put(name, MINE, values)

    def _take(self, values: Any, where: str = "") -> bool:
        try:
            self.show(values, where)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return False
        return True
