from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.schedule import (
    NO_ROW,
    Activities,
    ActivityType,
    Baseline,
    Project,
    Relationships,
    Schedule,
    Status,
    Wbs,
    adjacency,
    empty_baseline,
    make_table,
)
from planbench.domain.times import NO_TIME


@pytest.fixture
def small() -> Schedule:
    activities = make_table(
        Activities,
        3,
        uid=["1", "2", "3"],
        code=["A", "B", "C"],
        name=["Dig", "Pour", "Cure"],
        project=[1, 1, 1],
        type=[ActivityType.TASK, ActivityType.TASK, ActivityType.FINISH_MILESTONE],
    )
    links = make_table(
        Relationships, 3, predecessor=[0, 0, 1], successor=[1, 2, 2], type=[0, 1, 0], lag=[0, 60, 0]
    )
    projects = (Project("9", "STUB", "Stub", exported=False), Project("1", "P", "Plan", 500))
    return Schedule(projects=projects, activities=activities, relationships=links)


def test_missing_columns_take_the_default_of_their_kind(small: Schedule) -> None:
    acts = small.activities
    assert acts.actual_start.tolist() == [NO_TIME] * 3
    assert acts.wbs.tolist() == [NO_ROW] * 3
    assert acts.physical_percent.tolist() == [0.0] * 3
    assert acts.name.dtype == object


def test_a_column_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Activities\.lag|Relationships\.lag"):
        make_table(Relationships, 2, lag=[1, 2, 3])
    with pytest.raises(TypeError, match="colour"):
        make_table(Wbs, 1, colour=["red"])


def test_links_are_found_from_both_ends(small: Schedule) -> None:
    assert small.activity(2).predecessors.tolist() == [1, 2]
    assert small.activity(0).successors.tolist() == [0, 1]
    assert small.activity(0).predecessors.tolist() == []


def test_an_activity_reads_as_an_object(small: Schedule) -> None:
    cure = small.activity(small.row_of_code["C"])
    assert (cure.name, cure.kind, cure.state) == (
        "Cure",
        ActivityType.FINISH_MILESTONE,
        Status.NOT_STARTED,
    )
    assert isinstance(cure.original_duration, int)


def test_the_main_project_is_the_exported_one_with_work(small: Schedule) -> None:
    assert small.main_project == 1
    assert small.data_date == 500
    assert Schedule().data_date == NO_TIME


def test_an_edit_shares_what_it_does_not_touch(small: Schedule) -> None:
    longer = small.with_activities(original_duration=np.array([60, 0, 0], dtype=np.int64))
    assert longer.activities.name is small.activities.name
    assert longer.digest != small.digest
    back = longer.with_activities(original_duration=small.activities.original_duration)
    assert back.digest == small.digest


def test_the_digest_sees_every_part(small: Schedule) -> None:
    baseline = Baseline("B1", 0, empty_baseline(3))
    from dataclasses import replace

    others = [
        replace(small, baselines=(baseline,)),
        replace(small, projects=small.projects[:1]),
        replace(small, relationships=small.relationships.take(np.array([0, 1]))),
    ]
    assert len({small.digest, *(other.digest for other in others)}) == 4


def test_grouping_keeps_file_order_and_empty_keys() -> None:
    groups = adjacency(np.array([2, 0, 2, 2], dtype=np.int32), 4)
    assert [groups.of(key).tolist() for key in range(4)] == [[1], [], [0, 2, 3], []]


def test_links_grouped_by_an_end_are_kept_where_activities_alone_change() -> None:
    from planbench.domain.synthetic import synthetic_schedule

    schedule = synthetic_schedule(30, 60)
    longer = schedule.with_activities(original_duration=schedule.activities.original_duration + 480)
    assert longer.incoming is schedule.incoming
    assert longer.outgoing is schedule.outgoing
    links = schedule.relationships
    for row in range(len(schedule)):
        assert (links.successor[schedule.incoming.of(row)] == row).all()
        assert (links.predecessor[schedule.outgoing.of(row)] == row).all()
    assert schedule.incoming.rows.size == schedule.outgoing.rows.size == 60
