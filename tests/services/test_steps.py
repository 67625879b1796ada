"""Steps of activities: edited, weighed, and through the files that hold them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import (
    PercentType,
    ResourceRates,
    Resources,
    Roles,
    Status,
    Steps,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.engines.control.rules import STEPS
from planbench.exchange.p6xml.reader import read_p6xml
from planbench.exchange.p6xml.writer import write_p6xml
from planbench.exchange.xer.reader import read_xer
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.services.document import Document
from planbench.services.editing import EditError, edit_cell, why_locked
from planbench.services.progress import first_measurement
from planbench.services.rewiring import delete_activities
from planbench.services.steps import StepLine, set_steps, steps_of, steps_percent


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(20, 30, 2)
    acts = schedule.activities
    status, kind = acts.status.copy(), acts.percent_type.copy()
    status[3], kind[3] = Status.IN_PROGRESS, PercentType.PHYSICAL
    start = acts.actual_start.copy()
    start[3] = schedule.data_date
    projects = tuple(replace(one, percent_from_steps=True) for one in schedule.projects)
    schedule = replace(
        schedule.with_activities(status=status, percent_type=kind, actual_start=start),
        projects=projects,
        steps=make_table(
            Steps, 3, uid=["11", "12", "13"], activity=[3, 5, 3], name=["Dig", "Lift", "Fill"],
            weight=[3.0, 1.0, 1.0], percent=[50.0, 0.0, 100.0],
        ),
    )  # fmt: skip
    return Document(schedule)


def test_steps_make_a_percent_by_their_weights(document):
    steps = steps_of(document.schedule, 3)
    assert [one.name for one in steps] == ["Dig", "Fill"]
    assert steps_percent(steps) == pytest.approx((3 * 50 + 1 * 100) / 4)
    assert steps_percent([StepLine("x", 0.0)]) is None
    assert steps_percent([]) is None


def test_editing_steps_is_one_step_and_moves_the_physical_percent(document):
    digest = document.schedule.digest
    dig, fill = steps_of(document.schedule, 3)
    wanted = [replace(fill, percent=0.0), replace(dig, name="Dig deep"), StepLine("Pave", 4.0, 25)]
    command = set_steps(document, 3, wanted)
    command.redo(document)
    assert [one.name for one in steps_of(document.schedule, 3)] == ["Fill", "Dig deep", "Pave"]
    assert document.schedule.activities.physical_percent[3] == pytest.approx(250 / 8)
    assert len(set(document.schedule.steps.uid.tolist())) == 4
    assert steps_of(document.schedule, 5)[0].name == "Lift"
    assert set_steps(document, 3, steps_of(document.schedule, 3)) is None
    command.undo(document)
    assert document.schedule.digest == digest


def test_a_percent_that_follows_from_steps_is_not_typed(document):
    assert "follows from its steps" in why_locked(document.schedule, 3, "percent")
    plain = replace(
        document.schedule,
        projects=tuple(replace(p, percent_from_steps=False) for p in document.schedule.projects),
    )
    assert why_locked(plain, 3, "percent") == ""
    assert edit_cell(Document(plain), 3, "percent", "40") is not None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (StepLine(" "), "needs a name"),
        (StepLine("a", -1.0), "cannot be negative"),
        (StepLine("a", float("nan")), "cannot be negative"),
        (StepLine("a", 1.0, 101.0), "between 0 and 100"),
    ],
)
def test_what_a_step_cannot_be(document, line, told):
    with pytest.raises(EditError, match=told):
        set_steps(document, 3, [line])


def test_steps_go_with_their_activity(document):
    delete_activities(document, [3]).redo(document)
    assert document.schedule.steps.name.tolist() == ["Lift"]
    assert document.schedule.steps.activity.tolist() == [4]


def test_a_rule_of_credit_begins_with_the_steps_of_the_schedule(document):
    code = str(document.schedule.activities.code[3])
    found = first_measurement(document.schedule, code)
    assert found.technique == STEPS
    assert [(s.name, s.weight, s.done) for s in found.steps] == [
        ("Dig", 3.0, 50.0), ("Fill", 1.0, 100.0)
    ]  # fmt: skip
    assert first_measurement(document.schedule, "nowhere").steps == ()


def laden(schedule):
    """The same with a resource of two rates and a role."""
    return replace(
        schedule,
        resources=make_table(Resources, 1, uid=["1"], code=["R"], name=["Crew"], kind=["labor"],
                             max_units=[4.0], price=[50.0]),
        resource_rates=make_table(
            ResourceRates, 2, resource=[0, 0],
            start=[from_iso("2001-01-01T00:00"), from_iso("2090-01-01T00:00")],
            max_units=[4.0, 9.0], price=[50.0, 60.0],
        ),
        roles=make_table(Roles, 2, uid=["7", "8"], code=["W", "WS"], name=["Welder", "Senior"],
                         parent=[-1, 0]),
    )  # fmt: skip


def as_xer(schedule) -> bytes:
    return write_xer(schedule_to_document(schedule))


@pytest.mark.parametrize(
    ("write", "read"), [(as_xer, read_xer), (write_p6xml, read_p6xml)], ids=["xer", "p6xml"]
)
def test_steps_roles_and_rates_come_back_from_files(document, write, read):
    schedule = laden(document.schedule)
    found = read(write(schedule)).schedule
    for name in ("name", "weight", "percent"):
        before = getattr(schedule.steps, name)[np.argsort(schedule.steps.activity, kind="stable")]
        assert getattr(found.steps, name).tolist() == pytest.approx(before.tolist()), name
    assert found.roles.name.tolist() == ["Welder", "Senior"]
    assert found.roles.parent.tolist() == [-1, 0]
    assert found.resource_rates.max_units.tolist() == [4.0, 9.0]
    assert found.resource_rates.start.tolist() == schedule.resource_rates.start.tolist()
    assert found.resources.max_units.tolist() == [4.0]


def test_step_edits_change_their_own_cells_of_a_file_alone(document):
    from planbench.exchange.repairs import Repairs
    from planbench.exchange.xer.document import parse_document
    from planbench.exchange.xer.edited import edits_between

    data = as_xer(laden(document.schedule))
    read = read_xer(data).schedule
    opened = Document(read)
    dig, fill = steps_of(read, 3)
    set_steps(opened, 3, [replace(dig, percent=80.0), fill, StepLine("Pave")]).redo(opened)
    edits = edits_between(read, opened.schedule, parse_document(data, Repairs()))
    assert "TASKPROC" in edits
    assert edits.keys() <= {"TASKPROC", "TASK"}  # the percent of the activity follows
    assert edits["TASKPROC"].cells == {(dig.uid,): {"complete_pct": "80"}}
    assert [row["proc_name"] for row in edits["TASKPROC"].added.values()] == ["Pave"]
