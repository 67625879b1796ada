"""What the window does with the library: open it, import files, open updates, restore the last.

Everything slow runs as a job; the window's thread only takes results.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.services.baselining import own_place
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.ui import text
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.upkeep import Upkeep, calculate
from planbench.ui.workspaces import WORKSPACES

if TYPE_CHECKING:
    from planbench.services.library import Library
    from planbench.services.recents import Recent
    from planbench.store.records import ProjectRecord


def file_filter() -> str:
    """The kinds of files that can be read, in the words of a file dialog."""
    from planbench.exchange.registry import FORMATS

    endings = sorted({f"*{ending}" for one in FORMATS.values() for ending in one.endings})
    each = [f"{one.label} ({' '.join(f'*{e}' for e in one.endings)})" for one in FORMATS.values()]
    return ";;".join(
        [
            tr("Schedule files ({endings})").format(endings=" ".join(endings)),
            *each,
            tr("All files (*)"),
        ]
    )


def format_words() -> str:
    """The formats that can be read, as a list in words."""
    from planbench.exchange.registry import FORMATS

    return ", ".join(one.label for one in FORMATS.values())


class Session(QObject):
    """The window's use of the library.

    `undo_changed()` when undo or redo name another step; `mended()` when a file was imported
    and opened in which something had to be mended.
    """

    undo_changed = Signal()
    mended = Signal()

    def __init__(self, state: AppState, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self.state = state
        self.settings = settings
        state.settings = settings
        self._window = window
        self.formats = ""
        self._missing = tr("still being opened")
        self._projects: tuple[ProjectRecord, ...] = ()
        state.schedule_edited.connect(self._edited)
        self.upkeep = Upkeep(state, self.reload, self)
        state.what_if_wanted.connect(self._what_if)
        state.update_wanted.connect(self.open_update)

    # The library.

    @property
    def library(self) -> Library | None:
        """The open library, None until it was opened."""
        library: Library | None = self.state.library
        return library

    def start(self, paths: list[str], restore: bool = True) -> None:
        """Open the library in a job; then show the files given, the last update or the sample."""
        chosen = self.settings.get("library")
        first = not self.settings.get("sample_shown")
        last = self.settings.get("update") if restore else 0
        place = self.settings.get("workspace") if restore and last else ""
        place = place if place in {one.name for one in WORKSPACES} else ""

        def work(context: JobContext) -> tuple[Library, int, list[str]]:
            from planbench.services.library import Library

            troubles: list[str] = []
            try:
                library = Library.open(chosen or None)
            except PlanbenchError as error:
                if not chosen:
                    raise
                troubles.append(error.line)
                library = Library.open(None)
            update = last
            if first and not library.read_only:
                update = _sample_update(library) or update
            if library.read_only:
                troubles.append(library.read_only)
            self.formats = format_words()  # loads the readers here, not in the window's thread
            return library, update, [*troubles, *library.warnings]

        def done(result: tuple[Library, int, list[str]]) -> None:
            library, update, troubles = result
            self.settings.set("sample_shown", True)
            self.use_library(library)
            for trouble in troubles:
                self.state.message.emit("warning", trouble)
            if paths:
                self.import_files(paths)
            elif any(one.id == update for project in self._projects for one in project.updates):
                self.open_update(update, workspace=place)

        job = self.state.run("library", tr("Opening the library"), work, done)
        job.failed.connect(self._not_opened)

    def _not_opened(self, _error: object) -> None:
        """The message says why; the window stays usable and another library can be opened."""
        self._missing = tr("could not be opened: choose another in the settings")
        self.state.library_changed.emit()

    def _ready(self) -> Library | None:
        """The library, or None after saying that there is none yet."""
        if self.library is None:
            self.state.message.emit(
                "warning", tr("The library is {missing}.").format(missing=self._missing)
            )
        return self.library

    def use_library(self, library: Library) -> None:
        """Work with this library from now on; the one before is closed."""
        before = self.library
        self.state.library = library
        if before is not None and before is not library:
            before.close()
            self.state.open_document(None)
        self.reload()

    def reload(self) -> None:
        """Read the list of projects again and tell the views."""
        self._projects = self.library.projects() if self.library is not None else ()
        self.state.library_changed.emit()

    def projects(self) -> tuple[ProjectRecord, ...]:
        """The projects as last read."""
        return self._projects

    def recents(self) -> tuple[Recent, ...]:
        """Updates opened lately on this computer."""
        return self.library.recents() if self.library is not None else ()

    def library_path(self) -> str:
        return str(self.library.path) if self.library is not None else tr("not open yet")

    def library_words(self) -> tuple[str, str]:
        """Name of the library and where it is, for the context bar."""
        if self.library is None:
            return tr("Library"), self._missing
        path = self.library.path
        size = text.size(path.stat().st_size) if path.exists() else ""
        where = tr("read only") if self.library.read_only else tr("on this computer")
        name = tr("My library") if path.stem == "library" else path.stem
        return name, f"{where}, {size}" if size else where

    def library_counts(self) -> str:
        """How many projects and updates, for the status bar."""
        if self.library is None:
            return ""
        updates = sum(len(project.updates) for project in self._projects)
        projects = text.counted(len(self._projects), tr("project"), tr("projects"))
        return tr("{projects} · {updates}").format(
            projects=projects, updates=text.counted(updates, tr("update"), tr("updates"))
        )

    def ask_for_library(self) -> None:
        """Let the user choose another library file, or name a new one."""
        folder = str(Path(self.library_path()).parent)
        dialog = QFileDialog(self._window, tr("Open or make a library"), folder)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilter(tr("planbench libraries (*.planbench)"))
        dialog.setDefaultSuffix("planbench")
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Open"))
        if dialog.exec() and dialog.selectedFiles():
            self.open_library(dialog.selectedFiles()[0])

    def ask_for_copy(self) -> None:
        """Let the user name a file for a copy of the library."""
        path, _ = QFileDialog.getSaveFileName(
            self._window,
            tr("Save a copy of the library"),
            str(Path(self.library_path()).with_name("copy.planbench")),
            tr("planbench libraries (*.planbench)"),
        )
        if path:
            self.save_copy(path)

    def open_library(self, path: str) -> None:
        """Open another library file in a job; a new one is made where there is none."""

        def work(context: JobContext) -> Library:
            from planbench.services.library import Library

            return Library.open(path)

        def done(library: Library) -> None:
            self.settings.set("library", path)
            self.use_library(library)

        self.state.run("library", tr("Opening {name}").format(name=Path(path).name), work, done)

    # Files in.

    def ask_for_files(self) -> None:
        """Let the user choose schedule files to import."""
        folder = self.settings.get("folder") or str(Path.home())
        paths, _ = QFileDialog.getOpenFileNames(
            self._window, tr("Open schedule files"), folder, file_filter()
        )
        if paths:
            self.settings.set("folder", str(Path(paths[0]).parent))
            self.import_files(paths)

    def import_files(self, paths: list[str]) -> None:
        """File schedules into the library in a job and open the last one.

        A file that cannot be read is named in a message; the others are imported all the same.
        """
        library = self._ready()
        if library is None:
            return
        name = (
            Path(paths[0]).name
            if len(paths) == 1
            else text.counted(len(paths), tr("file"), tr("files"))
        )

        def work(context: JobContext) -> tuple[list[int], list[str]]:
            made, refused = [], []
            for path in paths:
                try:
                    made.append(library.import_file(path, context=context))
                except PlanbenchError as error:
                    refused.append(error.line)
            return made, refused

        def done(result: tuple[list[int], list[str]]) -> None:
            made, refused = result
            self.reload()
            for line in refused:
                self.state.message.emit("error", line)
            if made:
                self.open_update(made[-1], imported=True)

        self.state.run("import", tr("Importing {name}").format(name=name), work, done)

    def open_sample(self) -> None:
        """Put the sample project into the library, where it is missing, and open it."""
        library = self._ready()
        if library is None:
            return

        def done(update: int) -> None:
            self.reload()
            if update:
                self.open_update(update)

        self.state.run(
            "sample", tr("Preparing the sample"), lambda _: _sample_update(library), done
        )

    # Updates.

    def open_update(self, update: int, workspace: str = "schedule", imported: bool = False) -> None:
        """Open an update in a job: load it, calculate it, compare it with the file's dates.

        `workspace` is brought to the front afterwards; with an empty name none is. `imported`
        says that the update was filed just now, so that mended rows are told.
        """
        library = self._ready()
        if library is None:
            return

        def work(context: JobContext) -> Document:
            document = library.open_update(update)
            context.report(1, 3, "calculating")
            kept = document.cpm is not None
            calculate(document)
            if document.cpm is not None and not kept and not library.read_only:
                context.report(2, 3, tr("keeping the dates"))
                library.save_results(document)
            return document

        def done(document: Document) -> None:
            self.settings.set("update", update)
            if document.problem:
                self.state.message.emit("error", document.problem)
            self.state.open_document(document)
            self.reload()
            self.undo_changed.emit()
            if workspace:
                self.state.workspace_requested.emit(workspace)
            if imported and document.repairs:
                self.mended.emit()

        title = next((label for label, one in self._titles() if one == update), tr("the update"))
        self.state.run("open", tr("Opening {title}").format(title=title), work, done)

    def _titles(self) -> list[tuple[str, int]]:
        return [
            (f"{project.name}, {update.label}", update.id)
            for project in self._projects
            for update in project.updates
        ]

    def project_choices(self) -> list[tuple[str, int]]:
        """(name, id of the latest update) of every project that has one."""
        found = []
        for project in self._projects:
            latest = project.latest
            if latest is not None:
                found.append((project.name, latest.id))
        return found

    def _open_project(self) -> ProjectRecord | None:
        document = self.state.document
        if document is None:
            return None
        wanted = document.library_project
        return next((one for one in self._projects if one.id == wanted), None)

    def update_choices(self) -> list[tuple[str, int]]:
        """(label, id) of the open project's updates, newest first."""
        project = self._open_project()
        if project is None:
            return []
        return [
            (f"{one.label}\t{text.date(one.data_date)}", one.id)
            for one in reversed(project.updates)
        ]

    def baseline_choices(self) -> list[tuple[str, int | None, bool]]:
        """(label, id, whether it is chosen) of what the open project can be measured against."""
        project = self._open_project()
        if project is None:
            return []
        rows: list[tuple[str, int | None, bool]] = [(tr("None"), None, project.baseline is None)]
        for one in project.updates:
            date = text.date(one.data_date)
            rows.append((f"{one.label}\t{date}", one.id, project.baseline == one.id))
        return rows

    def set_baseline(self, update: int | None) -> None:
        """Measure the open project against another of its updates, or against none."""
        document = self.state.document
        if document is not None and document.library_project is not None:
            self.choose_baseline(document.library_project, update)

    def choose_baseline(self, project: int, update: int | None) -> None:
        """Measure a project against one of its updates, or against none."""
        library, document = self.library, self.state.document
        if library is None:
            return

        def work(context: JobContext) -> bool:
            library.set_baseline(project, update)
            concerned = document is not None and document.library_project == project
            if concerned and document is not None:
                if document.update is not None:
                    library.keep_own_baseline(document.update, "")
                library.attach_baseline(document)
            return concerned

        def done(concerned: bool) -> None:
            self.reload()
            if concerned:
                self.state.result_changed.emit("baseline")

        self.state.run("baseline", tr("Setting the baseline"), work, done)

    # Keeping house.

    def change(self, words: str, work: Callable[[Library], object]) -> None:
        """Change the library in a job called `words`, then show it anew."""
        library = self.library
        if library is not None:
            self.state.run("change", words, lambda _: work(library), lambda _: self.reload())

    def rename_project(self, project: int, name: str) -> None:
        """Give a project another name."""
        self.change(tr("Renaming"), lambda library: library.rename_project(project, name))

    def rename_update(self, update: int, label: str) -> None:
        """Give an update another label."""
        self.change(tr("Renaming"), lambda library: library.rename_update(update, label))

    def delete_project(self, project: int) -> None:
        """Delete a project with all its updates; what is open of it is closed."""
        document = self.state.document
        if document is not None and document.library_project == project:
            self.state.open_document(None)
        self.change(tr("Deleting"), lambda library: library.delete_project(project))

    def delete_update(self, update: int) -> None:
        """Delete an update; when it is open it is closed."""
        document = self.state.document
        if document is not None and document.update == update:
            self.state.open_document(None)
        self.change(tr("Deleting"), lambda library: library.delete_update(update))

    def save_original(self, update: int, path: str) -> None:
        """Write the file an update came from, byte for byte."""

        def work(library: Library) -> str:
            content = library.original_file(update)
            if content is None:
                return ""
            try:
                Path(path).write_bytes(content)
            except OSError as error:
                reason = error.strerror or str(error)
                raise PlanbenchError(
                    tr("cannot be written: {reason}").format(reason=reason), path
                ) from error
            return path

        self.change(tr("Writing the file"), work)

    def save_copy(self, path: str) -> None:
        """Write the whole library to another file; this one stays open."""
        self.change(tr("Copying the library"), lambda library: library.save_as(path))

    # Undo.

    def undo_label(self, which: str) -> str:
        """What `undo` or `redo` would do, an empty text when there is nothing."""
        stack = self.state.undo_stack
        if stack is None:
            return ""
        return stack.undo_label if which == "undo" else stack.redo_label

    def undo(self) -> None:
        """Take the last change back."""
        if self.state.undo_stack is not None:
            self.state.undo_stack.undo()

    def redo(self) -> None:
        """Make the change again."""
        if self.state.undo_stack is not None:
            self.state.undo_stack.redo()

    def _edited(self, _touched: frozenset[str]) -> None:
        """The schedule changed: the bar names the step."""
        self.undo_changed.emit()

    def _what_if(self, choice: str) -> None:
        """Keep the edits of the open document as an update of their own, or drop them."""
        document, library = self.state.document, self._ready()
        if document is None or library is None:
            return
        if choice == "drop":
            stack = self.state.undo_stack
            while stack is not None and stack.can_undo:
                stack.undo()
            return
        schedule, label = document.schedule, document.update_label
        project, own = document.library_project, own_place(document, document.baseline)

        def work(context: JobContext) -> int:
            update = library.add_schedule(schedule, label=label, kind="what-if", project=project)
            if own >= 0:
                library.keep_own_baseline(update, schedule.baselines[own].name)
            return update

        def done(update: int) -> None:
            self.reload()
            self.open_update(update)

        self.state.run("what-if", tr("Saving {label}").format(label=label), work, done)

    def close(self) -> None:
        """Stop the jobs, then close the library."""
        self.state.close()
        if self.library is not None:
            self.library.close()
            self.state.library = None


def _sample_update(library: Any) -> int:
    """Id of the sample's latest update, filed where it was missing; 0 when it has none."""
    from planbench.services.sample import ensure_sample

    project = ensure_sample(library)
    latest = library.project(project).latest
    return 0 if latest is None else int(latest.id)
