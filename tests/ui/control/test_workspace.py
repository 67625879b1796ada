"""The Control workspace: it teaches when empty, says what is missing, and measures the sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from planbench.domain.synthetic import synthetic_schedule
from planbench.services.control import control_report
from planbench.services.document import Document
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.ui import text
from planbench.ui.control.words import Money, figures, story
from planbench.ui.control.workspace import ControlWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def workspace(state, qtbot) -> ControlWorkspace:
    made = ControlWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    return made


@pytest.fixture(scope="module")
def latest() -> Document:
    made = Document(sample_schedules()["2026-09-30"])
    recalculate(made)
    return made


def opened(state, workspace, document, qtbot) -> None:
    state.open_document(document)
    workspace.shown()
    qtbot.waitUntil(lambda: not state.busy and not workspace._stale, timeout=60_000)


def test_without_a_document_it_teaches(workspace) -> None:
    assert workspace._pages.currentIndex() == 0
    assert not workspace.breakdown.isEnabled()


def test_a_plan_without_budgets_says_so(state, workspace, qtbot) -> None:
    document = Document(synthetic_schedule(30, 60, 2))
    recalculate(document)
    opened(state, workspace, document, qtbot)
    qtbot.waitUntil(lambda: workspace._pages.currentIndex() == 1)
    assert "budget" in workspace.trouble.text()


def test_figures_words_and_table(state, workspace, latest, qtbot, nameless) -> None:
    opened(state, workspace, latest, qtbot)
    qtbot.waitUntil(lambda: workspace._pages.currentIndex() == 2)
    report = workspace.report
    assert report is not None
    assert "There is no baseline" in workspace.words.text()
    assert workspace.model.rowCount() > 5
    whole = workspace.model.lines[0].values
    assert whole.bac == pytest.approx(report.measured.values.bac)
    workspace.breakdown.set_index(1)
    workspace._show_rows()
    assert workspace.model.lines == list(report.cbs)
    assert nameless(workspace) == []


def test_story_against_the_baseline(latest) -> None:
    from planbench.engines.cpm import schedule_network

    base = sample_schedules()["baseline"]
    report = control_report(latest, base, schedule_network(base), "Baseline")
    money = Money(report.measured.values.bac, report.currency)
    told = " ".join(story(report, money)).replace(text.NARROW, " ")
    assert "38.7 % complete where the plan has 42.6 %" in told
    assert "Offshore converter platform" in told
    assert "Each euro spent earned 95 cents" in told
    strip = {stat.label: stat for stat in figures(report, money)}
    assert strip["Cost index, CPI"].value == "0.95"
    assert strip["Cost index, CPI"].role == "warning"
    early = replace(report, history=())
    assert figures(early, money)[3].note == "first update"


def test_money_takes_a_unit_that_reads() -> None:
    assert Money(1.2e9, "EUR").unit == "M€"
    assert Money(1.2e5, "USD").unit == "k$"
    assert Money(5.0, "SEK").unit == "SEK"
    assert Money(5e8, "SEK").unit == "M SEK"
    assert Money(5e8, "EUR").of(None) == text.DASH
