"""Runs benchmarks one after another, each in a fresh process, and gathers their figures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from planbench import __version__
from planbench.cli.bench.machine import describe
from planbench.domain.errors import PlanbenchError

LIMITS: dict[str, float] = {
    "open-xer-100k": 4.0,
    "cpm-100k": 0.05,
    "mpxj-4k": 0.010,
    "cpm-edit-10k": 0.010,
    "cpm-edit-100k": 0.060,
    "risk-1k-1k": 1.0,
    "risk-10k-10k": 2.0,
    "risk-100k-10k": 20.0,
    "quality-4k": 1.0,
    "compare-4k": 1.0,
    "compare-100k": 10.0,
    "quality-100k": 10.0,
    "store-save-100k": 3.0,
    "store-open-100k": 2.0,
    "gantt-frame-100k": 1 / 60,
    "edit-redraw-10k": 0.010,
    "edit-redraw-100k": 0.060,
    "trace-100k": 0.1,
    "resources-200k": 1.0,
    "table-sort-100k": 0.3,
    "table-filter-100k": 0.3,
    "table-regroup-100k": 1.0,
    "control-100k": 3.0,
    "portfolio-120": 5.0,
    "portfolio-frontier-60": 5.0,
    "portfolio-risk-60": 0.5,
    "startup": 2.0,
}
"""Benchmarks in the order they run, with the seconds each may take."""

CHILD_TIMEOUT = 900


def run_benchmarks(ids: Sequence[str], runs: int, note: Callable[[str], None]) -> dict[str, Any]:
    """Run the named benchmarks (all without a name); `note` hears of each as it starts.

    Raises PlanbenchError for an unknown name.
    """
    unknown = [name for name in ids if name not in LIMITS]
    if unknown:
        raise PlanbenchError(
            f"there is no benchmark '{unknown[0]}'", "bench", f"Known are {', '.join(LIMITS)}."
        )
    results = []
    for name in ids or LIMITS:
        note(f"running {name}")
        results.append(_run_one(name, max(runs, 1)))
    return {
        "schema": "planbench/bench/1",
        "planbench": __version__,
        "inputs": [],
        "machine": describe(),
        "results": results,
    }


def _run_one(name: str, runs: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "planbench.cli.bench.child", name, str(runs)]
    answer = {"id": name, "seconds": None, "peak_mb": None, "limit_seconds": LIMITS[name]}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=CHILD_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return {**answer, "note": f"not finished after {CHILD_TIMEOUT} s", "versus": None}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {**answer, "note": f"failed: {last}", "versus": None}
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**answer, **measured}


def table_lines(result: dict[str, Any]) -> list[str]:
    """The result as lines of a table."""
    machine = result["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}",
        f"{'benchmark':20}{'median s':>10}{'limit s':>10}{'peak MB':>10}  note",
    ]
    for row in result["results"]:
        seconds = "-" if row["seconds"] is None else f"{row['seconds']:.4f}"
        memory = "-" if row["peak_mb"] is None else f"{row['peak_mb']:.0f}"
        versus = row["versus"]
        against = ""
        if versus:
            against = (
                f"; {versus['name']} {versus['version']} {versus['seconds']:.3f} s, "
                f"{versus['ratio']:.1f} times as long"
            )
        lines.append(
            f"{row['id']:20}{seconds:>10}{row['limit_seconds']:>10.4g}{memory:>10}  "
            f"{row['note']}{against}"
        )
    return lines
