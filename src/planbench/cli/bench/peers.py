"""Other programs doing the same work, in an environment of their own where there is one.

`PLANBENCH_PEER_PYTHON` names a Python interpreter in whose environment the peers are installed
(mcprojsim needs Python 3.13; MPXJ needs JPype and a Java runtime). Without it, and where a peer is
missing, nothing is compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MCPROJSIM = """
import json, sys, time
from importlib.metadata import version
from mcprojsim import Project, SimulationEngine

plan = json.loads(sys.stdin.read())
tasks = [
    {
        "id": str(i),
        "name": str(i),
        "estimate": {"low": 0.9 * h, "expected": h, "high": 1.15 * h, "unit": "hours"},
        "dependencies": [str(j) for j in plan["predecessors"][i]],
    }
    for i, h in enumerate(plan["hours"])
]
project = Project.model_validate(
    {"project": {"name": "bench", "start_date": "2026-01-05"}, "tasks": tasks}
)
begun = time.perf_counter()
engine = SimulationEngine(iterations=plan["iterations"], random_seed=1, show_progress=False)
engine.run(project)
print(json.dumps([version("mcprojsim"), time.perf_counter() - begun]))
"""

_MPXJ = """
import json, statistics, sys, time
from importlib.metadata import version
import jpype, mpxj

path, reads, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
jpype.startJVM("-Dlog4j2.level=OFF", "-Djava.awt.headless=true", convertStrings=True)
Reader = jpype.JClass("org.mpxj.reader.UniversalProjectReader")
Scheduler = jpype.JClass("org.mpxj.cpm.PrimaveraScheduler")
file = jpype.JClass("java.io.File")(path)

def read():
    projects = list(Reader().readAll(file))
    return max(projects, key=lambda one: one.getTasks().size())

def timed(work, *given):
    begun = time.perf_counter()
    work(*given)
    return time.perf_counter() - begun

for _ in range(2):
    read()
reading = statistics.median(timed(read) for _ in range(reads))
def schedule():
    project = read()  # anew, for scheduling leaves its marks
    properties = project.getProjectProperties()
    start = properties.getPlannedStart() or properties.getStartDate()
    return timed(Scheduler().schedule, project, start)

scheduling = None
if runs:
    for _ in range(5):  # until the Java compiler has seen it often enough
        schedule()
    scheduling = statistics.median(schedule() for _ in range(runs))
print(json.dumps([version("mpxj"), reading, scheduling]))
"""

PEER_TIMEOUT = 600

NO_MPXJ = "MPXJ not found or without Java (PLANBENCH_PEER_PYTHON)"


@dataclass(frozen=True)
class MpxjTimes:
    """Median seconds of MPXJ, warm: reading the file, and scheduling it by P6's rules."""

    version: str
    reading: float
    scheduling: float | None


def peer_python() -> str:
    """The interpreter in whose environment the peers are looked for."""
    return os.environ.get("PLANBENCH_PEER_PYTHON", sys.executable)


def run_mcprojsim(
    hours: list[float], predecessors: list[list[int]], iterations: int
) -> tuple[str, float] | None:
    """(version, seconds) of mcprojsim on the same activities and links, all taken as FS.

    None where it is not installed or fails.
    """
    plan: dict[str, Any] = {
        "hours": hours,
        "predecessors": predecessors,
        "iterations": iterations,
    }
    told = _answer([peer_python(), "-c", _MCPROJSIM], json.dumps(plan))
    if told is None:
        return None
    version, seconds = told
    return str(version), float(seconds)


def run_mpxj(path: Path, reads: int, runs: int) -> MpxjTimes | None:
    """MPXJ on a schedule file: `reads` times read and `runs` times scheduled, after a warm-up.

    None where MPXJ or Java is not installed, or MPXJ fails on the file.
    """
    told = _answer([peer_python(), "-c", _MPXJ, str(path), str(reads), str(runs)])
    if told is None:
        return None
    version, reading, scheduling = told
    return MpxjTimes(
        str(version), float(reading), None if scheduling is None else float(scheduling)
    )


def _answer(command: list[str], given: str = "") -> list[Any] | None:
    """The last line that a peer prints, as JSON; None where it fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            timeout=PEER_TIMEOUT,
            check=True,
        )
        answer: list[Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    return answer
