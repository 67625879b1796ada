"""Projects on one axis: where the marks lie and how a project is opened."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from planbench.domain.times import NO_TIME, from_iso
from planbench.store.records import ProjectRecord, UpdateRecord
from planbench.ui.home.figures import ProjectLine, project_line
from planbench.ui.home.timeline import Timeline, span_of
from planbench.ui.theme import current_theme


def line(number: int, start: str, finish: str, baseline: str = "") -> ProjectLine:
    def update(place: int, at: str, kind: str) -> UpdateRecord:
        figures = {"planned_start": from_iso(start), "finish": from_iso(at)}
        return UpdateRecord(
            number * 10 + place, number, kind, kind, from_iso("2026-09-30"), "", "", "", "", 1, 1,
            figures, "d",
        )  # fmt: skip

    updates = (update(0, baseline, "baseline"),) if baseline else ()
    updates += (update(1, finish, "update"),)
    chosen = number * 10 if baseline else None
    return project_line(ProjectRecord(number, "P", f"Project {number}", "", chosen, updates))


@pytest.fixture
def timeline(themed: QApplication, qtbot: Any) -> Timeline:
    made = Timeline()
    qtbot.addWidget(made)
    made.resize(1000, 300)
    first = line(1, "2025-01-01", "2029-06-01", "2029-01-01")
    made.show_lines([first, line(2, "2026-01-01", "2027-01-01")])
    made.show()
    return made


def test_a_span_reads_the_latest_update_and_the_baseline() -> None:
    span = span_of(line(1, "2025-01-01", "2029-06-01", "2029-01-01"))
    assert span.start == from_iso("2025-01-01")
    assert span.finish == from_iso("2029-06-01")
    assert span.baseline == from_iso("2029-01-01")
    assert span_of(line(2, "2026-01-01", "2027-01-01")).baseline == NO_TIME


def test_time_runs_from_left_to_right_inside_the_view(timeline: Timeline) -> None:
    places = [
        timeline.x_of(from_iso(day))
        for day in ("2025-01-01", "2026-09-30", "2029-01-01", "2029-06-01")
    ]
    assert places == sorted(places)
    assert places[0] > 260
    assert places[-1] < timeline.viewport().width()


def test_done_is_dark_and_what_remains_light(timeline: Timeline) -> None:
    image = timeline.viewport().grab().toImage()
    theme = current_theme()
    middle = 28 + 21
    done = round(timeline.x_of(from_iso("2026-01-01")))
    left = round(timeline.x_of(from_iso("2028-06-15")))
    assert image.pixelColor(done, middle) == theme.color("progress")
    assert image.pixelColor(left, middle) == theme.color("remaining")


def test_keys_walk_and_open(timeline: Timeline, qtbot: Any) -> None:
    qtbot.keyClick(timeline, Qt.Key.Key_Down)
    qtbot.keyClick(timeline, Qt.Key.Key_Down)
    with qtbot.waitSignal(timeline.opened) as got:
        qtbot.keyClick(timeline, Qt.Key.Key_Return)
    assert got.args == [21]
    assert timeline.accessibleDescription() == "Project 2: 01-Jan-2026 to 01-Jan-2027"


def test_nothing_to_show_is_no_error(timeline: Timeline) -> None:
    timeline.show_lines([])
    assert timeline.reach() is None
    assert not timeline.grab().isNull()
