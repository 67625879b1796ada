"""The network before and after: links that came, went or changed, around what is chosen or all."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from planbench.engines.compare.compare import Comparison
from planbench.engines.compare.network import JointNetwork
from planbench.scenes.facts import Facts
from planbench.scenes.network_change import network_scene
from planbench.ui.compare.words import network_words
from planbench.ui.icons import icon
from planbench.ui.logic.canvas import TraceCanvas
from planbench.ui.logic.legend import line_legend
from planbench.ui.theme import theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets import ComboBox, ElidedLabel, EmptyState, SegmentedControl, Surface

ALL, AROUND = range(2)

_LEGEND = (
    ("positive", tr("added")),
    ("negative", tr("deleted, dashed")),
    ("warning", tr("type or lag changed")),
    ("link", tr("the same in both")),
)


class NetworkView(QWidget):
    """`chosen(row)` with a row of the newer schedule when a card of it was chosen."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.comparison: Comparison | None = None
        self.joint: JointNetwork | None = None
        self._facts: Facts | None = None
        self.current = -1
        self._stale = False
        self.canvas = TraceCanvas()
        self.canvas.setAccessibleName(tr("Network before and after"))
        self.canvas.picked.connect(self._picked)
        self.canvas.traced.connect(self._traced)
        self.same = EmptyState(
            tr("All links are the same"),
            tr("No link was added, deleted or changed between the two schedules."),
        )
        self.lonely = EmptyState(
            tr("Choose an activity"),
            tr("Choose a change in the register, or an activity in any workspace."),
        )
        self.pages = QStackedWidget()
        for page in (self.canvas, self.same, self.lonely):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self.pages, 1)
        lead = ElidedLabel(tr("Double click: look around that activity"), "small", "text-muted")
        column.addWidget(line_legend(lead, _LEGEND))
        for words, keys, picture, slot in (
            (tr("Zoom in"), "Ctrl++", "zoom-in", lambda: self.canvas.zoom(1.2)),
            (tr("Zoom out"), "Ctrl+-", "zoom-out", lambda: self.canvas.zoom(1 / 1.2)),
            (tr("Fit the picture"), "Ctrl+0", "fit", self.canvas.fit),
        ):
            action = QAction(icon(picture), words, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _on=False, slot=slot: slot())
            self.addAction(action)
        theme_manager().changed.connect(self._repaint)

    def _head(self) -> QWidget:
        head = Surface("surface-raised", "b")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 7, 12, 7)
        row.setSpacing(10)
        self.scope = SegmentedControl(
            [tr("All changes"), tr("Around the chosen activity")], tr("Activities shown")
        )
        self.scope.changed.connect(lambda _index: self.redraw())
        self.far = ComboBox(
            [tr("1 link away"), tr("2 links away"), tr("3 links away")], tr("How far around")
        )
        self.far.setCurrentIndex(1)
        self.far.activated.connect(lambda _index: self.redraw())
        self.words = ElidedLabel("", "body", "text-muted")
        row.addWidget(self.scope)
        row.addWidget(self.far)
        row.addWidget(self.words, 1)
        return head

    def _repaint(self) -> None:
        self.redraw()

    def show_comparison(self, comparison: Comparison, joint: JointNetwork, facts: Facts) -> None:
        """Show another comparison."""
        self.comparison, self.joint, self._facts = comparison, joint, facts
        self.current = -1
        self.redraw()

    def select(self, row: int) -> None:
        """An activity of the newer schedule was chosen elsewhere."""
        if row != self.current:
            self.current = row
            self.redraw(keep=self.scope.index == ALL)

    def showEvent(self, event: object) -> None:
        if self._stale:
            self.redraw()

    def redraw(self, keep: bool = False) -> None:
        """Draw what is asked for; out of sight it waits."""
        comparison, joint, facts = self.comparison, self.joint, self._facts
        if comparison is None or joint is None or facts is None:
            return
        self._stale = not self.isVisible()
        if self._stale:
            return
        around = self.scope.index == AROUND
        self.far.setEnabled(around)
        rows = self._rows(joint)
        if not rows:
            self.pages.setCurrentWidget(self.lonely if around else self.same)
            self.words.setText("")
            return
        self.pages.setCurrentWidget(self.canvas)
        picture = network_scene(
            comparison,
            joint,
            facts,
            rows,
            current=self.current,
            measure=self.canvas.painter_of_scenes().width,
            title=lambda level: tr("step {number}").format(number=level + 1),
        )
        shown = self.current if picture.card(self.current) is not None else -1
        self.canvas.show_picture(picture, shown, keep)
        self.words.setText(network_words(joint.counts, len(picture.cards), picture.left_out))

    def _rows(self, joint: JointNetwork) -> list[int]:
        if self.scope.index == ALL:
            return joint.changed_ends()
        return joint.around(self.current, self.far.currentIndex() + 1) if self.current >= 0 else []

    def _picked(self, row: int) -> None:
        self.current = row
        self.redraw(keep=True)
        if self.comparison is not None and row < len(self.comparison.new):
            self.chosen.emit(row)

    def _traced(self, row: int) -> None:
        self.current = row
        if self.scope.index == AROUND:
            self.redraw()
        else:
            self.scope.set_index(AROUND)
            self.redraw()
