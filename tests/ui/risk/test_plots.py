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
from planbench.services.risk import (
    correlation_json,
    default_model,
    run_risk,
    sample_model,
    shapley,
)
from planbench.services.risk_figures import benefit, other_state
from planbench.services.risk_watch import DURATION, cost_spread, spread
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.ui import text
from planbench.ui.risk.plot_tables import POLICIES, POLICIES_OF_ACTIONS
from planbench.ui.risk.plots import (
    ACTIONS,
    CORRELATION,
    FLOW,
    LASTS,
    LOAD,
    MERGES,
    RESERVE,
    SETTLED,
    SLACK,
    SPENT,
    joint_line,
    months,
    plots_of,
)
from planbench.ui.risk.spread import mark_words
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
        "mitigated": {"probability": 0.1, "impacts": [], "cost_of_action": 0.5},
    }
    both = [str(code) for code in made.schedule.activities.code[made.cpm.longest_path][-4:-1]]
    pair = {"where": {"ids": both}, "coefficient": 0.6}
    model = parse_model({**model_json(default_model()), "risks": [risk], "correlation": [pair]})
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
    workspace.results.behind.choice.setCurrentText(name)
    workspace.results.behind.refresh()
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
    QApplication.processEvents()


def test_every_plot_is_drawn(workspace, document, qtbot, nameless) -> None:
    card = workspace.results.behind
    names = [card.choice.itemText(k) for k in range(card.choice.count())]
    assert names == plots_of(document, document.risk)
    assert {ACTIONS, CORRELATION, FLOW} <= set(names)
    for name in names:
        choose(workspace, qtbot, name)
        assert card.accessibleName() == name
    assert nameless(workspace) == []


def test_reserves_are_percentiles_beyond_the_plan(workspace, document, qtbot) -> None:
    choose(workspace, qtbot, RESERVE)
    result, model = document.risk, workspace.results.behind.plots.model
    assert model.rowCount() == len(POLICIES)
    for k, level in enumerate(POLICIES):
        days = (result.percentile(level) - result.deterministic) / DAY
        assert model.cell(k, 3).text == text.signed(days)
    choose(workspace, qtbot, MERGES)
    found = result.merge_bias()
    assert workspace.results.behind.plots.model.places[0] == found.rows[int(found.minutes.argmax())]
    choose(workspace, qtbot, SETTLED)


def test_what_the_actions_buy_is_told_and_laid_under(workspace, document, qtbot) -> None:
    choose(workspace, qtbot, ACTIONS)
    other = other_state(document)
    assert other.mitigated
    found = benefit(document.risk, other)
    model = workspace.results.behind.plots.model
    days = (document.risk.percentile(80) - other.percentile(80)) / DAY
    assert days > 0
    assert text.signed(days) in model.cell(POLICIES_OF_ACTIONS.index(80.0), 3).text
    assert found.actions == 0.5
    assert found.net == pytest.approx(document.risk.cost.total.mean() - other.cost.total.mean())
    at = workspace.against.findText("After actions")
    workspace.against.setCurrentIndex(at)
    workspace.against.activated.emit(at)
    qtbot.waitUntil(lambda: workspace.results.percentiles.columns[-1].key == "shift")
    assert f"P80 moves by {text.signed(days)} d" in workspace.results.sentence.text()


def test_correlation_asked_for_stands_beside_what_came_out(workspace, document, qtbot) -> None:
    choose(workspace, qtbot, CORRELATION)
    model = workspace.results.behind.plots.model
    (entry,) = correlation_json(document.risk)
    pairs = len(entry["ids"]) * (len(entry["ids"]) - 1) // 2
    assert model.rowCount() == pairs
    for row in range(pairs):
        a, b = (entry["ids"].index(model.cell(row, k).text) for k in (0, 1))
        assert model.cell(row, 2).text == "0.60"
        assert model.cell(row, 4).text == text.number(entry["by_ranges"][a][b], 2)
        assert model.cell(row, 5).text == text.number(entry["achieved"][a][b], 2)
        assert entry["by_ranges"][a][b] == pytest.approx(0.6, abs=0.05)


def test_bands_of_a_resource_are_drawn(workspace, qtbot) -> None:
    sample = Document(list(sample_schedules().values())[-1], risk_reason="a test")
    recalculate(sample)
    run_risk(sample, sample_model(sample), iterations=256, exclusion=False)
    workspace.state.open_document(sample)
    choose(workspace, qtbot, LOAD)
    card = workspace.results.behind
    assert card.resource.isVisible()
    assert card.resource.count() > 1
    assert len(card.plots.currentWidget().getPlotItem().items) >= 3


def test_shares_add_up_to_the_delay(workspace, document, qtbot) -> None:
    card = workspace.results.movers
    card.choice.setCurrentText("Shared out")
    card.refresh()
    qtbot.waitUntil(lambda: bool(card.model.movers), timeout=120_000)
    (mover,) = card.model.movers
    shares = shapley(document, document.risk_model, iterations=1024, seed=document.risk.seed)
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


def test_duration_and_float_follow_what_is_selected(workspace, document, qtbot) -> None:
    card = workspace.results.behind
    workspace.state.select(-1)
    choose(workspace, qtbot, LASTS)
    assert "select an activity" in card.plots.currentWidget().text()
    open_ = document.risk.simulated & (document.schedule.activities.status == 0)
    row = int(np.flatnonzero(open_ & document.risk.varies)[5])
    workspace.state.select(row)
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
    code = str(document.schedule.activities.code[row])
    assert code in card._note.text()
    days, plan = document.risk.durations_of(np.array([row], dtype=np.int32))
    found = spread(document, DURATION, code, np.array([row], dtype=np.int32))
    assert mark_words(found, 80).startswith(f"P80  {text.number(np.sort(days)[1638], 1)}")
    assert found.plan == plan
    choose(workspace, qtbot, SLACK)
    assert card.plots.currentWidget().isVisible()


def test_the_total_cost_is_told_with_its_confidence(workspace, document, qtbot) -> None:
    choose(workspace, qtbot, SPENT)
    found = cost_spread(document)
    assert found.percentile(80) == document.risk.cost.percentile(80)
    assert "±" in mark_words(found, 80)
