"""The schedule log on a project with one of each finding."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Constraint,
    ExternalLinks,
    Logic,
    Project,
    Relationships,
    Schedule,
    ScheduleOptions,
    Wbs,
    make_table,
)
from planbench.engines.cpm import schedule_network
from planbench.engines.cpm.log import TITLES, options_in_words, schedule_log

ROWS = [
    {"hours": 16},
    {"hours": 8, "actual_start": "2026-05-29 08:00"},
    {
        "hours": 8,
        "constraint": Constraint.FINISH_ON_OR_BEFORE,
        "constraint_date": "2026-06-01 17:00",
    },
    {"hours": 8, "expected_finish": "2026-05-20 17:00"},
    {"code": "L", "type": ActivityType.LEVEL_OF_EFFORT},
    {"code": "X", "actual_start": "2026-05-29 08:00", "actual_finish": "2026-06-09 17:00"},
]
LINKS = [("A", "B"), ("B", "C"), ("A", "L", "SS"), ("X", "D")]


def test_each_finding(small: ModuleType) -> None:
    schedule = small.make(ROWS, LINKS)
    log = schedule_log(schedule, schedule_network(schedule))
    assert log.rows("open-start") == (0,)
    assert log.rows("open-finish") == (2, 3)
    assert log.rows("out-of-sequence") == (0,)
    assert log.rows("actual-after-data-date") == (5,)
    assert log.rows("constraint") == (2,)
    assert log.rows("expected-finish-ignored") == (3,)
    assert set(log.rows("negative-float")) == {0, 1, 2}
    assert log.rows("external-link") == ()
    assert log.rows("ignored-link") == ()
    assert all(entry.title == TITLES[entry.finding] for entry in log.entries)
    (figures,) = log.statistics
    assert (figures.activities, figures.not_started, figures.in_progress, figures.complete) == (
        6,
        4,
        1,
        1,
    )
    assert figures.relationships == 4
    assert figures.critical == 4  # with the level of effort that spans A


def test_links_dropped_by_progress_override_are_listed(small: ModuleType) -> None:
    schedule = small.make(ROWS, LINKS)
    options = ScheduleOptions(logic=Logic.OVERRIDE)
    log = schedule_log(schedule, schedule_network(schedule, options), options)
    assert log.rows("ignored-link") == (0,)
    assert log.options == (options,)
    assert options_in_words(options)["logic"] == "override"


def test_links_out_of_the_file_close_open_ends(small: ModuleType) -> None:
    schedule = replace(
        small.make([{"hours": 8}]),
        external_links=make_table(
            ExternalLinks, 2, activity=[0, 0], incoming=[True, False], other_uid=["7", "8"]
        ),
    )
    log = schedule_log(schedule, schedule_network(schedule))
    assert [(entry.finding, entry.rows, entry.of) for entry in log.entries] == [
        ("external-link", (0, 1), "external_links")
    ]


def test_the_rules_of_microsoft_project_link_whole_summaries() -> None:
    """P leads to the summary S, S to X: what lies beneath has both ends."""
    rows = ["P", "S", "A", "X", "I"]
    kinds = [ActivityType.TASK] * 5
    kinds[1] = ActivityType.WBS_SUMMARY
    schedule = Schedule(
        projects=(
            Project(
                "1",
                "P",
                "Plan",
                planned_start=29671680,
                options=ScheduleOptions(engine="msp"),
            ),
        ),
        activities=make_table(
            Activities,
            5,
            uid=rows,
            code=rows,
            name=rows,
            project=[0] * 5,
            wbs=[0, 1, 1, 0, 0],
            type=kinds,
            original_duration=[480] * 5,
            remaining_duration=[480] * 5,
            inactive=[False] * 4 + [True],
        ),
        relationships=make_table(
            Relationships, 3, predecessor=[0, 1, 4], successor=[1, 3, 3], lag=[0] * 3
        ),
        wbs=make_table(Wbs, 2, uid=["1", "2"], parent=[-1, 0], project=[0, 0]),
    )
    log = schedule_log(schedule, schedule_network(schedule))
    assert log.rows("open-start") == (0,)
    assert log.rows("open-finish") == (3,)
    assert log.rows("ignored-link") == (2,)
    assert log.rows("actual-after-data-date") == ()
