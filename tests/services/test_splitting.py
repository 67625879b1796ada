"""One activity becomes several: nothing is lost and nothing else moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import (
    ActivityType,
    Assignments,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Constraint,
    Expenses,
    LagFormat,
    LinkType,
    Notes,
    Resources,
    Status,
    UdfTypes,
    UdfValues,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.splitting import plan_split, split_activity, why_no_split


def open_rows(schedule) -> np.ndarray:
    acts = schedule.activities
    fits = (acts.type == ActivityType.TASK) & (acts.status == Status.NOT_STARTED)
    return np.flatnonzero(fits & (acts.original_duration >= 960))


def laden(seed: int = 3) -> tuple[Document, int]:
    """A schedule whose activity `row` has resources, expenses, codes, fields and notes."""
    schedule = synthetic_schedule(40, 90, seed)
    row = int(open_rows(schedule)[3])
    uid = schedule.activities.uid[row]
    schedule = replace(
        schedule,
        resources=make_table(Resources, 1, uid=["r"], code=["R"], name=["Crew"], kind=["labor"]),
        assignments=make_table(
            Assignments, 2, uid=["a", "b"], activity=[row, 0], resource=[0, 0],
            budget_units=[100.0, 7.0], remaining_units=[100.0, 7.0], units_per_hour=[2.0, 1.0],
            budget_cost=[1000.0, 70.0], remaining_cost=[1000.0, 70.0], delay=[0, 0],
        ),
        expenses=make_table(Expenses, 1, uid=["e"], activity=[row], name=["Permit"],
                            budget_cost=[99.99], remaining_cost=[99.99]),
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Phase"]),
        code_values=make_table(CodeValues, 1, uid=["1"], type=[0], code=["D"], name=["Dig"]),
        code_assignments=make_table(CodeAssignments, 1, activity=[row], value=[0]),
        udf_types=make_table(UdfTypes, 2, uid=["1", "2"], table=["TASK", "TASK"],
                             name=["Claim", "Zone"], kind=["cost", "text"]),
        udf_values=make_table(UdfValues, 2, type=[0, 1], subject=[uid, uid], value=["30", "N"]),
        notes=make_table(Notes, 1, activity=[row], topic=["Scope"], text=["All of it"]),
    )  # fmt: skip
    return Document(schedule, cpm=schedule_network(schedule)), row


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [2, 3])
def test_no_other_activity_moves(seed, count):
    schedule = synthetic_schedule(40, 90, seed)
    before = schedule_network(schedule)
    document, n = Document(schedule), len(schedule)
    rows = open_rows(schedule)
    for row in rows[:: max(1, rows.size // 6)].tolist():
        part = split_activity(document, plan_split(document, row, count))
        part.redo(document)
        after = schedule_network(document.schedule)
        others = np.arange(n) != row
        for name in ("early_start", "early_finish", "late_start", "late_finish", "total_float"):
            old, new = getattr(before, name)[:n], getattr(after, name)[:n]
            assert np.array_equal(old[others], new[others]), name
        links = schedule.relationships
        into = links.type[links.successor == row]
        held = np.isin(into, (LinkType.FF, LinkType.SF)).any()  # these hold the last part now
        moved = after.start[row] - before.start[row]
        assert moved <= 0 if held else moved == 0
        assert after.finish[-1] == before.finish[row]
        part.undo(document)
        assert document.schedule is schedule


def test_links_of_each_kind_hold_at_their_end():
    document, row = laden()
    links = document.schedule.relationships
    other = [r for r in range(len(document.schedule)) if r != row][:8]
    kinds = [LinkType.FS, LinkType.SS, LinkType.FF, LinkType.SF]
    links = links.take(np.zeros(len(links), dtype=bool))
    made = make_table(
        type(links), 8,
        uid=[str(n) for n in range(8)],
        predecessor=[*other[:4], row, row, row, row],
        successor=[row, row, row, row, *other[4:]],
        type=[*kinds, *kinds], lag=[0] * 4 + [5000] * 4,
        lag_format=[LagFormat.WORKING] * 4 + [LagFormat.PERCENT] * 4,
    )  # fmt: skip
    document = Document(replace(document.schedule, relationships=made))
    whole = int(document.schedule.activities.original_duration[row])
    split_activity(document, plan_split(document, row, 3)).redo(document)
    links, last = document.schedule.relationships, len(document.schedule) - 1
    assert links.successor[:4].tolist() == [row, row, last, last]
    assert links.predecessor[4:8].tolist() == [last, row, last, row]
    assert links.lag[4:8].tolist() == [whole // 2] * 4
    assert links.lag_format[4:8].tolist() == [LagFormat.WORKING] * 4
    chain = [(row, last - 1), (last - 1, last)]
    ends = zip(links.predecessor[8:].tolist(), links.successor[8:].tolist(), strict=True)
    assert list(ends) == chain
    assert len(set(links.uid.tolist())) == len(links)


def test_amounts_are_shared_out_and_add_up():
    document, row = laden()
    whole = int(document.schedule.activities.original_duration[row])
    split = plan_split(document, row, 3)
    assert sum(part.duration for part in split.parts) == whole
    assert sum(part.units for part in split.parts) == 100.0
    assert sum(part.cost for part in split.parts) == pytest.approx(1099.99)
    words = "\n".join(split.words)
    for told in ("Links at", "Resources: 1", "Expenses: 1", "Activity codes: 1", "Notes: 1"):
        assert told in words
    split_activity(document, split).redo(document)
    schedule = document.schedule
    rows = [row, len(schedule) - 2, len(schedule) - 1]
    used = schedule.assignments
    mine = np.isin(used.activity, rows)
    assert used.budget_units[mine].sum() == pytest.approx(100.0)
    assert used.remaining_cost[mine].sum() == pytest.approx(1000.0)
    assert used.units_per_hour[mine].tolist() == [2.0] * 3
    share = split.parts[1].duration / whole
    assert used.budget_units[used.activity == rows[1]].tolist() == pytest.approx([100 * share])
    assert len(set(used.uid.tolist())) == len(used)
    assert schedule.expenses.budget_cost.sum() == pytest.approx(99.99)
    assert sorted(schedule.code_assignments.activity.tolist()) == sorted(rows)
    assert schedule.notes.activity.tolist() == [row]
    fields = schedule.udf_values
    claims = [float(v) for k, v in zip(fields.type, fields.value, strict=True) if k == 0]
    assert len(claims) == 3
    assert sum(claims) == pytest.approx(30.0)
    assert fields.value[fields.type == 1].tolist() == ["N"] * 3
    schedule_network(schedule)


def test_constraints_stand_at_their_end():
    document, row = laden()
    at = {
        "constraint": Constraint.START_ON_OR_AFTER,
        "constraint2": Constraint.FINISH_ON_OR_BEFORE,
    }
    columns = {}
    for name, kind in at.items():
        for column, value in ((name, kind), (f"{name}_date", 26_000_000)):
            values = getattr(document.schedule.activities, column).copy()
            values[row] = value
            columns[column] = values
    document = Document(document.schedule.with_activities(**columns))
    split_activity(document, plan_split(document, row, 2)).redo(document)
    acts = document.schedule.activities
    last = len(acts) - 1
    assert (acts.constraint[row], acts.constraint2[row]) == (Constraint.START_ON_OR_AFTER, 0)
    assert (acts.constraint[last], acts.constraint2[last]) == (0, Constraint.FINISH_ON_OR_BEFORE)


def test_typed_lengths_leave_the_rest_to_the_last_part():
    document, row = laden()
    per_day = document.schedule.activity(row).own_calendar.minutes_per_day
    whole = int(document.schedule.activities.original_duration[row])
    split = plan_split(document, row, 2, lengths=["1d"], names=["Dig", "Fill"])
    assert [part.duration for part in split.parts] == [per_day, whole - per_day]
    assert [part.name for part in split.parts] == ["Dig", "Fill"]
    with pytest.raises(EditError, match="together they have"):
        plan_split(document, row, 2, lengths=["999d"])
    taken = str(document.schedule.activities.code[0])
    with pytest.raises(EditError, match="already"):
        plan_split(document, row, 2, codes=["", taken])
    with pytest.raises(EditError, match="2 to 50"):
        plan_split(document, row, 1)


def test_what_cannot_be_split_is_told():
    document, _row = laden()
    acts = document.schedule.activities
    for row in range(len(acts)):
        work = acts.type[row] in (ActivityType.TASK, ActivityType.RESOURCE_DEPENDENT)
        fits = work and acts.status[row] == Status.NOT_STARTED and acts.original_duration[row] > 0
        assert (why_no_split(document.schedule, row) == "") == fits
        if not fits:
            with pytest.raises(EditError):
                plan_split(document, row)
