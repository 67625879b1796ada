"""Named things of the user's: kept with a project, and written to a JSON file for others.

A thing is plain values for JSON here; what they mean is the business of the service it is of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import PlanbenchError

if TYPE_CHECKING:
    from planbench.services.library import Library

VERSION = 1


def write_named(
    path: str | Path, kind: str, name: str, content: Mapping[str, Any], error: type[PlanbenchError]
) -> None:
    """Write a thing with its name to a JSON file; `kind` is "planbench schedule layout" or so.

    Raises `error` when it cannot be written.
    """
    word = kind.split()[-1]
    values = {"kind": kind, "version": VERSION, "name": name, word: dict(content)}
    try:
        Path(path).write_text(
            json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    except OSError as trouble:
        raise error(f"cannot be written: {trouble.strerror}", str(path)) from trouble


def read_named(path: str | Path, kind: str, error: type[PlanbenchError]) -> tuple[str, Any]:
    """Name and values of a thing in a JSON file. Raises `error` when it holds none of the kind."""
    where, word = str(path), kind.split()[-1]
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as trouble:
        raise error(f"cannot be read: {trouble.strerror}", where) from trouble
    except (ValueError, RecursionError):
        raise error(f"this is not a {word}", where) from None
    if not isinstance(content, dict) or content.get("kind") != kind:
        raise error(f"this is not a {word}", where)
    if content.get("version") != VERSION:
        raise error(f"the {word} comes from a newer planbench", where, "Update planbench.")
    name = content.get("name")
    if not isinstance(name, str) or not name.strip():
        raise error(f"the {word} has no name", where)
    return name.strip(), content.get(word)


def of_project(library: Library, project: int, shelf: str) -> dict[str, Any]:
    """What stands on a shelf of a project, by name."""
    found = library.file.setting(f"{shelf}/{project}", {})
    return dict(found) if isinstance(found, dict) else {}


def keep_with_project(
    library: Library, project: int, shelf: str, name: str, content: Mapping[str, Any] | None
) -> None:
    """Put a thing on a shelf of a project, or with None forget the one of this name.

    Raises StoreError when the library cannot be changed.
    """
    kept = of_project(library, project, shelf)
    kept.pop(name, None)
    if content is not None:
        kept[name] = dict(content)
    library.file.set_setting(f"{shelf}/{project}", kept)
