"""`planbench risk --cluster` on two worker processes of this machine, one killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import pytest

from planbench.cli.main import main
from planbench.domain.synthetic import synthetic_schedule
from planbench.services.convert import exported
from planbench.services.document import Document
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def xer(tmp_path_factory):
    document = Document(synthetic_schedule(600, 1500, 4))
    recalculate(document)
    path = tmp_path_factory.mktemp("cluster") / "large.xer"
    path.write_bytes(exported(document, "xer"))
    return path


def digest(capfd, *words: str) -> str:
    assert main(["risk", *words, "--iterations", "8192", "--seed", "5", "--json", "-"]) == 0
    return str(json.loads(capfd.readouterr().out)["digest"])


def test_the_digest_is_the_same_although_a_worker_dies(loopback, xer, capfd) -> None:
    here = digest(capfd, str(xer))
    address = loopback.scheduler_address
    assert digest(capfd, str(xer), "--cluster", address) == here
    killed: list[int] = []

    def kill() -> None:
        """Once a part is done and others are not."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            tasks = list(loopback.scheduler.tasks.items())
            states = [task.state for name, task in tasks if str(name).startswith("_part")]
            if "memory" in states and "processing" in states:
                killed.append(next(iter(loopback.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)
                return
            time.sleep(0.002)

    watcher = threading.Thread(target=kill)
    watcher.start()
    despite = digest(capfd, str(xer), "--cluster", address)
    watcher.join()
    assert killed
    assert despite == here


def test_nobody_there_is_one_line(xer, capfd, monkeypatch) -> None:
    pytest.importorskip("distributed", reason="planbench[cluster] is not installed")
    monkeypatch.setattr("planbench.engines.risk.cluster._CONNECT_S", 0.5)
    assert main(["risk", str(xer), "--cluster", "tcp://127.0.0.1:9"]) != 0
    said = capfd.readouterr().err.strip().splitlines()
    assert "nobody answers" in said[-1]
