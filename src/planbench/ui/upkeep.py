"""What follows a change of the open schedule: its dates anew, and what the library keeps of it.

Everything slow runs as a job; the window's thread only takes results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from planbench.services.document import Document
from planbench.services.hold import keep_release
from planbench.services.jobs import JobContext
from planbench.services.own_fields import TOUCHED as OWN_FIELDS
from planbench.services.own_fields import keep_own_fields
from planbench.ui.state import AppState
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.services.agreement import Agreement

_COMPARED_AFTER = 200
"""Milliseconds after new dates until they are compared with the stored ones: painting is first."""


class Upkeep(QObject):
    """Keeps the dates of the open schedule and the library's records of it up with its changes.

    `reload` reads the list of projects again, after something of a project was kept.
    """

    def __init__(self, state: AppState, reload: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.state = state
        self._reload = reload
        self._keeping = Lock()
        state.schedule_edited.connect(self._edited)
        state.result_changed.connect(self._keep_checks)
        self._comparing = QTimer(self)
        self._comparing.setSingleShot(True)
        self._comparing.setInterval(_COMPARED_AFTER)
        self._comparing.timeout.connect(self._compare)

    def _edited(self, touched: frozenset[str]) -> None:
        """The schedule changed: keep what the library has of it and calculate anew."""
        if "baselines" in touched:
            self.state.result_changed.emit("baseline")
        if touched & OWN_FIELDS:
            self._keep_own_fields()
            self.state.result_changed.emit("own fields")
        if touched == OWN_FIELDS:
            return  # the schedule is as it was
        self.recalculate()

    def recalculate(self) -> None:
        """Calculate the open schedule in a job; the old dates stay until the new ones are there.

        How far they agree with the stored ones is told a moment later.
        """
        document = self.state.document
        if document is None:
            return
        copy = replace(document, cpm=None)

        def work(context: JobContext) -> Document:
            from planbench.services.scheduling import calculate_dates

            calculate_dates(copy)
            return copy

        def done(fresh: Document) -> None:
            if self.state.document is not document:
                return
            document.cpm, document.dated, document.problem = fresh.cpm, fresh.dated, fresh.problem
            if fresh.problem:
                document.agreement = None
                self.state.message.emit("error", fresh.problem)
            self.state.result_changed.emit("cpm")
            self._comparing.start()

        self.state.run("cpm", tr("Scheduling"), work, done)

    def _compare(self) -> None:
        """Compare the dates of the open schedule with the stored ones, in a job."""
        document = self.state.document
        if document is None or document.cpm is None or self.state.closed:
            return
        schedule, cpm = document.schedule, document.cpm

        def work(context: JobContext) -> Agreement:
            from planbench.services.agreement import compare_with_stored

            return compare_with_stored(schedule, cpm)

        def done(found: Agreement) -> None:
            if self.state.document is document and document.cpm is cpm:
                document.agreement = found
                self.state.result_changed.emit("agreement")

        self.state.run("agreement", tr("Comparing dates"), work, done)

    def _keep_own_fields(self) -> None:
        """Keep the user's own fields with the project, after a step or one taken back."""
        document, library = self.state.document, self.state.library
        if document is None or library is None or document.library_project is None:
            return
        project = document.library_project

        def work(context: JobContext) -> None:
            with self._keeping:  # one after the other: each goes on from what the last one kept
                now = document.own_fields
                keep_own_fields(library, project, document.own_fields_kept, now)
                document.own_fields_kept = now

        self.state.run("own-fields", tr("Keeping your own fields"), work, lambda _none: None)

    def _keep_checks(self, kind: str) -> None:
        """Keep the figures of checks that were run on an update as it is filed."""
        document, library, stack = self.state.document, self.state.library, self.state.undo_stack
        if kind == "earlier quality":  # kept by the check itself
            self._reload()
        if kind != "quality" or document is None or document.update is None or not document.quality:
            return
        if library is None or library.read_only or stack is None or not stack.is_clean:
            return

        def work(context: JobContext) -> None:
            library.save_results(document)

        self.state.run("keep", tr("Keeping the checks"), work, lambda _result: self._reload())

    def keep_release(self) -> None:
        """Keep whether held back analyses may run on the open update, for when it is next open."""
        document, library = self.state.document, self.state.library
        if document is None or library is None or library.read_only:
            return

        def work(context: JobContext) -> None:
            keep_release(library, document)

        self.state.run("release", tr("Keeping what may run"), work, lambda _result: None)


def calculate(document: Document) -> None:
    """Calculate a document just opened and compare it with the stored dates, where not yet done."""
    from planbench.services.agreement import compare_with_stored
    from planbench.services.scheduling import recalculate

    if document.cpm is None:
        recalculate(document)
    elif document.agreement is None:
        document.agreement = compare_with_stored(document.schedule, document.cpm)


def warm_kernels(context: JobContext) -> None:
    """Compile or load what the first schedule and the first simulation would otherwise wait for."""
    from planbench.services.warm import warm_up

    warm_up(context.report)
