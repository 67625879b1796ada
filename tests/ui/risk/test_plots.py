"""What the second card of the results shows, against the vectors it is drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY
from planbench.engines.risk.cost import CostResult
from planbench.engines.risk.model import model_json, parse_model
from planbench.services.document import Document
from planbench.services.risk import default_model, run_risk
from planbench.services.scheduling import recalculate
from planbench.ui import text
from planbench.ui.risk.plots import (
    MERGES,
    PLOTS,
    POLICIES,
    RESERVE,
    RUN,
    SETTLED,
    joint_line,
    months,
)
from planbench.ui.risk.workspace import RiskWorkspace
from planbench.ui.state import AppState


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(synthetic_schedule(80, 160, 3))
    recalculate(made)
    assert made.cpm is not None
    code = str(made.schedule.activities.code[int(np.flatnonzero(made.cpm.longest_path)[-2])])
    risk = {
        "id": "R-1",
        "title": "Late",
        "probability": 0.5,
        "impacts": [
            {
                "where": {"ids": [code]},
                "as": "days",
                "distribution": "triangular",
                "parameters": {"low": 10, "mode": 20, "high": 30},
            }
        ],
        "cost": {"distribution": "triangular", "parameters": {"low": 1, "mode": 2, "high": 3}},
    }
    model = parse_model({**model_json(default_model()), "risks": [risk]})
    run_risk(made, model, iterations=2048)
    return made


@pytest.fixture
def workspace(themed, document, qtbot):
    state = AppState()
    made = RiskWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    state.open_document(document)
    yield made
    state.close()


def choose(workspace: RiskWorkspace, qtbot, name: str) -> None:
    workspace.plot_choice.setCurrentText(name)
    workspace._show_plot()
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
    QApplication.processEvents()


def test_a_click_on_the_curve_opens_that_run(workspace, document, qtbot) -> None:
    result = document.risk
    for percent in (10, 90):
        date = result.percentile(percent)
        workspace._chart.chosen(float(date))
        qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
        number = int(np.abs(result.finish - date).argmin())
        run = result.iteration(number)
        assert run.project_finish == result.finish[number]
        model = workspace.plots.model
        assert workspace.plot_choice.currentText() == RUN
        latest = max(int(run.finish[row]) for row in model.places)
        shown = [model.cell(k, 3).text for k in range(model.rowCount())]
        assert text.date(latest) in shown
        assert text.date(run.project_finish) in workspace.plot_card._note.text()
        assert ("R-1" in workspace.plot_card._note.text()) == ("R-1" in run.risks)


def test_every_plot_is_drawn(workspace, document, qtbot, nameless) -> None:
    assert [workspace.plot_choice.itemText(k) for k in range(len(PLOTS))] == list(PLOTS)
    for name in PLOTS:
        choose(workspace, qtbot, name)
        assert workspace.plot_card.accessibleName() == name
    assert nameless(workspace) == []


def test_reserves_are_percentiles_beyond_the_plan(workspace, document, qtbot) -> None:
    choose(workspace, qtbot, RESERVE)
    result, model = document.risk, workspace.plots.model
    assert model.rowCount() == len(POLICIES)
    for k, level in enumerate(POLICIES):
        days = (result.percentile(level) - result.deterministic) / DAY
        assert model.cell(k, 3).text == text.signed(days)
    choose(workspace, qtbot, MERGES)
    found = result.merge_bias()
    assert workspace.plots.model.places[0] == found.rows[int(found.minutes.argmax())]
    choose(workspace, qtbot, SETTLED)


def test_shares_add_up_to_the_delay(workspace, document, qtbot) -> None:
    workspace.measure.setCurrentText("Shared out")
    workspace._show_movers()
    qtbot.waitUntil(lambda: bool(workspace.movers.movers), timeout=120_000)
    shares = workspace.movers.extra["Shared out"]
    (mover,) = workspace.movers.movers
    assert mover.value == pytest.approx(shares.total / DAY)


def test_the_joint_line_meets_its_share() -> None:
    random = np.random.default_rng(3)
    finish = (random.normal(0, 1000, 4000)).astype(np.int64)
    cost = CostResult(finish * 0.5 + random.normal(0, 800, 4000), finish, 0.0, {})
    dates, costs = joint_line(cost, 0.7)
    for date, money in zip(dates, costs, strict=True):
        assert cost.joint(money, date) == pytest.approx(0.7, abs=1e-3)
    assert (np.diff(costs) <= 0).all()


def test_months_enclose_the_span() -> None:
    edges = months(0, 400 * DAY)
    assert edges[0] <= 0
    assert edges[-1] > 400 * DAY
    assert len(edges) == 15
