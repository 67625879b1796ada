"""Layouts in the Schedule workspace: the last one remembered, named ones kept and exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import NO_TIME
from planbench.scenes.filters import FilterError, Group, read_filter, write_filter
from planbench.scenes.groups import QUICK_FILTERS, known_grouping
from planbench.services.layouts import (
    BARS,
    Layout,
    axis_of,
    bars_of,
    keep_project_layout,
    known_layouts,
    layout_json,
    parse_layout,
    project_layouts,
    read_layout,
    write_layout,
)
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button, SegmentedControl
from planbench.ui.widgets.fields import FormField

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace

FILES = tr("planbench layouts (*.json)")
MINE, PROJECT = 0, 1


class NameDialog(QDialog):
    """Asks what a layout is called and who it is for; `keep(name, MINE or PROJECT)` takes it."""

    def __init__(
        self, keep: Callable[[str, int], object], with_project: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save layout"))
        self.setMinimumWidth(320)
        self._keep = keep
        self.name = FormField(tr("Name"))
        self.place = SegmentedControl((tr("Only mine"), tr("With the project")), tr("Kept"))
        self.place.setVisible(with_project)
        save = Button(tr("Save"), "primary")
        save.setDefault(True)
        save.clicked.connect(lambda _on=False: self.take())
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _on=False: self.reject())
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.name)
        column.addWidget(self.place)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(save)
        column.addLayout(foot)

    def take(self) -> None:
        """Keep the layout, or say that it needs a name."""
        name = self.name.text().strip()
        if not name:
            self.name.set_error(tr("A layout needs a name."))
            return
        self._keep(name, self.place.index)
        self.accept()


class LayoutDesk(QObject):
    """Knows how the workspace looks, and makes it look like a layout."""

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space, self.state = space, space.state
        self._held = True  # nothing is remembered until a document was opened
        head = space.table.horizontalHeader()
        head.sectionResized.connect(self._resized)
        head.sectionMoved.connect(self._moved)
        space.plan.plan_changed.connect(self.remember)
        space.plan.rows_changed.connect(self.remember)
        space.gantt.zoomed.connect(lambda _name: self.remember())

    # ------------------------------------------------------------ now and again

    def current(self) -> Layout:
        """How the workspace looks."""
        space, plan, options = self._space, self._space.plan, self._space.gantt.options
        return Layout(
            columns=tuple(space.columns.chosen or ()),
            widths=dict(space.columns.widths),
            titles=dict(space.columns.titles),
            sides=dict(space.columns.sides),
            sort=plan.sort_column,
            descending=plan.descending,
            then=tuple(f"{'-' if down else ''}{one}" for one, down in plan.sorting[1:]),
            grouping=plan.grouping,
            level=-1 if plan.level >= plan.deepest else plan.level,
            quick=plan.quick,
            filter=write_filter(plan.filter, plan.columns),
            parameters=dict(plan.parameters),
            highlight=plan.highlight,
            hide_empty=plan.hide_empty,
            critical_by=plan.critical_by,
            px_per_day=0.0 if space.gantt.fitted else space.gantt.time.px_per_day,
            **{name: getattr(options, name) for name in BARS},
            attached=dict(options.attached),
            tiers=options.scale.tiers,
            fiscal_month=options.scale.fiscal_month,
            ordinal=options.scale.ordinal_from != NO_TIME,
            legend=space.legend.wanted,
        )

    def apply(self, layout: Layout) -> None:
        """Make the workspace look like a layout, as far as the schedule has what it names."""
        space, plan = self._space, self._space.plan
        self._held = True
        space.columns.widths = dict(layout.widths)
        space.columns.titles, space.columns.sides = dict(layout.titles), dict(layout.sides)
        columns = [one for one in layout.columns if one in plan.columns]
        space.columns.show(columns or None)
        known = known_grouping(layout.grouping, plan.columns)
        space.group_by(*(known if known or not layout.grouping else ("wbs",)))
        plan.show_empty(not layout.hide_empty)
        plan.sift(layout.quick if layout.quick in QUICK_FILTERS else "")
        self._ask(layout)
        space.bar.critical.set_index(0 if layout.critical_by == "longest_path" else 1)
        space.mark_critical(space.bar.critical.index)
        further = ((one.removeprefix("-"), one.startswith("-")) for one in layout.then)
        sorting = [(layout.sort, layout.descending), *further]
        if layout.sort in plan.columns:
            plan.sort_by_all([one for one in sorting if one[0] in plan.columns])
        space.open_level(plan.deepest if layout.level < 0 else layout.level)
        scale = axis_of(layout, plan.span[0])
        space.set_options(replace(space.gantt.options, scale=scale, **bars_of(layout)))
        space.legend.want(layout.legend)
        if layout.px_per_day > 0:
            space.gantt.zoom(layout.px_per_day / space.gantt.time.px_per_day)
            space.gantt.centre_time(plan.schedule.data_date)
        else:
            space.gantt.fit()
        space.columns.show_sorting()
        self._held = False
        self.remember()

    def _ask(self, layout: Layout) -> None:
        """Filter as a layout does; say so where this schedule lacks what it asks for."""
        plan = self._space.plan
        plan.mark_matching(layout.highlight)
        try:
            plan.ask(read_filter(layout.filter, plan.columns), layout.parameters)
        except FilterError as error:
            plan.ask(Group())
            self.state.message.emit(
                "warning", tr("The layout's filter is not used. {line}").format(line=error.line)
            )

    def hold(self) -> None:
        """Another document is being opened: what changes on the way is not the user's wish."""
        self._held = True

    def restore(self) -> None:
        """Look as when the program was last used."""
        settings = self.state.settings
        kept = settings.get("schedule_view") if settings is not None else {}
        self._held = False
        if kept:
            try:
                self.apply(parse_layout(kept))
            except PlanbenchError:
                return  # a spoilt setting means the default

    def remember(self) -> None:
        """Keep how the workspace looks for the next start."""
        if not self._held and self.state.settings is not None:
            self.state.settings.set("schedule_view", layout_json(self.current()))

    def _resized(self, number: int, _old: int, wide: int) -> None:
        by_hand = QApplication.mouseButtons() & Qt.MouseButton.LeftButton
        if by_hand and 0 <= number < len(self._space.model.shown) and not self._held:
            self._space.columns.widths[self._space.model.shown[number].id] = max(16, wide)
            self.remember()

    def _moved(self, _number: int, _old: int, _new: int) -> None:
        head, shown = self._space.table.horizontalHeader(), self._space.model.shown
        order = [shown[head.logicalIndex(place)].id for place in range(len(shown))]
        QTimer.singleShot(0, self, lambda: self._space.columns.show(order))

    # ------------------------------------------------------------ named ones

    @property
    def _project(self) -> int | None:
        document = self.state.document
        return None if document is None or self.state.library is None else document.library_project

    def mine(self) -> dict[str, Layout]:
        """The user's own layouts."""
        settings = self.state.settings
        return known_layouts(settings.get("layouts")) if settings is not None else {}

    def of_project(self) -> dict[str, Layout]:
        """The layouts kept with the open project."""
        project = self._project
        return {} if project is None else project_layouts(self.state.library, project)

    def keep(self, name: str, place: int, layout: Layout | None) -> None:
        """Keep a layout under a name, or with None forget it."""
        library, project = self.state.library, self._project
        if place == PROJECT and project is not None:
            self.state.run(
                "layout",
                tr("Saving the layout"),
                lambda _context: keep_project_layout(library, project, name, layout),
                lambda _result: None,
            )
        elif self.state.settings is not None:
            kept = {key: layout_json(one) for key, one in self.mine().items()}
            kept.pop(name, None)
            if layout is not None:
                kept[name] = layout_json(layout)
            self.state.settings.set("layouts", kept)
            self.state.settings.save()

    def ask_to_keep(self) -> NameDialog:
        """Let the user name the layout that is shown."""
        dialog = NameDialog(
            lambda name, place: self.keep(name, place, self.current()),
            self._project is not None,
            self._space,
        )
        dialog.open()
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        return dialog

    def menu(self) -> QMenu:
        """All named layouts, and what can be done with them."""
        menu = QMenu(self._space)
        menu.setFont(current_theme().font("body"))
        groups = ((MINE, self.mine()), (PROJECT, self.of_project()))
        for place, layouts in groups:
            for name, layout in layouts.items():
                title = tr("{name} (project)").format(name=name) if place == PROJECT else name
                menu.addAction(title.replace("&", "&&")).triggered.connect(
                    lambda _on=False, layout=layout: self.apply(layout)
                )
        menu.addSeparator()
        menu.addAction(tr("Save layout…")).triggered.connect(lambda _on=False: self.ask_to_keep())
        forget = menu.addMenu(tr("Delete"))
        for place, layouts in groups:
            for name in layouts:
                forget.addAction(name.replace("&", "&&")).triggered.connect(
                    lambda _on=False, name=name, place=place: self.keep(name, place, None)
                )
        forget.setEnabled(bool(forget.actions()))
        menu.addAction(tr("Export…")).triggered.connect(lambda _on=False: self._ask_for_export())
        menu.addAction(tr("Import…")).triggered.connect(lambda _on=False: self._ask_for_import())
        menu.addSeparator()
        menu.addAction(tr("Default layout")).triggered.connect(
            lambda _on=False: self.apply(Layout())
        )
        return menu

    def _ask_for_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self._space, tr("Export the layout"), "layout.json", FILES
        )
        if path:
            self.export(path)

    def _ask_for_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._space, tr("Import a layout"), "", FILES)
        if path:
            self.take_in(path)

    def export(self, path: str) -> None:
        """Write the layout that is shown to a file, named as the file."""
        try:
            write_layout(path, Path(path).stem, self.current())
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)

    def take_in(self, path: str) -> None:
        """Read a layout from a file, keep it as the user's own and show it."""
        try:
            name, layout = read_layout(path)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        self.keep(name, MINE, layout)
        self.apply(layout)
