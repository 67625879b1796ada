"""How fast the Schedule workspace answers, measured on real widgets."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from planbench.domain.schedule import ActivityType, Schedule, Status
from planbench.engines.cpm.result import CpmResult
from planbench.scenes.filters import Group, read_filter
from planbench.services.document import Document
from planbench.services.editing import edit_cell
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.session import Session
from planbench.ui.settings import Settings
from planbench.ui.state import AppState
from planbench.ui.theme import apply_theme

SIZE = (1400, 900)
FRAMES = 120
ASKED = "[Total float] < 20 or [Finish] before DD+1y and [Activity name] contains 7"
"""A filter of three conditions."""


def measure(schedule: Schedule, cpm: CpmResult, size: tuple[int, int] = SIZE) -> dict[str, Any]:
    """Seconds of the workspace on a schedule, on screen or, without a display, off it.

    `frame` is the median of painting table and Gantt anew after jumps and zooms (`frame_p99`,
    `scroll`, `zoom` besides), `open` the time from the document to its first paint, `sort`,
    `filter`, `fold` and `unfold` those of one action with the paint that follows. Keys ending in
    `_note` say in words what was done.
    """
    app = _application()
    state = AppState()
    space = ScheduleWorkspace(state)
    space.resize(*size)
    space.show()
    app.processEvents()

    def timed(action: Callable[[], object]) -> float:
        begun = time.perf_counter()
        action()
        space.table.viewport().update()
        space.gantt.viewport().update()
        app.processEvents()  # paints each pane once, as a frame on the screen does
        return time.perf_counter() - begun

    def open_document() -> None:
        state.open_document(Document(schedule, cpm=cpm))

    figures: dict[str, Any] = {"open": timed(open_document)}
    figures |= _frames(space, timed)
    figures |= _actions(space, timed)
    rows = f"{len(schedule):,} activities, {len(schedule.relationships):,} links"
    wide, high = size
    figures["frame_note"] = (
        f"{rows}, {wide} x {high}: table and Gantt painted anew after jumps and zooms; "
        f"99th percentile {1000 * figures['frame_p99']:.1f} ms, "
        f"first paint {1000 * figures['open']:.0f} ms"
    )
    figures["sort_note"] = f"{rows}: sorted by name and painted"
    figures["regroup_note"] = f"{rows}: by status, quarter and WBS, rolled up and painted"
    figures["ask_note"] = f"{rows}: {ASKED}"
    figures["filter_note"] = f"{rows}: filtered by two words and painted"
    space.close()
    space.deleteLater()
    state.close()
    app.processEvents()
    return figures


def measure_edits(
    schedule: Schedule, cpm: CpmResult, edits: int, size: tuple[int, int] = SIZE
) -> dict[str, Any]:
    """Seconds from an edited duration to the painted new dates, as a planner waits for them.

    Each edit makes the remaining duration of another selected activity in sight a day longer; it
    goes through the undo stack, the scheduling job and the painting of what that changes. `edit`
    is the median over `edits` of them, `edit_worst` the longest, `edit_cpu` the median time of the
    processor on all threads, `edit_note` says what was done.
    """
    import tempfile

    app = _application()
    with tempfile.TemporaryDirectory() as folder:
        state = AppState()
        space = ScheduleWorkspace(state)
        session = Session(state, Settings(Path(folder) / "window.json"), space)
        space.resize(*size)
        space.show()
        document = Document(schedule, cpm=cpm)
        state.open_document(document)
        waits, busy = [], []
        acts = schedule.activities
        open_rows = np.flatnonzero(
            (acts.status == Status.NOT_STARTED) & (acts.type == ActivityType.TASK)
        )
        rows = np.random.default_rng(1).choice(open_rows, edits + 3)
        for row in rows.tolist():
            space.go_to(row)
            _settle(app, state)
            longer = int(document.schedule.activities.remaining_duration[row]) + 480
            step = edit_cell(document, row, "remaining", f"{longer / 60:g}h")
            assert step is not None
            loop, begun, worked = QEventLoop(), time.perf_counter(), time.process_time()
            dated = state.result_changed.connect(lambda _kind, loop=loop: loop.quit())
            state.push(step)
            loop.exec()  # sleeps until the dates are there, as the window does
            state.result_changed.disconnect(dated)
            app.processEvents()  # what is waiting to be painted is painted now
            waits.append(time.perf_counter() - begun)
            busy.append(time.process_time() - worked)
        _settle(app, state)
        space.close()
        space.deleteLater()
        session.close()
        app.processEvents()
    shown, cpu = np.array(waits[3:]), float(np.median(busy[3:]))  # the first ones load code
    note = f"{len(schedule):,} activities: one duration edited, scheduled, table and Gantt painted"
    return {
        "edit": float(np.median(shown)),
        "edit_worst": float(shown.max()),
        "edit_cpu": cpu,
        "edit_note": f"{note}; worst of {edits} {1000 * shown.max():.0f} ms, "
        f"processor {1000 * cpu:.1f} ms",
    }


def _settle(app: QApplication, state: AppState) -> None:
    """Wait until all jobs are done."""
    until = time.perf_counter() + 0.05
    while state.busy or time.perf_counter() < until:
        app.processEvents()


def _application() -> QApplication:
    """The program's application, or one made for the measurement."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        return app
    seen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not seen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    apply_theme(app, "light")
    return app


def _frames(space: ScheduleWorkspace, timed: Callable[..., float]) -> dict[str, float]:
    random = np.random.default_rng(1)
    gantt, bar = space.gantt, space.table.verticalScrollBar()
    first, last = space.plan.span
    fitted = gantt.time

    def jump() -> None:
        row = int(random.integers(0, max(1, len(space.plan.rows) - 40)))
        bar.setValue(row * space.table.row_height)
        node = int(space.plan.rows.nodes[row + 5])
        gantt.show_time(int(space.plan.facts.start[node]))

    scrolls, zooms = [], []
    for factor in (1.0, 4.0, 16.0, 64.0):
        gantt.set_time(fitted)
        gantt.zoom(factor)
        scrolls += [timed(jump) for _ in range(FRAMES // 4)]
    gantt.set_time(fitted)
    for step in range(FRAMES):
        factor = 1.25 if step % 40 < 20 else 0.8
        zooms.append(timed(lambda factor=factor: gantt.zoom(factor)))
        if step % 40 == 0:
            bar.setValue(int(random.integers(0, max(1, bar.maximum()))))
    both = np.array(scrolls + zooms)
    assert last >= first
    return {
        "frame": float(np.median(both)),
        "frame_p99": float(np.percentile(both, 99)),
        "scroll": float(np.median(scrolls)),
        "zoom": float(np.median(zooms)),
    }


def _actions(space: ScheduleWorkspace, timed: Callable[..., float]) -> dict[str, float]:
    plan = space.plan
    runs: dict[str, list[float]] = {}
    for _ in range(3):
        for key, action in (
            ("sort", lambda: plan.sort_by("name")),
            ("sort_number", lambda: plan.sort_by("float", True)),
            ("filter", lambda: plan.filter_by("activity 7")),
            ("unfilter", lambda: plan.filter_by("")),
            ("ask", lambda: plan.ask(read_filter(ASKED, plan.columns))),
            ("ask_off", lambda: plan.ask(Group())),
            ("regroup", lambda: space.group_by("status", "finish@quarter", "wbs")),
            ("regroup_off", lambda: space.group_by("wbs")),
            ("fold", lambda: space.open_level(1)),
            ("unfold", lambda: space.open_level(99)),
        ):
            runs.setdefault(key, []).append(timed(action))
    return {key: float(np.median(values)) for key, values in runs.items()}
