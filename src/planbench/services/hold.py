"""Holding analyses back whose results rest on dates that do not agree with the file's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planbench.domain.errors import PlanbenchError
from planbench.services.document import Document

if TYPE_CHECKING:
    from planbench.services.library import Library

THRESHOLD = 0.99
"""Share of activities whose five values should agree before analyses move dates."""

RELEASE = "release"
"""Kind of the library's entries that let held back analyses run, one an update."""


def held_back(document: Document, threshold: float | None = None) -> str | None:
    """Why analyses that move dates are held back for a document, None when they are not.

    They are when fewer of its dates agree than `threshold` (without one, than the document itself
    asks for), unless the user said that they may run. A file that stores no dates has nothing to
    disagree with and is not held back; what was edited since it was read does not count.
    """
    needed = document.agreement_needed if threshold is None else threshold
    agreement = document.agreement_read or document.agreement
    if document.agreement_override or agreement is None or agreement.share is None:
        return None
    if agreement.share >= needed:
        return None
    return (
        f"{agreement.all_five} of {agreement.population} activities have the dates that the file "
        f"stores; below {100 * needed:g} % analyses that move dates are held back."
    )


def refuse_held_back(document: Document) -> None:
    """Raises PlanbenchError with the reason where analyses that move dates are held back."""
    reason = held_back(document)
    if reason is not None:
        raise PlanbenchError(
            reason.removesuffix("."),
            document.schedule.source.name,
            "Let them run all the same under “Dates agree” or with --despite-disagreement.",
        )


def override(document: Document, on: bool = True, reason: str = "") -> None:
    """Let held back analyses run on a document, or hold them back again; written in its history.

    `reason` is why the user lets them run, in their own words.
    """
    if on == document.agreement_override:
        return
    document.agreement_override = on
    document.agreement_reason = reason.strip() if on else ""
    document.history.append(f"{told(document)}.")


def told(document: Document) -> str:
    """In words whether analyses run, at which agreement, and why."""
    agreement = document.agreement_read or document.agreement
    share = agreement.share if agreement is not None else None
    agrees = "no stored dates"
    if share is not None:
        agrees = f"{100 * share:.1f} % of the stored dates agree"
    what = "may run" if document.agreement_override else "are held back again"
    why = f": {document.agreement_reason}" if document.agreement_reason else ""
    return f"Analyses that move dates {what} ({agrees}){why}"


def keep_release(library: Library, document: Document) -> None:
    """Keep in the library whether held back analyses may run on an update, and journal it.

    Does nothing for a file that was opened without the library. Raises StoreError when the
    library cannot be written.
    """
    from planbench.store.records import Entry

    if document.update is None:
        return
    agreement = document.agreement_read or document.agreement
    body = {
        "reason": document.agreement_reason,
        "share": None if agreement is None else agreement.share,
    }
    entry = Entry(RELEASE, str(document.update), body, document.library_project)
    if document.agreement_override:
        library.put_entries([entry], told(document))
    else:
        library.delete_entries([entry], told(document))


def restore_release(library: Library, document: Document) -> None:
    """Let analyses run on an update as they did when it was last open; its history says since when.

    Raises StoreError when the library cannot be read.
    """
    if document.update is None:
        return
    uid = str(document.update)
    kept = [e for e in library.entries(RELEASE, document.library_project) if e.uid == uid]
    if not kept:
        return
    document.agreement_override = True
    document.agreement_reason = str(kept[0].body.get("reason", ""))
    lines = library.journal(RELEASE, document.library_project, uid)
    if lines:
        last = lines[-1]
        document.history.append(f"{last.what} (by {last.who}, {last.at[:10]}).")
