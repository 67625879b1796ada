"""The library of projects: importing files, opening updates, baselines, keeping results.

All methods may be called from worker threads. Errors of the surroundings are StoreError, files
that cannot be read ImportRefused; either leaves the library as it was.
"""

from __future__ import annotations

import getpass
import hashlib
import threading
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from planbench import __version__
from planbench.domain.errors import ImportRefused, ModelError, StoreError
from planbench.domain.reports import Repair
from planbench.domain.schedule import Schedule
from planbench.domain.times import to_iso
from planbench.services import figures
from planbench.services.baselines import aligned_baseline
from planbench.services.document import Document
from planbench.services.hold import restore_release
from planbench.services.own_fields import attach_own_fields
from planbench.services.recents import Recent, Recents
from planbench.store.library_file import LibraryFile
from planbench.store.records import (
    Entry,
    JournalLine,
    NewUpdate,
    Note,
    ProjectRecord,
    ResultHead,
    UpdateRecord,
)

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.risk.model import RiskModel
    from planbench.services.jobs import JobContext

ENDING = ".planbench"


def user_name() -> str:
    """Who this user is to the journal: the name of the account."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account behind this process
        return "unknown"


def default_path() -> Path:
    """The library of a user who never chose one."""
    from platformdirs import user_data_path

    return Path(user_data_path("planbench", appauthor=False)) / f"library{ENDING}"


class Library:
    """An open library. `file` is the file itself, for what needs no more than reading or writing.

    `read_only` says in words why nothing can be changed, "" when all can.
    """

    def __init__(self, file: LibraryFile, recents: Recents | None = None) -> None:
        self.file = file
        self._recents = recents or Recents()
        self._filing = threading.Lock()

    @classmethod
    def open(cls, path: str | Path | None = None, recents: Recents | None = None) -> Library:
        """Open a library, the user's own without a path; an empty one is made where there is none.

        Raises StoreError when it cannot be opened or made.
        """
        path = Path(path) if path is not None else default_path()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the folder cannot be made: {error.strerror}", str(path.parent)
            ) from error
        return cls(LibraryFile.open(path, create=True), recents)

    @property
    def path(self) -> Path:
        """The library file."""
        return self.file.path

    @property
    def read_only(self) -> str:
        """Why the library cannot be changed, in words; "" when it can."""
        return self.file.read_only

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong at opening without harm."""
        return self.file.warnings

    def close(self) -> None:
        """Close the file and let others write it."""
        self.file.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ projects and updates

    def projects(self) -> tuple[ProjectRecord, ...]:
        """All projects by name, with their updates, figures and what results they have."""
        return self.file.projects()

    def project(self, project: int) -> ProjectRecord:
        """One project. Raises StoreError when it was deleted."""
        for found in self.projects():
            if found.id == project:
                return found
        raise StoreError("this project is no longer in the library", str(self.path))

    def update(self, update: int) -> UpdateRecord:
        """One update. Raises StoreError when it was deleted."""
        return self.file.update(update)

    def new_project(self, code: str, name: str) -> int:
        """Make an empty project. Raises StoreError when the code is taken."""
        return self.file.add_project(code, name)

    def rename_project(self, project: int, name: str) -> None:
        """Give a project another name; files still find it by its code."""
        self.file.change_project(project, name=name)

    def delete_project(self, project: int) -> None:
        """Delete a project with all that belongs to it."""
        self.file.delete_project(project)

    def rename_update(self, update: int, label: str) -> None:
        """Give an update another label."""
        self.file.change_update(update, label=label)

    def move_update(self, update: int, project: int) -> None:
        """File an update under another project; it stops being the baseline of its old one."""
        with self._filing:
            old = self.project(self.update(update).project)
            self.file.change_update(update, project_id=self.project(project).id)
            if old.id != project and old.baseline == update:
                self.file.set_baseline(old.id, None)

    def delete_update(self, update: int) -> None:
        """Delete an update with its results, findings and notes."""
        self.file.delete_update(update)

    def original_file(self, update: int) -> bytes | None:
        """The bytes of the file an update was imported from, None where there was no file."""
        return self.file.original_file(update)

    def notes(self, project: int) -> tuple[Note, ...]:
        """The notes on a project, its updates and activities, oldest first."""
        return self.file.notes(project)

    def add_note(
        self, project: int, text: str, update: int | None = None, subject: str = ""
    ) -> int:
        """Note something on a project, one of its updates, or an activity (`subject`: its id)."""
        return self.file.add_note(project, text, update, subject)

    def delete_note(self, note: int) -> None:
        """Forget a note."""
        self.file.delete_note(note)

    def entries(self, kind: str, project: int | None = None) -> tuple[Entry, ...]:
        """What users wrote down of a kind, oldest first; of one project, or of all (None)."""
        return self.file.entries(kind, project)

    def put_entries(self, new: Iterable[Entry], what: str, who: str = "") -> int:
        """Keep entries, all or none, each change journalled under `who` (default: this user)."""
        return self.file.put_entries(new, who or user_name(), what)

    def delete_entries(self, old: Iterable[Entry], what: str, who: str = "") -> int:
        """Forget entries, all or none; the journal keeps what they were."""
        return self.file.delete_entries(old, who or user_name(), what)

    def journal(
        self, kind: str, project: int | None = None, uid: str | None = None
    ) -> tuple[JournalLine, ...]:
        """The audit trail of a kind of entries, oldest first."""
        return self.file.journal(kind, project, uid)

    def recents(self) -> tuple[Recent, ...]:
        """Updates of this library that were opened on this computer, newest first."""
        there = {update.id for project in self.projects() for update in project.updates}
        return tuple(
            entry
            for entry in self._recents.entries()
            if entry.library == str(self.path) and entry.update in there
        )

    # ------------------------------------------------------------ filing

    def imported_before(self, content: bytes) -> int | None:
        """The update that came from a file with these very bytes."""
        return self.file.find_update(hashlib.sha256(content).hexdigest())

    def import_file(
        self,
        path: str | Path,
        *,
        project: int | None = None,
        encoding: str | None = None,
        context: JobContext | None = None,
    ) -> int:
        """Read a schedule file and file it as a new update; the update's id.

        It goes to `project`, else to the project with the code that the file gives, else to a new
        one. A file that was imported before is not imported again: the id of then comes back.
        Raises ImportRefused when the file cannot be read, StoreError when it cannot be kept.
        """
        from planbench.exchange.registry import read_schedule

        path = Path(path)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ImportRefused(f"cannot be read: {error.strerror}", str(path)) from error
        known = self.imported_before(content)
        if known is not None:
            return known
        progress = None if context is None else context.report
        imported = read_schedule(content, name=path.name, encoding=encoding, progress=progress)
        return self.add_schedule(
            imported.schedule,
            label=path.stem,
            project=project,
            repairs=imported.repairs,
            content=content,
            name=path.name,
        )

    def add_schedule(
        self,
        schedule: Schedule,
        *,
        label: str = "",
        kind: str = "update",
        project: int | None = None,
        repairs: Iterable[Repair] = (),
        content: bytes | None = None,
        name: str = "",
    ) -> int:
        """File a schedule as a new update of a project, by default the one with its code; the id.

        `kind` is "update", "baseline" or "what-if"; the first baseline of a project becomes the
        one it is measured against. `content` are the bytes of the file it came from, called
        `name`. Raises StoreError when it cannot be kept.
        """
        name = name or schedule.source.name
        sha256 = schedule.source.sha256
        if content is not None:
            sha256 = hashlib.sha256(content).hexdigest()
        new = NewUpdate(
            label=label or to_iso(schedule.data_date) or name or "update",
            kind=kind,
            data_date=schedule.data_date,
            source_name=name,
            source_format=schedule.source.format,
            sha256=sha256,
            figures=figures.of_schedule(schedule),
        )
        with self._filing:
            if content is not None and (known := self.file.find_update(sha256)) is not None:
                return known
            if project is None:
                project = self._project_for(schedule, name)
            update = self.file.add_update(project, schedule, new, tuple(repairs), content)
            if kind == "baseline" and self.project(project).baseline is None:
                self.file.set_baseline(project, update)
        return update

    def _project_for(self, schedule: Schedule, name: str) -> int:
        """The project with the code of the schedule's main project; a new one where none has."""
        main = schedule.projects[schedule.main_project] if schedule.projects else None
        code = (main.code if main else "") or Path(name).stem or "project"
        found = self.file.find_project(code)
        if found is not None:
            return found
        return self.file.add_project(code, (main.name if main else "") or code)

    # ------------------------------------------------------------ opening

    def open_update(self, update: int) -> Document:
        """An update as a document, with its baseline and the dates and risk model kept for it.

        Nothing is calculated here except a baseline that stores no dates of its own.
        Raises StoreError when the update was deleted or is damaged.
        """
        record = self.file.update(update)
        project = self.project(record.project)
        schedule = self.file.load_schedule(update)
        document = Document(
            schedule,
            library_project=project.id,
            update=update,
            title=project.name,
            update_label=record.label,
            repairs=self.file.repairs(update),
            cpm=self.load_cpm(update, schedule),
        )
        self.attach_baseline(document)
        attach_own_fields(self, document)
        restore_release(self, document)
        try:
            document.risk_model = self.load_risk_model(update)
        except ModelError as error:
            document.history.append(f"The kept risk model cannot be used: {error.line}")
        self._recents.opened(self.path, update, project.name, record.label)
        return document

    def set_baseline(self, project: int, update: int | None) -> None:
        """Choose the update a project is measured against, or none.

        Raises StoreError when there is no such update.
        """
        if update is not None:
            self.file.update(update)
        self.file.set_baseline(project, update)

    def keep_own_baseline(self, update: int, name: str) -> None:
        """Measure an update against a baseline of its own, by name; "" for that of the project.

        Raises StoreError when the library cannot be changed.
        """
        self.file.set_setting(f"own-baseline/{update}", name)

    def attach_baseline(self, document: Document) -> None:
        """Set `baseline` and `baseline_label` of a document that was opened from this library.

        It is the one kept with the update, else the project's baseline, else the first one the
        file brought along, else none.
        """
        document.baseline, document.baseline_label = None, ""
        if document.library_project is None:
            return
        chosen = self.project(document.library_project).baseline
        kept = self.file.setting(f"own-baseline/{document.update}", "")
        own = [one for one in document.schedule.baselines if kept and one.name == kept]
        if own:
            document.baseline = own[0]
        elif chosen is not None:
            label = self.file.update(chosen).label
            other = self.file.load_schedule(chosen)
            cpm = self.load_cpm(chosen, other)
            document.baseline = aligned_baseline(document.schedule, other, label, cpm)
        elif document.schedule.baselines:
            document.baseline = document.schedule.baselines[0]
        if document.baseline is not None:
            document.baseline_label = document.baseline.name

    # ------------------------------------------------------------ results

    def save_results(self, document: Document) -> None:
        """Keep what a document holds: dates, quality reports, risk model and risk result.

        They are listed with the update, with figures for the table of projects.
        Raises StoreError when they cannot be kept, ValueError for a document from elsewhere.
        """
        update = document.update
        if update is None:
            raise ValueError("the document does not come from a library")
        digest = document.schedule.digest
        if document.cpm is not None:
            meta = figures.of_dates(document)
            columns, _ = figures.taken_apart(document.cpm)
            self.file.save_result(update, "cpm", digest, meta, columns)
        for report in document.quality:
            meta, rows = figures.of_quality(report)
            label = f"{report.ruleset_id} {report.project}"
            self.file.save_result(update, "quality", report.digest, meta, rows, label)
        if document.risk_model is not None:
            from planbench.engines.risk.model import model_json

            model = model_json(document.risk_model)
            self.file.save_result(update, "risk-model", digest, model, {})
        if document.risk is not None:
            meta, columns = figures.of_risk(document.risk)
            digest = document.risk.schedule_digest
            self.file.save_result(update, "risk", digest, meta, columns, document.risk_label)

    def load_cpm(self, update: int, schedule: Schedule) -> CpmResult | None:
        """The kept dates of an update, None unless this program made them from this schedule."""
        from planbench.engines.cpm.result import CpmResult

        kept = self.file.load_result(update, "cpm")
        if kept is None or kept.head.digest != schedule.digest:
            return None
        names = {item.name for item in fields(CpmResult)}
        if kept.head.meta.get("planbench") != __version__ or names != kept.columns.keys():
            return None
        return CpmResult(**kept.columns)

    def load_risk_model(self, update: int) -> RiskModel | None:
        """The risk model that was kept with an update, None without one.

        Raises ModelError when it is one that this program does not understand.
        """
        from planbench.engines.risk.model import parse_model

        kept = self.file.load_result(update, "risk-model")
        return None if kept is None else parse_model(kept.head.meta)

    def results(self, update: int) -> tuple[ResultHead, ...]:
        """What is kept for an update, without columns, oldest first."""
        return self.file.update(update).results

    def save_as(self, target: str | Path) -> None:
        """Write the whole library to another file; this one stays open."""
        self.file.save_copy(target)
