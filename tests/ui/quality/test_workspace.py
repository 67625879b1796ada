"""The Quality workspace on the sample: it checks, explains, filters, and follows the selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from planbench.domain.schedule import Schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.services.sample import sample_baseline, sample_schedules
from planbench.ui.quality.areas import area_counts, work_areas
from planbench.ui.quality.workspace import QualityWorkspace
from planbench.ui.state import AppState


@cache
def calculated() -> Document:
    schedule = sample_schedules()["2026-09-30"]
    return Document(
        schedule,
        title="NORDLYS",
        baseline=sample_baseline(schedule),
        baseline_label="Contract",
        cpm=schedule_network(schedule),
    )


def document() -> Document:
    return replace(calculated(), quality=())


@pytest.fixture
def state(qapp: QApplication) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def workspace(themed: QApplication, qtbot: Any, state: AppState) -> QualityWorkspace:
    made = QualityWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1848, 1000)
    return made


def checked(workspace: QualityWorkspace, qtbot: Any, shown: Document) -> QualityWorkspace:
    workspace.state.open_document(shown)
    workspace.show()
    with qtbot.waitSignal(workspace.state.result_changed, timeout=60_000):
        workspace.shown()
    return workspace


@pytest.fixture
def ready(workspace: QualityWorkspace, qtbot: Any) -> QualityWorkspace:
    return checked(workspace, qtbot, document())


def show_metric(workspace: QualityWorkspace, ruleset: str, metric: str) -> None:
    ids = [report.ruleset_id for report in workspace._reports]
    workspace.sidebar.rulesets.choose(ids.index(ruleset))
    report = workspace.report()
    assert report is not None
    row = [result.id for result in report.metrics].index(metric)
    workspace.metrics.setCurrentIndex(workspace.metrics.table.index(row, 0))


def shown_codes(workspace: QualityWorkspace) -> list[str]:
    model = workspace.findings
    return [model.cell(row, 0).text for row in range(model.rowCount())]


def test_an_empty_view_says_what_goes_here(workspace: QualityWorkspace, qtbot: Any) -> None:
    workspace.show()
    workspace.shown()
    assert workspace._pages.currentIndex() == 0
    button = next(
        b
        for b in workspace._pages.currentWidget().findChildren(QWidget)
        if b.accessibleName() == "Choose a project"
    )
    with qtbot.waitSignal(workspace.state.workspace_requested) as asked:
        button.click()
    assert asked.args == ["home"]


def test_it_checks_when_shown_and_opens_at_the_first_flag(ready: QualityWorkspace) -> None:
    assert len(ready.state.document.quality) == 9
    assert ready.sidebar.rulesets.count() == 9
    result = ready.result()
    assert result is not None
    assert (result.id, result.state) == ("DCMA-02", "flag")
    assert ready.findings.rowCount() == result.rows.size == 2


def test_it_does_not_check_again_for_nothing(ready: QualityWorkspace, qtbot: Any) -> None:
    with qtbot.assertNotEmitted(ready.state.job_started):
        ready.shown()
    with qtbot.waitSignal(ready.state.job_started):
        ready.state.result_changed.emit("baseline")


def test_rows_behind_a_metric_and_the_shared_selection(ready: QualityWorkspace) -> None:
    show_metric(ready, "dcma-pam-2012", "DCMA-07")
    codes = shown_codes(ready)
    assert len(codes) == 6
    assert "CV-3060" in codes
    place = codes.index("CV-3060")
    ready.table.setCurrentIndex(ready.findings.index(place, 0))
    schedule = ready.state.document.schedule
    assert ready.state.selection == schedule.row_of_code["CV-3060"]
    ready.state.select(schedule.row_of_code["CV-3030"])
    assert ready.findings.activity(ready.table.current_row()) == schedule.row_of_code["CV-3030"]
    show_metric(ready, "dcma-pam-2012", "DCMA-02")
    assert ready.findings.columns[0].title == "Predecessor"


def test_filters_narrow_the_rows(ready: QualityWorkspace) -> None:
    show_metric(ready, "dcma-pam-2012", "DCMA-06")
    whole = ready.findings.rowCount()
    assert whole == 132
    ready.rows._search.setText("quay lease")
    assert shown_codes(ready) == ["PE-1540"]
    ready.rows._search.setText("no such thing")
    assert ready.rows._pages.currentIndex() == 1
    assert ready.rows._nothing.text() == "No row fits the filter."
    ready.rows._search.clear()
    bars = ready.sidebar.bars
    bars.pick(3)
    name, inside = bars.area_name(), ready.findings.rowCount()
    assert 0 < inside < whole
    assert ready.rows._area.text() == f"Only {name}, show all"
    ready.rows._area.click()
    assert ready.findings.rowCount() == whole


def test_the_evidence_adds_up(ready: QualityWorkspace) -> None:
    show_metric(ready, "dcma-pam-2012", "DCMA-06")
    rows = ready.evidence._breakdown._rows
    numbers = [int(text.replace("\u202f", "").replace("\u2212", "-")) for _, text, _ in rows]
    assert numbers[0] + sum(numbers[1:-1]) == numbers[-1] == 220
    assert not ready.evidence._sections["curve"].isHidden()
    show_metric(ready, "dcma-pam-2012", "DCMA-02")
    assert ready.evidence._sections["curve"].isHidden()


def test_the_dates_of_the_file(ready: QualityWorkspace, qtbot: Any) -> None:
    """The sample stores no dates: with them, float cannot be measured, and says so."""
    with qtbot.waitSignal(ready.state.result_changed, timeout=60_000):
        ready._dates.set_index(1)
    show_metric(ready, "dcma-pam-2012", "DCMA-06")
    result = ready.result()
    assert result is not None
    assert result.state == "not-applicable"
    assert ready.rows._nothing.text().startswith("There is nothing with a total float")


def test_a_loop_leaves_what_needs_no_dates(workspace: QualityWorkspace, qtbot: Any) -> None:
    broken = replace(document(), cpm=None, problem="the network has a loop of 2 activities")
    checked(workspace, qtbot, broken)
    assert workspace.banner.isVisible()
    assert workspace.banner.text() == "What needs dates is not measured; the rest is."
    states = {r.id: r.state for r in workspace._reports[0].metrics}
    assert states["DCMA-06"] == "not-applicable"
    assert states["DCMA-02"] == "flag"


def test_a_result_of_another_document_is_dropped(workspace: QualityWorkspace, qtbot: Any) -> None:
    first, second = document(), document()
    workspace.state.open_document(first)
    workspace.show()
    with qtbot.waitSignal(workspace.state.job_started):
        workspace.run()
    workspace.state.open_document(second)
    qtbot.waitUntil(lambda: bool(second.quality), timeout=60_000)
    assert first.quality == ()


def test_rows_that_an_edit_took_away_are_not_shown(ready: QualityWorkspace, qtbot: Any) -> None:
    shown = ready.state.document
    assert shown is not None
    schedule = shown.schedule
    keep = np.arange(len(schedule.relationships)) > 0
    shown.schedule = replace(schedule, relationships=schedule.relationships.take(keep))
    ready.state.schedule_edited.emit(("relationships",))
    assert ready.report() is None
    assert ready.findings.rowCount() == 0
    with qtbot.waitSignal(ready.state.result_changed, timeout=60_000):
        ready.shown()
    report = ready.report()
    assert report is not None
    assert report.metric("DCMA-02").membership.codes.size == len(schedule.relationships) - 1


def test_a_narrow_window_folds_the_evidence(ready: QualityWorkspace) -> None:
    assert not ready.evidence.isHidden()
    ready.resize(1280, 700)
    QApplication.processEvents()
    assert ready.evidence.isHidden()
    assert ready._peek.isVisible()
    ready._details.click()
    assert not ready.evidence.isHidden()


def test_everything_has_a_name_and_listens(
    ready: QualityWorkspace,
    nameless: Callable[[QWidget], list[str]],
    dead_buttons: Callable[[QWidget], list[str]],
) -> None:
    assert nameless(ready) == []
    assert dead_buttons(ready) == []


def test_no_row_hands_numpy_to_qt(ready: QualityWorkspace) -> None:
    for report in ready._reports:
        ready.sidebar.rulesets.choose(ready._reports.index(report))
        for result in report.metrics:
            show_metric(ready, report.ruleset_id, result.id)
            for model in (ready.metrics.table, ready.findings):
                for row in range(min(model.rowCount(), 5)):
                    for column in range(model.columnCount()):
                        value = model.data(model.index(row, column))
                        assert type(value) is str


def test_work_areas_follow_the_branches() -> None:
    schedule: Schedule = calculated().schedule
    areas = work_areas(schedule, 0)
    everybody = np.ones(len(schedule), dtype=bool)
    rows = area_counts(areas, everybody)
    # Counted by walking up from each activity.
    wbs, naive = schedule.wbs, dict.fromkeys(areas.names, 0)
    for node in schedule.activities.wbs.tolist():
        path = [node]
        while wbs.parent[path[-1]] >= 0:
            path.append(int(wbs.parent[path[-1]]))
        if len(path) > 1:
            naive[str(wbs.name[path[-2]])] += 1
    assert {name: count for _, name, count in rows} == {k: v for k, v in naive.items() if v}


def test_everybody_is_listed_with_why_they_count_or_do_not(ready: QualityWorkspace) -> None:
    result, who = ready.result(), ready.rows.who
    assert result is not None
    members = result.membership
    sizes = (result.rows.size, members.size, members.codes.size - members.size, members.codes.size)
    for place, size in enumerate(sizes):
        who.setCurrentIndex(place)
        who.activated.emit(place)
        assert ready.findings.rowCount() == size, who.currentText()
    column = [one.key for one in ready.findings.columns].index("measured")
    told = [ready.findings.look(row, column).text for row in range(members.codes.size)]
    assert told.count("Found") == result.rows.size
    assert {line for line in told if line.startswith("Left out")} == {
        f"Left out: {reason}" for reason, number in members.breakdown()[1:] if number
    }
    ready.table.select_row(int(result.rows[0]))
    assert ready.rows.place(ready.table.current_row()) == 0, "the evidence is that of the find"
