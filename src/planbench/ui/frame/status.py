"""The status bar: what is open at the left, running jobs and the last schedule at the right."""

from __future__ import annotations

import time

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from planbench.ui.icons import draw_icon
from planbench.ui.jobs import QtJob
from planbench.ui.paint import upright
from planbench.ui.text import NARROW
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Label, Surface, ThinProgress


class IconMark(QWidget):
    """A small icon in a colour role."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role
        self.setFixedSize(16, 16)

    def set(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(upright(self), self._name, QRect(1, 1, 14, 14), self._role)


class JobStrip(QWidget):
    """One running job: name, progress, time left, cancel. It goes when the job is finished."""

    def __init__(self, job: QtJob) -> None:
        super().__init__()
        self._job = job
        self._started = time.monotonic()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._bar = ThinProgress(job.name)
        self._bar.setFixedWidth(120)
        self._left = Label("", "small", "text-muted", tabular=True)
        self._cancel = Button(
            "", "quiet", "x", tip=tr("Cancel: {name}").format(name=job.name), in_card=True
        )
        self._cancel.clicked.connect(self._stop)
        row.addWidget(Label(job.name, "small"))
        for part in (self._bar, self._left, self._cancel):
            row.addWidget(part)
        job.progressed.connect(self._progress)
        job.finished.connect(self._finished)

    def _stop(self) -> None:
        self._job.cancel()
        self._cancel.setEnabled(False)
        self._left.setText(tr("stopping"))

    def _progress(self, progress: object) -> None:
        done = getattr(progress, "done", 0)
        total = getattr(progress, "total", 0)
        self._bar.set(done, total)
        self._left.setText(time_left(done, total, time.monotonic() - self._started))

    def _finished(self) -> None:
        self.hide()
        self.deleteLater()


def time_left(done: int, total: int, elapsed: float) -> str:
    """`64 % · 4 s left`; no time is named before a twentieth is done."""
    if total <= 0:
        return ""
    share = min(1.0, done / total)
    text = f"{int(share * 100)}{NARROW}%"
    if share < 0.05 or elapsed < 0.5:
        return text
    seconds = max(1, round(elapsed / share * (1 - share)))
    if seconds < 90:
        return tr("{text} · {seconds}{narrow}s left").format(
            text=text, seconds=seconds, narrow=NARROW
        )
    return tr("{text} · {round}{narrow}min left").format(
        text=text, round=round(seconds / 60), narrow=NARROW
    )


class StatusBar(Surface):
    """28 high. `set_left`, `set_right` take plain sentences; `add_job` shows a job."""

    def __init__(self) -> None:
        super().__init__("surface-raised", "t")
        self.setFixedHeight(current_theme().frame["status_bar"])
        self.setAccessibleName(tr("Status"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 12, 0)
        row.setSpacing(8)
        self._mark = IconMark("done", "positive")
        self._left = Label("", "small", "text-muted", tabular=True)
        self._right = Label("", "small", "text-muted", tabular=True)
        self._jobs = QHBoxLayout()
        self._jobs.setSpacing(16)
        row.addWidget(self._mark)
        row.addWidget(self._left)
        row.addStretch(1)
        row.addLayout(self._jobs)
        row.addSpacing(8)
        row.addWidget(self._right)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(400, current_theme().frame["status_bar"])

    def set_left(self, text: str, icon: str = "done", role: str = "positive") -> None:
        self._left.setText(text)
        self._mark.set(icon, role)
        self._mark.setVisible(bool(text))

    def set_right(self, text: str) -> None:
        self._right.setText(text)

    def left(self) -> str:
        return self._left.text()

    def right(self) -> str:
        return self._right.text()

    def add_job(self, job: QtJob) -> None:
        """Show a job until it is finished."""
        self._jobs.addWidget(JobStrip(job))
