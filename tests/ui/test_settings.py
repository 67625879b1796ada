"""Remembered values survive a restart and never stop the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from planbench.ui.settings import DEFAULTS, Settings


def test_values_come_back(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "deep" / "window.json")
    settings.set("theme", "dark")
    settings.set("update", 7)
    settings.save()
    again = Settings(settings.path)
    assert (again.get("theme"), again.get("update")) == ("dark", 7)
    assert [path.name for path in settings.path.parent.iterdir()] == ["window.json"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[1, 2]", b'{"theme": 5, "junk": 1}'])
def test_a_spoilt_file_means_the_defaults(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "window.json"
    path.write_bytes(content)
    settings = Settings(path)
    assert all(settings.get(key) == value for key, value in DEFAULTS.items())


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    with pytest.raises(KeyError):
        settings.set("colour", "red")
    with pytest.raises(KeyError):
        settings.get("colour")


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    Settings(tmp_path / "file" / "window.json").save()
    assert (tmp_path / "file").read_text() == "in the way"
