"""Files through MPXJ: what comes in, and one clear line for everything that can be missing."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planbench.domain.errors import Cancelled, ImportRefused
from planbench.domain.schedule import LinkType, Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.exchange.mpp import reader
from planbench.exchange.p6xml.reader import read_p6xml
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.writer import schedule_to_document, write_xer

Install = Callable[[str, str], None]

JAVA_MISSING = """
def startJVM(*options, **more):
    raise RuntimeError("No JVM shared library file (libjvm.so) found")
"""
JAVA_CRASHES = """
import os
def startJVM(*options, **more):
    os._exit(134)
"""
JAVA_HANGS = """
import time
def startJVM(*options, **more):
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def test_without_the_extra_the_line_says_how_to_get_it(installation: Install) -> None:
    installation("raise ImportError(\"No module named 'mpxj'\")", "")
    with pytest.raises(ImportRefused) as refused:
        read_schedule(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name="plan.mpp")
    assert refused.value.line.startswith("plan.mpp: ")
    assert 'pip install "planbench[mpp]"' in refused.value.line


def test_without_java_the_line_says_how_to_get_it(installation: Install, plan: bytes) -> None:
    installation("", JAVA_MISSING)
    with pytest.raises(ImportRefused, match=r"plan\.mpx: .*no Java.*libjvm.*JAVA_HOME"):
        read_schedule(plan, name="plan.mpx")


def test_a_crash_of_java_takes_nothing_with_it(installation: Install, plan: bytes) -> None:
    installation("", JAVA_CRASHES)
    with pytest.raises(ImportRefused, match=r"Java stopped .*134"):
        read_schedule(plan, name="plan.mpx")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only where processes get signals")
def test_a_conversion_that_is_killed_takes_nothing_with_it(
    installation: Install, plan: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when Java's machine dies, or the system runs out of memory and ends it."""
    installation("", JAVA_HANGS)
    begun: list[subprocess.Popen[bytes]] = []
    usual = subprocess.Popen

    def started(*command: Any, **how: Any) -> subprocess.Popen[bytes]:
        begun.append(usual(*command, **how))
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", started)

    def kill(done: int, total: int, text: str) -> None:
        if begun and begun[-1].poll() is None:
            os.kill(begun[-1].pid, signal.SIGKILL)

    with pytest.raises(ImportRefused, match=r"Java stopped .*-9") as refused:
        read_schedule(plan, name="plan.mpx", progress=kill)
    assert refused.value.line.isprintable()
    assert len(begun) == 1


def test_an_endless_conversion_is_given_up(
    installation: Install, plan: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation("", JAVA_HANGS)
    monkeypatch.setattr(reader, "TIMEOUT", 0.5)
    begun = time.monotonic()
    with pytest.raises(ImportRefused, match=r"given up after 0\.5 s"):
        read_schedule(plan, name="plan.mpx")
    assert time.monotonic() - begun < 60  # far from the 600 s that it would have taken


def test_a_conversion_can_be_cancelled(installation: Install, plan: bytes) -> None:
    installation("", JAVA_HANGS)
    calls: list[int] = []

    def stop(done: int, total: int, text: str) -> None:
        calls.append(done)
        if len(calls) > 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_schedule(plan, name="plan.mpx", progress=stop)


def test_a_huge_file_is_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    with pytest.raises(ImportRefused, match="more than"):
        read_schedule(b"MPX," + bytes(20), name="plan.mpx")


@pytest.mark.usefixtures("mpxj")
def test_a_project_of_two_tasks(plan: bytes, tmp_path: Path) -> None:
    path = tmp_path / "quay.mpx"
    path.write_bytes(plan)
    imported = read_schedule(path)
    schedule = imported.schedule
    activities = schedule.activities
    assert activities.name.tolist() == ["Dredge", "Pile"]
    assert activities.original_duration.tolist() == [960, 1440]
    assert schedule.relationships.type.tolist() == [LinkType.FS]
    assert schedule.relationships.successor.tolist() == [1]
    assert schedule.calendars[0].week[0] == ((480, 720), (780, 1020))
    assert schedule.source.format == "mpx"
    assert schedule.source.sha256 == hashlib.sha256(plan).hexdigest()
    assert schedule.projects[0].planned_start == from_iso("2026-01-05 08:00")
    assert schedule.projects[0].data_date == from_iso("2026-01-05 08:00")  # not today
    assert schedule.projects[0].honor_constraints
    assert imported.repairs[0].code == "converted"
    assert path.read_bytes() == plan


@pytest.mark.usefixtures("mpxj")
def test_the_content_decides_and_the_name_never_reaches_the_disk(plan: bytes) -> None:
    read = read_schedule(plan, name="../../etc/plan.bin").schedule
    assert len(read.activities) == 2
    assert read.source.format == "mpx"


@pytest.mark.usefixtures("mpxj")
@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), b"MPX,\r\n\x00", b"PP ,,,\r\n1"]
)
def test_what_mpxj_cannot_read_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"^thing\.bin: ") as refused:
        read_schedule(content, name="thing.bin")
    assert "\n" not in refused.value.line


@pytest.mark.usefixtures("mpxj")
def test_files_of_primavera_go_through_its_own_xml(tmp_path: Path) -> None:
    plan = synthetic_schedule(30, 50)
    (tmp_path / "input.xer").write_bytes(write_xer(schedule_to_document(plan)))
    command = [sys.executable, "-m", "planbench.exchange.mpp.convert", str(tmp_path)]
    subprocess.run([*command, "input.xer", "dock"], check=True, capture_output=True)
    assert '"p6xml"' in (tmp_path / "answer.json").read_text(encoding="utf-8")
    read = read_p6xml((tmp_path / "converted.xml").read_bytes()).schedule
    assert sorted(read.activities.code.tolist()) == sorted(plan.activities.code.tolist())
    assert len(read.relationships) == len(plan.relationships)


@pytest.mark.corpus
@pytest.mark.usefixtures("mpxj")
@pytest.mark.parametrize(
    ("name", "tasks", "links"),
    [
        ("dcma-sample", 98, 122),
        ("student-1", 18, 0),
        ("student-2", 34, 18),
        ("student-3", 34, 18),
        ("student-4-progressed", 34, 18),
    ],
)
def test_real_files_open(shared: Path, name: str, tasks: int, links: int) -> None:
    schedule = read_schedule(shared / "corpus" / "msproject" / f"{name}.mpp").schedule
    assert (len(schedule.activities), len(schedule.relationships)) == (tasks, links)
    assert (schedule.activities.stored_early_start > from_iso("2000-01-01")).all()


@pytest.mark.corpus
@pytest.mark.usefixtures("mpxj")
@pytest.mark.parametrize("name", ["task-links-2019", "task-baselines-2019", "timephased"])
def test_a_project_saved_twice_reads_alike(shared: Path, name: str) -> None:
    folder = shared / "corpus" / "msproject"
    theirs = read_schedule(folder / f"{name}.mpp").schedule
    ours = read_schedule(folder / f"{name}.xml").schedule
    for table in ("activities", "relationships", "assignments"):
        for (column, one), (_, other) in zip(
            getattr(theirs, table).columns(), getattr(ours, table).columns(), strict=True
        ):
            np.testing.assert_array_equal(one, other, f"{table}.{column}")
    _same_baselines(theirs, ours)


def _same_baselines(theirs: Schedule, ours: Schedule) -> None:
    assert [one.name for one in theirs.baselines] == [one.name for one in ours.baselines]
    for one, other in zip(theirs.baselines, ours.baselines, strict=True):
        for (column, mine), (_, yours) in zip(
            one.columns.columns(), other.columns.columns(), strict=True
        ):
            np.testing.assert_array_equal(mine, yours, f"{one.name} {column}")
