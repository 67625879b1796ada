"""The benchmark's frame: what it prints, and that a failing case is said so."""

from __future__ import annotations

import pytest

from planbench.cli.bench import cases, runner
from planbench.cli.bench.machine import describe, peak_memory_mb
from planbench.domain.errors import PlanbenchError


def test_every_promised_benchmark_has_a_case_and_a_limit() -> None:
    promised = {
        "open-xer-100k",
        "cpm-100k",
        "cpm-edit-10k",
        "risk-10k-10k",
        "risk-100k-10k",
        "risk-1k-1k",
        "gantt-frame-100k",
        "table-sort-100k",
        "table-filter-100k",
        "store-save-100k",
        "store-open-100k",
        "quality-4k",
        "quality-100k",
        "startup",
    }
    assert promised <= set(runner.LIMITS)
    assert set(runner.LIMITS) == set(cases.CASES)


def test_one_benchmark_runs_in_its_own_process() -> None:
    heard: list[str] = []
    result = runner.run_benchmarks(["cpm-edit-10k"], 1, heard.append)
    assert result["schema"] == "planbench/bench/1"
    assert heard == ["running cpm-edit-10k"]
    (row,) = result["results"]
    assert row["id"] == "cpm-edit-10k"
    assert row["seconds"] > 0
    assert row["peak_mb"] > 10
    lines = runner.table_lines(result)
    assert lines[-1].startswith("cpm-edit-10k")


def test_an_unknown_name_is_refused_before_anything_runs() -> None:
    with pytest.raises(PlanbenchError, match="no benchmark 'x'"):
        runner.run_benchmarks(["startup", "x"], 1, lambda text: pytest.fail(text))


def test_the_machine_is_described_without_its_name() -> None:
    import platform

    told = describe()
    assert told["cores"] >= 1
    assert platform.node() not in str(told.values())
    memory = peak_memory_mb()
    assert memory is None or memory > 10


def test_the_median_leaves_the_first_run_out() -> None:
    calls: list[int] = []
    seconds = cases.median_seconds(lambda: calls.append(1), 3)
    assert len(calls) == 4
    assert seconds >= 0
