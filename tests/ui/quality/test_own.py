"""Rulesets of one's own in the window, scores and groups, as a user meets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from planbench.engines.cpm import schedule_network
from planbench.engines.quality.ribbons import readings_of
from planbench.services.document import Document
from planbench.services.quality import check_document, overall_score
from planbench.services.rulesets import copy_of, own_rulesets
from planbench.services.sample import sample_baseline, sample_schedules
from planbench.ui.quality.differences import DifferencesDialog
from planbench.ui.quality.editor import RulesetEditor, read_number
from planbench.ui.quality.workspace import QualityWorkspace
from planbench.ui.state import AppState


@pytest.fixture(scope="module")
def checked() -> Document:
    schedule = list(sample_schedules().values())[-1]
    document = Document(schedule, cpm=schedule_network(schedule))
    document.baseline = sample_baseline(schedule)
    check_document(document, ["dcma-pam-2012", "p6-check-schedule"])
    return document


@pytest.fixture
def workspace(
    themed: QApplication,
    qtbot: Any,
    checked: Document,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    monkeypatch.setattr("planbench.services.rulesets.own_folder", lambda: tmp_path / "own")
    state = AppState()
    made = QualityWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1600, 900)
    state.open_document(checked)
    made.show()
    yield made
    state.close()


def test_the_score_is_shown_and_explained(workspace: QualityWorkspace, checked: Document) -> None:
    score = overall_score(checked)
    assert score is not None
    assert score.by_records is not None
    assert f"Score by records {score.by_records:.0f}" in workspace.strip.accessibleName()
    workspace._view.set_index(4)
    model = workspace.score.model
    assert model.rowCount() == len(score.shares)
    first = model.source(0)
    assert score.shares[first].by_records == max(s.by_records for s in score.shares)
    workspace.score.table.row_activated.emit(first)
    result = workspace.result()
    assert result is not None
    assert result.id == score.shares[first].metric
    assert workspace._view.index == 0


def test_groups_are_those_of_the_field_chosen(workspace: QualityWorkspace) -> None:
    workspace._view.set_index(3)
    view = workspace.ribbons
    areas = view.model.rowCount()
    assert areas > 3
    view.by.setCurrentIndex(view.by.findText("Finish by year"))
    view.by.activated.emit(view.by.currentIndex())
    years = [view.model.cell(row, 0).text for row in range(view.model.rowCount())]
    assert years == sorted(years)
    assert all(len(year) == 4 for year in years)
    view.table.cell_clicked.emit(0, 3)
    assert workspace._view.index == 0


def test_a_difference_is_explained(workspace: QualityWorkspace, qtbot: Any) -> None:
    workspace.open_metric("DCMA-06")
    result = workspace.result()
    document = workspace.state.document
    assert result is not None
    assert document is not None
    assert workspace.rows.compare.isVisible()
    readings = readings_of(workspace._reports, result)
    dialog = DifferencesDialog(document.schedule, readings, result)
    qtbot.addWidget(dialog)
    few = dialog.rows.rowCount()
    expected = set(readings[0].result.rows.tolist()) ^ set(readings[1].result.rows.tolist())
    assert few == len(expected)
    dialog.everyone.click()
    assert dialog.rows.rowCount() > few


def test_a_copy_is_edited_tried_and_kept(workspace: QualityWorkspace, qtbot: Any) -> None:
    report = workspace.report()
    assert report is not None
    editor = RulesetEditor(workspace.state, copy_of(report.ruleset, "House"))
    qtbot.addWidget(editor)
    editor.show()
    assert editor.model.setData(editor.model.index(0, 1), "7,5 %")
    assert not editor.model.setData(editor.model.index(0, 2), "much")
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(editor.form.title.field, "Far away")
    field = editor.form.count.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "[Total float] >")
    editor.try_out()
    assert editor.form.tried.text().startswith("Column 16")
    qtbot.mouseClick(editor.findChildren(type(editor.add))[-1], Qt.MouseButton.LeftButton)
    assert own_rulesets()[0] == ()
    assert editor.isVisible()
    qtbot.keyClicks(field, " 100")
    qtbot.waitUntil(lambda: "In this schedule" in editor.form.tried.text(), timeout=20_000)
    editor.save()
    (mine,) = own_rulesets()[0]
    assert mine.metrics[0].threshold == pytest.approx(0.075)
    assert (mine.metrics[-1].title, mine.metrics[-1].options["count"]) == (
        "Far away",
        "[Total float] > 100",
    )


@pytest.mark.parametrize(
    ("typed", "unit", "number"),
    [("5 %", "ratio", 0.05), ("0.05", "ratio", 0.05), ("≤ 44", "count", 44.0), ("", "count", None)],
)
def test_limits_are_read_as_they_are_shown(typed: str, unit: str, number: float | None) -> None:
    found = read_number(typed, unit)
    assert found == (number if number is None else pytest.approx(number))


def test_the_numbers_of_a_measure_are_edited_and_its_formula_says_them(
    workspace: QualityWorkspace, checked: Document, qtbot: Any
) -> None:
    editor = RulesetEditor(workspace.state, copy_of(checked.quality[0].ruleset), workspace)
    qtbot.addWidget(editor)
    editor.show()
    row = next(i for i, one in enumerate(editor.model.metrics) if one.id == "DCMA-08")
    editor._choose(row)
    assert list(editor.form.numbers) == ["days", "window_days"]
    for name, typed in (("days", "60"), ("window_days", "182")):
        field = editor.form.numbers[name].field
        field.selectAll()
        qtbot.keyClicks(field, typed)
    made = editor.model.metrics[row]
    assert (made.options["days"], made.options["window_days"]) == (60, 182)
    assert "above 60 own working days" in made.formula
    field.selectAll()
    qtbot.keyClicks(field, "soon")
    assert field.property("error")
    assert editor.model.metrics[row] == made
    editor.save()
    kept = next(one for one in own_rulesets()[0] if one.id == editor.ruleset.id)
    (saved,) = [one for one in kept.metrics if one.id == "DCMA-08"]
    assert dict(saved.options) == dict(made.options)
    document = Document(checked.schedule, cpm=checked.cpm, baseline=checked.baseline)
    check_document(document, [kept])
    result = document.quality[0].metric("DCMA-08")
    assert "Detail planning window: 182 calendar days from the data date" in result.found.notes
    assert result.membership.size < checked.quality[0].metric("DCMA-08").membership.size
