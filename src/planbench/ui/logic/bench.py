"""Measuring the Logic workspace: from asking for another trace to its picture on the screen."""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

import numpy as np
from PySide6.QtWidgets import QApplication

from planbench.domain.schedule import Schedule
from planbench.engines.cpm.result import CpmResult
from planbench.engines.trace import trace
from planbench.services.document import Document
from planbench.ui.logic.workspace import LogicWorkspace
from planbench.ui.state import AppState
from planbench.ui.theme import apply_theme

_LEAST, _MOST = 190, 260
"""Activities that a trace of about two hundred has."""

_TRIES = 400


def measure_traces(schedule: Schedule, cpm: CpmResult, runs: int) -> dict[str, Any]:
    """Median and longest seconds per trace of about 200 activities, laid out and painted.

    Activities spread over the schedule are traced one after the other, as a user walks; nothing
    is kept between them. Keys: `trace`, `trace_longest`, `trace_note`.
    """
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["planbench"])
    apply_theme(app, "light")
    state = AppState()
    space = LogicWorkspace(state)
    try:
        space.resize(1848, 1000)
        state.open_document(Document(schedule, cpm=cpm))
        space.show()
        space.shown()
        _wait(app, state)
        return _measured(app, space, _subjects(schedule, cpm, runs + 1))
    finally:
        state.close()
        space.close()
        space.deleteLater()


def _wait(app: QApplication, state: AppState) -> None:
    while state.busy:
        app.processEvents()
        time.sleep(0.005)
    app.processEvents()


def _subjects(schedule: Schedule, cpm: CpmResult, wanted: int) -> list[tuple[int, int, int]]:
    """(row, levels, activities) of traces of the size that is measured, spread over the plan."""
    found = []
    for row in np.linspace(0, len(schedule) - 1, _TRIES).astype(int).tolist():
        for levels in range(2, 14):
            size = len(trace(schedule, cpm, row, levels, levels).levels)
            if size >= _LEAST:
                if size <= _MOST:
                    found.append((row, levels, size))
                break
    return found[:: max(1, len(found) // wanted)][:wanted]


def _measured(
    app: QApplication, space: LogicWorkspace, subjects: list[tuple[int, int, int]]
) -> dict[str, Any]:
    times, cards = [], []
    side = space.sidebar
    for row, levels, _ in subjects:
        for box in (side.back, side.ahead):
            box.blockSignals(True)
            box.setValue(levels)
            box.blockSignals(False)
        begun = time.perf_counter()
        space.trace_from(row)
        space.canvas.viewport().repaint()
        times.append(time.perf_counter() - begun)
        cards.append(len(space.canvas.picture.cards))
        app.processEvents()
    times, cards = times[1:], cards[1:]  # the first one warms up
    note = (
        f"traces of {min(cards)} to {max(cards)} activities out of {len(space.plan.schedule):,}, "
        f"laid out and painted; longest {1000 * max(times):.0f} ms"
    )
    return {
        "trace": statistics.median(times),
        "trace_longest": max(times),
        "trace_note": note,
    }
