from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.ui.details.pane import DetailsPane
from planbench.ui.schedule.plan import Plan, prepare_reasons
from planbench.ui.schedule.words import driver, link_lines, tooltip


@pytest.fixture
def plan(themed) -> Plan:
    plan = Plan()
    schedule = synthetic_schedule(60, 110, 2)
    plan.show(schedule, schedule_network(schedule), None)
    return plan


@pytest.fixture
def pane(qtbot, plan: Plan) -> DetailsPane:
    pane = DetailsPane(plan)
    qtbot.addWidget(pane)
    pane.resize(340, 900)
    pane.show()
    return pane


def test_links_are_listed_driving_first_then_by_float(plan: Plan):
    row = int(np.argmax(np.diff(plan.schedule.incoming.start)))
    lines = link_lines(plan, row, incoming=True)
    links = plan.schedule.incoming.of(row)
    assert len(lines) == links.size >= 2
    assert [line.driving for line in lines] == sorted(
        (line.driving for line in lines), reverse=True
    )
    assert sum(line.driving for line in lines) == int(plan.cpm.driving[links].sum())
    assert {line.row for line in lines} == set(plan.schedule.relationships.predecessor[links])
    first = driver(plan, row)
    assert first is not None
    assert first == lines[0]


def test_general_shows_dates_floats_and_logic(plan: Plan, pane: DetailsPane):
    assert "Select an activity" in pane.text()
    row = int(np.argmax(np.diff(plan.schedule.incoming.start)))
    pane.show_row(row)
    text = pane.text()
    for word in ("Dates", "Total float", "Predecessors", "Successors"):
        assert word in text
    for line in link_lines(plan, row, incoming=True):
        assert line.code in text
    assert "Being worked out" in text
    plan.explain_with(prepare_reasons(plan.schedule, plan.cpm), plan.cpm)
    reasons = plan.reasons(row)
    assert driver(plan, row).code in reasons
    assert reasons in pane.text()


def test_a_link_leads_to_its_activity(qtbot, plan: Plan, pane: DetailsPane):
    row = int(np.argmax(np.diff(plan.schedule.incoming.start)))
    pane.show_row(row)
    sheet = pane._sheet
    top, line = next((y, one) for y, one in sheet._places if one.go >= 0)
    with qtbot.waitSignal(pane.gone) as caught:
        qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=QPoint(60, top + 8))
    assert caught.args == [line.go]
    qtbot.keyClick(sheet, Qt.Key.Key_Down)
    with qtbot.waitSignal(pane.gone):
        qtbot.keyClick(sheet, Qt.Key.Key_Return)


@pytest.mark.parametrize("tab", ["General", "Links", "More"])
def test_every_tab_paints_for_every_kind_of_activity(plan: Plan, pane: DetailsPane, tab: str):
    pane.show_tab(tab)
    for row in range(0, 60, 7):
        pane.show_row(row)
        pane.grab()
        assert pane._sheet.accessibleDescription() == pane.text()


def test_tooltips_name_dates_float_and_driver(plan: Plan):
    row = int(np.flatnonzero(plan.cpm.driving)[0])
    successor = int(plan.schedule.relationships.successor[row])
    text = tooltip(plan, plan.node_of(successor))
    assert str(plan.schedule.activities.code[successor]) in text
    assert "driven by" in text.lower()
    assert "60 activities" in tooltip(plan, 0)


def test_a_hidden_pane_tells_the_present_plan_once_it_is_opened(plan: Plan, pane: DetailsPane):
    row = int(np.flatnonzero(plan.activity_facts.status == 0)[0])
    pane.show_row(row)
    pane.hide()
    left = plan.schedule.activities.remaining_duration.copy()
    left[row] = 99 * 480
    longer = plan.schedule.with_activities(remaining_duration=left)
    plan.show(longer, schedule_network(longer), None)
    assert "99" not in pane._sheet.text()
    pane.show()
    assert "99" in pane._sheet.text()
