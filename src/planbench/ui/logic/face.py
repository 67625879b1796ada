"""What the Logic workspace is made of and where it lies: nothing here decides anything."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from planbench.ui.details.pane import DetailsPane, DetailsStrip
from planbench.ui.logic.canvas import TraceCanvas
from planbench.ui.logic.legend import line_legend
from planbench.ui.logic.sidebar import Sidebar
from planbench.ui.logic.steps import StepsModel, StepsTable
from planbench.ui.schedule.plan import Plan
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    ElidedLabel,
    EmptyState,
    Label,
    SegmentedControl,
    Surface,
    Toolbar,
)


class LogicFace(QWidget):
    """The toolbar above, the choices at the left, the picture over the steps, the details."""

    home_wanted = Signal()

    def build(self, plan: Plan) -> None:
        """Make and lay out all parts; the workspace then connects them."""
        self.sidebar = Sidebar()
        self.canvas = TraceCanvas()
        self.model = StepsModel()
        self.table = StepsTable(self.model)
        self.banner = Banner("info")
        self.pane, self.strip = DetailsPane(plan), DetailsStrip(plan)
        self._stack = QStackedLayout()
        self._stack.addWidget(
            EmptyState(
                tr("No schedule is open"),
                tr(
                    "Logic shows what an activity waits for and what waits for it, which path sets "
                    "the date of a milestone, and the reason for each date."
                ),
                (
                    tr("Choose a project"),
                    "home",
                    self.home_wanted.emit,
                ),
            )
        )
        self._stack.addWidget(self._work_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._toolbar())
        column.addLayout(self._stack, 1)

    def _toolbar(self) -> Toolbar:
        bar = Toolbar(tr("Logic"))
        self.view = SegmentedControl((tr("Trace"), tr("Path"), tr("Time")), tr("Picture"))
        self.before = Button("", "quiet", "arrow-left", tip=tr("Trace before (Ctrl+[)"))
        self.after = Button("", "quiet", "arrow-right", tip=tr("Trace after (Ctrl+])"))
        self.isolate = Button(
            tr("Isolate in Schedule"),
            "default",
            "filter",
            tip=tr("Show only these activities in Schedule"),
        )
        self.summary = Label("", "body", "text-muted")
        self.copy = Button(
            tr("Copy as text"), "default", "copy", tip=tr("Copy the path as a table")
        )
        self.export = Button(
            tr("Export"), "quiet", "download", tip=tr("Save the picture, or the log")
        )
        left: list[QWidget] = [self.view, self.before, self.after, self.isolate]
        right: list[QWidget] = [self.summary, self.copy, self.export]
        self._tools = [*left, *right]
        for widget in left:
            bar.add(widget)
        bar.add_stretch()
        for widget in right:
            bar.add(widget)
        return bar

    def _work_page(self) -> QWidget:
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._legend())
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(upper)
        self.split.addWidget(self._lower())
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([460, 420])
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.split, 1)
        middle.addWidget(self.strip)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addLayout(middle, 1)
        row.addWidget(self.pane)
        return page

    def _legend(self) -> QWidget:
        """What lies beyond the picture, and what the lines mean."""
        self._beyond = ElidedLabel("", "small", "text-muted")
        return line_legend(
            self._beyond,
            (
                ("link-critical", tr("driving, critical")),
                ("link-driving", tr("driving")),
                ("link", tr("has slack")),
            ),
        )

    def _lower(self) -> QWidget:
        head = Surface("surface-raised", "t")
        head.setFixedHeight(40)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        self.path_title = Label("", "heading")
        self._path_note = ElidedLabel("", "body", "text-muted")
        row.addWidget(self.path_title)
        row.addWidget(self._path_note, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.table, 1)
        return whole
