"""Running the check in the background, and filling in the earlier updates behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planbench.engines.quality.result import QualityReport
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.quality import earlier_unchecked
from planbench.ui.state import AppState
from planbench.ui.translation import tr


def check(
    state: AppState,
    dates: str,
    done: Callable[[], object],
    failed: Callable[[Exception], object],
    finished: Callable[[], object],
    earlier: Callable[[], object],
) -> None:
    """Check the open document; what is shown stays until then.

    `done()` after its reports are there, `failed(error)`, `finished()` either way, and `earlier()`
    when trends of earlier updates came in later. Reports of a document that was edited meanwhile
    are dropped: its new dates bring a check of their own.
    """
    document = state.document
    if document is None:
        return
    library = state.library
    asked = replace(document)  # an edit during the run gives the document another schedule

    def work(context: JobContext) -> tuple[QualityReport, ...]:
        from planbench.services.quality import earlier_schedule, quality_of
        from planbench.services.standards import rulesets_for

        rules = rulesets_for(library, asked.library_project)
        return quality_of(asked, rules, earlier_schedule(asked, library), context, dates)

    def take(reports: tuple[QualityReport, ...]) -> None:
        if document is not state.document or document.schedule is not asked.schedule:
            return
        document.quality = reports
        done()
        _check_earlier(state, document, earlier)

    job = state.run("quality", tr("Checking quality"), work, take)
    job.finished.connect(finished)
    job.failed.connect(failed)


def _check_earlier(state: AppState, document: Document, told: Callable[[], object]) -> None:
    """Fill in the trends: earlier updates of the project that nobody has checked yet."""
    library = state.library
    if library is None or not earlier_unchecked(document, library):
        return

    def work(context: JobContext) -> int:
        from planbench.services.quality import check_earlier_updates

        return check_earlier_updates(document, library, context)

    def take(number: int) -> None:
        if number:
            state.result_changed.emit("earlier quality")
        if number and document is state.document:
            told()

    state.run("quality-earlier", tr("Checking earlier updates"), work, take)
