"""Two schedule logs side by side, by hand on a small plan and as sets on the sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planbench.cli.main import main
from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    Activities,
    Constraint,
    LinkType,
    Project,
    Relationships,
    Schedule,
    ScheduleOptions,
    Status,
    make_table,
)
from planbench.domain.times import NO_TIME, from_iso
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.log_changes import (
    FindingChange,
    LogComparison,
    compare_logs,
    compare_with_update,
    comparison_json,
    comparison_lines,
)
from planbench.services.recents import Recents
from planbench.services.sample import export_sample, sample_schedules
from planbench.services.schedule_log import log_json
from planbench.services.scheduling import recalculate

MONDAY = from_iso("2026-06-01 08:00")
DAY = 1440


def plan(
    rows: list[dict[str, Any]], links: list[tuple[int, int]], code: str = "P-1", **project: Any
) -> Document:
    """Activities of a day each, known by their ids."""
    columns = {
        name: [row.get(name, default) for row in rows]
        for name, default in (
            ("code", ""),
            ("status", Status.NOT_STARTED),
            ("actual_start", NO_TIME),
            ("actual_finish", NO_TIME),
            ("constraint", Constraint.NONE),
            ("constraint_date", NO_TIME),
        )
    }
    n = len(rows)
    schedule = Schedule(
        projects=(Project("1", code, "Plan", **{"data_date": MONDAY, **project}),),
        activities=make_table(
            Activities,
            n,
            **columns,
            uid=[row.get("uid", row["code"]) for row in rows],
            name=[row["code"].lower() for row in rows],
            project=[0] * n,
            original_duration=[480] * n,
            remaining_duration=[480] * n,
        ),
        relationships=make_table(
            Relationships,
            len(links),
            uid=[str(k) for k in range(len(links))],
            predecessor=[a for a, _ in links],
            successor=[b for _, b in links],
            type=[LinkType.FS] * len(links),
            lag=[0] * len(links),
        ),
    )
    made = Document(schedule)
    recalculate(made)
    assert made.cpm is not None
    return made


def found(comparison: LogComparison, finding: str) -> FindingChange:
    (one,) = [one for one in comparison.findings if one.finding == finding]
    return one


def held(date: str) -> dict[str, Any]:
    return {"constraint": Constraint.START_ON_OR_AFTER, "constraint_date": from_iso(date)}


def test_what_came_went_and_changed() -> None:
    """A is done by the second update, B loses its link and its date moves, D is new, C is gone."""
    old = plan(
        [{"code": "A"}, {"code": "B", **held("2026-06-10 08:00")}, {"code": "C"}, {"code": "E"}],
        [(0, 1), (1, 2), (2, 3)],
    )
    done = {
        "status": Status.COMPLETE,
        "actual_start": MONDAY,
        "actual_finish": MONDAY + 9 * 60,
    }
    new = plan(
        [
            {"code": "D"},
            {"code": "A", **done},
            {"code": "B", **held("2026-06-12 08:00")},
            {"code": "E"},
        ],
        [(2, 3)],
        code="P-2",
        data_date=MONDAY + DAY,
        options=ScheduleOptions(use_expected_finish=False),
    )
    comparison = compare_logs(old, new)
    opened = found(comparison, "open-start")
    assert (opened.before, opened.now) == (1, 2)
    assert opened.came == ("D  d  [new activity]", "B  b")
    assert opened.went == ("A  a  [complete now]",)
    ends = found(comparison, "open-finish")
    assert (ends.came, ends.went) == (("D  d  [new activity]",), ())
    (moved,) = found(comparison, "constraint").changed
    assert moved == (
        "B  b  (start on or after 2026-06-10 08:00)",
        "B  b  (start on or after 2026-06-12 08:00)",
    )
    (project,) = comparison.projects
    assert project.options == (("use expected finish", "true", "false"),)
    figures = {name: (a, b) for name, a, b in project.figures}
    assert figures["Complete"] == ("0", "1  (+1)")
    assert figures["Relationships"] == ("3", "1  (-2)")
    assert figures["Data date"] == ("2026-06-01 08:00", "2026-06-02 08:00  (+1.0 days)")
    assert "Activities" not in figures
    lines = comparison_lines(comparison)
    assert "    came     B  b" in lines
    assert any(line.endswith("[before: (start on or after 2026-06-10 08:00)]") for line in lines)


def test_what_is_no_longer_there_is_said_so_and_renamed_is_not_new() -> None:
    ids = [{"code": "A", "uid": "1"}, {"code": "B", "uid": "2"}, {"code": "C", "uid": "3"}]
    renamed = [ids[0], {"code": "B9", "uid": "2"}]
    comparison = compare_logs(plan(ids, [(0, 1)]), plan(renamed, [(0, 1)]))
    opened = found(comparison, "open-start")
    assert (opened.came, opened.went) == ((), ("C  c  [no longer in the schedule]",))
    ends = found(comparison, "open-finish")
    assert (ends.came, ends.went) == ((), ("C  c  [no longer in the schedule]",))


def test_a_log_against_itself_has_no_difference() -> None:
    document = Document(sample_schedules()["2026-09-30"])
    recalculate(document)
    comparison = compare_logs(document, document)
    assert all(not (one.came or one.went or one.changed) for one in comparison.findings)
    assert [(p.figures, p.options) for p in comparison.projects] == [((), ())]
    assert comparison.alone == ()


def test_counts_of_the_sample_s_updates_are_those_of_the_logs() -> None:
    documents = []
    for label in ("2026-08-31", "2026-09-30"):
        documents.append(Document(sample_schedules()[label]))
        recalculate(documents[-1])
    old, new = documents
    comparison = comparison_json(compare_logs(old, new))
    before = {one["finding"]: one for one in log_json(old)}
    now = {one["finding"]: one for one in log_json(new)}
    for one in comparison["findings"]:
        a = set(before.get(one["finding"], {"rows": []})["rows"])  # type: ignore[arg-type]
        b = set(now.get(one["finding"], {"rows": []})["rows"])  # type: ignore[arg-type]
        changed = {(c["before"], c["now"]) for c in one["changed"]}
        # the sample renames nothing, so lines alone tell the difference
        gone = {line.split("  [")[0] for line in one["went"]} | {c[0] for c in changed}
        fresh = {line.split("  [")[0] for line in one["came"]} | {c[1] for c in changed}
        assert gone == a - b, one["finding"]
        assert fresh == b - a, one["finding"]


def test_an_update_of_the_library_is_calculated_for_it(tmp_path: Path) -> None:
    with Library.open(tmp_path / "one.planbench", Recents(tmp_path / "recents.json")) as library:
        samples = sample_schedules()
        first = library.add_schedule(samples["2026-08-31"], label="August")
        new = Document(samples["2026-09-30"])
        recalculate(new)
        assert compare_with_update(library, first, new).findings
    with pytest.raises(PlanbenchError, match="not calculated"):
        compare_logs(new, Document(new.schedule))


def test_the_command_prints_and_writes_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import json

    *_, old, new = export_sample(tmp_path)
    words = ["schedule", str(new), "--log", "--against", str(old)]
    assert main(words) == 0
    told = capfd.readouterr().out
    assert f"against {old.name}" in told
    assert "    Data date                 2026-08-31" in told
    assert main([*words, "--json", "-"]) == 0
    assert json.loads(capfd.readouterr().out)["log_changes"]["new"] == new.name
    assert main(["schedule", str(new), "--against", str(old)]) == 2
    assert "Add --log." in capfd.readouterr().err
