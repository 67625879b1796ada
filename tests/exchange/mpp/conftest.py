"""MPXJ and Java where they are there, and stand-ins for an installation where they are not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

PLAN = """\
MPX,Microsoft Project for Windows,4.0,ANSI
10,$,1,2,",",.
11,2,0,1,8.00,40.00,$0.00/h,$0.00/h,1,1
12,1,1,480,/,:,am,pm,0,0
20,Standard,0,1,1,1,1,1,0
25,1
25,2,08:00,12:00,13:00,17:00
25,3,08:00,12:00,13:00,17:00
25,4,08:00,12:00,13:00,17:00
25,5,08:00,12:00,13:00,17:00
25,6,08:00,12:00,13:00,17:00
25,7
30,Quay,,,Standard,05/01/26 08:00,09/01/26 17:00,0,05/01/26 08:00
60,Name,ID,Unique ID,Outline Level,Duration,Start,Finish,Predecessors
61,1,90,98,3,40,50,51,70
70,Dredge,1,1,1,2d,05/01/26 08:00,06/01/26 17:00,
70,Pile,2,2,1,3d,07/01/26 08:00,09/01/26 17:00,1
"""
"""A project of two tasks as text of the MPX format, written for these tests."""


@pytest.fixture
def mpxj() -> None:
    """Skips the test where the extra or Java is missing."""
    if find_spec("jpype") is None or find_spec("mpxj") is None:
        pytest.skip("the extra planbench[mpp] is not installed")
    if shutil.which("java") is None:
        pytest.skip("there is no Java runtime on the path")


@pytest.fixture
def plan() -> bytes:
    return PLAN.replace("\n", "\r\n").encode("cp1252")


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """installation(mpxj, jpype): the other process finds these two modules instead."""

    def install(mpxj: str, jpype: str) -> None:
        folder = tmp_path / "modules"
        folder.mkdir()
        (folder / "mpxj.py").write_text(mpxj, encoding="utf-8")
        (folder / "jpype.py").write_text(jpype, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return install
