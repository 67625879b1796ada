"""Series of real files: the register against a plain difference of tables by pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planbench.domain.schedule import LinkType, Schedule, Status
from planbench.engines.compare.compare import compare
from planbench.engines.compare.halfstep import half_step
from planbench.exchange.registry import read_schedule

PAIRS = [
    ("p6/54069-baseline-2025-09-02.xer", "p6/54069-update-2025-11-21.xer"),
    ("p6/54069-update-2025-11-21.xer", "p6/54069-update-2025-12-04.xer"),
    ("compare/dcp03-rev0-baseline.xer", "compare/dcp03-rev8-update.xer"),
    ("compare/dcp03-rev8-update.xer", "compare/dcp03-rev12-as-built.xer"),
]


def frame(schedule: Schedule) -> Any:
    import pandas as pd

    acts = schedule.activities
    names = ("name", "status", "original_duration", "remaining_duration", "actual_start")
    columns = {name: getattr(acts, name) for name in (*names, "actual_finish")}
    return pd.DataFrame(columns, index=acts.code).loc[lambda f: ~f.index.duplicated()]


def links(schedule: Schedule) -> set[tuple[str, str, str, int]]:
    codes, rows = schedule.activities.code, schedule.relationships
    return {
        (codes[p], codes[s], LinkType(t).name, lag)
        for p, s, t, lag in zip(
            rows.predecessor.tolist(),
            rows.successor.tolist(),
            rows.type.tolist(),
            rows.lag.tolist(),
            strict=True,
        )
    }


@pytest.mark.corpus
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_line_by_line(shared: Path, first: str, second: str) -> None:
    plans = []
    for name in (first, second):
        path = shared / "corpus" / name
        plans.append(read_schedule(path.read_bytes(), name=path.name).schedule)
    old, new = plans
    found = compare(old, new)
    changes = found.changes

    def ids(*types: str, field: str = "") -> set[str]:
        rows = changes.of_type(*types).tolist()
        return {changes.id[k] for k in rows if field in ("", changes.field[k])}

    before, after = frame(old), frame(new)
    renumbered = {changes.before[k] for k in changes.of_type("activity-renumbered").tolist()}
    assert ids("activity-deleted") == set(before.index) - set(after.index) - renumbered
    common = before.index.intersection(after.index)
    a, b = before.loc[common], after.loc[common]
    differs = a.ne(b)
    known = set(common)
    for field in ("original_duration", "actual_start", "actual_finish"):
        got = ids("duration", "progress", "actual-changed", field=field) & known
        assert got == set(common[differs[field]]), field
    told = a["actual_start"].ne(a["actual_start"].min()) | (a["status"] != Status.NOT_STARTED)
    assert ids("actual-changed", field="actual_start") & known <= set(common[told])
    if not renumbered:
        gone, come = links(old) - links(new), links(new) - links(old)
        told_links = ids("logic-added", "logic-deleted", "lag", "logic-type")
        assert told_links == {f"{p} > {s}" for p, s, _, _ in gone | come}
    half = half_step(found)
    assert half is not None
    assert sum(step.days for step in half.steps) == pytest.approx(half.total_days)
