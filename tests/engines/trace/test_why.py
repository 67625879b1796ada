"""The causes of dates, one kind at a time, and the sentences about them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    Logic,
    ScheduleOptions,
    Status,
)
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import prepare, schedule_network
from planbench.engines.trace import Reasons, why


def ask(small: ModuleType, row: int, *args: Any, **project: Any) -> Reasons:
    schedule = small.make(*args, **project)
    return why(schedule, schedule_network(schedule), row)


def kinds(reasons: Reasons) -> tuple[list[str], list[str], list[str]]:
    return (
        [cause.kind for cause in reasons.early_start],
        [cause.kind for cause in reasons.early_finish],
        [cause.kind for cause in reasons.late_finish],
    )


def test_a_driving_link_and_the_next_predecessor(small: ModuleType) -> None:
    """A ends Tuesday, B Monday: A drives C and B leaves a day."""
    rows = [{"hours": 16}, {"hours": 8}, {"hours": 8}]
    reasons = ask(small, 2, rows, [("A", "C"), ("B", "C")])
    assert kinds(reasons) == (["link"], ["duration"], ["project-finish"])
    assert (reasons.early_start[0].activity, reasons.early_start[0].relationship) == (0, 0)
    assert reasons.early_start[0].waits
    assert (reasons.next_predecessor, reasons.next_float) == (1, 480)
    assert reasons.sentence == (
        "Starts 03-Jun-2026 because A finishes the day before; finish to start, no lag. "
        "Finishes 03-Jun-2026 after 1 d of work. "
        "May finish as late as 03-Jun-2026, when the project finishes. "
        "The next predecessor, B, leaves 1 d of free float."
    )


def test_a_tie_names_both(small: ModuleType) -> None:
    rows = [{"hours": 8}, {"hours": 8}, {"hours": 8}]
    reasons = ask(small, 2, rows, [("A", "C"), ("B", "C", "SS", 8)])
    assert [cause.activity for cause in reasons.early_start] == [0, 1]
    assert "So does B." in reasons.sentence


def test_lags_and_other_types_are_told(small: ModuleType) -> None:
    rows = [{"hours": 8}, {"hours": 4}]
    late = ask(small, 1, rows, [("A", "B", "SS", 12)])
    assert "because A starts the day before; start to start, a lag of 1.5 d." in late.sentence
    lead = ask(small, 1, [{"hours": 16}, {"hours": 4}], [("A", "B", "FS", -4)])
    assert "finish to start, a lead of 0.5 d." in lead.sentence


def test_a_finish_to_finish_link_sets_the_finish(small: ModuleType) -> None:
    """A ends Wednesday 12:00, and so does B, whose 8 hours begin on Tuesday 13:00."""
    reasons = ask(small, 1, [{"hours": 20}, {"hours": 8}], [("A", "B", "FF")])
    assert kinds(reasons) == (["link"], ["link"], ["project-finish"])
    assert "Starts 02-Jun-2026 because A finishes the day after; finish to finish" in (
        reasons.sentence
    )


def test_the_calendar_is_named_when_it_makes_the_difference(small: ModuleType) -> None:
    """A ends on Wednesday, Thursday is a holiday, so B starts on Friday."""
    reasons = ask(small, 1, [{"hours": 24}, {"hours": 8}], [("A", "B")])
    assert "Starts 05-Jun-2026 because A finishes on 03-Jun-2026" in reasons.sentence
    assert "Its calendar has no working time in between." in reasons.sentence


@pytest.mark.parametrize(
    ("row", "project", "kind", "words"),
    [
        ({}, {}, "data-date", "at the data date" + ""),
        ({}, {"planned_start": "2026-06-03 08:00"}, "planned-start", "planned to start then"),
        (
            {"constraint": Constraint.START_ON_OR_AFTER, "constraint_date": "2026-06-03 00:00"},
            {},
            "constraint",
            "because of its constraint start on or after 03-Jun-2026",
        ),
        (
            {"constraint": Constraint.FINISH_ON, "constraint_date": "2026-06-03 17:00"},
            {},
            "constraint",
            "because of its constraint finish on 03-Jun-2026",
        ),
        (
            {"external_early_start": "2026-06-03 08:00"},
            {},
            "external",
            "because of its external early start 03-Jun-2026",
        ),
        (
            {
                "actual_start": "2026-05-28 08:00",
                "suspend": "2026-05-28 12:00",
                "resume": "2026-06-03 08:00",
            },
            {},
            "resume",
            "Started 28-May-2026; the remaining work starts 03-Jun-2026, when the suspended work",
        ),
    ],
)
def test_what_can_set_a_start(
    small: ModuleType, row: dict[str, Any], project: dict[str, str], kind: str, words: str
) -> None:
    reasons = ask(small, 0, [{"hours": 8, **row}], [], **project)
    assert [cause.kind for cause in reasons.early_start] == [kind]
    assert words.replace("at the data date", "the data date") in reasons.sentence


@pytest.mark.parametrize(
    ("row", "project", "options", "kind", "words"),
    [
        ({}, {"must_finish_by": "2026-06-05 17:00"}, {}, "must-finish", "must finish by 05-Jun"),
        ({}, {}, {"open_ends_critical": True}, "open-end", "open ends count as critical"),
        (
            {"constraint": Constraint.FINISH_ON_OR_BEFORE, "constraint_date": "2026-06-02 17:00"},
            {},
            {},
            "constraint",
            "as late as 02-Jun-2026 because of its constraint finish on or before 02-Jun-2026",
        ),
        (
            {"external_late_finish": "2026-06-02 17:00"},
            {},
            {},
            "external",
            "because of its external late finish 02-Jun-2026",
        ),
    ],
)
def test_what_can_set_a_late_finish(
    small: ModuleType,
    row: dict[str, Any],
    project: dict[str, str],
    options: dict[str, bool],
    kind: str,
    words: str,
) -> None:
    rows = [{"hours": 8, **row}, {"hours": 24}]
    reasons = ask(small, 0, rows, [], ScheduleOptions(**options), **project)
    assert [cause.kind for cause in reasons.late_finish] == [kind]
    assert words in reasons.sentence


def test_a_successor_sets_the_late_finish(small: ModuleType) -> None:
    reasons = ask(small, 0, [{"hours": 8}, {"hours": 8}], [("A", "B", "FF", 8)])
    assert (reasons.late_finish[0].kind, reasons.late_finish[0].activity) == ("link", 1)
    assert "because B may finish the day after at the latest; finish to finish, a lag of 1 d" in (
        reasons.sentence
    )


def test_expected_finish_and_as_late_as_possible(small: ModuleType) -> None:
    expected = ask(small, 0, [{"hours": 8, "expected_finish": "2026-06-03 17:00"}])
    assert expected.early_finish[0].kind == "expected-finish"
    assert "Finishes 03-Jun-2026 because that is its expected finish." in expected.sentence
    rows = [{"hours": 8, "constraint": Constraint.AS_LATE_AS_POSSIBLE}, {"hours": 16}, {"hours": 8}]
    held = ask(small, 0, rows, [("A", "C"), ("B", "C")])
    assert (held.early_start[0].kind, held.early_start[0].activity) == ("as-late-as-possible", 2)
    assert "as late as possible without moving the early dates of C" in held.sentence


def test_spans_and_complete_activities(small: ModuleType) -> None:
    rows = [
        {"hours": 16},
        {"type": ActivityType.LEVEL_OF_EFFORT},
        {"actual_start": "2026-05-28 08:00", "actual_finish": "2026-05-29 17:00"},
    ]
    links = [("A", "B", "SS"), ("A", "B", "FF"), ("C", "A")]
    loe = ask(small, 1, rows, links)
    assert loe.sentence == ("Spans the activities it is linked with, 01-Jun-2026 to 02-Jun-2026.")
    assert ask(small, 2, rows, links).sentence == "Complete, 28-May-2026 to 29-May-2026."


def test_a_row_that_does_not_exist(small: ModuleType) -> None:
    with pytest.raises(IndexError):
        ask(small, 1, [{"hours": 1}])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_every_date_of_any_schedule_has_a_cause(seed: int, small: ModuleType) -> None:
    """Links that are named are links of the activity, and those of early dates drive."""
    schedule = small.at_random(seed)
    network, result = prepare(schedule), schedule_network(schedule)
    links = schedule.relationships
    for row in range(len(schedule)):
        if result.early_start[row] == NO_TIME:
            continue
        reasons = why(schedule, result, row, network)
        assert reasons.early_start, (seed, row)
        assert reasons.early_finish
        assert reasons.late_finish
        assert all(text.endswith(".") for text in reasons.sentences)
        done = schedule.activities.status[row] == Status.COMPLETE
        for cause in reasons.early_start:
            if cause.kind == "link":
                assert links.successor[cause.relationship] == row
                # as late as possible may move a predecessor beyond what it gave its successor
                plain = links.type[cause.relationship] < 2
                plain &= cause.instant <= result.early_start[row]
                if not done and plain and schedule.activities.type[row] not in (1, 2):
                    assert result.driving[cause.relationship], (seed, row)
        for cause in reasons.late_finish:
            if cause.kind == "link":
                assert links.predecessor[cause.relationship] == row


@pytest.mark.corpus
def test_actual_dates_are_named_as_such(shared: Path, small: ModuleType) -> None:
    from planbench.exchange.registry import read_schedule

    schedule = read_schedule(shared / "corpus" / "p6" / "hotel.xer").schedule
    network, result = prepare(schedule), schedule_network(schedule)
    for row in range(0, len(schedule), 97):
        assert "unknown" not in why(schedule, result, row, network).sentence
    options = ScheduleOptions(logic=Logic.ACTUAL_DATES)
    held = small.make(
        [{"actual_start": "2026-05-28 08:00", "actual_finish": "2026-05-29 17:00"}], [], options
    )
    assert why(held, schedule_network(held), 0).early_start[0].kind == "actual"
