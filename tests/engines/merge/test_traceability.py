"""What the trace through a master schedule finds, one break at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from planbench.domain.schedule import ActivityType, Constraint, Schedule, Status
from planbench.domain.times import NO_TIME, from_iso
from planbench.engines.merge import Finding, LinkRequest, Part, merge, traceability
from planbench.exchange.registry import read_schedule

Plan = Callable[..., Schedule]


def _found(*schedules: Schedule, links: Any = ()) -> dict[str, list[Finding]]:
    merged = merge([Part(one, f"{k}.xer") for k, one in enumerate(schedules)], links)
    found: dict[str, list[Finding]] = {}
    for finding in traceability(merged)[0]:
        found.setdefault(finding.check, []).append(finding)
    return found


JOINED = [LinkRequest("A", "A1", "B", "B0")]


def test_a_sound_master_has_no_findings(plan: Plan) -> None:
    chain = [(0, 1, 0, 0)]
    assert not _found(plan("A", [3, 4], chain), plan("B", [5, 6], chain, prefix="B"), links=JOINED)


def test_projects_without_a_link_stand_apart(plan: Plan) -> None:
    found = _found(plan("A", [1]), plan("B", [1], prefix="B"))
    assert [f.project for f in found["project-apart"]] == ["A", "B"]
    assert "project-apart" not in _found(
        plan("A", [1, 1]), plan("B", [1], prefix="B"), links=JOINED
    )


def test_a_loop_is_named_with_its_projects(plan: Plan) -> None:
    chain = [(0, 1, 0, 0)]
    back = [*JOINED, LinkRequest("B", "B1", "A", "A0")]
    found = _found(plan("A", [1, 1], chain), plan("B", [1, 1], chain, prefix="B"), links=back)
    (loop,) = found["loop"]
    assert "loop of 4 activities" in loop.text
    assert "across the projects" in loop.text
    assert loop.activity >= 0


def test_links_to_nowhere_and_known_on_one_side(plan: Plan) -> None:
    one = plan("A", [5], uid="1")
    two = plan("B", [3, 1], uid="2", first_uid=200, prefix="B",
               external=[(0, True, "1", "100"), (1, False, "7", "700")])  # fmt: skip
    found = _found(one, two)
    assert "700" in found["link-outside"][0].text
    assert found["interface-one-side"][0].activity == 1


def test_a_giver_later_than_reckoned_with(plan: Plan) -> None:
    one = plan("A", [5], uid="1", external=[(0, False, "2", "200")])
    two = plan("B", [3], uid="2", first_uid=200, prefix="B", external=[(0, True, "1", "100")],
               external_early_start=[from_iso("2026-01-03")])  # fmt: skip
    (moved,) = _found(one, two)["interface-moved"]
    assert (moved.days, moved.severity, moved.activity, moved.other) == (3.0, "error", 1, 0)


def test_an_agreed_date_is_missed(plan: Plan) -> None:
    def late(agreed: str) -> dict[str, list[Finding]]:
        wanted = [LinkRequest("A", "A0", "B", "B0", agreed=from_iso(agreed))]
        return _found(plan("A", [10]), plan("B", [1], prefix="B"), links=wanted)

    assert late("2026-01-07")["interface-late"][0].days == 4.0
    assert "interface-late" not in late("2026-01-20")


def test_a_push_that_a_mandatory_date_swallows(plan: Plan) -> None:
    # the first activity may run over the mandatory start of the second, and over its four days
    kinds, dates = [0, Constraint.MANDATORY_START], [NO_TIME, from_iso("2026-01-04")]
    held = plan("A", [3, 4], [(0, 1, 0, 0)], constraint=kinds, constraint_date=dates)
    found = _found(held, plan("B", [5], prefix="B"), links=JOINED)
    (lost,) = found["push-lost"]
    assert lost.days == 4.0
    assert "30 d more on A0" in lost.text
    assert {f.activity for f in found["push-lost"]} == {0}


def test_activities_belong_to_a_node_of_their_project(plan: Plan) -> None:
    lost = plan("A", [1, 1], wbs=[0, -1])
    found = _found(lost, plan("B", [1], prefix="B"), links=JOINED)
    assert [f.activity for f in found["no-node"]] == [1]


def test_summaries_span_what_lies_beneath(plan: Plan) -> None:
    start = [from_iso(f"2026-01-{day:02d}") for day in (2, 3, 3)]
    finish = [from_iso(f"2026-01-{day:02d}") for day in (5, 9, 9)]
    kinds = [ActivityType.TASK, ActivityType.TASK, ActivityType.WBS_SUMMARY]
    one = plan("A", [1, 1, 1], type=kinds, stored_early_start=start, stored_early_finish=finish)
    (wrong,) = _found(one, plan("B", [1], prefix="B"), links=JOINED)["summary-differs"]
    assert "A2 starts on 2026-01-03, what lies beneath it on 2026-01-02: +1.0 d" in wrong.text


def test_the_same_milestone_on_other_days(plan: Plan) -> None:
    kinds = [ActivityType.TASK, ActivityType.FINISH_MILESTONE]
    chain = [(0, 1, 0, 0)]
    one = plan("A", [3, 0], chain, type=kinds, name=["x", "Power  on"])
    two = plan("B", [5, 0], chain, type=kinds, name=["x", "power on"], prefix="B")
    (differs,) = _found(one, two, links=[LinkRequest("A", "A0", "B", "B0")])["milestone-differs"]
    assert differs.days == 5.0
    assert (differs.activity, differs.other) == (3, 1)


def test_status_of_the_parts(plan: Plan) -> None:
    begun = plan("A", [3], status=[Status.IN_PROGRESS], actual_start=[from_iso("2026-02-01")])
    found = _found(begun, plan("B", [3], prefix="B", data_date="2026-01-20"))
    assert found["data-dates"][0].days == 19.0
    assert found["data-dates"][0].severity == "warning"
    assert found["actual-after-data-date"][0].activity == 0


def test_codes_that_one_project_leaves_out(plan: Plan) -> None:
    from planbench.domain.schedule import CodeAssignments, CodeTypes, CodeValues, make_table

    def coded(schedule: Schedule, rows: list[int]) -> Schedule:
        return replace(
            schedule,
            code_types=make_table(CodeTypes, 1, uid=["1"], name=["Phase"], scope=["global"]),
            code_values=make_table(
                CodeValues, 1, uid=["1"], type=[0], code=["E"], name=["Engineering"], parent=[-1]
            ),
            code_assignments=make_table(
                CodeAssignments, len(rows), activity=rows, value=np.zeros(len(rows))
            ),
        )

    one, two = coded(plan("A", [1, 1]), [0, 1]), coded(plan("B", [1, 1], prefix="B"), [1])
    (uncoded,) = _found(one, two, links=JOINED)["uncoded"]
    assert (uncoded.project, uncoded.activity) == ("B", 2)


def test_a_push_counts_under_the_rules_of_microsoft_project_too(shared: Path) -> None:
    names = ("msproject/commercial-construction.xml", "msproject/task-links-2019.xml")
    found = _found(*(read_schedule(shared / "corpus" / name).schedule for name in names))
    assert "push-lost" not in found
    assert len(found["project-apart"]) == 2
