"""The fuzzer itself: it does what it says, always the same, and its checks can fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.synthetic import synthetic_schedule

HERE = Path(__file__).parent


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(HERE))
    for name in ("checks", "mutations", "seeds", "run"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import run

    yield run
    for name in ("checks", "mutations", "seeds", "run"):
        sys.modules.pop(name, None)


def test_two_hundred_damaged_files_are_read_or_refused() -> None:
    command = [sys.executable, str(HERE / "run.py"), "200", "300", "--no-corpus", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("200 damaged files"), done.stdout + done.stderr


def test_an_input_is_the_same_every_time(fuzz) -> None:
    files = fuzz.source_files(False)
    cases = [fuzz.case(5, number, files) for number in range(40)]
    assert cases == [fuzz.case(5, number, files) for number in range(40)]
    whole = dict(files)
    assert sum(data != whole[name] for name, data, _ in cases) > 30


def test_an_unsound_schedule_is_noticed(fuzz) -> None:
    plan = synthetic_schedule(10, 14)
    fuzz.checks.check(plan)
    n = len(plan.activities)
    for column, value in (
        ("calendar", np.full(n, 4, np.int32)),
        ("wbs", np.full(n, 10_000, np.int32)),
        ("status", np.full(n, 3, np.int8)),
        ("actual_start", np.full(n, 1 << 50)),
    ):
        with pytest.raises(fuzz.checks.Unsound, match=column):
            fuzz.checks.check(plan.with_activities(**{column: value}))
