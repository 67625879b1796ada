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


def tables_of(path: Path) -> dict[str, list[dict[str, str]]]:
    """The tables of an XER as its lines say them, read without the program."""
    import csv

    found: dict[str, list[dict[str, str]]] = {}
    rows: list[dict[str, str]] = []
    names: list[str] = []
    with path.open(encoding="cp1252", errors="replace", newline="") as file:
        for cells in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if cells[:1] == ["%T"]:
                rows = found.setdefault(cells[1], [])
            elif cells[:1] == ["%F"]:
                names = cells[1:]
            elif cells[:1] == ["%R"]:
                rows.append(dict(zip(names, cells[1:], strict=False)))
    return found


@pytest.mark.corpus
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_register_says_what_the_lines_of_the_files_say(
    shared: Path, first: str, second: str
) -> None:
    """Every line of these types in the register, and no other, follows from the files' own rows."""
    paths = [shared / "corpus" / name for name in (first, second)]
    old, new = (tables_of(path) for path in paths)
    plans = [read_schedule(path.read_bytes(), name=path.name).schedule for path in paths]
    changes = compare(*plans).changes
    assert not changes.of_type("activity-renumbered").size

    def told(*types: str, field: str = "") -> set[str]:
        rows = changes.of_type(*types).tolist()
        return {changes.id[k] for k in rows if field in ("", changes.field[k])}

    tasks = [{row["task_code"]: row for row in table["TASK"]} for table in (old, new)]
    assert told("activity-deleted") == tasks[0].keys() - tasks[1].keys()
    assert told("activity-added") == tasks[1].keys() - tasks[0].keys()
    both = tasks[0].keys() & tasks[1].keys()

    def differ(*columns: str) -> set[str]:
        return {
            code
            for code in both
            if any(tasks[0][code][one] != tasks[1][code][one] for one in columns)
        }

    assert told("name") & both == differ("task_name")
    assert told("progress", "actual-changed", field="actual_start") & both == differ(
        "act_start_date"
    )
    assert told("progress", "actual-changed", field="actual_finish") & both == differ(
        "act_end_date"
    )
    assert told("duration", field="original_duration") & both == differ("target_drtn_hr_cnt")

    def links_in(table: dict[str, list[dict[str, str]]]) -> set[tuple[str, str, str, float]]:
        code = {row["task_id"]: row["task_code"] for row in table["TASK"]}
        return {
            (
                code[row["pred_task_id"]],
                code[row["task_id"]],
                row["pred_type"],
                float(row["lag_hr_cnt"] or 0),
            )
            for row in table["TASKPRED"]
            if row["pred_task_id"] in code
        }

    gone, come = links_in(old) - links_in(new), links_in(new) - links_in(old)
    assert told("logic-added", "logic-deleted", "lag", "logic-type") == {
        f"{p} > {s}" for p, s, _, _ in gone | come
    }
