"""What tables below the window hold is translated where it is shown, and drawn out for it."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import Qt

from planbench.domain.schedule import ActivityType, Constraint, Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.scenes.columns import CONSTRAINT_WORDS, TYPE_WORDS
from planbench.scenes.filters import write_filter
from planbench.services.document import Document
from planbench.services.editing import choices, edit_cell
from planbench.services.risk_measures import MEASURES
from planbench.services.rulesets import shipped_rulesets
from planbench.ui import translation
from planbench.ui.linguist import data_texts, draw
from planbench.ui.models.fields import FIXED_WORDS, stored
from planbench.ui.schedule.arranging import ArrangeDialog
from planbench.ui.schedule.filtering import ConditionRow, FilterDialog
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.state import AppState


class Recorder(dict[str, str]):
    """Pseudo-translates everything and remembers what it was asked for."""

    def get(self, source: str, default: str = "") -> str:  # type: ignore[override]
        self[source] = translation.pseudo(source)
        return self[source]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    found = Recorder()
    monkeypatch.setattr(translation, "_catalogue", found)
    return found


@pytest.fixture
def space(qtbot, themed, recorder: Recorder):
    schedule = synthetic_schedule(60, 120, 3)
    state = AppState()
    state.open_document(Document(schedule, cpm=schedule_network(schedule)))
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.resize(1700, 800)
    space.show()
    space.shown()
    yield space
    state.close()


def test_the_file_has_all_texts_of_tables_and_keeps_translations(tmp_path: Path) -> None:
    if not Path(sys.executable).with_name("pyside6-lupdate").exists():
        pytest.skip("pyside6-lupdate is not installed")
    target = tmp_path / "planbench_de.ts"
    draw(target)
    tree = ElementTree.parse(target)
    drawn = {one.findtext("source") for one in tree.getroot().iter("message")}
    assert not set(data_texts()) - drawn
    assert "Undo" in drawn  # and those of the window's own sources
    for one in tree.getroot().iter("message"):
        if one.findtext("source") == "Total\nfloat":
            place = one.find("translation")
            assert place is not None
            del place.attrib["type"]
            place.text = "Gesamt-\npuffer"
    tree.write(target, encoding="utf-8")
    draw(target)
    assert translation.read_catalogue(target) == {"Total\nfloat": "Gesamt-\npuffer"}


def test_tables_are_drawn_out_whole() -> None:
    found = set(data_texts())
    for ruleset in shipped_rulesets():
        for metric in ruleset.metrics:
            assert {metric.title, metric.question, metric.formula} <= found
    assert {one for measure in MEASURES for one in (measure.title, measure.definition)} <= found
    assert {*TYPE_WORDS.values(), *filter(None, CONSTRAINT_WORDS.values())} <= found
    assert {"Total\nfloat", "Predecessors", "Durations and float", "Open ends", "Yes"} <= found


def test_schedule_shows_fields_and_words_by_translation_that_is_drawn_out(
    space: ScheduleWorkspace, recorder: Recorder
) -> None:
    recorder.clear()
    space.columns.choose(["type", "status", "critical", "constraint", "open_end"])
    plain = space.plan.columns
    head = [column.title for column in space.model.columns]
    assert head == [translation.pseudo(plain[one.id].title) for one in space.model.shown]
    assert all(one.tip == translation.pseudo(plain[one.id].tip) for one in space.model.shown)
    assert all(one.width >= plain[one.id].width for one in space.model.shown)
    assert any(one.width > plain[one.id].width for one in space.model.shown)
    assert space.model.shown[0].width == plain["name"].width
    row = space.plan.node_of(int(np.flatnonzero(space.plan.schedule.activities.type == 0)[0]))
    number = space.columns.ids().index("type")
    assert space.model.cell(space.model.place(row), number).text == translation.pseudo("Task")
    asked = space.columns.ask()
    assert asked.offered.count() > 50
    asked.close()
    names = {one.name for one in plain.values()} | {one.title for one in plain.values()}
    assert not (set(recorder) & names) - set(data_texts())
    assert len(set(recorder) & names) > 100


def test_a_chooser_taken_as_it_stands_keeps_no_titles(space: ScheduleWorkspace) -> None:
    asked = space.columns.ask()
    asked.take()
    assert space.columns.titles == {}


def test_a_filter_made_in_another_language_is_kept_in_english(
    qtbot, space: ScheduleWorkspace
) -> None:
    taken = []
    dialog = FilterDialog(space.plan, lambda group, _mark: taken.append(group), space)
    qtbot.addWidget(dialog)
    (row,) = dialog.root.parts
    assert isinstance(row, ConditionRow)
    row.field.setCurrentText(translation.tr_data("Status"))
    assert row.values[0].text() == translation.pseudo("In progress")
    row.values[0].setText(translation.tr_data("Complete"))
    dialog.take()
    (group,) = taken
    assert write_filter(group, space.plan.columns) == "[Status] is Complete"


def test_levels_are_named_in_the_language_of_the_window(qtbot, space: ScheduleWorkspace) -> None:
    arrange = ArrangeDialog(space.plan, lambda *_taken: None, space)
    qtbot.addWidget(arrange)
    assert arrange.levels[0].key == "wbs"
    assert arrange.sorts[0].key == "start"
    by_month = translation.pseudo("{name} by month").format(name=translation.pseudo("Finish"))
    arrange.levels[0].setCurrentText(by_month)
    assert arrange.levels[0].key == "finish@month"


@pytest.mark.parametrize("field", ["type", "constraint", "percent_type"])
def test_words_that_are_shown_are_typed_back(recorder: Recorder, field: str) -> None:
    schedule = synthetic_schedule(20, 30, 1)
    offered = choices(schedule, field)
    assert set(offered) <= set(FIXED_WORDS[field])
    for word in offered:
        assert stored(field, translation.tr_data(word).upper()) == word
    assert stored("name", "Task") == "Task"


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_a_constraint_is_chosen_in_the_language_of_the_window(
    qtbot, space: ScheduleWorkspace
) -> None:
    space.columns.choose(["constraint"])
    acts = space.plan.schedule.activities
    fits = (acts.type == ActivityType.TASK) & (acts.status == Status.NOT_STARTED)
    row = int(np.flatnonzero(fits)[0])
    document = space.state.document
    wanted = translation.tr_data("Finish on")
    command = edit_cell(document, row, "constraint", stored("constraint", wanted))
    assert command is not None
    space.state.push(command)
    held = space.state.document.schedule.activities.constraint[row]
    assert Constraint(int(held)) == Constraint.FINISH_ON
    shown = space.model.place(space.plan.node_of(row))
    space.table.setCurrentIndex(space.model.index(shown, space.columns.ids().index("constraint")))
    qtbot.keyClick(space.table, Qt.Key.Key_F2)
    editor = space.desk.editor
    assert editor is not None
    field = editor.field
    assert field.currentText() == wanted
    field.setCurrentText(translation.tr_data("Start on"))
    editor.commit()
    held = space.state.document.schedule.activities.constraint[row]
    assert Constraint(int(held)) == Constraint.START_ON
