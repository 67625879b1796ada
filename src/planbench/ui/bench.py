"""Measuring the window from a process that has none yet."""

from __future__ import annotations

import os
from typing import Any

from PySide6.QtWidgets import QApplication

from planbench.domain.schedule import Schedule
from planbench.engines.cpm.result import CpmResult
from planbench.ui.schedule.bench import measure, measure_edits
from planbench.ui.theme import apply_theme


def measure_window(schedule: Schedule, cpm: CpmResult, edits: int = 0) -> dict[str, Any]:
    """The Schedule workspace's figures, off screen without a display; those of `edits` if any.

    See `planbench.ui.schedule.bench.measure` and `measure_edits` for the keys.
    """
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["planbench"])
    apply_theme(app, "light")
    figures = measure_edits(schedule, cpm, edits) if edits else measure(schedule, cpm)
    app.processEvents()
    return figures
