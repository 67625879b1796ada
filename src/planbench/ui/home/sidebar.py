"""Home's right column: where files are dropped, what was opened lately, what is worth a look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from planbench.services.recents import Recent
from planbench.ui.frame.status import IconMark
from planbench.ui.home.figures import Remark
from planbench.ui.icons import draw_icon
from planbench.ui.paint import upright
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ElidedLabel, FoldingRow, Label, LinkButton, Surface

_MARKS = {
    "later": ("clock", "late"),
    "earlier": ("arrow-left", "early"),
    "flag": ("flag", "warning"),
    "baseline": ("diamond", "text-muted"),
    "data": ("lock", "info"),
    "findings": ("flag", "warning"),
    "overdue": ("clock", "warning"),
    "deadline": ("contract", "warning"),
}

_DOORS = {
    "schedule": tr("Schedule"),
    "quality": tr("Quality"),
    "compare": tr("Compare"),
    "control": tr("Control"),
    "contract": tr("Contract"),
    "agreement": tr("See rows"),
}


class DropZone(QWidget):
    """A dashed box that says which files can be dropped and offers the same by buttons."""

    open_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(168)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 52, 16, 14)
        column.setSpacing(4)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Label(tr("Drop schedule files here"), "heading"), 0, middle)
        self._formats = Label("", "body", "text-muted", wrap=True)
        self._formats.setAlignment(middle)
        column.addWidget(self._formats)
        column.addSpacing(6)
        column.addStretch(1)
        opens = Button(tr("Open files"), "primary", "open", hint="Ctrl+O")
        opens.clicked.connect(self.open_wanted)
        self.setFocusProxy(opens)
        sample = Button(tr("Sample"), "default", "star", tip=tr("Open the sample project"))
        sample.clicked.connect(self.sample_wanted)
        column.addWidget(FoldingRow(opens, sample), 0, middle)

    def set_formats(self, words: str) -> None:
        """Name the formats that can be read; an empty text while they are still unknown."""
        safe = tr("The files themselves are never changed.")
        self._formats.setText(f"{words}. {safe}" if words else safe)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = upright(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPen(theme.color("border-control"), 1)
        edge.setDashPattern([4, 3])
        painter.setPen(edge)
        painter.setBrush(theme.color("surface"))
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, theme.radius["card"], theme.radius["card"])
        draw_icon(painter, "upload", QRect(self.width() // 2 - 13, 18, 26, 26), "accent")


class _Row(Surface):
    """An icon, two lines of text and a link."""

    def __init__(
        self,
        mark: tuple[str, str],
        lines: Sequence[tuple[str, str]],
        link: str,
        name: str,
        slot: Callable[[], object],
    ) -> None:
        super().__init__("surface-raised", "b")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 9)
        row.setSpacing(10)
        row.addWidget(IconMark(*mark), 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout()
        column.setSpacing(1)
        for words, style in lines:
            role = "text-muted" if style == "small" else "text"
            if style == "wrap":
                column.addWidget(Label(words, "body", wrap=True))
            else:
                column.addWidget(ElidedLabel(words, style, role))
        row.addLayout(column, 1)
        button = LinkButton(link)
        button.setAccessibleName(name)
        button.clicked.connect(lambda _checked=False: slot())
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)


class Sidebar(Surface):
    """372 wide. `update_wanted(update, workspace)` when an entry is opened."""

    update_wanted = Signal(int, str)

    def __init__(self) -> None:
        super().__init__("surface-raised", "l")
        self.setFixedWidth(current_theme().frame["details_pane_home"])
        self.zone = DropZone()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.setSpacing(0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = Surface("surface-raised")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 14, 0, 14)
        column.setSpacing(0)
        box = QVBoxLayout()
        box.setContentsMargins(14, 0, 14, 0)
        box.addWidget(self.zone)
        column.addLayout(box)
        self._lists = QVBoxLayout()
        self._lists.setSpacing(0)
        column.addLayout(self._lists)
        column.addStretch(1)
        scroll.setWidget(inner)
        outer.addWidget(scroll)

    def show_entries(
        self, recents: Sequence[Recent], remarks: Sequence[Remark], now: dt.datetime
    ) -> None:
        """List what was opened lately and what is worth a look."""
        while self._lists.count():
            item = self._lists.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._section(tr("Recent"), bool(recents))
        for recent in recents[:5]:
            self._lists.addWidget(self._recent_row(recent, now))
        self._section(tr("Worth a look"), bool(remarks))
        for remark in remarks:
            self._lists.addWidget(self._remark_row(remark))

    def _section(self, title: str, filled: bool) -> None:
        if not filled:
            return
        head = Surface("surface-raised", "b")
        head.setFixedHeight(44)
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 14, 14, 0)
        label = Label(title, "strong", "text-muted")
        row.addWidget(label)
        self._lists.addWidget(head)

    def _recent_row(self, recent: Recent, now: dt.datetime) -> QWidget:
        note = f"{opened_words(recent.opened, now)}, {recent.project}"
        return _Row(
            ("file", "text-muted"),
            ((recent.label, "body"), (note, "small")),
            tr("Open"),
            tr("Open {project} {label}").format(project=recent.project, label=recent.label),
            lambda: self.update_wanted.emit(recent.update, "schedule"),
        )

    def _remark_row(self, remark: Remark) -> QWidget:
        door = _DOORS[remark.workspace]
        return _Row(
            _MARKS[remark.kind],
            ((remark.project, "small"), (remark.words, "wrap")),
            door,
            f"{door}: {remark.project}",
            lambda: self.update_wanted.emit(remark.update, remark.workspace),
        )


def opened_words(moment: str, now: dt.datetime) -> str:
    """`09:40` for today, `yesterday`, else the date; `moment` is local ISO time."""
    try:
        opened = dt.datetime.fromisoformat(moment)
    except ValueError:
        return moment
    if opened.date() == now.date():
        return opened.strftime("%H:%M")
    if (now.date() - opened.date()).days == 1:
        return tr("yesterday")
    return opened.strftime("%d-%b-%Y")
