"""Measuring the window from a process that has none yet."""

from __future__ import annotations

import os
from typing import Any

from PySide6.QtWidgets import QApplication

from planbench.domain.schedule import Schedule
from planbench.engines.cpm.result import CpmResult
from planbench.ui.schedule.bench import measure
from planbench.ui.theme import apply_theme


def measure_window(schedule: Schedule, cpm: CpmResult) -> dict[str, Any]:
    """The Schedule workspace's figures, off screen where there is no display.

    See `planbench.ui.schedule.bench.measure` for the keys.
    """
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["planbench"])
    apply_theme(app, "light")
    figures = measure(schedule, cpm)
    app.processEvents()
    return figures
