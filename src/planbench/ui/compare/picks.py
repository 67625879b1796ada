"""What can be compared: updates of the library, the open schedule as edited, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planbench.services.compare import document_of_update
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.ui import text
from planbench.ui.state import AppState
from planbench.ui.translation import tr


@dataclass(frozen=True)
class Choice:
    """An update of the library (`filed`: as it was filed, not as it stands open), or a file."""

    label: str
    update: int = 0
    path: str = ""
    filed: bool = False
    kind: str = "update"


def picks(state: AppState, files: Sequence[Choice]) -> list[Choice]:
    """What can be compared with the open schedule, by data date; files last."""
    document, library = state.document, state.library
    if document is None:
        return list(files)
    if library is None or document.library_project is None:
        return [Choice(document.update_label or tr("Open schedule")), *files]
    record = library.project(document.library_project)
    edited = state.undo_stack is not None and not state.undo_stack.is_clean
    found = []
    for one in sorted(record.updates, key=lambda update: (update.data_date, update.id)):
        label = f"{one.label}, {text.date(one.data_date)}"
        if one.id == document.update and edited:
            filed = tr("{label}, as filed").format(label=label)
            found.append(Choice(filed, one.id, filed=True, kind=one.kind))
            label = tr("{label}, as edited").format(label=label)
        found.append(Choice(label, one.id, kind=one.kind))
    return [*found, *files]


def open_place(state: AppState, choices: Sequence[Choice]) -> int:
    """Where the open schedule stands among the choices."""
    document = state.document
    update = (document.update or 0) if document is not None else 0
    places = [n for n, c in enumerate(choices) if c.update == update and not (c.path or c.filed)]
    return places[0] if places else 0


def between(choices: Sequence[Choice], old: Choice, new: Choice) -> list[Choice]:
    """What else belongs to the series of two choices: what-ifs branch off it and stay out."""
    taken = {one.update for one in (old, new) if one.update}
    return [
        one
        for one in choices
        if one not in (old, new)
        and one.kind != "what-if"
        and not one.filed
        and (one.path or (one.update and one.update not in taken))
    ]


def document_of(state: AppState, choice: Choice) -> Document:
    """The schedule of a choice. Raises PlanbenchError when it cannot be read."""
    document = state.document
    if choice.path:
        return open_file(Path(choice.path))
    if document is not None and (document.update or 0) == choice.update and not choice.filed:
        return document
    return document_of_update(state.library, choice.update)
