"""The comment sheet of a review as plain rows, and the responses that come back on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from planbench.engines.findings.record import DISPOSITIONS, clean

TITLES = (
    "No.",
    "Finding",
    "Reference",
    "Subject",
    "What was found",
    "Measured",
    "Severity",
    "Standing",
    "State",
    "Owner",
    "Due",
    "Comment",
    "Asked for",
    "Response",
    "Disposition",
    "Responded by",
)
"""Columns of the sheet. The last three are for the other side to fill in."""

FILLED_IN = TITLES[-3:]
TALK_TITLES = ("Finding", "Time", "By", "Kind", "Words")

_UID = re.compile(r"Q-[0-9A-Z]{10}")


@dataclass(frozen=True)
class SheetRow:
    """One finding as the other side sees it. `number` counts from 1 within the sheet."""

    number: int
    uid: str
    reference: str
    subject: str
    title: str
    measured: str
    severity: str
    standing: str
    state: str
    owner: str
    due: str
    comment: str
    action: str
    response: str = ""
    disposition: str = ""
    responded_by: str = ""

    def cells(self) -> tuple[str | int, ...]:
        """The values in the order of TITLES."""
        return tuple(self.__dict__.values())


@dataclass(frozen=True)
class Said:
    """One comment or response of a thread."""

    uid: str
    at: str
    author: str
    kind: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """A comment sheet: what it is about as (label, words), its rows, and the threads in full."""

    title: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[SheetRow, ...]
    talk: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Response:
    """What came back on a finding; `where` says the place in the file."""

    uid: str
    text: str
    disposition: str = ""
    by: str = ""
    where: str = ""


def response_of(uid: str, text: str, disposition: str, by: str, where: str) -> Response | None:
    """What one row says, None where nothing was filled in.

    A disposition in words of its own becomes part of the text: it is not lost.
    """
    text, words, by = clean(text), clean(disposition), clean(by)
    known = next((one for one in DISPOSITIONS if one == words.casefold()), "")
    if words and not known:
        text = f"{text}\n\nDisposition: {words}".strip()
    if not text and not known:
        return None
    return Response(uid, text, known, by, where)


def uid_in(text: str) -> str:
    """The finding's id in a cell, "" where there is none."""
    match = _UID.search(text)
    return match.group() if match else ""


def numbered(rows: Iterable[SheetRow]) -> tuple[SheetRow, ...]:
    """The rows with numbers from 1."""
    return tuple(
        SheetRow(number, *row.cells()[1:])  # type: ignore[arg-type]
        for number, row in enumerate(rows, start=1)
    )
