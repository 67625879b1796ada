"""Layouts in the Schedule workspace: the last one remembered, named ones kept and exchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import NO_TIME
from planbench.scenes.filters import FilterError, Group, read_filter, write_filter
from planbench.scenes.groups import QUICK_FILTERS, known_grouping
from planbench.services.layouts import (
    BARS,
    KIND,
    SHELF,
    Layout,
    LayoutError,
    axis_of,
    bars_of,
    layout_json,
    parse_layout,
)
from planbench.ui.schedule.shelf import Shelf
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


class LayoutDesk(Shelf):
    """Knows how the workspace looks, and makes it look like a layout."""

    kind, key, error = KIND, SHELF, LayoutError
    title, wait = tr("Save layout"), tr("Saving the layout")
    files = tr("planbench layouts (*.json)")

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
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

    def plain(self) -> dict[str, Any]:
        """The layout that is shown."""
        return layout_json(self.current())

    def show(self, values: Any, where: str = "") -> None:
        """Make the workspace look like a layout. Raises LayoutError where it is none."""
        self.apply(parse_layout(values, where))

    def menu(self) -> QMenu:
        """All named layouts, the default, and what can be done with them."""
        menu = super().menu()
        menu.addSeparator()
        menu.addAction(tr("Default layout")).triggered.connect(
            lambda _on=False: self.apply(Layout())
        )
        return menu
