"""The Schedule workspace's toolbar and its commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from planbench.domain.times import NO_TIME
from planbench.scenes.filters import Group
from planbench.scenes.formats import MONTHS, THIN
from planbench.scenes.gantt import ALL_LINKS, DRIVING_LINKS, NO_LINKS
from planbench.scenes.gantt_marks import BY_PERCENT, BY_REMAINING
from planbench.scenes.groups import BY_NONE, BY_WBS, QUICK_FILTERS
from planbench.scenes.risk_fields import risk_marks
from planbench.ui.icons import icon
from planbench.ui.models.fields import in_window, level_in_window, levels_in_window
from planbench.ui.schedule.attaching import ask_to_attach
from planbench.ui.schedule.baselines import ask_for_baselines
from planbench.ui.schedule.changing import ask_for_change
from planbench.ui.schedule.curtains import ask_for_curtains
from planbench.ui.schedule.gantt import ZOOM_STEP
from planbench.ui.schedule.ownfields import ask_for_own_fields
from planbench.ui.schedule.splitting import ask_for_split
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets.buttons import Button, SegmentedControl
from planbench.ui.widgets.fields import SearchField
from planbench.ui.widgets.labels import Label
from planbench.ui.widgets.panels import Toolbar

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


LABELS = (
    "finish", "start", "id", "name", "float", "original", "remaining", "percent", "resource",
    "variance",
)  # fmt: skip
"""Columns that are offered as texts beside bars."""


TIGHT = 1120
"""Pixels of the toolbar below which what is critical is chosen in the menu of bars alone."""


class StayMenu(QMenu):
    """A menu that stays open while its check marks are set."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
            return
        super().mouseReleaseEvent(event)


class ScheduleBar(Toolbar):
    """Filter, levels, columns and critical marking at the left; zoom and Schedule at the right."""

    def __init__(self, workspace: ScheduleWorkspace) -> None:
        super().__init__(tr("Schedule"))
        self._space = workspace
        self.layout_ = Button(
            tr("Layout"), "default", "sliders-horizontal", tip=tr("Named layouts")
        )
        self.group = Button(tr("WBS"), "default", "wbs", tip=tr("Group the activities"))
        self.level = Button(
            tr("Level"), "default", "expand", tip=tr("Open or close levels of bands")
        )
        self.quick = Button(
            tr("All activities"), "default", "filter", tip=tr("Show only some activities")
        )
        self.columns = Button(tr("Columns"), "default", "columns", tip=tr("Choose columns"))
        self.filter = SearchField(tr("Filter by ID or name"), "Ctrl+F")
        self.filter.setMaximumWidth(220)
        self.count = Label("", "small", "text-muted", tabular=True)
        self.critical = SegmentedControl(
            (tr("Longest path"), tr("Total float ≤ 0")), tr("Critical is")
        )
        self.bars = Button(tr("Bars"), "default", "schedule", tip=tr("What the Gantt shows"))
        self.zoom_out = Button("", "quiet", "zoom-out", tip=tr("Zoom out (Ctrl+-)"))
        self.zoom_in = Button("", "quiet", "zoom-in", tip=tr("Zoom in (Ctrl++)"))
        self.zoom = Label("", "body", "text-muted")
        self.zoom.setFixedWidth(56)
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fit = Button(tr("Fit"), "quiet", "fit", tip=tr("Fit the plan into the pane (Ctrl+0)"))
        self.run = Button(tr("Schedule"), "primary", "play", hint="F9")
        self._lay_out()
        self._connect()
        self._commands()

    def _lay_out(self) -> None:
        for widget in (
            self.layout_,
            self.group,
            self.level,
            self.quick,
            self.columns,
            self.filter,
            self.count,
        ):
            self.add(widget)
        self.add_line()
        self.add(self.critical)
        self.add_stretch()
        for widget in (self.bars, self.zoom_out, self.zoom, self.zoom_in, self.fit):
            self.add(widget)
        self.add_line()
        self.add(self.run)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.critical.setVisible(self.width() >= TIGHT)  # the choice is among the bars as well

    def _connect(self) -> None:
        space = self._space
        self.layout_.clicked.connect(
            lambda _on=False: self._pop(space.layouts.menu(), self.layout_)
        )
        self.group.clicked.connect(lambda _on=False: self._pop(self.group_menu(), self.group))
        self.quick.clicked.connect(lambda _on=False: self._pop(self.quick_menu(), self.quick))
        space.plan.plan_changed.connect(self._show_choices)
        self.level.clicked.connect(lambda _on=False: self._pop(self.level_menu(), self.level))
        self.columns.clicked.connect(lambda _on=False: space.columns.ask())
        self.bars.clicked.connect(lambda _on=False: self._pop(self.bars_menu(), self.bars))
        self.critical.changed.connect(space.mark_critical)
        gantt = space.gantt
        self.zoom_in.clicked.connect(lambda _on=False: gantt.zoom(ZOOM_STEP))
        self.zoom_out.clicked.connect(lambda _on=False: gantt.zoom(1 / ZOOM_STEP))
        self.fit.clicked.connect(lambda _on=False: gantt.fit())
        self.run.clicked.connect(lambda _on=False: space.schedule())
        gantt.zoomed.connect(self.zoom.setText)
        self.zoom.setText(gantt.level)

    def _commands(self) -> None:
        space, gantt, plan = self._space, self._space.gantt, self._space.plan
        commands: tuple[tuple[str, str, str, Callable[[], object]], ...] = (
            (tr("Schedule"), "F9", "play", space.schedule),
            (tr("Filter activities"), "Ctrl+F; F3; Ctrl+E", "filter", self._to_filter),
            (tr("Refresh"), "F5", "refresh", space.refresh),
            (tr("Build a filter"), "Ctrl+Shift+F", "filter", space.ask_for_filter),
            (tr("Choose columns"), "Ctrl+Shift+C", "columns", space.columns.ask),
            (tr("Group and sort"), "Ctrl+Shift+G", "wbs", space.ask_for_arrangement),
            (tr("Zoom in"), "Ctrl++", "zoom-in", lambda: gantt.zoom(ZOOM_STEP)),
            (tr("Zoom out"), "Ctrl+-", "zoom-out", lambda: gantt.zoom(1 / ZOOM_STEP)),
            (tr("Fit the plan"), "Ctrl+0", "fit", gantt.fit),
            (tr("Zoom to the selection"), "Ctrl+Shift+0", "crosshair", space.zoom_to_selection),
            (tr("Copy as a picture"), "Ctrl+Shift+I", "image", space.copy_picture),
            (tr("Go to the data date"), "Ctrl+Shift+D", "calendar-clock", self._to_data_date),
            (
                tr("Open one level more"),
                "Alt+Shift+Right",
                "expand",
                lambda: space.open_level(plan.level + 1),
            ),
            (
                tr("Close one level"),
                "Alt+Shift+Left",
                "collapse",
                lambda: space.open_level(plan.level - 1),
            ),
            (tr("Insert an activity"), "Ins", "plus", space.desk.insert),
            (tr("Insert a WBS element"), "Alt+Ins", "wbs", space.elements.insert),
            (tr("Split the activity into parts"), "Ctrl+Shift+K", "scissors", self._split),
            (tr("Delete activities or the WBS element"), "Del", "trash", space.desk.delete),
            (
                tr("Global change"),
                "Ctrl+Shift+H",
                "pencil",
                lambda: ask_for_change(space),
            ),
            (tr("Baselines"), "Ctrl+Shift+B", "layers", lambda: ask_for_baselines(space)),
            (tr("Own fields"), "Ctrl+Shift+U", "table", lambda: ask_for_own_fields(space)),
            (tr("Attach a text to the bar"), "Ctrl+Shift+T", "message-square", self._attach),
            (tr("Show the selected alone"), "Ctrl+Shift+A", "filter", space.desk.isolate),
            (tr("Fill down"), "Ctrl+D", "arrow-down", space.desk.fill_down),
            (tr("Indent in the WBS"), "Ctrl+Right", "indent-increase", space.moves.indent),
            (tr("Outdent in the WBS"), "Ctrl+Left", "indent-decrease", space.moves.outdent),
            (tr("Move up in the WBS"), "Alt+Up", "arrow-up", space.moves.up),
            (tr("Move down in the WBS"), "Alt+Down", "arrow-down", space.moves.down),
            (tr("Link the activity with another"), "Ctrl+L", "link", space.desk.ask_for_link),
            (tr("Show or hide details"), "Ctrl+I", "details", space.toggle_details),
            (tr("Show or hide resources"), "Ctrl+Shift+R", "users", space.toggle_resources),
        )
        for text, keys, picture, slot in commands:
            action = QAction(icon(picture), text, space)
            action.setShortcuts([QKeySequence(one) for one in keys.split("; ")])
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _on=False, slot=slot: slot())
            space.addAction(action)

    def _to_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _split(self) -> None:
        ask_for_split(self._space)

    def _attach(self) -> None:
        ask_to_attach(self._space)

    def _to_data_date(self) -> None:
        self._space.gantt.show_time(self._space.plan.schedule.data_date)

    def show_counts(self, matching: int, all_of_them: int, query: str) -> None:
        """How many activities pass the filter; empty without one."""
        found = (
            tr("{matching:,} of {all_of_them:,}")
            .format(matching=matching, all_of_them=all_of_them)
            .replace(",", THIN)
        )
        sifted = bool(query.split() or self._space.plan.sifted)
        self.count.setText(found if sifted else "")

    def _show_choices(self) -> None:
        """Name the grouping and the quick filter on their buttons."""
        plan = self._space.plan
        more = f" +{len(plan.grouping) - 1}" if len(plan.grouping) > 1 else ""
        first = (
            level_in_window(plan.columns, plan.grouping[0]) if plan.grouping else tr("No groups")
        )
        self.group.setText(first + more)
        own = tr("Filter") if plan.filter.parts else tr_data(QUICK_FILTERS[plan.quick])
        self.quick.setText(own)
        self.level.setEnabled(plan.deepest > 0)

    # ------------------------------------------------------------ menus

    def _pop(self, menu: QMenu, button: QWidget) -> None:
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))
        menu.aboutToHide.connect(menu.deleteLater)

    def _menu(self, kind: type[QMenu] = QMenu) -> QMenu:
        menu = kind(self)
        menu.setFont(current_theme().font("body"))
        return menu

    def level_menu(self) -> QMenu:
        """Levels of WBS bands."""
        menu, space = self._menu(), self._space
        deepest, now = space.plan.deepest, space.plan.level
        for level in range(deepest + 1):
            text = (
                tr("All levels") if level == deepest else tr("Closed") if level == 0 else f"{level}"
            )
            action = menu.addAction(
                text if level in (0, deepest) else tr("Level {text}").format(text=text)
            )
            action.setCheckable(True)
            action.setChecked(level == now)
            action.triggered.connect(lambda _on=False, level=level: space.open_level(level))
        return menu

    def group_menu(self) -> QMenu:
        """What the activities can be grouped by."""
        plan, space = self._space.plan, self._space
        titles = levels_in_window(plan.columns)
        usual = (BY_WBS, "status", "critical", "calendar", *(k for k in titles if k[:5] == "code:"))
        entries = {BY_NONE: tr("No groups"), **{key: titles[key] for key in usual}}
        now = plan.grouping[0] if len(plan.grouping) == 1 else "" if not plan.grouping else "…"
        menu = self._choice_menu(entries, now, lambda key: space.group_by(*((key,) if key else ())))
        menu.addSeparator()
        several = menu.addAction(tr("Group and sort…"))
        several.triggered.connect(lambda _on=False: space.ask_for_arrangement())
        empty = menu.addAction(tr("Hide bands without activities"))
        empty.setCheckable(True)
        empty.setChecked(plan.hide_empty)
        empty.triggered.connect(lambda on=False: plan.show_empty(not on))
        return menu

    def quick_menu(self) -> QMenu:
        """The filters that need no words."""
        plan, space = self._space.plan, self._space
        titles = {key: tr_data(title) for key, title in QUICK_FILTERS.items()}
        menu = self._choice_menu(titles, plan.quick, space.sift)
        menu.addSeparator()
        build = menu.addAction(tr("Filter…"))
        build.triggered.connect(lambda _on=False: space.ask_for_filter())
        mark = menu.addAction(tr("Highlight instead of hiding"))
        mark.setCheckable(True)
        mark.setChecked(plan.highlight)
        mark.triggered.connect(lambda on=False: plan.mark_matching(bool(on)))
        clear = menu.addAction(tr("Clear the filter"))
        clear.setEnabled(bool(plan.filter.parts))
        clear.triggered.connect(lambda _on=False: space.take_filter(Group(), plan.highlight))
        return menu

    def _choice_menu(
        self, entries: dict[str, str], now: str, choose: Callable[[str], object]
    ) -> QMenu:
        menu = self._menu()
        group = QActionGroup(menu)
        for key, title in entries.items():
            action = menu.addAction(title.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(key == now)
            action.setActionGroup(group)
            action.triggered.connect(lambda _on=False, key=key: choose(key))
        return menu

    def bars_menu(self) -> QMenu:
        """What the Gantt shows besides bars."""
        menu, space = self._menu(StayMenu), self._space
        group = QActionGroup(menu)
        choices = (
            (ALL_LINKS, tr("All links")),
            (DRIVING_LINKS, tr("Driving links")),
            (NO_LINKS, tr("No links")),
        )
        for value, text in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(space.gantt.options.links == value)
            action.setActionGroup(group)
            action.triggered.connect(
                lambda _on=False, value=value: space.set_options(
                    replace(space.gantt.options, links=value)
                )
            )
        menu.addSeparator()
        for name, text in (
            ("baseline", tr("Baseline")),
            ("baseline2", tr("Baseline 2")),
            ("baseline3", tr("Baseline 3")),
            ("late", tr("Late dates")),
            ("floats", tr("Total and negative float")),
            ("constraints", tr("Constraints")),
            ("whiskers", tr("Risk: P10 to P90 of the finish")),
            ("criticality", tr("Risk: colour by criticality")),
            ("necks", tr("Narrow in non-working time")),
            ("labels", tr("Labels")),
            ("names", tr("Names beside bars")),
            ("nonwork", tr("Non-working time")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(bool(getattr(space.gantt.options, name)))
            action.triggered.connect(lambda on=False, name=name: self._show_part(name, bool(on)))
            absent = name in ("baseline2", "baseline3") and int(name[-1]) - 1 > len(
                space.plan.extras.baselines
            )
            simulated = risk_marks(space.plan.extras, len(space.plan.schedule)) is not None
            absent |= name in ("whiskers", "criticality") and not simulated
            action.setEnabled(not absent)
        self._critical_menu(menu)
        self._progress_menu(menu)
        self._label_menu(menu, tr("Text behind bars"), "after")
        self._label_menu(menu, tr("Text before bars"), "before")
        menu.addSeparator()
        self._spotlight_menu(menu)
        menu.addAction(tr("Baselines…")).triggered.connect(
            lambda _on=False: ask_for_baselines(space)
        )
        menu.addAction(tr("Curtains…")).triggered.connect(lambda _on=False: ask_for_curtains(space))
        self._scale_menu(menu)
        legend = menu.addAction(tr("Legend"))
        legend.setCheckable(True)
        legend.setChecked(space.legend.wanted)
        legend.triggered.connect(lambda on=False: space.show_legend(bool(on)))
        overview = menu.addAction(tr("Overview of the whole plan"))
        overview.setCheckable(True)
        overview.setChecked(space.overview.isVisibleTo(space))
        overview.triggered.connect(lambda on=False: space.show_overview(bool(on)))
        loading = menu.addAction(tr("Resources below the bars"))
        loading.setCheckable(True)
        loading.setChecked(space.resources.isVisibleTo(space))
        loading.triggered.connect(lambda on=False: space.show_resources(bool(on)))
        return menu

    def _critical_menu(self, menu: QMenu) -> None:
        """What makes an activity critical to the eye."""
        inner, group = menu.addMenu(tr("Critical is")), QActionGroup(menu)
        inner.setFont(current_theme().font("body"))
        for place, words in enumerate((tr("Longest path"), tr("Total float ≤ 0"))):
            action = inner.addAction(words)
            action.setCheckable(True)
            action.setChecked(place == self.critical.index)
            action.setActionGroup(group)
            action.triggered.connect(lambda _on=False, place=place: self.critical.set_index(place))

    def _progress_menu(self, menu: QMenu) -> None:
        """Whether the progress line is drawn, and what it goes by."""
        inner, space = menu.addMenu(tr("Progress line")), self._space
        inner.setFont(current_theme().font("body"))
        group, options = QActionGroup(inner), space.gantt.options
        now = options.progress_by if options.progress_line else ""
        choices = (
            ("", tr("None")),
            (BY_PERCENT, tr("By percent complete")),
            (BY_REMAINING, tr("By remaining duration")),
        )
        for by, words in choices:
            action = inner.addAction(words)
            action.setCheckable(True)
            action.setChecked(by == now)
            action.setActionGroup(group)
            action.triggered.connect(
                lambda _on=False, by=by: space.set_options(
                    replace(
                        space.gantt.options, progress_line=bool(by), progress_by=by or BY_PERCENT
                    )
                )
            )

    def _spotlight_menu(self, menu: QMenu) -> None:
        """How many days after the data date stand out."""
        inner, space = menu.addMenu(tr("Progress spotlight")), self._space
        inner.setFont(current_theme().font("body"))
        group, now = QActionGroup(inner), space.gantt.options.spotlight
        for days in (0, 7, 14, 28, 91):
            words = tr("{n} days after the data date").format(n=days) if days else tr("None")
            action = inner.addAction(words)
            action.setCheckable(True)
            action.setChecked(days == now)
            action.setActionGroup(group)
            action.triggered.connect(
                lambda _on=False, days=days: self._show_part("spotlight", days)
            )

    def _scale_menu(self, menu: QMenu) -> None:
        """How the time axis counts."""
        space, inner = self._space, menu.addMenu(tr("Time axis"))
        inner.setFont(current_theme().font("body"))
        now = space.gantt.options.scale

        def put(**parts: Any) -> None:
            options = space.gantt.options
            space.set_options(replace(options, scale=replace(options.scale, **parts)))

        three = inner.addAction(tr("Three tiers"))
        three.setCheckable(True)
        three.setChecked(now.tiers == 3)
        three.triggered.connect(lambda on=False: put(tiers=3 if on else 2))
        count = inner.addAction(tr("Count from the start of the plan"))
        count.setCheckable(True)
        count.setChecked(now.ordinal_from != NO_TIME)
        count.triggered.connect(
            lambda on=False: put(ordinal_from=space.plan.span[0] if on else NO_TIME)
        )
        fiscal = inner.addMenu(tr("Fiscal year begins in"))
        fiscal.setFont(current_theme().font("body"))
        group = QActionGroup(fiscal)
        for month, title in enumerate(MONTHS, start=1):
            action = fiscal.addAction(title)
            action.setCheckable(True)
            action.setChecked(month == now.fiscal_month)
            action.setActionGroup(group)
            action.triggered.connect(lambda _on=False, month=month: put(fiscal_month=month))

    def _label_menu(self, menu: QMenu, title: str, option: str) -> None:
        """Which column is written beside bars."""
        inner, space = menu.addMenu(title), self._space
        inner.setFont(current_theme().font("body"))
        group, columns = QActionGroup(inner), space.plan.columns
        now = str(getattr(space.gantt.options, option))
        usual = [one for one in LABELS if one in columns]
        chosen = [now] if now in columns and now not in usual else []
        for key in (*(("",) if option == "before" else ()), *usual, *chosen):
            action = inner.addAction(in_window(columns[key]).name if key else tr("Nothing"))
            action.setCheckable(True)
            action.setChecked(key == now)
            action.setActionGroup(group)
            action.triggered.connect(lambda _on=False, key=key: self._show_part(option, key))

    def _show_part(self, name: str, on: bool | str | int) -> None:
        part: dict[str, Any] = {name: on}
        self._space.set_options(replace(self._space.gantt.options, **part))
