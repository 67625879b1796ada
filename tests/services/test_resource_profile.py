"""Loading by resource, tree, WBS and code: small schedules worked by hand, and sums that agree."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.calendars import Calendar
from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import (
    Activities,
    Assignments,
    Baseline,
    BaselineColumns,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Project,
    Relationships,
    ResourceRates,
    Resources,
    Roles,
    Schedule,
    Source,
    Status,
    Wbs,
    make_table,
)
from planbench.domain.times import from_iso, known
from planbench.services.document import Document
from planbench.services.resource_profile import Loading
from planbench.services.resource_tables import profile_json, profile_rows
from planbench.services.sample import LATEST, sample_baseline, sample_schedules
from planbench.services.scheduling import recalculate

DAY_OF_WORK = 8 * 60


def three_activities(form: str = "xer") -> Schedule:
    """A and B side by side from Monday 1 June 2026, C after A; welders, a crane and pipes.

    A is under way since Thursday 28 May (16 h done), B and C have not begun.
    """
    activities = make_table(
        Activities,
        3,
        uid=["1", "2", "3"],
        code=["A", "B", "C"],
        name=["Weld", "Lift", "Test"],
        project=[0] * 3,
        wbs=[1, 2, 2],
        calendar=[0] * 3,
        type=[0] * 3,
        status=[Status.IN_PROGRESS, Status.NOT_STARTED, Status.NOT_STARTED],
        original_duration=[6 * DAY_OF_WORK, 3 * DAY_OF_WORK, 2 * DAY_OF_WORK],
        remaining_duration=[4 * DAY_OF_WORK, 3 * DAY_OF_WORK, 2 * DAY_OF_WORK],
        actual_start=[from_iso("2026-05-28 08:00"), *([np.iinfo(np.int64).min] * 2)],
    )
    return Schedule(
        projects=(Project("p", "P", "Pipes", from_iso("2026-06-01 08:00"), calendar=0),),
        calendars=(Calendar("1", "Office"),),
        activities=activities,
        relationships=make_table(
            Relationships, 1, uid=["1"], predecessor=[0], successor=[2], type=[0], lag=[0]
        ),
        wbs=make_table(
            Wbs, 3, uid=["0", "1", "2"], code=["P", "P.1", "P.2"],
            name=["Pipes", "Shop", "Site"], parent=[-1, 0, 0], project=[0] * 3,
        ),
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Area"], scope=["global"]),
        code_values=make_table(
            CodeValues, 2, uid=["1", "2"], type=[0, 0], code=["N", "S"], name=["North", "South"],
            parent=[-1, -1],
        ),
        code_assignments=make_table(CodeAssignments, 2, activity=[0, 1], value=[0, 1]),
        resources=make_table(
            Resources, 3, uid=["1", "2", "3"], code=["WELD", "CRANE", "PIPE"],
            name=["Welders", "Crane", "Pipe"], parent=[-1, -1, -1], calendar=[0, 0, -1],
            kind=["labor", "nonlabor", "material"], unit=["", "", "m"],
            max_units=[1.5, 1.0, 1.0],
        ),
        assignments=make_table(
            Assignments, 4, uid=list("1234"), activity=[0, 1, 1, 2], resource=[0, 0, 1, 2],
            budget_units=[48, 24, 12, 90], actual_units=[16, 0, 0, 0],
            remaining_units=[32, 24, 12, 90], budget_cost=[480, 240, 600, 900],
            actual_cost=[160, 0, 0, 0], remaining_cost=[320, 240, 600, 900],
        ),
        source=Source(format=form),
    )  # fmt: skip


def document_of(schedule: Schedule) -> Document:
    document = Document(schedule)
    recalculate(document)
    assert document.cpm is not None
    return document


@pytest.fixture
def loading() -> Loading:
    return Loading(document_of(three_activities()))


def test_welders_by_day(loading: Loading) -> None:
    found = loading.profile("resource", "day", "units", [0])
    # Thursday and Friday done, the weekend, then Monday to Wednesday twice 8 h, Thursday 8 h;
    # testing goes on until Monday the 8th.
    assert found.actual.tolist() == pytest.approx([8, 8, *([0] * 10)])
    assert found.remaining.tolist() == pytest.approx([0, 0, 0, 0, 16, 16, 16, 8, 0, 0, 0, 0])
    assert found.limit is not None
    assert found.limit.tolist() == pytest.approx([12, 12, 0, 0, *([12] * 5), 0, 0, 12])
    assert found.over.tolist() == [False] * 4 + [True] * 3 + [False] * 5
    assert found.unit == "h"


def test_a_resource_to_be_had_at_any_time_is_never_over(loading: Loading) -> None:
    crane = next(line for line in loading.overview("resource", "day", "units") if line.group == 1)
    assert (crane.remaining, crane.peak, crane.over) == (12.0, pytest.approx(4.0), 0)


def test_equivalents_are_hours_by_working_hours(loading: Loading) -> None:
    found = loading.profile("resource", "week", "fte", [0])
    assert found.total.tolist() == pytest.approx([16 / 40, 56 / 40, 0])
    assert found.limit is not None
    assert found.limit.tolist() == pytest.approx([1.5, 1.5, 1.5])


def test_the_late_dates_move_what_is_not_done(loading: Loading) -> None:
    # A leads to C and has no float; B may end with C on Monday the 8th.
    found = loading.profile("resource", "day", "units", [0])
    late = loading.profile("resource", "day", "units", [1])
    assert found.late.sum() == pytest.approx(72)
    assert np.all(np.cumsum(found.late) <= np.cumsum(found.total) + 1e-9)
    assert np.flatnonzero(late.late > 0).min() > np.flatnonzero(late.total > 0).min()


def test_materials_stand_alone_in_units_and_together_in_cost(loading: Loading) -> None:
    pipes = loading.profile("resource", "month", "units", [2])
    assert (pipes.unit, pipes.total.sum(), pipes.limit) == ("m", pytest.approx(90), None)
    everything = loading.profile("all", "month", "units")
    assert everything.total.sum() == pytest.approx(16 + 32 + 24 + 12)
    assert loading.profile("all", "month", "cost").total.sum() == pytest.approx(1320 + 900)


def test_work_is_grouped_by_wbs_and_code(loading: Loading) -> None:
    wbs = {line.code: line.remaining for line in loading.overview("wbs:2", "week", "units")}
    assert wbs == {"P.1": 32.0, "P.2": 36.0}
    areas = {line.name: line.remaining for line in loading.overview("code:Area", "week", "cost")}
    assert areas == {"North": 320.0, "South": 840.0, "Without a value": 900.0}
    assert loading.profile("wbs:2", "week", "units").limit is None


def test_a_bar_names_its_activities(loading: Loading) -> None:
    monday = from_iso("2026-06-01")
    found = loading.in_bar("resource", "units", [0], monday, monday + 1440)
    assert [(row, round(amount, 6)) for row, amount in found] == [(0, 8.0), (1, 8.0)]
    assert loading.in_bar("resource", "units", [2], monday, monday + 1440) == []


def test_the_budget_lies_between_baseline_dates() -> None:
    document = document_of(three_activities())
    start = np.full(3, from_iso("2026-06-08 08:00"), dtype=np.int64)
    columns = BaselineColumns(start, start + 540, np.full(3, 480), np.full(3, np.nan))
    document.baseline = Baseline("First", start[0], columns)
    found = Loading(document).profile("resource", "week", "units", [0])
    assert found.baseline is not None
    assert found.baseline.tolist() == pytest.approx([0, 0, 72])


def test_both_calendars_count_outside_p6() -> None:
    mornings = Calendar("2", "Mornings", tuple([((480, 720),)] * 5 + [()] * 2))
    schedule = three_activities("mspdi")
    schedule = replace(
        schedule,
        calendars=(*schedule.calendars, mornings),
        resources=schedule.resources.with_columns(calendar=np.array([1, 0, -1], dtype=np.int32)),
    )
    found = Loading(document_of(schedule)).profile("resource", "day", "units", [0])
    assert found.total.sum() == pytest.approx(72)
    assert found.limit is not None
    assert found.limit[0] == pytest.approx(1.5 * 4)


def test_units_without_dates_are_told_not_dropped_silently() -> None:
    document = document_of(three_activities())
    assert document.cpm is not None
    gone = np.iinfo(np.int64).min
    lost = {name: getattr(document.cpm, name).copy() for name in
            ("early_start", "early_finish", "start", "finish")}  # fmt: skip
    for column in lost.values():
        column[2] = gone
    document.cpm = replace(document.cpm, **lost)
    assert Loading(document).profile("resource", "week", "units").undated == 90.0


def test_what_cannot_be_asked_is_refused(loading: Loading) -> None:
    with pytest.raises(ModelError, match="nothing to group by"):
        loading.overview("role", "week", "units")
    with pytest.raises(ModelError, match="no measure"):
        loading.overview("resource", "week", "joules")
    with pytest.raises(PlanbenchError, match="not calculated"):
        Loading(Document(three_activities()))


def test_a_schedule_without_assignments_is_empty() -> None:
    schedule = three_activities()
    bare = replace(schedule, assignments=schedule.assignments.take(np.zeros(4, dtype=bool)))
    loading = Loading(document_of(bare))
    assert loading.empty
    assert loading.overview("resource", "week", "units") == []


def test_the_sample_loses_no_hour() -> None:
    document = document_of(sample_schedules()[LATEST])
    document.baseline = sample_baseline(document.schedule)
    loading = Loading(document)
    given = document.schedule.assignments
    planned = known(document.baseline.columns.start)[given.activity]  # some came after it
    for period in ("day", "week", "month"):
        for line in loading.overview("resource", period, "units"):
            mine = given.resource == line.group
            whole = (given.actual_units + given.remaining_units)[mine].sum()
            found = loading.profile("resource", period, "units", [line.group])
            assert found.total.sum() == pytest.approx(whole, abs=0.01)
            assert found.late.sum() == pytest.approx(whole, abs=0.01)
            assert found.baseline is not None
            budget = given.budget_units[mine & planned].sum()
            assert found.baseline.sum() == pytest.approx(budget, abs=0.01)
            assert line.over == int(found.over.sum())
            assert line.peak == pytest.approx(found.total.max())


def test_json_is_plain_and_adds_up(loading: Loading) -> None:
    body = profile_json(loading.document, "resource", "week", "units", ["WELD"])
    again = json.loads(json.dumps(body, allow_nan=False))
    assert [one["code"] for one in again["groups"]] == ["WELD"]
    assert sum(row["total"] for row in again["groups"][0]["periods"]) == pytest.approx(72)
    assert again["together"] == again["groups"][0]["periods"]
    with pytest.raises(ModelError, match="NOBODY"):
        profile_json(loading.document, "resource", "week", "units", ["NOBODY"])
    rows = profile_rows(loading.profile("resource", "week", "fte", [0]))
    assert "early_so_far" not in rows[0]


def test_a_limit_that_changes_over_time_holds_by_the_instant() -> None:
    schedule = three_activities()
    # From Wednesday the 3rd, 12:00, three welders instead of one and a half; twenty from long ago.
    starts = ["2020-01-06 08:00", "2026-01-05 08:00", "2026-06-03 12:00"]
    schedule = replace(
        schedule,
        resource_rates=make_table(
            ResourceRates, 3, resource=[0, 0, 0], start=[from_iso(one) for one in starts],
            max_units=[20.0, 1.5, 3.0],
        ),
    )  # fmt: skip
    found = Loading(document_of(schedule)).profile("resource", "day", "units", [0])
    assert found.limit is not None
    hours = [12, 12, 0, 0, 12, 12, 4 * 1.5 + 4 * 3, 24, 24, 0, 0, 24]  # noon halves the Wednesday
    assert found.limit.tolist() == pytest.approx(hours)
    assert found.over.tolist() == [False] * 4 + [True] * 2 + [False] * 6


def test_a_limit_of_several_resources_adds_what_changes_to_what_does_not() -> None:
    schedule = replace(
        three_activities(),
        resource_rates=make_table(
            ResourceRates, 2, resource=[0, 0],
            start=[from_iso("2026-01-05 08:00"), from_iso("2026-06-08 00:00")],
            max_units=[1.5, 0.0],
        ),
    )  # fmt: skip
    found = Loading(document_of(schedule)).profile("resource", "day", "units", [0, 1])
    assert found.limit is not None
    assert found.limit[-1] == pytest.approx(8.0)  # the crane alone
    assert found.limit[0] == pytest.approx((1.5 + 1.0) * 8)


def test_work_is_grouped_by_role() -> None:
    schedule = three_activities()
    assert "role" not in Loading(document_of(schedule)).groupings()
    role = np.array([1, 0, -1, -1], dtype=np.int32)
    schedule = replace(
        schedule,
        roles=make_table(Roles, 2, uid=["1", "2"], code=["A", "B"], name=["Aid", "Boss"],
                         parent=[-1, -1]),
        assignments=schedule.assignments.with_columns(role=role),
    )  # fmt: skip
    loading = Loading(document_of(schedule))
    assert loading.groupings()["role"] == "Role"
    lines = {line.name: (line.actual, line.remaining) for line in loading.overview(
        "role", "week", "units")}  # fmt: skip
    assert lines == {
        "Boss": (16, pytest.approx(32)),
        "Aid": (0, pytest.approx(24)),
        "Without a role": (0, pytest.approx(12)),  # materials are no hours
    }
    assert loading.profile("role", "week", "units").limit is None
