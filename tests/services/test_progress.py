"""Progress by rules of credit, from the sheet to the schedule, on the sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import ActivityType, Status
from planbench.domain.times import DAY
from planbench.engines.control import rules
from planbench.engines.control.rules import Measurement, Step
from planbench.exchange.tables.sheets import read_xlsx, write_xlsx
from planbench.services import progress
from planbench.services.control import control_report
from planbench.services.document import Document
from planbench.services.library import Library, user_name
from planbench.services.recents import Recents
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.services.undo import UndoStack

WELD = "TS-2120"
STAGES = (Step("plate", 20, 100), Step("weld", 50, 60), Step("test", 30))


@pytest.fixture
def case(tmp_path: Path) -> Iterator[tuple[Document, Library, int]]:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        project = library.new_project("NORDLYS", "NORDLYS")
        document = Document(sample_schedules()["2026-09-30"], library_project=project)
        recalculate(document)
        yield document, library, project


def test_from_the_site_to_the_schedule(case: tuple[Document, Library, int]) -> None:
    document, library, project = case
    progress.keep(
        library, project, [Measurement(WELD, rules.EQUIVALENT, STAGES)], "rule of credit chosen"
    )
    held = progress.measurements_of(library, project)
    (grid,) = read_xlsx(write_xlsx([progress.sheet(document, held)]), "site.xlsx")
    assert progress.from_sheet(grid, held) == []  # as it went out, nothing is new
    rows = [list(row) for row in grid.rows]
    rows[1][8] = 80.0
    filled = replace(grid, rows=[tuple(row) for row in rows])
    new = progress.from_sheet(filled, held)
    assert [step.done for step in new[0].steps] == [100.0, 80.0, 0.0]
    progress.keep(library, project, new, "sheet of 2026-09-30")
    assert progress.apply(document, library, project) is None  # a draft never reaches it
    progress.move(library, project, [WELD], rules.SUBMITTED)
    with pytest.raises(ModelError, match="submitted this measurement"):
        progress.move(library, project, [WELD], rules.APPROVED)
    with pytest.raises(ModelError, match="submitted this measurement"):
        progress.move(library, project, [WELD], rules.APPROVED, f" {user_name().upper()}")
    progress.move(library, project, [WELD], rules.APPROVED, "Site engineer")
    assert progress.trail(library, project, WELD)[-1].who == "Site engineer"
    assert [line.what for line in progress.trail(library, project, WELD)] == [
        "rule of credit chosen",
        "sheet of 2026-09-30",
        "progress submitted",
        f"progress approved at the account of {user_name()}",
    ]
    report = progress.progress_report(document, library, control_report(document, None))
    line = next(line for line in report.lines if line.code == WELD)
    assert line.measured == 60.0  # 20 + 50 x 0.8
    assert line.differs
    stack = UndoStack(document)
    step = progress.apply(document, library, project)
    assert step is not None
    stack.push(step)
    row = document.schedule.row_of_code[WELD]
    assert document.schedule.activities.physical_percent[row] == 60.0
    after = {r.code: r.values for r in control_report(document, None).activities}[WELD]
    assert after.ev == pytest.approx(0.6 * after.bac)
    parts = rules.earned_parts(new[0], after.bac, 60.0)
    assert sum(amount for _, amount in parts) == pytest.approx(after.ev)
    assert progress.apply(document, library, project) is None
    stack.undo()
    assert document.schedule.activities.physical_percent[row] != 60.0


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (0, "NOBODY", "not measured by a rule"),
        (2, "units", "rule of credit was changed"),
        (3, "paint", "no step"),
        (4, 90.0, "weight was changed"),
        (8, "much", "no number"),
    ],
)
def test_a_sheet_changes_what_is_done_and_nothing_else(
    case: tuple[Document, Library, int], column: int, value: object, words: str
) -> None:
    document, _, _ = case
    held = {WELD: Measurement(WELD, rules.EQUIVALENT, STAGES)}
    grid = progress.sheet(document, held)
    row = list(grid.rows[0])
    row[column] = value  # type: ignore[call-overload]
    with pytest.raises(PlanbenchError, match=words):
        progress.from_sheet(replace(grid, rows=[tuple(row)]), held)


def test_quantities_beyond_the_budget_are_refused(case: tuple[Document, Library, int]) -> None:
    document, _, _ = case
    held = {WELD: Measurement(WELD, rules.UNITS, budgeted=100.0, installed=40.0, unit="t")}
    grid = progress.sheet(document, held)
    row = list(grid.rows[0])
    row[7] = 101.0
    with pytest.raises(ModelError, match="101 installed of 100"):
        progress.from_sheet(replace(grid, rows=[tuple(row)]), held)


def test_what_does_not_go_well_with_the_rules_is_told(case: tuple[Document, Library, int]) -> None:
    document, library, project = case
    progress.keep(library, project, [Measurement("GONE", rules.PACKAGE)], "x")
    report = progress.progress_report(document, library, control_report(document, None))
    assert "GONE is measured but no longer in the schedule." in report.remarks
    assert report.ruled == 0.0


def test_rules_are_held_against_the_length_of_the_work(
    case: tuple[Document, Library, int],
) -> None:
    document, _, _ = case
    cpm, acts = document.cpm, document.schedule.activities
    assert cpm is not None
    length = cpm.finish - cpm.start
    ahead = (acts.status == Status.NOT_STARTED) & (acts.type == ActivityType.TASK)
    long = acts.code[int(np.flatnonzero(length > 100 * DAY)[0])]
    short = acts.code[int(np.flatnonzero(ahead & (length < 10 * DAY))[0])]
    soon = acts.code[
        int(np.flatnonzero(ahead & (cpm.start < document.schedule.data_date + DAY))[0])
    ]
    late = acts.code[int(np.flatnonzero(ahead)[np.argmax(cpm.start[ahead])])]

    def told(code: str, technique: str, **more: object) -> list[str]:
        held = {code: Measurement(code, technique, **more)}  # type: ignore[arg-type]
        return progress.technique_remarks(document, held)

    assert "longer than a period" in told(long, rules.START_FINISH)[0]
    assert "longer than two periods" in told(long, rules.START_FINISH, first=50.0)[0]
    assert told(short, rules.START_FINISH) == []
    steps = (Step("a", 50), Step("b", 50))
    assert "less than one milestone" in told(long, rules.MILESTONES, steps=steps)[0]
    assert told(short, rules.MILESTONES, steps=steps) == []
    assert "open it into work" in told(soon, rules.PACKAGE)[0]
    assert told(late, rules.PACKAGE) == []
    assert "proves nothing" in told(short, rules.BY_COST)[0]


def test_every_technique_reaches_the_schedule(case: tuple[Document, Library, int]) -> None:
    document, library, project = case
    acts = document.schedule.activities
    report = control_report(document, None)
    running = [
        row.code
        for row in report.activities
        if row.values.bac and acts.status[row.row] == Status.IN_PROGRESS
    ]
    effort, cost, apportioned = running[:3]
    progress.keep(
        library,
        project,
        [
            Measurement(effort, rules.EFFORT),
            Measurement(cost, rules.BY_COST),
            Measurement(apportioned, rules.APPORTIONED, base=cost, factor=0.5),
        ],
        "three rules",
    )
    codes = [effort, cost, apportioned]
    progress.move(library, project, codes, rules.SUBMITTED)
    progress.move(library, project, codes, rules.APPROVED, "Site engineer")
    lines = {one.code: one for one in progress.progress_report(document, library, report).lines}
    values = {row.code: row.values for row in report.activities}
    assert lines[effort].measured == pytest.approx(100 * values[effort].pv / values[effort].bac)
    row = document.schedule.row_of_code[cost]
    mine = [
        (
            table.actual_cost[table.activity == row].sum(),
            table.remaining_cost[table.activity == row].sum(),
        )
        for table in (document.schedule.assignments, document.schedule.expenses)
    ]
    spent, left = sum(one[0] for one in mine), sum(one[1] for one in mine)
    assert lines[cost].measured == pytest.approx(100 * spent / (spent + left))
    assert lines[apportioned].measured == pytest.approx(50 * spent / (spent + left))
    by_time = {effort: lines[effort].measured or 0.0}
    step = progress.apply(document, library, project, by_time)
    assert step is not None
    UndoStack(document).push(step)
    physical = document.schedule.activities.physical_percent
    for code in codes:
        measured = lines[code].measured
        if lines[code].differs:
            assert physical[document.schedule.row_of_code[code]] == pytest.approx(measured)
    assert lines[effort].differs


def test_commodities_of_the_library(case: tuple[Document, Library, int]) -> None:
    _, library, _ = case
    for steps in progress.commodities(None).values():
        assert sum(step.weight for step in steps) == 100
    progress.keep_commodity(library, "Duct", [Step("hung", 70), Step("insulated", 30)])
    assert progress.commodities(library)["Duct"][0] == Step("hung", 70)
    with pytest.raises(ModelError, match="sum to 70"):
        progress.keep_commodity(library, "Duct", [Step("hung", 70)])
