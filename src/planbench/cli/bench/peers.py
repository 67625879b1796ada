"""Other programs doing the same work, in an environment of their own where there is one.

`PLANBENCH_PEER_PYTHON` names a Python interpreter in whose environment the peers are installed
(mcprojsim needs Python 3.13). Without it, and where a peer is missing, nothing is compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
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

PEER_TIMEOUT = 600


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
    try:
        done = subprocess.run(
            [peer_python(), "-c", _MCPROJSIM],
            input=json.dumps(plan),
            capture_output=True,
            text=True,
            timeout=PEER_TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version, seconds = json.loads(done.stdout.splitlines()[-1])
    return str(version), float(seconds)
