"""The Logic workspace: the trace around an activity, paths to a milestone, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QWidget,
)

from planbench.domain.schedule import NO_ROW, Flags, Schedule, Status
from planbench.engines.trace import FloatPath, Path, Trace, leading_to, trace
from planbench.scenes.trace import TraceScene, trace_scene
from planbench.scenes.trace_timed import timed_scene
from planbench.services.jobs import JobContext
from planbench.services.trace import (
    Reasoner,
    beyond,
    default_target,
    from_completed,
    gain_sentence,
    path_name,
    paths_to,
    per_day,
    steps,
    targets,
)
from planbench.ui import text
from planbench.ui.details.pane import look_up_history
from planbench.ui.icons import icon
from planbench.ui.logic.exits import ALONG, AROUND, TIMED, LogicExits
from planbench.ui.logic.face import LogicFace
from planbench.ui.logic.paths import PathLine
from planbench.ui.quality.review.hooks import offer_findings
from planbench.ui.schedule.plan import Plan, extras_of, prepare_reasons
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.engines.trace.why import Prepared

_REMEMBERED = 100


class LogicWorkspace(LogicFace):
    """Traces whatever activity is selected; follows the selection of the other workspaces."""

    name = "logic"
    title = tr("Logic")
    icon = "logic"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.plan = Plan(self)
        self.centre, self.target = NO_ROW, NO_ROW
        self.paths: tuple[FloatPath, ...] = ()
        self._targets: list[int] = []
        self.found: Trace | None = None
        self.shown_path: Path | None = None
        self._reasons: Reasoner | None = None
        self._leading: tuple[Schedule, int, Flags] | None = None
        self._trail: list[int] = []
        self._place = -1
        self._waiting = NO_ROW  # selected elsewhere while this workspace was not in sight
        self._stale = True
        self._quiet = False
        self._narrow: bool | None = None
        self._pane_open: bool | None = None
        self.exits = LogicExits(self)
        self.build(self.plan)
        self._wire()
        self._commands()
        state.document_changed.connect(self._document_changed)
        state.result_changed.connect(self._result_changed)
        state.selection_changed.connect(self._selected)
        self._document_changed()

    # ------------------------------------------------------------ building

    def _wire(self) -> None:
        self.pane.history_wanted.connect(lambda: look_up_history(self.state, self.plan))
        self.home_wanted.connect(lambda: self.state.workspace_requested.emit("home"))
        side = self.sidebar
        self.before.clicked.connect(lambda _on=False: self.step_back())
        self.after.clicked.connect(lambda _on=False: self.step_on())
        self.isolate.clicked.connect(lambda _on=False: self.exits.isolate_rows())
        self.copy.clicked.connect(lambda _on=False: self.exits.copy_text())
        self.export.clicked.connect(lambda _on=False: self.exits.menu())
        self.view.changed.connect(lambda _index: self._show_trace())
        side.shown_changed.connect(self._show_trace)
        side.target_chosen.connect(self._target_chosen)
        side.ranking_changed.connect(self._find_paths)
        side.path_chosen.connect(lambda _index: self._show_path())
        side.through.toggled.connect(lambda _on: self._show_path())
        self.canvas.picked.connect(self._picked)
        self.canvas.traced.connect(self.trace_from)
        self.table.row_changed.connect(self._step_chosen)
        self.table.row_activated.connect(lambda step: self.trace_from(self.model.row_of(step)))
        self.pane.gone.connect(self.trace_from)
        self.pane.closed.connect(lambda: self.open_details(False))
        self.strip.opened.connect(lambda: self.open_details(True))
        for widget in (self.canvas, self.table):
            widget.installEventFilter(self)
        offer_findings(self.state, self.canvas, lambda: [self.state.selection])

    def _commands(self) -> None:
        for words, keys, picture, slot in (
            (tr("Trace before"), "Ctrl+[", "arrow-left", self.step_back),
            (tr("Trace after"), "Ctrl+]", "arrow-right", self.step_on),
            (tr("Isolate in Schedule"), "", "filter", self.exits.isolate_rows),
            (tr("Copy the path as text"), "", "copy", self.exits.copy_text),
            (tr("Save the trace as a picture…"), "", "download", self.exits.save_picture),
            (tr("Show the schedule log"), "", "file", self.exits.show_log),
            (tr("Zoom in"), "Ctrl++", "zoom-in", lambda: self.canvas.zoom(1.2)),
            (tr("Zoom out"), "Ctrl+-", "zoom-out", lambda: self.canvas.zoom(1 / 1.2)),
            (tr("Fit the picture"), "Ctrl+0", "fit", self.canvas.fit),
            (tr("Show or hide details"), "Ctrl+I", "details", self.toggle_details),
        ):
            action = QAction(icon(picture), words, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _on=False, slot=slot: slot())
            self.addAction(action)

    # ------------------------------------------------------------ the document

    def shown(self) -> None:
        """The workspace came to the front."""
        waiting, self._waiting = self._waiting, NO_ROW
        if self._stale:
            self._load()
        elif waiting != NO_ROW:
            self._selected(waiting)
        self.canvas.setFocus()

    def _document_changed(self) -> None:
        self.centre, self.target, self.paths = NO_ROW, NO_ROW, ()
        self._trail, self._place, self._targets, self._waiting = [], -1, [], NO_ROW
        self._outdated()

    def _result_changed(self, kind: str) -> None:
        if kind in ("cpm", "baseline", "quality", "risk"):
            self._outdated()

    def _outdated(self) -> None:
        self._stale = True
        if self.isVisible() or self.state.document is None:
            self._load()

    def _load(self) -> None:
        """Show the document as it stands."""
        document = self.state.document
        usable = document is not None and document.cpm is not None and len(document.schedule) > 0
        self._stack.setCurrentIndex(0 if document is None else 1)
        for tool in self._tools:
            tool.setVisible(document is not None)
            tool.setEnabled(usable)
        self.sidebar.setEnabled(usable)
        self._stale = False
        if document is None:
            self.plan.show(Schedule(), None, None)
            return
        self.plan.tell_history(None)
        self.plan.show(document.schedule, document.cpm, document.baseline, extras_of(document))
        self._reasons = self._leading = None
        if not usable:
            self._stale = document.cpm is None and not document.problem
            why = document.problem or tr("The schedule is being calculated.")
            self.banner.show_message(
                tr("{why} A trace needs calculated dates.").format(why=why), closable=False
            )
            self._clear()
            return
        self.banner.hide()
        count = len(document.schedule)
        if any(row >= count for row in self._trail):
            self._trail, self._place = [], -1
        self._targets = targets(document)
        if self.target not in self._targets:
            self.target = default_target(document)
        if not 0 <= self.centre < len(document.schedule):
            self.centre = NO_ROW
        self._fill_targets()
        if self.centre == NO_ROW:
            chosen = self.state.selection
            self._centre_on(chosen if chosen >= 0 else self.target)
        else:
            self._show_trace()
        self._explain()
        self._find_paths()

    def _clear(self) -> None:
        self.paths, self.shown_path, self.found = (), None, None
        self.sidebar.show_paths([], -1, "", "")
        self.model.show_steps(self.plan.schedule, self.plan.activity_facts, [], self._reasons)
        self.path_title.setText("")
        self._path_note.setText("")
        self._beyond.setText("")
        self.summary.setText("")

    def _explain(self) -> None:
        """Prepare the reasons of dates in the background."""
        document = self.state.document
        if document is None or document.cpm is None:
            return
        schedule, cpm = document.schedule, document.cpm

        def work(context: JobContext) -> Prepared:
            context.report(0, 1, tr("Following the logic"))
            return prepare_reasons(schedule, cpm)

        def done(network: Prepared) -> None:
            if self.state.document is document and document.cpm is cpm:
                self._reasons = Reasoner(document, network)
                self.model.explain_with(self._reasons)
                self.plan.explain_with(network, cpm)

        self.state.run("logic-reasons", tr("Reasons of dates"), work, done)

    def _fill_targets(self) -> None:
        acts, facts = self.plan.schedule.activities, self.plan.activity_facts
        names = [
            f"{acts.code[row]} {acts.name[row]}, {text.date(int(facts.finish[row]))}"
            for row in self._targets
        ]
        index = self._targets.index(self.target) if self.target in self._targets else -1
        self.sidebar.show_targets(names, index)

    # ------------------------------------------------------------ the trace

    def trace_from(self, row: int) -> None:
        """Put an activity into the middle of the trace, and select it everywhere."""
        if row < 0:
            return
        if self.view.index == ALONG:
            self.view.set_index(AROUND)
        self._centre_on(row)
        self._select(row)

    def _centre_on(self, row: int, remember: bool = True) -> None:
        self.centre = row
        if remember and row >= 0 and (self._place < 0 or self._trail[self._place] != row):
            self._trail = [*self._trail[: self._place + 1], row][-_REMEMBERED:]
            self._place = len(self._trail) - 1
        self._show_trace()
        self._show_details(row)

    def step_back(self) -> None:
        """Return to the activity traced before."""
        self._go(self._place - 1)

    def step_on(self) -> None:
        """Return to the activity traced after this one."""
        self._go(self._place + 1)

    def _go(self, place: int) -> None:
        if 0 <= place < len(self._trail):
            self._place = place
            if self.view.index == ALONG:
                self.view.set_index(AROUND)
            self._centre_on(self._trail[place], remember=False)
            self._select(self._trail[place])

    def _select(self, row: int) -> None:
        """Select an activity in all views without tracing from it."""
        self._quiet = True
        self.state.select(row)
        self._quiet = False

    def _show_trace(self) -> None:
        """Lay the picture anew: around an activity, or along the path."""
        document = self.state.document
        self.before.setEnabled(self._place > 0)
        self.after.setEnabled(0 <= self._place < len(self._trail) - 1)
        if document is None or document.cpm is None or self.centre < 0:
            return
        side, titles = self.sidebar, None
        if self.view.index == ALONG and self.shown_path is not None and self.shown_path.rows:
            rows = self.shown_path.rows
            here = rows.index(self.centre) if self.centre in rows else 0
            levels = {row: place - here for place, row in enumerate(rows)}
            found = Trace(rows[here], levels, self.shown_path.relationships)
            titles = _StepTitles(here)
            self._tell_beyond("")
        else:
            found = trace(
                document.schedule,
                document.cpm,
                self.centre,
                side.back.value(),
                side.ahead.value(),
                side.driving.isChecked(),
                side.through.isChecked(),
                self._towards(document.schedule) if side.towards.isChecked() else None,
            )
        self.found = found
        chosen = self.state.selection
        current = chosen if chosen in found.levels else found.row
        picture = self._picture(found, current, titles)
        self.canvas.show_picture(picture, current)
        if titles is None:
            before, after = beyond(document, found)
            if side.towards.isChecked():
                after = 0  # those beyond may lead elsewhere
                told = [self._aim(document.schedule)]
            else:
                told = []
            told += (
                [tr("{before} more before").format(before=text.number(before))] if before else []
            )
            told += [tr("{after} more ahead").format(after=text.number(after))] if after else []
            if picture.left_out:
                told.append(
                    tr("{left_out} left out for want of room").format(
                        left_out=text.number(picture.left_out)
                    )
                )
            self._tell_beyond(", ".join(told))

    def _towards(self, schedule: Schedule) -> Flags:
        """The activities that lead to the target, found once for it."""
        known = self._leading
        if known is None or known[0] is not schedule or known[1] != self.target:
            known = self._leading = (schedule, self.target, leading_to(schedule, self.target))
        return known[2]

    def _aim(self, schedule: Schedule) -> str:
        """Whether the activity traced leads to the target, in words."""
        code = str(schedule.activities.code[self.target])
        if self._towards(schedule)[self.centre]:
            return tr("ahead only what leads to {code}").format(code=code)
        return tr("it does not lead to {code}").format(code=code)

    def _picture(self, found: Trace, current: int, titles: _StepTitles | None) -> TraceScene:
        """The scene of a trace: in columns, or on a time axis."""
        document, measure = self.state.document, self.canvas.painter_of_scenes().width
        assert document is not None
        assert document.cpm is not None
        given = (document.schedule, document.cpm, self.plan.activity_facts, found)
        if self.view.index == TIMED:
            return timed_scene(*given, current=current, measure=measure)
        return trace_scene(*given, current=current, titles=titles, measure=measure)

    def _tell_beyond(self, words: str) -> None:
        assert self.found is not None or not words
        self._beyond.setText(words)

    def _picked(self, row: int) -> None:
        """A card was clicked: select it and leave the trace where it is."""
        self._select(row)
        self._mark(row)
        self._show_details(row)

    def _mark(self, row: int) -> None:
        """Show an activity as the current one in the picture that is there."""
        document, found = self.state.document, self.found
        if document is None or document.cpm is None or found is None or row not in found.levels:
            return
        along = self.view.index == ALONG
        titles = _StepTitles(-min(found.levels.values())) if along else None
        picture = self._picture(found, row, titles)
        self.canvas.show_picture(picture, row, keep=True)

    def _selected(self, row: int) -> None:
        """Another view selected an activity: trace from there."""
        if self._quiet or row < 0:
            return
        if self._stale:
            self.centre = NO_ROW  # loading takes what is selected
            return
        if not self.isVisible():
            self._waiting = row
            return
        self._centre_on(row)
        self._show_step(row)

    # ------------------------------------------------------------ paths

    def _target_chosen(self, index: int) -> None:
        if 0 <= index < len(self._targets):
            self.target = self._targets[index]
            self._find_paths()
            if self.sidebar.towards.isChecked():
                self._show_trace()

    def _find_paths(self) -> None:
        """Find the float paths to the target in the background."""
        document, target, by = self.state.document, self.target, self.sidebar.by
        if document is None or document.cpm is None or target < 0:
            return
        asked = document.cpm

        def work(context: JobContext) -> tuple[FloatPath, ...]:
            return paths_to(document, target, "total" if by == "total" else "free")

        def done(found: tuple[FloatPath, ...]) -> None:
            if self.state.document is document and document.cpm is asked:
                self._show_paths(found)

        self.state.run("paths", tr("Finding float paths"), work, done)

    def _show_paths(self, found: tuple[FloatPath, ...]) -> None:
        document = self.state.document
        if document is None:
            return
        self.paths = found
        schedule = document.schedule
        day = per_day(schedule, self.target)  # one measure for all, so that they can be compared
        lines = [
            PathLine(
                one.number,
                path_name(schedule, one),
                one.slack / day,
                len(one.rows),
            )
            for one in found
        ]
        free = self.sidebar.by == "free"
        sentence = gain_sentence(document, self.target, found) if free else ""
        note = "" if found else tr("No open activity leads to it.")
        self.sidebar.show_paths(lines, 0 if lines else -1, sentence, note)
        self._show_path()

    def _show_path(self) -> None:
        """Show the chosen path step by step."""
        document, index = self.state.document, self.sidebar.paths.index
        if document is None or document.cpm is None or not 0 <= index < len(self.paths):
            return
        chosen = self.paths[index]
        through = self.sidebar.through.isChecked()
        self.shown_path = from_completed(document, chosen, through)
        listed = steps(self.shown_path)
        self.model.show_steps(document.schedule, self.plan.activity_facts, listed, self._reasons)
        acts = document.schedule.activities
        code = str(acts.code[self.target])
        title = (
            tr("Driving path")
            if chosen.number == 1
            else tr("Float path {number}").format(number=chosen.number)
        )
        self.path_title.setText(tr("{title} to {code}").format(title=title, code=code))
        self._path_note.setText(path_name(document.schedule, chosen))
        open_ = sum(1 for row in self.shown_path.rows if acts.status[row] != Status.COMPLETE)
        left = int(document.cpm.early_finish[self.target]) - document.schedule.data_date
        days = text.number(max(0, round(left / 1440)))
        self.summary.setText(
            tr("{open}, {days} calendar days to {code}").format(
                open=text.counted(open_, tr("open step"), tr("open steps")), days=days, code=code
            )
        )
        self._show_step(self.state.selection)
        if self.view.index == ALONG:
            self._show_trace()

    def _show_step(self, row: int) -> None:
        step = self.model.step_of(row)
        self._quiet = True
        if step >= 0:
            self.table.setCurrentIndex(self.model.index(self.model.place(step), 0))
        else:
            self.table.clearSelection()
        self._quiet = False

    def _step_chosen(self, step: int) -> None:
        row = self.model.row_of(step)
        if self._quiet or row < 0:
            return
        self._select(row)
        if self.found is not None and row in self.found.levels:
            self._mark(row)
            self.canvas.bring_up(row)
        else:
            self._centre_on(row)
        self._show_details(row)

    # ------------------------------------------------------------ details and size

    def _show_details(self, row: int) -> None:
        self.pane.show_row(row)
        self.strip.show_row(row)

    def open_details(self, wanted: bool) -> None:
        """Show the details as a pane, or folded into the strip."""
        self._pane_open = wanted
        self._details()

    def toggle_details(self) -> None:
        """The other of the two."""
        self.open_details(not self.pane.isVisibleTo(self))

    def _details(self) -> None:
        wanted = not self._narrow if self._pane_open is None else self._pane_open
        self.pane.setVisible(wanted)
        self.strip.setVisible(not wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self._narrow:
            self._narrow = narrow
            self._pane_open = None
            self.table.set_narrow(narrow)
            self.summary.setVisible(not narrow and self.state.document is not None)
            self._details()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() == Qt.Key.Key_Space:
                self.toggle_details()
                return True
        return super().eventFilter(watched, event)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.sidebar.paths, self.canvas, self.table]


class _StepTitles:
    """Names of the levels of a path: `Step 3`."""

    def __init__(self, before: int) -> None:
        self._before = before

    def __call__(self, level: int) -> str:
        return tr("Step {level}").format(level=level + self._before + 1)
