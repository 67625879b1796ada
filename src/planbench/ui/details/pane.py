"""The pane at the right, and the strip it folds into in narrow windows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from planbench.domain.schedule import NO_ROW
from planbench.scenes.formats import THIN, date_text, days_text
from planbench.services.history import Snapshot, history_of
from planbench.services.jobs import JobContext
from planbench.ui import paint
from planbench.ui.details.beyond import costs, findings, history, risks
from planbench.ui.details.content import Section, general, heading, links, more
from planbench.ui.details.sheet import PAD, Sheet
from planbench.ui.icons import draw_icon
from planbench.ui.schedule.plan import Plan
from planbench.ui.schedule.words import driver
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button, Tabs
from planbench.ui.widgets.labels import Chip, ElidedLabel, Label
from planbench.ui.widgets.panels import Surface

TABS = (tr("General"), tr("Links"), tr("Findings"), tr("Risks"), tr("History"), tr("More"))


def _more(plan: Plan, row: int) -> list[Section]:
    return [*costs(plan, row), *more(plan, row)]


_PAGES = (general, links, findings, risks, history, _more)


class _Tabs(Tabs):
    """Tabs that stand closer, so that all of them fit the pane."""

    def tabSizeHint(self, index: int) -> QSize:
        size = super().tabSizeHint(index)
        return QSize(size.width() - 7, size.height())


class DetailsPane(Surface):
    """One activity of a plan: heading, chips, tabs. `gone(row)` asks to select another activity.

    `history_wanted()` when earlier updates are to be looked up for `Plan.tell_history`;
    `closed()` when the user folds the pane away; `link_menu(link, point)` and `link_wanted()`
    when a relationship is to be changed or added; `steps_wanted()` when steps are to be edited.
    """

    gone = Signal(int)
    link_menu = Signal(int, QPoint)
    link_wanted = Signal()
    steps_wanted = Signal()
    history_wanted = Signal()
    closed = Signal()

    def __init__(self, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__("surface-raised", "l", parent)
        self.plan, self.row = plan, NO_ROW
        self._stale = False  # hidden while the plan changed
        self._told: tuple[tuple[str, str], ...] = ()  # the chips
        self.setFixedWidth(current_theme().frame["details_pane"])
        self.setAccessibleName(tr("Details"))
        self._code = ElidedLabel("", "body", "text-muted")
        self._name = Label("", "title", wrap=True)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        self._tabs = _Tabs(TABS, tr("Details"))
        self._sheet = Sheet(tr("Details of the selected activity"))
        self._empty = Label(
            tr("Select an activity to see its dates, float, logic and what explains them."),
            "prose",
            "text-muted",
            wrap=True,
        )
        self._add = Button(
            tr("Add link…"), "default", tip=tr("Link this activity with another one")
        )
        self._steps = Button(
            tr("Steps…"), "default", tip=tr("Edit the steps of this activity and their progress")
        )
        self._lay_out()
        self._tabs.currentChanged.connect(self._show_page)
        self._sheet.gone.connect(self.gone)
        self._sheet.link_menu.connect(self.link_menu)
        self._add.clicked.connect(lambda _checked=False: self.link_wanted.emit())
        self._steps.clicked.connect(lambda _checked=False: self.steps_wanted.emit())
        plan.plan_changed.connect(self._refresh)
        plan.reasons_ready.connect(self._refresh)
        plan.history_told.connect(self._refresh)
        self.show_row(NO_ROW)

    def _lay_out(self) -> None:
        fold = Button("", "quiet", "details", tip=tr("Hide the details"), in_card=True)
        fold.clicked.connect(lambda _checked=False: self.closed.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 10, 0, 0)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.setContentsMargins(PAD, 0, 8, 0)
        top.addWidget(self._code, 1)
        top.addWidget(fold)
        column.addLayout(top)
        inner = QVBoxLayout()
        inner.setContentsMargins(PAD, 0, PAD, 4)
        inner.setSpacing(8)
        inner.addWidget(self._name)
        inner.addLayout(self._chips)
        inner.addWidget(self._empty)
        column.addLayout(inner)
        column.addWidget(self._tabs)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._sheet)
        column.addWidget(self._scroll, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(PAD, 4, PAD, 8)
        foot.addWidget(self._add)
        foot.addWidget(self._steps)
        foot.addStretch(1)
        column.addLayout(foot)
        self._add.hide()
        self._steps.hide()
        column.addStretch(0)

    def show_row(self, row: int) -> None:
        """Show an activity, or with -1 what the pane is for."""
        self.row = row if 0 <= row < len(self.plan.schedule) else NO_ROW
        some = self.row != NO_ROW
        for widget in (self._name, self._tabs, self._scroll):
            widget.setVisible(some)
        self._empty.setVisible(not some)
        self._add.setVisible(False)
        self._steps.setVisible(False)
        if not some:
            self._show_chips(())
            self._code.setText(tr("Details"))
            return
        found = heading(self.plan, self.row)
        self._code.setText(f"{found.code}   {found.wbs}".strip())
        self._name.setText(found.name)
        self._show_chips(found.chips)
        self._show_page(self._tabs.currentIndex())

    def _show_chips(self, told: tuple[tuple[str, str], ...]) -> None:
        if told == self._told:
            return
        self._told = told
        while self._chips.count():
            item = self._chips.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for kind, text in told:
            self._chips.addWidget(Chip(kind, text))
        self._chips.addStretch(1)

    def _refresh(self) -> None:
        """The plan says other things: told now, or once the pane is opened."""
        self._stale = True
        if self.isVisible():
            self._catch_up()

    def _catch_up(self) -> None:
        if self._stale:
            self._stale = False
            self.show_row(self.row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _show_page(self, page: int) -> None:
        if self.row != NO_ROW:
            self._add.setVisible(TABS[page] == tr("Links"))
            self._steps.setVisible(TABS[page] == tr("More"))
            if TABS[page] == tr("History") and self.plan.history is None and self.isVisible():
                self.history_wanted.emit()
            self._sheet.show_sections(_PAGES[page](self.plan, self.row))
            self._scroll.verticalScrollBar().setValue(0)

    def text(self) -> str:
        """What the page in front says."""
        self._catch_up()
        return self._sheet.text() if self.row != NO_ROW else self._empty.text()

    def show_tab(self, name: str) -> None:
        """Bring a tab to the front."""
        self._tabs.setCurrentIndex(TABS.index(name))


def look_up_history(state: AppState, plan: Plan) -> None:
    """Look earlier updates up in the background and tell the plan."""
    document, library = state.document, state.library
    if document is None:
        return

    def work(context: JobContext) -> tuple[Snapshot, ...]:
        return history_of(document, library, context)

    def done(found: tuple[Snapshot, ...]) -> None:
        if state.document is document:
            plan.tell_history(found)

    state.run("history", tr("Earlier updates"), work, done)


class DetailsStrip(QWidget):
    """The details in one line under the work area. `opened()` on a click anywhere."""

    opened = Signal()

    def __init__(self, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan, self.row = plan, NO_ROW
        self.setFixedHeight(current_theme().frame["peek_strip"])
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Details"))
        plan.plan_changed.connect(self.update)

    def show_row(self, row: int) -> None:
        """Show an activity, -1 for none."""
        self.row = row
        self.setAccessibleDescription(" ".join(text for text, _, _ in self._parts()))
        self.update()

    def _parts(self) -> list[tuple[str, str, str]]:
        """(text, font, role); an empty text is a line between groups."""
        plan, row = self.plan, self.row
        if not 0 <= row < len(plan.schedule):
            return [(tr("Select an activity to see its details"), "body", "text-muted")]
        acts, facts = plan.schedule.activities, plan.activity_facts
        parts = [
            (str(acts.code[row]), "body", "text-muted"),
            (str(acts.name[row]), "strong", "text"),
        ]
        if facts.critical[row]:
            parts.append(("critical", "chip", tr("Critical")))
        elif facts.near[row]:
            parts.append(("near-critical", "chip", tr("Near-critical")))
        slack = days_text(float(facts.total_float[row]))
        if slack:
            role = "critical-text" if facts.critical[row] else "text"
            parts += [
                ("", "", ""),
                (tr("Float"), "body", "text-muted"),
                (f"{slack}{THIN}d", "strong", role),
            ]
        found = driver(plan, row)
        if found is not None:
            when = date_text(int(facts.finish[found.row]))
            parts += [
                (tr("Driven by"), "body", "text-muted"),
                (found.code, "strong", "accent-text"),
            ]
            parts.append(
                (
                    tr("{type}, finishes {when}").format(type=found.type, when=when),
                    "body",
                    "text-muted",
                )
            )
        return parts

    def paintEvent(self, event: QPaintEvent) -> None:
        from planbench.ui.widgets.labels import chip_width, draw_chip

        painter, theme = paint.upright(self), current_theme()
        painter.fillRect(self.rect(), theme.color("surface-raised"))
        paint.rule(painter, 0, 0, self.width())
        draw_icon(painter, "chevron-up", QRect(14, 13, 14, 14), "text-muted")
        x, area, end = 40.0, self.rect(), self.width() - 120
        for text, style, role in self._parts():
            if x > end:
                break
            if style == "chip":
                painter.setFont(theme.font("small", tabular=True))
                wide = chip_width(painter, text, role)
                draw_chip(painter, QRect(int(x), 0, wide, self.height()), text, role)
                x += wide + 12
            elif not text:
                painter.fillRect(QRect(int(x) + 2, 10, 1, 20), theme.color("border"))
                x += 16
            else:
                painter.setFont(theme.font(style, tabular=True))
                painter.setPen(theme.color(role))
                x = paint.text_left(painter, text, x, area, end) + 10
        self._hint(painter)

    def _hint(self, painter: QPainter) -> None:
        """The key that opens the pane."""
        theme = current_theme()
        middle, right = self.height() // 2, self.width() - 14
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text-muted"))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(0, 0, right, self.height()), side, tr("Details"))
        right -= painter.fontMetrics().horizontalAdvance(tr("Details")) + 10
        painter.setFont(theme.font("small"))
        wide = painter.fontMetrics().horizontalAdvance("Space") + 12
        key = QRect(right - wide, middle - 9, wide, 18)
        paint.box(painter, key, 3, theme.color("surface-raised"), theme.color("border-strong"))
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, "Space")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()
