"""A process that is killed while it saves loses nothing that was saved and leaves nothing torn."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from planbench.domain.synthetic import synthetic_schedule
from planbench.store.library_file import LibraryFile

# A parent that has everything imported forks a saver for every line it reads, and kills it that
# many times the length of a save after it began. What a saver saw saved it tells at once.
WORKER = """
    import os, signal, sys, time
    from planbench.domain.synthetic import synthetic_schedule
    from planbench.store.library_file import LibraryFile
    from planbench.store.records import NewUpdate

    path, schedule = sys.argv[1], synthetic_schedule(300, 700)
    schedule.digest
    with LibraryFile.open(path) as library:
        library.add_update(1, schedule, NewUpdate("x"))
        before = time.monotonic()
        for _ in range(5):
            library.add_update(1, schedule, NewUpdate("x"))
        one_save = (time.monotonic() - before) / 5
        print(*(update.id for update in library.projects()[0].updates), flush=True)
    for line in sys.stdin:
        told, tell = os.pipe()
        saver = os.fork()
        if saver == 0:
            library = LibraryFile.open(path)
            assert library.read_only == ""
            os.write(tell, b"begun\\n")
            while True:
                for update in library.projects()[0].updates[:-2]:
                    library.delete_update(update.id)
                    os.write(tell, b"gone %d\\n" % update.id)
                update = library.add_update(1, schedule, NewUpdate("x"))
                os.write(tell, b"kept %d\\n" % update)
        os.close(tell)
        with os.fdopen(told) as news:
            assert news.readline() == "begun\\n"
            time.sleep(float(line) * one_save)
            os.kill(saver, signal.SIGKILL)
            os.waitpid(saver, 0)
            print(news.read().replace("\\n", ";"), flush=True)
"""


def killed(path: Path, times: int, seed: int) -> tuple[int, int]:
    """Kill a saver again and again; (updates saved, kills in the middle of a transaction)."""
    schedule = synthetic_schedule(300, 700)
    with LibraryFile.open(path, create=True) as library:
        library.add_project("P", "P")
    chance = random.Random(seed)
    saved = hot = 0
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORKER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        there = {int(update) for update in worker.stdout.readline().split()}
        for _ in range(times):
            print(chance.uniform(0, 2.5), file=worker.stdin, flush=True)
            for item in worker.stdout.readline().strip().split(";"):
                word, _, update = item.partition(" ")
                if word == "kept":
                    there.add(int(update))
                    saved += 1
                elif word == "gone":
                    there.discard(int(update))
            hot += path.with_name(path.name + "-journal").exists()
            found = look(path, schedule.digest)
            # one step may have been finished without its news having come through
            assert len(found ^ there) <= 1
            there = found
        worker.stdin.close()
        assert worker.wait() == 0
    return saved, hot


def look(path: Path, digest: str) -> set[int]:
    """The updates in the file, each of which must be whole."""
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()
    with LibraryFile.open(path) as library:
        assert library.read_only == ""
        found = {update.id for update in library.projects()[0].updates}
        for update in found:
            assert library.load_schedule(update).digest == digest
    return found


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes cannot be forked here")
def test_killed_in_the_middle_of_saving(path: Path) -> None:
    saved, hot = killed(path, 60, seed=1)
    assert saved > 0
    assert hot > 10  # else the kills missed what they are meant to hit


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes cannot be forked here")
def test_killed_a_thousand_times(path: Path) -> None:
    saved, hot = killed(path, 1000, seed=2)
    assert saved > 50
    assert hot > 100
