"""What people settled about the comparisons of a project: same or not, and whose finish counts.

Kept in the library as entries with a journal, so that the next comparison does not ask again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

SAME = "same-activity"
"""Kind of the entries on pairs of ids."""

TARGET = "comparison-target"
"""Kind of the entry that names the activity whose finish counts."""


@dataclass(frozen=True)
class Choices:
    """`same` maps old ids to new ones, `refused` are pairs that are not one activity."""

    same: dict[str, str] = field(default_factory=dict)
    refused: frozenset[tuple[str, str]] = frozenset()
    target: str = ""


def choices_of(library: Library | None, project: int | None) -> Choices:
    """What was settled for a project; nothing outside a library. Raises StoreError."""
    if library is None or project is None:
        return Choices()
    same: dict[str, str] = {}
    refused = set()
    for entry in library.entries(SAME, project):
        old, new = str(entry.body["old"]), str(entry.body["new"])
        if entry.body["same"]:
            same[old] = new
        else:
            refused.add((old, new))
    target = next((str(one.body["id"]) for one in library.entries(TARGET, project)), "")
    return Choices(same, frozenset(refused), target)


def settle(library: Library, project: int, pairs: Iterable[tuple[str, str]], same: bool) -> int:
    """Keep that pairs of (old id, new id) are one activity, or are not; how many were written.

    Raises StoreError when the library cannot be written.
    """
    entries = [
        Entry(SAME, f"{old} > {new}", {"old": old, "new": new, "same": same}, project)
        for old, new in pairs
    ]
    verb = "is now" if same else "is not"
    words = ", ".join(f"{e.body['old']} {verb} {e.body['new']}" for e in entries[:4])
    more = f" and {len(entries) - 4} more" if len(entries) > 4 else ""
    return library.put_entries(entries, f"{words}{more}")


def unsettle(library: Library, project: int) -> int:
    """Forget all pairs of a project, so that they are proposed again; how many there were.

    Raises StoreError when the library cannot be written.
    """
    return library.delete_entries(library.entries(SAME, project), "asked for the renames again")


def choose_target(library: Library, project: int, id_: str) -> None:
    """Keep whose finish comparisons of a project are about, "" for the project's.

    Raises StoreError when the library cannot be written.
    """
    if id_:
        library.put_entries([Entry(TARGET, "target", {"id": id_}, project)], f"finish of {id_}")
    else:
        library.delete_entries(library.entries(TARGET, project), "finish of the project")
