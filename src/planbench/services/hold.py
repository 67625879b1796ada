"""Holding analyses back whose results rest on dates that do not agree with the file's own."""

from __future__ import annotations

from planbench.services.document import Document

THRESHOLD = 0.99
"""Share of activities whose five values should agree before analyses move dates."""


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


def override(document: Document, on: bool = True) -> None:
    """Let held back analyses run on a document, or hold them back again; written in its history."""
    if on == document.agreement_override:
        return
    document.agreement_override = on
    agreement = document.agreement_read or document.agreement
    share = agreement.share if agreement is not None else None
    told = "no stored dates" if share is None else f"{100 * share:.1f} % of the stored dates agree"
    what = "may run" if on else "are held back again"
    document.history.append(f"Analyses that move dates {what} ({told}).")
