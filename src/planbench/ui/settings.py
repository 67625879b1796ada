"""What the window remembers: theme, size, last project, last folder. One JSON file.

A file that is missing or damaged means the defaults; it never keeps the window from opening.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

DEFAULTS: dict[str, Any] = {
    "theme": "system",
    "translation": "",
    "geometry": "",
    "workspace": "home",
    "library": "",
    "update": 0,
    "sample_shown": False,
    "folder": "",
    "schedule_view": {},
    "layouts": {},
    "global_changes": {},
    "print": {},
    "resources_pane": {},
    "agreement_needed": 0.99,
}


def settings_path() -> Path:
    """The settings file of this user."""
    import platformdirs

    return platformdirs.user_config_path("planbench", appauthor=False) / "window.json"


class Settings:
    """Remembered values by name; `save` writes them in one step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._values = dict(DEFAULTS)
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            read = {}
        if isinstance(read, dict):
            for key, value in read.items():
                if key in DEFAULTS and type(value) is type(DEFAULTS[key]):
                    self._values[key] = value

    def get(self, key: str) -> Any:
        """A remembered value. Raises KeyError for an unknown name."""
        return self._values[key]

    def set(self, key: str, value: Any) -> None:
        """Remember a value. Raises KeyError for an unknown name."""
        if key not in DEFAULTS:
            raise KeyError(key)
        self._values[key] = value

    def save(self) -> None:
        """Write the file; a folder that cannot be written is no reason to stop."""
        text = json.dumps(self._values, indent=1, ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".window-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, self.path)
        except OSError:
            return
