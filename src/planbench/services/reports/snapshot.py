"""What a report is made from: one update with all that was computed of it, fixed at one moment.

A part that is not there has its reason in words instead, so that a report can say so in its place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import NO_TIME, to_datetime
from planbench.services.document import Document
from planbench.services.jobs import JobContext

if TYPE_CHECKING:
    from planbench.engines.compare.series import Series
    from planbench.engines.contract.deadlines import Deadline
    from planbench.engines.contract.result import Assessment
    from planbench.engines.portfolio.register import Register
    from planbench.engines.quality.result import QualityReport
    from planbench.engines.risk.result import RiskResult
    from planbench.services.actions import ActionReport
    from planbench.services.compare import Review
    from planbench.services.contract import Binding
    from planbench.services.control import ControlReport
    from planbench.services.forecasts import Forecast
    from planbench.services.library import Library
    from planbench.services.portfolio import Portfolio
    from planbench.services.programme import Programme

ITERATIONS, SEED = 4096, 1
"""Of the run made for a report where a risk model is kept but no run of it."""

QUALITY_RULES = "dcma-pam-2012"
"""The ruleset that quality is reported by where no standards pack wants another first."""

NO_SCHEDULE = "No schedule is open."


@dataclass
class Snapshot:
    """An update with its results. `missing` says in one sentence why a part is None.

    `earlier` are calculated updates before it, oldest first.
    """

    document: Document | None = None
    base: Document | None = None
    earlier: tuple[Document, ...] = ()
    control: ControlReport | None = None
    forecasts: tuple[Forecast, ...] = ()
    actions: ActionReport | None = None
    quality: QualityReport | None = None
    risk: RiskResult | None = None
    review: Review | None = None
    series: Series | None = None
    binding: Binding | None = None
    bound: bool = False
    assessment: Assessment | None = None
    deadlines: tuple[Deadline, ...] | None = None
    day: dt.date | None = None
    portfolio: Portfolio | None = None
    programme: Programme | None = None
    missing: dict[str, str] = field(default_factory=dict)

    def why_not(self, part: str) -> str:
        """Why a part cannot be told, "" when it can. Parts are named like the fields.

        Beside those: "cpm" and "baseline" of the document, and "cost-risk".
        """
        if part in self.missing:
            return self.missing[part]
        document = self.document
        if part == "portfolio":
            return "" if self.portfolio is not None else "There is no portfolio to tell of."
        if part == "programme":
            return "" if self.programme is not None else "A programme is that of a library."
        if document is None:
            return NO_SCHEDULE
        if part == "cpm":
            return "" if document.cpm is not None else document.problem or "Not calculated."
        if part == "baseline":
            return "" if document.baseline is not None else "No baseline is assigned."
        if part == "cost-risk" and self.risk is not None:
            return "" if self.risk.cost is not None else "The risk model has no costs."
        if part == "cost-risk":
            part = "risk"
        there = {"document": document, "earlier": self.earlier or None}.get(
            part, getattr(self, part, None)
        )
        return "" if there is not None else _ABSENT.get(part, "There are no data.")


_ABSENT = {
    "risk": "No risk run and no risk model belong to this update.",
    "earlier": "There is no earlier update.",
    "review": "There is no earlier update to compare with.",
    "series": "A trend needs an earlier update.",
    "binding": "The project is not bound to a contract pack.",
    "actions": "Actions are kept with a project of the library, and it is not in one.",
}


@dataclass(frozen=True)
class Given:
    """What a snapshot is gathered from; `pack` and `register` are for files without a library."""

    document: Document | None
    base: Document | None = None
    earlier: tuple[Document, ...] = ()
    library: Library | None = None
    pack: str = ""
    register: Register | None = None


def gather(given: Given, parts: Sequence[str], context: JobContext | None = None) -> Snapshot:
    """A snapshot with the parts that are asked for, each made once or its reason kept.

    Raises StoreError when a library cannot be read, Cancelled when the user stopped the job.
    """
    work = context or JobContext()
    document = given.document
    snapshot = Snapshot(document, given.base, given.earlier)
    if given.library is not None and document is not None:
        snapshot.base, snapshot.earlier = _from_library(document, given.library, parts)
    moment = None if document is None else to_datetime(document.schedule.data_date)
    snapshot.day = None if moment is None else moment.date()
    makers: dict[str, Callable[[Snapshot, Given, JobContext], None]] = {
        "control": _control,
        "actions": _actions,
        "quality": _quality,
        "risk": _risk,
        "review": _review,
        "series": _series,
        "binding": _contract,
        "portfolio": _portfolio,
        "programme": _programme,
    }
    wanted = [name for name in makers if name in parts]
    for number, name in enumerate(wanted):
        work.report(number, len(wanted), f"Gathering {name}")
        if document is None and name not in ("portfolio", "programme"):
            continue
        try:
            makers[name](snapshot, given, work)
        except PlanbenchError as error:
            snapshot.missing[name] = f"{error.line[:1].upper()}{error.line[1:].rstrip('.')}."
    work.report(1, 1, "Gathered")
    return snapshot


def _from_library(
    document: Document, library: Library, parts: Sequence[str]
) -> tuple[Document | None, tuple[Document, ...]]:
    """The project's baseline and the updates before a document, with dates."""
    from planbench.services.compare import calculated, document_of_update
    from planbench.services.quality import earlier_updates

    if document.library_project is None:
        return None, ()
    chosen = library.project(document.library_project).baseline
    base = None if chosen is None else document_of_update(library, chosen)
    if not {"series", "review", "earlier", "quality", "binding"} & set(parts):
        return base, ()
    found = []
    for update in earlier_updates(document, library):
        if update.kind == "baseline":
            continue
        try:
            found.append(calculated(document_of_update(library, update.id)))
        except PlanbenchError:
            continue  # an update that has no dates has no place in a trend
    return base, tuple(found)


def _control(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    """As Control measures it; from files, against the baseline and updates that were given."""
    from planbench.services.control import control_report, library_report, point_of
    from planbench.services.forecasts import forecasts_of

    document, base = snapshot.document, snapshot.base
    assert document is not None
    if given.library is not None and document.library_project is not None:
        snapshot.control = library_report(document, given.library)
    elif base is None:
        snapshot.control = control_report(document, None)
    else:
        history = [
            point_of(one.schedule, base.schedule, base.cpm, one.update_label)
            for one in snapshot.earlier
        ]
        snapshot.control = control_report(
            document, base.schedule, base.cpm, base.update_label, history
        )
    snapshot.forecasts = forecasts_of(document, given.library, snapshot.control)


def _actions(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    from planbench.services.actions import action_report

    document = snapshot.document
    assert document is not None
    if given.library is not None and document.library_project is not None:
        snapshot.actions = action_report(document, given.library, snapshot.control)


def _quality(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    from planbench.services.quality import quality_of
    from planbench.services.standards import profile

    document = snapshot.document
    assert document is not None
    wanted = profile(given.library, document.library_project)[:1]
    name = wanted[0].id if wanted else QUALITY_RULES
    digest = document.schedule.digest
    for report in document.quality:
        own = report.digest == digest and report.project == document.schedule.main_project
        alike = not wanted or report.version == wanted[0].version
        if report.ruleset_id == name and own and alike:
            snapshot.quality = report
            return
    previous = snapshot.earlier[-1].schedule if snapshot.earlier else None
    reports = quality_of(document, wanted or [name], previous)
    main = document.schedule.main_project
    snapshot.quality = next((one for one in reports if one.project == main), None)


def _risk(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    """The run that the document holds of this very schedule, else one of its kept model."""
    from planbench.services.risk import simulated

    document = snapshot.document
    assert document is not None
    held, model = document.risk, document.risk_model
    if held is not None and held.schedule_digest == document.schedule.digest:
        snapshot.risk = held
    elif model is not None and document.cpm is not None:
        snapshot.risk = simulated(
            document, model, iterations=ITERATIONS, seed=SEED, exclusion=True, context=context
        )


def _review(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    from planbench.services.compare import compare_documents

    document = snapshot.document
    assert document is not None
    before = snapshot.earlier[-1] if snapshot.earlier else snapshot.base
    if before is not None:
        snapshot.review = compare_documents(before, document, context=context)


def _series(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    from planbench.services.compare import series_of_documents

    assert snapshot.document is not None
    run = [*([snapshot.base] if snapshot.base else []), *snapshot.earlier, snapshot.document]
    dates = [one.schedule.data_date for one in run]
    if len(run) > 1 and NO_TIME not in dates and len(np.unique(dates)) == len(dates):
        snapshot.series = series_of_documents(run)


def _contract(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    from planbench.services.contract import (
        Binding,
        assess_document,
        load_binding,
        pack_of,
        starting_data,
        with_stored_dates,
    )
    from planbench.services.deadlines import project_deadlines

    document = snapshot.document
    assert document is not None
    binding = None
    if given.library is not None and document.library_project is not None:
        binding = load_binding(given.library, document.library_project, given.pack)
        snapshot.bound = binding is not None
    if binding is None and given.pack:
        binding = Binding(pack_of(given.pack), starting_data(document))
    if binding is None:
        return
    snapshot.binding = binding
    before = with_stored_dates(snapshot.earlier[-1].schedule) if snapshot.earlier else None
    snapshot.assessment = assess_document(document, binding, before, context)
    if snapshot.day is not None:
        snapshot.deadlines = project_deadlines(document, binding, snapshot.day)


def _portfolio(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    from planbench.services.portfolio import analyse
    from planbench.services.portfolio_library import flows, kept_register, with_flows

    register = given.register
    if register is None and given.library is not None:
        register = kept_register(given.library)
        if register is not None:
            register = with_flows(register, flows(given.library, register))
    if register is not None:
        snapshot.portfolio = analyse(register, context=context)


def _programme(snapshot: Snapshot, given: Given, context: JobContext) -> None:
    from planbench.services.programme import programme_of

    if given.library is not None:
        snapshot.programme = programme_of(given.library)


def analysed_file(path: Any, encoding: str | None = None) -> Document:
    """A schedule file, opened and calculated. Raises PlanbenchError when it cannot be."""
    from planbench.services.files import open_file
    from planbench.services.scheduling import recalculate

    document = open_file(path, encoding)
    recalculate(document)
    if document.cpm is None:
        raise PlanbenchError(document.problem, str(path))
    document.update_label = path.name
    return document
