"""The Risk workspace: it teaches when empty, runs, shows what was run and edits the ranges."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.facts import minutes_per_day
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.risk import read_model
from planbench.services.risk_figures import run_despite
from planbench.services.risk_measures import measures_of
from planbench.services.risk_shorthand import TEMPLATE
from planbench.services.risk_watch import watchable
from planbench.services.scenarios import kept_scenarios
from planbench.services.scheduling import recalculate
from planbench.ui import text
from planbench.ui.risk.models import law_words, where_words
from planbench.ui.risk.shelf import CHOICES
from planbench.ui.risk.words import said
from planbench.ui.risk.workspace import RiskWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def workspace(state, qtbot) -> RiskWorkspace:
    made = RiskWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    return made


@pytest.fixture
def document() -> Document:
    made = Document(synthetic_schedule(120, 260, 3), risk_reason="open ends do not matter here")
    recalculate(made)
    return made


@pytest.fixture
def simulated(state, workspace, document, qtbot) -> RiskWorkspace:
    state.open_document(document)
    workspace.shelf.iterations.setText("2048")
    with qtbot.waitSignal(state.result_changed, timeout=240_000):
        workspace.run_button.click()
    return workspace


def test_without_a_document_nothing_can_be_run(workspace) -> None:
    assert not workspace.run_button.isEnabled()
    assert workspace._pages.currentIndex() == 0


def test_each_side_has_its_own_tools(workspace) -> None:
    tools = (workspace._results_tools, workspace.register_view.tools, workspace.workshop.tools)
    assert workspace.sides.currentIndex() == 0
    for side in (0, 1, 2):
        if side:  # the first is there from the beginning
            workspace.go_to(side)
        for one, widgets in enumerate(tools):
            assert {tool.isVisible() for tool in widgets} == {one == side}


def test_a_run_fills_the_view(simulated, document, nameless) -> None:
    result = document.risk
    assert result is not None
    assert result.iterations == 2048
    assert simulated._pages.currentIndex() == 2
    assert simulated.results.percentiles.rowCount() == 11
    p80 = text.long_date(result.percentile(80))
    shown = [simulated.results.percentiles.cell(row, 1).text for row in range(11)]
    assert p80 in shown
    assert p80 in simulated.results.sentence.text()
    assert nameless(simulated) == []


def test_every_measure_sorts_its_activities_and_is_defined(simulated, document, qtbot) -> None:
    card = simulated.results.movers
    assert [card.choice.itemText(k) for k in range(card.choice.count())] == [
        measure.title for measure in measures_of(document.risk)
    ]
    for k, measure in enumerate(card.measures):
        card.choice.setCurrentIndex(k)
        card.choice.activated.emit(k)
        qtbot.waitUntil(lambda: bool(card.model.movers), timeout=60_000)
        assert card.definition.text() == f"{measure.definition}."
        sizes = [abs(m.value) for m in card.model.movers]
        assert sizes == sorted(sizes, reverse=True)
    card.table.setCurrentIndex(card.model.index(1, 0))
    assert simulated.state.selection == card.model.movers[1].row


def test_hovering_reads_the_confidence_of_a_date(simulated, document) -> None:
    result, chart = document.risk, simulated.results.chart
    date = result.percentile(50)
    assert text.long_date(date) in chart.reading(date)
    assert f"{text.percent(result.confidence(date))} of the runs" in chart.reading(date)
    chart._moved(QPointF(-5, -5))
    chart.copy_data()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[50] == f"50\t{text.long_date(date)}"


def test_ranges_are_edited_and_the_result_is_called_stale(simulated) -> None:
    shelf = simulated.shelf
    assert simulated.banner.isHidden()
    shelf.numbers[2].setText("150")
    shelf.change()
    made = shelf.model.uncertainty[0]
    assert law_words(made.distribution, made.unit) == f"triangular 90 / 100 / 150{text.NARROW}%"
    assert not simulated.banner.isHidden()
    shelf.add()
    assert len(shelf.model.uncertainty) == 2
    shelf.choice.setCurrentIndex(2)
    shelf.value.setText("L01")
    shelf.change()
    assert where_words(shelf.model.uncertainty[1].where) == "WBS L01"
    shelf.take_out()
    assert len(shelf.model.uncertainty) == 1


def test_a_wrong_number_is_told_under_the_form(simulated) -> None:
    shelf = simulated.shelf
    before = shelf.model
    shelf.numbers[0].setText("120")
    shelf.change()
    assert "low 120 is above mode 100" in shelf.trouble.text()
    assert shelf.model is before
    shelf.iterations.setText("many")
    assert shelf.run_settings() is None


def test_the_sentence_says_what_the_figures_say(simulated, document) -> None:
    result = document.risk
    days = round((result.percentile(80) - result.deterministic) / DAY)
    assert f"allow {text.counted(days, 'day')} more" in said(result)


def test_a_change_of_theme_redraws(simulated) -> None:
    from planbench.ui.theme import theme_manager

    theme_manager().set_mode("dark")
    assert len(simulated.results.chart.chart.plot.items) > 10


def test_a_kept_run_lies_under_the_next_one(simulated, document, state, qtbot) -> None:
    before = document.risk
    assert simulated.against.isHidden()
    simulated.keep_button.click()
    simulated.keep_button.click()
    assert list(simulated.scenarios.kept.values()) == [before]
    simulated.shelf.numbers[2].setText("140")
    simulated.shelf.change()
    with qtbot.waitSignal(state.result_changed, timeout=240_000):
        simulated.run_button.click()
    after = document.risk
    assert simulated.against.currentText() in simulated.scenarios.kept
    assert simulated.results.percentiles.columns[-1].key == "shift"
    shift = (after.percentile(80) - before.percentile(80)) / DAY
    assert shift > 0
    shown = [simulated.results.percentiles.cell(row, 4).text for row in range(11)]
    assert text.signed(shift) in shown
    assert f"P80 moves by {text.signed(shift)} d" in simulated.results.sentence.text()
    assert "same random numbers" in simulated.results.sentence.text()
    simulated.against.setCurrentIndex(0)
    simulated.against.activated.emit(0)
    assert len(simulated.results.percentiles.columns) == 4
    state.open_document(Document(document.schedule))
    assert simulated.scenarios.kept == {}


def test_a_kept_run_is_in_the_library_and_is_simulated_again_when_chosen(
    state, workspace, document, qtbot, tmp_path
) -> None:
    recents = Recents(tmp_path / "recents.json")
    with Library.open(tmp_path / "work.planbench", recents) as library:
        state.library = library
        update = library.add_schedule(document.schedule, label="One")
        opened = library.open_update(update)
        recalculate(opened)
        run_despite(opened, "a test", library)
        state.open_document(opened)
        workspace.shelf.iterations.setText("1024")
        with qtbot.waitSignal(state.result_changed, timeout=240_000):
            workspace.run_button.click()
        workspace.keep_button.click()
        (scenario,) = kept_scenarios(library, opened)
        assert scenario.digest == opened.risk.digest

        again = library.open_update(update)
        recalculate(again)
        state.open_document(again)
        workspace.shelf.iterations.setText("1024")
        workspace.shelf.numbers[2].setText("140")
        workspace.shelf.change()
        with qtbot.waitSignal(state.result_changed, timeout=240_000):
            workspace.run_button.click()
        assert len(workspace.results.percentiles.columns) == 4  # nothing is laid under unasked
        at = workspace.against.findText(scenario.name)
        workspace.against.setCurrentIndex(at)
        workspace.against.activated.emit(at)
        qtbot.waitUntil(
            lambda: workspace.results.percentiles.columns[-1].key == "shift", timeout=240_000
        )
        assert workspace.scenarios.kept[scenario.name].digest == scenario.digest
        assert "same random numbers" in workspace.results.sentence.text()
        state.open_document(None)
        state.library = None


def test_a_template_fills_the_form_and_a_filter_says_whose(simulated, document) -> None:
    shelf = simulated.shelf
    shelf.add()
    shelf.templates.choice.setCurrentText("Unsure")
    shelf.templates.choice.activated.emit(4)
    shelf.choice.setCurrentIndex(len(CHOICES))
    shelf._explain()
    shelf.value.setText("[Total float] < 5")
    shelf.change()
    made = shelf.model.uncertainty[-1]
    assert law_words(made.distribution, made.unit) == f"triangular 75 / 100 / 150{text.NARROW}%"
    days = document.cpm.total_float / minutes_per_day(document.schedule)
    few = (document.cpm.total_float != NO_TIME) & (days < 5)
    assert set(document.schedule.activities.code[few].tolist()) == set(made.where.ids)
    shelf.choice.setCurrentIndex(len(CHOICES))
    shelf.value.setText("[Total float] <")
    shelf.change()
    assert shelf.trouble.text()
    assert shelf.model.uncertainty[-1] is made


def test_the_schedule_gets_the_columns_that_need_the_runs_again(simulated, document, qtbot) -> None:
    qtbot.waitUntil(lambda: document.risk_fields is not None, timeout=60_000)
    fields = document.risk_fields
    assert fields.digest == document.risk.digest
    assert (fields.start_levels[80] >= fields.start_levels[10]).all()
    assert set(fields.start_levels) == {10, 50, 80, 90}


def test_a_range_is_kept_as_a_template_of_the_library(simulated, document, tmp_path) -> None:
    shelf = simulated.shelf
    with Library.open(tmp_path / "own.planbench") as library:
        row = shelf.templates
        assert not row.keep_button.isEnabled()
        row.open_library(library)
        shelf.add()
        shelf.law.setCurrentText("pert")
        shelf._label_numbers()
        for field, words in zip(shelf.numbers, ("80", "100", "170", "6"), strict=False):
            field.setText(words)
        row.keep("  Ground ")
        assert "Ground" in row.known
        row.keep(" ")
        assert "needs a name" in shelf.trouble.text()
        shelf.law.setCurrentText("uniform")
        row.choice.setCurrentText("Ground")
        row.choice.activated.emit(6)
        shelf.change()
        made = shelf.model.uncertainty[-1]
        assert made.distribution.given() == {"low": 80, "mode": 100, "high": 170, "shape": 6}
        path = tmp_path / "model.json"
        entry = {"where": {"all": True}, "template": "Ground"}
        path.write_text(json.dumps({"uncertainty": [entry]}), encoding="utf-8")
        assert read_model(path, document, library).uncertainty[0].distribution == made.distribution
        assert [line.what for line in library.journal(TEMPLATE)] == ["template of ranges Ground"]
        row.forget("Ground")
        assert "Ground" not in row.known
        row.open_library(None)


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ("lognormal", {"P10": "80", "P90": "130"}),
        ("normal", {"Mean": "100", "Sd": "10", "Min": "70", "Max": "120"}),
        ("trigen", {"Low": "90", "Mode": "100", "High": "130", "Low p": "5", "High p": "95"}),
        ("weibull", {"Shape": "2", "Scale": "50", "Location": "60"}),
    ],
)
def test_every_parameter_of_a_distribution_can_be_typed_and_stays(simulated, law, words) -> None:
    shelf = simulated.shelf
    shelf.add()
    shelf.law.setCurrentText(law)
    shelf._label_numbers()
    shown = {field.field.accessibleName().split(",")[0]: field for field in shelf.numbers}
    for field in shelf.numbers:
        field.setText("")
    for name, typed in words.items():
        shown[name].setText(typed)
    shelf.change()
    made = shelf.model.uncertainty[-1].distribution
    assert made.given() == {k.lower().replace(" ", "_"): float(v) for k, v in words.items()}
    shelf.change()  # what is optional does not get lost
    assert shelf.model.uncertainty[-1].distribution == made


def test_any_activity_and_any_wbs_element_can_be_watched(simulated, document, qtbot) -> None:
    result, acts = document.risk, document.schedule.activities
    waiting = np.flatnonzero(result.simulated & (acts.wbs >= 0))
    row = int(waiting[waiting.size // 2])
    simulated.state.select(row)
    found = watchable(document, row)
    assert len(found) >= 2
    for name, rows in found.items():
        simulated.watch(name, rows)
        qtbot.waitUntil(lambda name=name: simulated.scope.currentText() == name, timeout=60_000)
        for number in (0, 1000):
            run = result.iteration(number)
            in_logic = rows[np.isin(rows, document.cpm.order)]
            latest = max(int(run.finish[k]) for k in in_logic if run.finish[k] != NO_TIME)
            done = [int(document.cpm.finish[k]) for k in in_logic if not result.simulated[k]]
            assert result.watch[name][number] == max([latest, *done])
        assert text.long_date(result.percentile(80, name)) in simulated.results.sentence.text()
    assert set(found) <= set(document.risk_model.watch)
    simulated.simulate()  # the next run tells them by itself
    qtbot.waitUntil(lambda: document.risk is not result, timeout=60_000)
    for name in found:
        assert np.array_equal(document.risk.watch[name], result.watch[name])
