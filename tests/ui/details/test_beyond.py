"""Findings, risks, history and costs of one activity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import Assignments, Expenses, Resources, make_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY
from planbench.engines.cpm import schedule_network
from planbench.engines.risk.model import parse_model
from planbench.scenes.columns import Extras
from planbench.scenes.formats import THIN
from planbench.services.document import Document
from planbench.services.history import history_of
from planbench.services.library import Library
from planbench.services.quality import check_document
from planbench.ui.details.pane import DetailsPane, look_up_history
from planbench.ui.schedule.plan import Plan, extras_of
from planbench.ui.state import AppState


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(60, 110, 2)
    schedule = replace(
        schedule,
        resources=make_table(Resources, 1, uid=["1"], code=["CREW"], name=["Crew"]),
        assignments=make_table(
            Assignments, 2, activity=[7, 7], resource=[0, -1], budget_cost=[1000.0, 500.0],
            actual_cost=[200.0, 0.0], remaining_cost=[900.0, 500.0],
        ),
        expenses=make_table(
            Expenses, 1, activity=[7], name=["Permit"], budget_cost=[30.0], remaining_cost=[30.0]
        ),
    )  # fmt: skip
    return Document(schedule, cpm=schedule_network(schedule))


@pytest.fixture
def plan(themed, document: Document) -> Plan:
    plan = Plan()
    plan.show(document.schedule, document.cpm, None, extras_of(document))
    return plan


@pytest.fixture
def pane(qtbot, plan: Plan) -> DetailsPane:
    pane = DetailsPane(plan)
    qtbot.addWidget(pane)
    pane.resize(340, 900)
    pane.show()
    return pane


def test_every_tab_fits_the_pane(pane: DetailsPane):
    tabs = pane._tabs
    assert tabs.tabRect(tabs.count() - 1).right() <= pane.width()


def test_findings_are_those_of_the_reports(plan: Plan, pane: DetailsPane, document: Document):
    pane.show_row(3)
    pane.show_tab("Findings")
    assert "not checked yet" in pane.text()
    check_document(document, ("dcma-14",) if _has("dcma-14") else None)
    plan.show(document.schedule, document.cpm, None, extras_of(document))
    links = document.schedule.relationships
    for row in range(0, 60, 7):
        pane.show_row(row)
        expected = set()
        for report in document.quality:
            for result in report.metrics:
                if result.state != "flag":
                    continue
                hit = (result.kind == "activity" and row in result.rows.tolist()) or (
                    result.kind == "relationship" and row in links.successor[result.rows].tolist()
                )
                if hit:
                    expected.add(result.name)
        text = pane.text().split("\n")
        for report in document.quality:
            for result in report.metrics:
                assert (result.name in text) == (result.name in expected), (row, result.name)


def _has(ruleset: str) -> bool:
    from planbench.services.rulesets import load_rulesets

    return ruleset in {one.id for one in load_rulesets()}


def test_risks_that_bear_on_the_activity_and_what_the_run_gave(plan, pane, document):
    pane.show_row(7)
    pane.show_tab("Risks")
    assert "no risk model" in pane.text()
    code = str(document.schedule.activities.code[7])
    figures = {"low": 5, "mode": 10, "high": 20}
    law = {"distribution": "triangular", "parameters": figures, "as": "days"}
    model = {
        "risks": [
            {
                "id": "R-1", "title": "Late steel", "probability": 0.35,
                "impacts": [{"where": {"ids": [code]}, **law}],
            },
            {
                "id": "R-2", "title": "Elsewhere", "probability": 0.1,
                "impacts": [{"where": {"ids": [str(document.schedule.activities.code[9])]}, **law}],
            },
        ]
    }  # fmt: skip
    document.risk_model = parse_model(model)
    plan.show(document.schedule, document.cpm, None, extras_of(document))
    text = pane.text()
    assert f"R-1 Late steel 35{THIN}%" in text
    assert "Elsewhere" not in text
    pane.show_row(12)
    assert "No risk of the register bears on it" in pane.text()


def test_costs_stand_one_by_one_with_their_total(pane: DetailsPane):
    pane.show_row(7)
    pane.show_tab("More")
    text = pane.text()
    assert f"Crew 1{THIN}000 1{THIN}100" in text
    assert "Unassigned 500 500" in text
    assert "Permit 30 30" in text
    assert f"Total 1{THIN}530 1{THIN}630" in text
    pane.show_row(8)
    assert "Costs" not in pane.text()


# ---------------------------------------------------------------- history


@pytest.fixture
def state(themed, own_home) -> Iterator[AppState]:
    state = AppState()
    state.library = Library.open(own_home / "library.planbench")
    yield state
    state.close()
    state.library.close()


def issued(library: Library, project: int, label: str, days: int, code: str = "") -> int:
    """One update whose stored dates stand `days` later."""
    schedule = synthetic_schedule(20, 30, 2)
    acts = schedule.activities
    moved = {
        name: np.where(acts.actual_start < 0, 10_000 * DAY + 480 + days * DAY, acts.actual_start)
        for name in ("stored_early_start", "stored_early_finish")
    }
    if code:
        moved["code"] = np.array([f"{code}{n}" for n in range(20)], dtype=object)
    first = replace(schedule.projects[0], data_date=schedule.data_date + days * DAY)
    schedule = replace(schedule.with_activities(**moved), projects=(first,))
    return library.add_schedule(schedule, label=label, project=project)


def test_history_tells_how_dates_moved_from_update_to_update(qtbot, state: AppState):
    library = state.library
    project = library.new_project("P", "Plant")
    issued(library, project, "January", 0)
    issued(library, project, "February", 12)
    latest = issued(library, project, "March", 9)
    issued(library, project, "Before all", -30, code="Z")
    document = library.open_update(latest)
    state.open_document(document)
    plan = Plan()
    plan.show(document.schedule, document.cpm, document.baseline, extras_of(document))
    pane = DetailsPane(plan)
    qtbot.addWidget(pane)
    pane.history_wanted.connect(lambda: look_up_history(state, plan))
    pane.show()
    row = int(np.flatnonzero(document.schedule.activities.actual_start < 0)[0])
    pane.show_row(row)
    with qtbot.waitSignal(plan.history_told):
        pane.show_tab("History")
        assert "Being looked up" in pane.text()
    lines = pane.text().split("\n")
    heads = [line.split(" data date")[0] for line in lines if "data date" in line]
    assert heads == ["February", "March", "January", "Before all"]
    march = next(n for n, line in enumerate(lines) if "March" in line)
    assert f"+3{THIN}d" in lines[2]
    assert f"+9{THIN}d" in lines[march + 2]
    assert "Not in it" in lines[-1]
    assert [one.label for one in history_of(document, library)] == heads[::-1]


def test_history_of_a_file_on_its_own_is_told(qtbot, plan: Plan, pane: DetailsPane):
    state = AppState()
    state.open_document(Document(plan.schedule))
    pane.history_wanted.connect(lambda: look_up_history(state, plan))
    pane.show_row(1)
    with qtbot.waitSignal(plan.history_told):
        pane.show_tab("History")
    assert "no earlier updates" in pane.text()
    state.close()


def test_extras_that_belong_to_other_rows_are_passed_over(plan: Plan, document: Document):
    check_document(document, None)
    other = synthetic_schedule(30, 40, 1)
    plan.show(other, None, None, Extras(reports=document.quality))
    for name in ("findings", "finding", "criticality"):
        assert plan.columns[name].values(plan.table).size == 30
