"""All that the Contract view shows of a document, made in one go in the background."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planbench.domain.errors import ModelError
from planbench.domain.times import DAY, NO_TIME, day_number
from planbench.engines.contract.deadlines import Deadline
from planbench.engines.contract.pack import Pack
from planbench.services.contract import (
    Binding,
    as_of,
    assess_document,
    load_binding,
    packs,
    starting_data,
    with_stored_dates,
)
from planbench.services.deadlines import project_deadlines
from planbench.services.document import Document

if TYPE_CHECKING:
    from planbench.engines.contract.result import Assessment
    from planbench.services.jobs import JobContext
    from planbench.services.library import Library


@dataclass(frozen=True)
class Completion:
    """How planned completion stands to the contract: `spare` calendar days, negative when late."""

    name: str
    planned: int
    due: dt.date
    spare: int


@dataclass(frozen=True)
class ContractReport:
    """A document held against a pack. `bound` is False while the contract data is a proposal.

    `problem` says why there are no deadlines, in words; "" when there could be.
    """

    binding: Binding
    packs: tuple[Pack, ...]
    bound: bool
    assessment: Assessment
    deadlines: tuple[Deadline, ...]
    as_of: dt.date
    completion: Completion | None
    problem: str = ""


def contract_report(
    document: Document,
    library: Library | None,
    pack: str = "",
    day: dt.date | None = None,
    now: dt.date | None = None,
    context: JobContext | None = None,
) -> ContractReport:
    """A document held against `pack`, by default the one its project is bound to.

    `day` is that of the clock; by default `now` (today), or the data date of an old update.
    Raises StoreError when the library cannot be read, ModelError for what it cannot understand,
    Cancelled when the user stopped the job.
    """
    from planbench.services.quality import earlier_schedule

    project = document.library_project
    known = packs(library, project)
    binding = None
    if library is not None and project is not None:
        binding = load_binding(library, project)
        if binding is not None and pack and pack != binding.pack.id:
            binding = load_binding(library, project, pack)
    bound = binding is not None
    if binding is None:
        chosen = next((one for one in known if one.id == pack), known[0])
        binding = Binding(chosen, starting_data(document))
    previous = earlier_schedule(document, library)
    if previous is not None:
        previous = with_stored_dates(previous)
    assessment = assess_document(document, binding, previous, context)
    clock = day or as_of(document, now or dt.date.today())
    deadlines: tuple[Deadline, ...] = ()
    problem = ""
    try:
        deadlines = project_deadlines(document, binding, clock)
    except ModelError as error:
        problem = error.line
    return ContractReport(
        binding, known, bound, assessment, deadlines, clock, _completion(document, binding), problem
    )


def _completion(document: Document, binding: Binding) -> Completion | None:
    for one in binding.data.of_kind(["completion"]):
        row = document.schedule.row_of_code.get(one.activity, -1)
        if row >= 0 and document.cpm is not None and document.cpm.finish[row] != NO_TIME:
            planned = int(document.cpm.finish[row])
            return Completion(one.name, planned, one.due, day_number(one.due) - planned // DAY)
    return None
