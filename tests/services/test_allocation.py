"""Cost on no account is shared out by rules, and every sum stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.control.allocation import Allocation
from planbench.services import allocation
from planbench.services.control import library_report
from planbench.services.cost import cost_report
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture
def case(tmp_path: Path) -> Iterator[tuple[Library, int, Document]]:
    """The sample without a single cost account on its costs."""
    schedule = sample_schedules()["2026-09-30"]
    bare = replace(
        schedule,
        assignments=replace(
            schedule.assignments, account=np.full(len(schedule.assignments), -1, np.int32)
        ),
        expenses=replace(schedule.expenses, account=np.full(len(schedule.expenses), -1, np.int32)),
    )
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        update = library.add_schedule(bare)
        document = library.open_update(update)
        recalculate(document)
        project = document.library_project
        assert project is not None
        yield library, project, document


def test_rules_share_out_what_is_on_no_account(case: tuple[Library, int, Document]) -> None:
    library, project, document = case
    before = library_report(document, library)
    assert [row.code for row in before.cbs] == [""]  # all of it is on no account
    schedule = document.schedule
    activity = next(row for row in before.activities if row.values.bac and row.values.ac)
    rules = allocation.parsed_rules(
        f"wbs {schedule.wbs.code[0]} = 1.1 60, 2.1 40\nactivity {activity.code} = 3.1\n"
    )
    allocation.keep_rules(library, project, rules)
    after = library_report(document, library)
    assert after.measured.values == pytest.approx(before.measured.values)
    found = {row.code: row.values for row in after.cbs}
    whole, mine = before.measured.values, activity.values
    assert "" not in found
    assert found["3.1"].bac == pytest.approx(mine.bac)
    assert found["3.1"].ac == pytest.approx(mine.ac)
    for name in ("bac", "pv", "ev", "ac"):
        rest = getattr(whole, name) - getattr(mine, name)
        assert getattr(found["1.1"], name) == pytest.approx(0.6 * rest)
        assert getattr(found["2.1"], name) == pytest.approx(0.4 * rest)
    cost = cost_report(document, library, after)
    assert cost.rules == rules
    assert not [one for one in cost.misfits if "no account" in one.words]
    loose = cost_report(document, None, before)
    assert [one for one in loose.misfits if "no account" in one.words]


def test_a_code_is_stronger_than_the_wbs(case: tuple[Library, int, Document]) -> None:
    library, project, document = case
    schedule = document.schedule
    value = int(schedule.code_assignments.value[0])
    kind = schedule.code_types.name[int(schedule.code_values.type[value])]
    code = schedule.code_values.code[value]
    text = f"wbs {schedule.wbs.code[0]} = 1.1\ncode {kind} = {code} = 2.1"
    allocation.keep_rules(library, project, allocation.parsed_rules(text))
    report = library_report(document, library)
    given = schedule.code_assignments
    coded = {schedule.activities.code[row] for row in given.activity[given.value == value]}
    expected = sum(row.values.bac for row in report.activities if row.code in coded)
    found = {row.code: row.values.bac for row in report.cbs}
    assert found["2.1"] == pytest.approx(expected)
    assert allocation.rules_text(allocation.rules_of(library, project)) == text


def test_what_rules_name_and_is_not_there_is_a_misfit(case: tuple[Library, int, Document]) -> None:
    library, project, document = case
    rules = allocation.parsed_rules("wbs NOWHERE = 1.1\nactivity A = 99.9")
    allocation.keep_rules(library, project, rules)
    report = cost_report(document, library, library_report(document, library))
    told = {one.subject: one.words for one in report.misfits if "allocat" in one.words}
    assert told.keys() == {"wbs NOWHERE", "activity A"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wbs A = 1.1 60, 1.2 39.9", "sum to 99.9"),
        ("wbs A = 1.1 60, 1.1 40", "named twice"),
        ("wbs A = 1.1\nwbs A = 1.2", "two rules"),
        ("tree A = 1.1", "goes by activity"),
        ("\nwbs = 1.1", "line 2"),
        ("wbs A = 1.1 much", "line 1"),
        ("wbs A = ", "line 1"),
        ("nothing", "line 1"),
        ("wbs A = 1.1 150, 1.2 -50", "above zero"),
    ],
)
def test_rules_without_sense_are_refused(text: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        allocation.parsed_rules(text)


def test_thirds_are_near_enough() -> None:
    (rule,) = allocation.parsed_rules("code Area = North = 1.1 33.3333, 1.2 33.3333, 1.3 33.3334")
    assert rule == Allocation(
        "code", "Area = North", (("1.1", 33.3333), ("1.2", 33.3333), ("1.3", 33.3334))
    )
