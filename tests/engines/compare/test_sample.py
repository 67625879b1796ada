"""The comparison against figures that were computed for the sample without the program."""

from __future__ import annotations

import pytest

from planbench.domain.schedule import Schedule
from planbench.engines.compare.compare import Comparison, compare
from planbench.engines.compare.halfstep import half_step
from planbench.engines.compare.narrative import narrative
from planbench.engines.compare.revert import finish_effect
from planbench.engines.compare.series import series_of
from planbench.services.sample import sample_schedules


@pytest.fixture(scope="module")
def updates() -> list[Schedule]:
    return list(sample_schedules().values())


@pytest.fixture(scope="module")
def since_july(updates: list[Schedule]) -> Comparison:
    return compare(updates[1], updates[3])


@pytest.mark.parametrize(("k", "progress", "revision"), [(1, 24, -16), (2, 28, -15)])
def test_half_step(updates: list[Schedule], k: int, progress: int, revision: int) -> None:
    comparison = compare(updates[k], updates[k + 1])
    half = half_step(comparison)
    assert half is not None
    assert half.progress_days[0] == progress
    assert half.revision_days[0] == revision
    assert half.progress_days[0] + half.revision_days[0] == half.total_days
    assert half.progress_days[1] + half.revision_days[1] == half.total_days
    assert sum(step.days for step in half.steps) == pytest.approx(half.total_days)
    assert half.total_days == comparison.movement_days


def position(comparison: Comparison, type_: str, id_: str, field: str = "") -> int:
    changes = comparison.changes
    found = [
        k
        for k in changes.of_type(type_).tolist()
        if changes.id[k] == id_ and field in ("", changes.field[k])
    ]
    assert len(found) == 1, (type_, id_)
    return int(found[0])


UNDECLARED = [
    ("activity-deleted", "TS-2135", "", 13),
    ("calendar-content", "Fabrication yard 7-day 10h", "", 9),
    ("logic-deleted", "TS-3100 > OU-1030", "", 13),
    ("duration", "YC-1050", "remaining_duration", 7),
    ("constraint", "KD-0020", "", 0),
    ("actual-changed", "TS-2110", "", 0),
]


@pytest.mark.parametrize(("type_", "start", "field", "days"), UNDECLARED)
def test_one_change_undone(
    since_july: Comparison, type_: str, start: str, field: str, days: int
) -> None:
    changes = since_july.changes
    ids = {i for i in changes.id[changes.of_type(type_)].tolist() if i.startswith(start)}
    assert len(ids) == 1
    k = position(since_july, type_, ids.pop(), field)
    assert finish_effect(since_july, [k]) == days


def test_all_undeclared_changes_undone(since_july: Comparison) -> None:
    chosen = []
    changes = since_july.changes
    for type_, start, field, _ in UNDECLARED:
        chosen += [
            k
            for k in changes.of_type(type_).tolist()
            if changes.id[k].startswith(start) and field in ("", changes.field[k])
        ]
    chosen.append(position(since_july, "logic-added", "TS-2130 > TS-3050"))
    assert finish_effect(since_july, chosen) == 31


def test_the_register_is_what_the_change_list_says(updates: list[Schedule]) -> None:
    changes = compare(updates[1], updates[2]).changes
    assert changes.row(position(compare(updates[1], updates[2]), "actual-changed", "TS-2110"))[
        "field"
    ] == ("actual_finish")
    listed = {
        (changes.type[k], changes.id[k], changes.before[k], changes.after[k])
        for k in changes.of_type("logic-added", "logic-deleted", "logic-type", "lag").tolist()
    }
    assert listed == {
        ("logic-deleted", "TS-2130 > TS-2135", "FS", None),
        ("logic-deleted", "TS-2135 > TS-3050", "FS", None),
        ("logic-added", "TS-2130 > TS-3050", None, "FS + 80 h"),
        ("logic-type", "CV-2080 > CV-2090", "FS", "SS + 120 h"),
    }
    content = changes.row(int(changes.of_type("calendar-content")[0]))
    assert content["before"] == "2027-02-05 to 2027-02-12 no work"
    assert content["after"] == "2027-02-05 to 2027-02-12 10 h"


def test_the_series(updates: list[Schedule]) -> None:
    series = series_of(updates[::-1])
    assert [w.comparison.movement_days for w in series.windows] == [14, 8, 13]
    assert len(series.paths[3]) == 42
    completion = next(t for t in series.milestones if t.id == "CO-9000")
    assert [(d - completion.dates[0]) // 1440 for d in completion.dates] == [0, 14, 22, 35]
    assert all(len(row) == 4 for row in series.erosion.days)


def test_the_words(updates: list[Schedule]) -> None:
    comparison = compare(updates[1], updates[2])
    text = " ".join(narrative(comparison, half_step(comparison)))
    assert "8 days later, from 2029-04-24 to 2029-05-02" in text
    assert "+24 days, the revisions -16" in text
    assert "restated on TS-2110" in text
    assert narrative(compare(updates[0], updates[0])) == [
        "Nothing differs between the two schedules."
    ]
