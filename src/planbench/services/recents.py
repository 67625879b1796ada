"""What was opened last on this computer, kept outside the libraries: looking changes none."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT = 30
"""Entries that are remembered."""


@dataclass(frozen=True)
class Recent:
    """An update that was opened: in which library, what it was called then, and when (local)."""

    library: str
    update: int
    project: str
    label: str
    opened: str


def default_path() -> Path:
    """Where the list lies for this user."""
    from platformdirs import user_state_path

    return Path(user_state_path("planbench", appauthor=False)) / "recents.json"


class Recents:
    """The list, newest first. A list that cannot be read or written is no reason to stop work."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._lock = threading.Lock()

    def entries(self) -> tuple[Recent, ...]:
        """All entries, newest first; none when the file is missing or spoilt."""
        try:
            return tuple(Recent(**entry) for entry in json.loads(self.path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return ()

    def opened(self, library: Path, update: int, project: str, label: str) -> None:
        """Put an update on top of the list."""
        now = dt.datetime.now().strftime("%Y-%m-%dT%H:%M")
        entry = Recent(str(library), update, project, label, now)
        with self._lock:
            others = [
                other
                for other in self.entries()
                if (other.library, other.update) != (entry.library, entry.update)
            ]
            self._write([entry, *others][:KEPT])

    def _write(self, entries: list[Recent]) -> None:
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps([asdict(entry) for entry in entries]), encoding="utf-8")
            os.replace(partial, self.path)
