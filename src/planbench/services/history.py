"""What one activity looked like in every update of its project, as the files store it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planbench.domain.schedule import NO_ROW
from planbench.scenes.facts import Facts, activity_facts
from planbench.services.document import Document
from planbench.services.jobs import JobContext

if TYPE_CHECKING:
    from planbench.services.library import Library

MOST = 24
"""Updates that are looked at, the latest ones."""


@dataclass(frozen=True)
class Snapshot:
    """One update: its label and data date, and the stored facts of its activities by ID."""

    label: str
    data_date: int
    rows: dict[str, int]
    facts: Facts

    def row(self, code: str) -> int:
        """The activity's row in this update, -1 where it was not there."""
        return self.rows.get(code, NO_ROW)


def history_of(
    document: Document, library: Library | None, context: JobContext | None = None
) -> tuple[Snapshot, ...]:
    """The updates of a document's project besides what-if copies, oldest first.

    Dates are those stored in the files, as each was issued. Empty for a document that is in no
    library. Raises StoreError when the library cannot be read, Cancelled when the job was stopped.
    """
    if library is None or document.library_project is None:
        return ()
    updates = library.project(document.library_project).updates
    issued = [update for update in updates if update.kind != "what-if"]
    issued = sorted(issued, key=lambda update: update.data_date)[-MOST:]
    found = []
    for number, update in enumerate(issued):
        if context is not None:
            context.report(number, len(issued), update.label)
        schedule = library.file.load_schedule(update.id)
        facts = activity_facts(schedule)
        found.append(Snapshot(update.label, schedule.data_date, schedule.row_of_code, facts))
    return tuple(found)
