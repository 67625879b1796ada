from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.ui.models.activities import ActivityModel
from planbench.ui.schedule.plan import Plan


@pytest.fixture
def plan(themed) -> Plan:
    plan = Plan()
    schedule = synthetic_schedule(60, 90, 2)
    plan.show(schedule, schedule_network(schedule), None)
    return plan


@pytest.fixture
def model(plan: Plan) -> ActivityModel:
    model = ActivityModel(plan.sort_by, plan.is_folded)
    model.show_columns(list(plan.columns.values()))
    model.show_plan(plan.table, plan.rows)
    return model


def test_qt_finds_no_fault_with_it(qtbot, plan: Plan, model: ActivityModel):
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    plan.rows_changed.connect(lambda: model.show_plan(plan.table, plan.rows))
    plan.open_level(1)
    plan.open_level(9)
    model.sort(3, Qt.SortOrder.DescendingOrder)
    assert tester.model() is model
    assert model.rowCount() == len(plan.rows)


def test_every_role_is_plain_python(model: ActivityModel):
    roles = [Qt.ItemDataRole(role) for role in range(14)]
    plain = (str, int, float, bool, type(None), Qt.AlignmentFlag, Qt.CheckState)
    for row in (0, 3, model.rowCount() - 1):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            for role in roles:
                value = model.data(index, role)
                assert isinstance(value, plain), (model.shown[column].id, role, type(value))
                assert not isinstance(value, np.generic)


def test_the_accessible_text_says_level_folding_and_critical(plan: Plan, model: ActivityModel):
    def spoken(row, name):
        column = [one.id for one in model.shown].index(name)
        return model.data(model.index(row, column), Qt.ItemDataRole.AccessibleTextRole)

    assert spoken(0, "name").endswith("level 1, expanded")
    facts = plan.facts
    critical = int(np.flatnonzero(facts.critical & (facts.kind > 0))[0])
    assert spoken(model.place(critical), "float").endswith("critical")


def test_find_goes_round_and_knows_ids_and_names(plan: Plan, model: ActivityModel):
    code = str(plan.schedule.activities.code[7])
    row = model.place(plan.node_of(7))
    assert model.find(code.lower(), 0) == row
    assert model.find(code, row + 1) == row
    assert model.find("synthetic", 5) == 0
    assert model.find("nothing like it", 0) == -1
