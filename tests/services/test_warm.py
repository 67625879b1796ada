"""Warming up leaves compiled code behind and sweeps away what nobody uses."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from planbench.services import warm


def test_every_step_is_told() -> None:
    heard: list[str] = []
    warm.warm_up(lambda done, total, text: heard.append(f"{done}/{total} {text}"))
    assert heard[0].startswith("0/")
    assert heard[-1].endswith("ready")


def test_only_old_folders_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    for name, age in (("old", 90), ("new", 1)):
        (tmp_path / name / "sub").mkdir(parents=True)
        file = tmp_path / name / "sub" / "code.nbc"
        file.write_bytes(b"x")
        moment = time.time() - age * 86_400
        for path in (file, file.parent, tmp_path / name):
            os.utime(path, (moment, moment))
    warm.sweep(60)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_missing_folder_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "nowhere"))
    warm.sweep()
