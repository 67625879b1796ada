"""The side Register of the Risk workspace: list, heat map, bow-tie, actions and their history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY
from planbench.engines.register.entry import RiskEntry, fresh_id
from planbench.engines.register.mitigation import IN_BASELINE, ActionLink
from planbench.engines.register.scales import counts
from planbench.engines.risk.model import RiskModel
from planbench.services.document import Document
from planbench.services.register import (
    Benefit,
    Register,
    action_links,
    benefits,
    double_counts,
    export_register,
    import_register,
    modelled,
    overdue,
    taken_over,
)
from planbench.services.register_findings import raise_on_actions
from planbench.ui import text
from planbench.ui.register.actions import ActionsModel
from planbench.ui.register.breakdown import BreakdownPane
from planbench.ui.register.dialogs import RiskDialog, ScalesDialog
from planbench.ui.register.heatmap import BEFORE
from planbench.ui.register.mapping import MappingDialog
from planbench.ui.register.model import LEVELS, LevelDelegate, RegisterModel, places, worst
from planbench.ui.register.side import RiskSide
from planbench.ui.register.windows import Windows, strips
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    ComboBox,
    EmptyState,
    SearchField,
    Stat,
    StatStrip,
    Surface,
    TableView,
)

VIEWS = (tr("List"), tr("Top ten"), tr("Actions"), tr("Breakdown"), tr("Windows"))
"""How the register can be seen."""

TOP_TEN = 1


class RegisterView(QWidget):
    """The register of the open document's project. `changed()` after every edit."""

    changed = Signal()

    def __init__(self, state: AppState, base: Callable[[], RiskModel | None]) -> None:
        super().__init__()
        self.state, self._base = state, base
        self.register = Register()
        self._links: tuple[ActionLink, ...] = ()
        self._benefits: dict[str, Benefit] = {}
        self._cell: tuple[int, int] | None = None
        self._chosen = ""
        self._build()
        state.result_changed.connect(self._result_changed)

    def _result_changed(self, kind: str) -> None:
        if kind == "baseline":  # where actions stand is another question now
            self.refresh()
            self._raise()

    # Building.

    def _build(self) -> None:
        self.search = SearchField(tr("Filter risks"))
        self.search.textChanged.connect(lambda _text: self._fill())
        self.new_button = Button(tr("New risk"), "primary", "plus", tip=tr("Add a risk (Ins)"))
        self.new_button.clicked.connect(lambda _checked=False: self.add())
        self.weigh_button = Button(
            tr("Weigh actions"),
            "default",
            "scale",
            tip=tr("What every action gains at P80, and its cost"),
        )
        self.weigh_button.clicked.connect(lambda _checked=False: self.weigh())
        self.file_button = Button(
            tr("Excel"), "default", "file-spreadsheet", tip=tr("Register and Excel")
        )
        self.file_button.clicked.connect(lambda _checked=False: self._file_menu())
        self.scales_button = Button(
            tr("Scales"), "tool", "sliders-horizontal", tip=tr("Edit the scales")
        )
        self.scales_button.clicked.connect(lambda _checked=False: self.edit_scales())
        self.look = ComboBox(VIEWS, tr("View of the register"))
        self.look.activated.connect(lambda index: self.show_view(index))
        self.map_button = Button(
            tr("Map"), "default", "chart-gantt", tip=tr("Map the risk by drawing on the Gantt (M)")
        )
        self.map_button.clicked.connect(lambda _checked=False: self.map_risk())
        self.tools: list[QWidget] = [
            self.search, self.look, self.map_button, self.scales_button, self.file_button,
            self.weigh_button, self.new_button,
        ]  # fmt: skip
        self.table_model = RegisterModel()
        self.table = TableView(tr("Risks of the register"))
        self.table.setModel(self.table_model)
        self.table.row_changed.connect(self._row_changed)
        self.table.row_activated.connect(lambda _row: self.edit())
        self.table.check_toggled.connect(self._toggle)
        self.table.menu_requested.connect(self._row_menu)
        for key, slot in (("Ins", self.add), ("Del", self.remove), ("M", self.map_risk)):
            made = QShortcut(QKeySequence(key), self.table, slot)
            made.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.side = RiskSide()
        self.mode, self.map, self.tie = self.side.mode, self.side.map, self.side.tie
        self.notes = self.side.notes
        self.mode.changed.connect(lambda _index: self._show_map())
        self.map.cell_chosen.connect(self._cell_chosen)
        self._other_views()
        self.strip = StatStrip()
        self._empty = EmptyState(
            tr("The register is empty"),
            tr(
                "Write down what could happen, how likely and how long, and what is done about it. "
                "Open risks take part in the simulation, before and after their actions."
            ),
            (tr("New risk"), "plus", self.add),
        )
        self._model_only = EmptyState(
            tr("The register is empty"),
            tr(
                "The model of this schedule has risks of its own. Take them over to give them "
                "owners, "
                "windows, actions and a history; until then they are simulated as they are."
            ),
            (tr("Take over the risks of the model"), "download", self.take_over),
        )
        full = Surface("surface")
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bodies, 1)
        column.addWidget(self.strip)
        self.pages = QStackedWidget()
        for page in (self._empty, self._model_only, full):
            self.pages.addWidget(page)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.pages, 1)
        row.addWidget(self.side)

    def _other_views(self) -> None:
        """The register seen otherwise than as a list."""
        self.actions_model = ActionsModel()
        self.action_table = TableView(tr("Actions of the register"))
        self.action_table.setModel(self.actions_model)
        self.action_table.row_changed.connect(self._action_chosen)
        self.tree = BreakdownPane()
        self.tree.edited.connect(
            lambda nodes, risks, what: self._keep(
                lambda: self.register.set_tree(nodes, risks, what)
            )
        )
        self.tree.refused.connect(lambda words: self.state.message.emit("error", words))
        self.windows = Windows()
        for part in (self.tree, self.windows):
            part.chosen.connect(self._choose)
            part.opened.connect(self.edit)
        self.action_table.row_activated.connect(lambda _row: self.edit())
        self.bodies = QStackedWidget()
        for body in (self.table, self.action_table, self.tree, self.windows):
            self.bodies.addWidget(body)

    def sizeHint(self) -> QSize:
        return QSize(1200, 700)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        body = (self.table, self.action_table, self.tree.table, self.windows)
        return [body[self.bodies.currentIndex()], self.map]

    def show_view(self, index: int) -> None:
        """Show the list, the ten worst, the actions, the breakdown or the windows."""
        self.look.setCurrentIndex(index)
        self.bodies.setCurrentIndex(max(index - 1, 0))
        self._fill()
        self.panes()[0].setFocus()

    def _action_chosen(self, row: int) -> None:
        if 0 <= row < len(self.actions_model.links):
            self._choose(self.actions_model.links[row].risk.id)

    def _choose(self, code: str) -> None:
        """Show a risk at the side that was selected in another view than the list."""
        rows = [k for k, entry in enumerate(self.register.entries) if entry.id == code]
        if rows and code != self._chosen:
            self._row_changed(rows[0])

    # Showing.

    def show_register(self, register: Register) -> None:
        """Show another register."""
        self.register = register
        self._benefits = {}
        self._cell = None
        self.refresh()

    def refresh(self) -> None:
        """Show the register as it is now."""
        document = self.state.document
        self._links = ()
        if document is not None:
            try:
                self._links = action_links(document, self.register, self.state.library)
            except PlanbenchError as error:
                self.state.message.emit("warning", error.line)
        ready = document is not None
        some = bool(self.register.entries)
        for tool in self.tools:
            tool.setEnabled(ready)
        self.weigh_button.setEnabled(some and ready)
        model = self._base()
        of_model = model is not None and bool(model.risks)
        self.pages.setCurrentIndex(2 if some else 1 if of_model else 0)
        self.side.setVisible(some)
        self._fill()
        self._show_stats()

    def _kept_rows(self) -> list[int]:
        words = self.search.text().casefold().split()
        kept = []
        for row, entry in enumerate(self.register.entries):
            told = " ".join(
                (entry.id, entry.title, entry.category, entry.owner, entry.status, entry.cause)
            ).casefold()
            first, after = places(entry, self.register.matrix)
            place = first if self.mode.index == BEFORE or after is None else after
            inside = self._cell is None or (place == self._cell and entry.modelled)
            if inside and all(word in told for word in words):
                kept.append(row)
        return kept

    def _fill(self) -> None:
        document = self.state.document
        result = document.risk if document is not None else None
        effects = result.effects if result is not None else ()
        entries, matrix = self.register.entries, self.register.matrix
        kept = self._kept_rows()
        if self.look.currentIndex() == TOP_TEN:
            kept = worst(entries, matrix, effects, kept)[:10]
        chosen = self._chosen
        self.table_model.show_entries(entries, matrix, effects, kept)
        self.table.apply_columns()
        self.table.setItemDelegateForColumn(LEVELS, LevelDelegate(self.table))
        places_of = [row for row in kept if entries[row].id == chosen] or kept[:1]
        if places_of:
            self.table.select_row(places_of[0])
            self._row_changed(places_of[0])
        self._fill_others(kept)
        self._show_map()

    def _fill_others(self, kept: list[int]) -> None:
        document, chosen = self.state.document, self._chosen
        codes = {self.register.entries[row].id for row in kept}
        links = [link for link in self._links if link.risk.id in codes]
        self.actions_model.show_links(links, self._benefits)
        self.action_table.apply_columns()
        self.tree.show_register(self.register)
        if document is not None:
            shown = [self.register.entries[row] for row in kept]
            found = strips(shown, self._links, self.register.matrix, document)
            self.windows.show_strips(found, document.schedule.data_date, chosen)

    def _show_map(self) -> None:
        self.side.show_map(self.register, self._chosen)

    def _show_stats(self) -> None:
        entries = self.register.entries
        live = [entry for entry in entries if entry.modelled]
        late = overdue(entries, dt.date.today())
        loose = sum(link.state != IN_BASELINE for link in self._links)
        doubles = self._double_counts()
        first = [places(entry, self.register.matrix)[0] for entry in live]
        table = counts(self.register.matrix, first)
        high = sum(
            number
            for row, line in enumerate(table)
            for column, number in enumerate(line)
            if self.register.matrix.rating((row, column)) >= 3
        )
        stats = [
            Stat(
                tr("Risks in the model"),
                tr("{live} of {entries}").format(live=len(live), entries=len(entries)),
                tr("{high} high or very").format(high=high),
            ),
            Stat(tr("Opportunities"), str(sum(entry.opportunity for entry in live))),
            Stat(tr("Actions overdue"), str(late), role="warning" if late else "text"),
            Stat(
                tr("Actions not in baseline"),
                str(loose),
                tr("of {links}").format(
                    links=text.counted(len(self._links), tr("action"), tr("actions"))
                ),
                "warning" if loose else "text",
            ),
            Stat(tr("Double counts to ask"), str(len(doubles))),
        ]
        whole = self._benefits.get("")
        if whole is not None:
            stats.append(
                Stat(
                    tr("Actions buy at P80"),
                    f"{text.signed(whole.gain / DAY)} d",
                    tr("± {number} d for {cost}").format(
                        number=text.number(whole.half_width / DAY, 1), cost=text.number(whole.cost)
                    ),
                )
            )
        self.strip.set(stats)

    def _double_counts(self) -> tuple[str, ...]:
        document, model = self.state.document, self._base()
        if document is None or model is None:
            return ()
        try:
            whole = modelled(document, model, self.register)
            return tuple(one.text for one in double_counts(document.schedule, whole))
        except PlanbenchError:  # a range that does not fit is told where it is edited
            return ()

    def _row_changed(self, row: int) -> None:
        if not 0 <= row < len(self.register.entries):
            return
        entry = self.register.entries[row]
        self._chosen = entry.id
        self._show_map()
        gain = self._benefits.get(entry.id)
        self.side.show_entry(entry, self.register, self.state.document, self._links, gain)

    # Doing.

    def _cell_chosen(self, likelihood: int, impact: int) -> None:
        place = None if likelihood < 0 else (likelihood, impact)
        self._cell = None if place == self._cell else place
        self._fill()

    def current(self) -> RiskEntry | None:
        """The selected risk."""
        return self.register.find(self._chosen)

    def add(self) -> None:
        """Ask for a new risk; the selected activity is its first mapping."""
        document = self.state.document
        if document is None:
            return
        known = tuple(entry.id for entry in self.register.entries)
        codes: tuple[str, ...] = ()
        if self.state.selection >= 0:
            codes = (str(document.schedule.activities.code[self.state.selection]),)
        self._ask(RiskEntry(fresh_id(known), "", activities=codes), document, tr("new risk"))

    def edit(self) -> None:
        """Edit the selected risk."""
        entry, document = self.current(), self.state.document
        if entry is not None and document is not None:
            self._ask(entry, document, "edited")

    def _ask(self, entry: RiskEntry, document: Document, what: str) -> None:
        taken = {one.id for one in self.register.entries}
        dialog = RiskDialog(entry, document.schedule, taken, self, self.register.matrix)
        if dialog.exec() and dialog.made is not None:
            made = dialog.made
            if made.id != entry.id and self.register.find(entry.id) is not None:
                self._keep(
                    lambda: self.register.remove([entry.id], tr("now {id}").format(id=made.id))
                )
            self._chosen = made.id
            self._keep(lambda: self.register.put([made], what))
        dialog.deleteLater()

    def _keep(self, work: Callable[[], Any]) -> None:
        """Change the register and tell everybody, or say why it cannot be."""
        try:
            work()
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        self._benefits = {}
        self.refresh()
        self.changed.emit()
        self._raise()

    def _raise(self) -> None:
        """Findings on the actions follow the register, in the background."""
        document, library = self.state.document, self.state.library
        if document is None or library is None or document.library_project is None:
            return

        def done(moved: bool) -> None:
            if moved and self.state.document is document:
                self.state.review_changed.emit()

        self.state.run(
            "register-findings",
            tr("Findings on actions"),
            lambda _context: raise_on_actions(library, document),
            done,
        )

    def map_risk(self, code: str = "") -> None:
        """Map the selected risk (or the one of an id) by drawing on the Gantt."""
        entry = self.register.find(code or self._chosen)
        document, model = self.state.document, self._base()
        if document is None or model is None or document.cpm is None:
            return
        if entry is None:
            words = tr("Take the risks of the model over into the register, then map them.")
            self.state.message.emit("info", words)
            return
        dialog = MappingDialog(self.state, document, model, self.register, entry, self)
        if dialog.exec() and dialog.made is not None:
            made = dialog.made
            self._keep(lambda: self.register.put([made], tr("mapped on the Gantt")))
        dialog.deleteLater()

    def remove(self) -> None:
        """Take the selected risk out; its history stays."""
        entry = self.current()
        if entry is not None:
            self._keep(lambda: self.register.remove([entry.id], tr("taken out")))

    def _toggle(self, row: int) -> None:
        from dataclasses import replace

        entry = self.register.entries[row]
        status = "closed" if entry.modelled else "open"
        changed = replace(entry, status=status)
        self._keep(
            lambda: self.register.put([changed], tr("status {status}").format(status=status))
        )

    def take_over(self) -> None:
        """The risks of the model become the register."""
        document, model = self.state.document, self._base()
        if document is not None and model is not None:
            self._keep(
                lambda: self.register.put(
                    taken_over(document, model), tr("taken over from the model")
                )
            )

    def edit_scales(self) -> None:
        """Ask for other scales."""
        dialog = ScalesDialog(self.register.matrix, self)
        if dialog.exec() and dialog.made is not None:
            matrix = dialog.made
            self._keep(lambda: self.register.set_matrix(matrix))
        dialog.deleteLater()

    def weigh(self) -> None:
        """What each action gains at P80, in the background."""
        document, model = self.state.document, self._base()
        if document is None or model is None:
            return
        register, entries = self.register, self.register.entries
        try:
            whole = modelled(document, model, register)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return

        def work(context: Any) -> tuple[Benefit, ...]:
            return benefits(document, whole, entries, context=context)

        def done(found: tuple[Benefit, ...]) -> None:
            if self.register is register:
                self._benefits = {one.id: one for one in found}
                self._show_stats()
                self._row_changed(self.table.current_row())

        self.state.run("register-benefits", tr("Weighing actions"), work, done)

    def _row_menu(self, row: int, point: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Edit\u2026"), self.edit)
        menu.addAction(tr("Map on the Gantt\u2026"), self.map_risk)
        menu.addAction(tr("Show its activity in Schedule"), self.show_activity)
        menu.addAction(tr("Write a finding on its activities\u2026"), self.write_finding)
        menu.addSeparator()
        menu.addAction(tr("Take out"), self.remove)
        menu.exec(point)

    def _rows(self) -> list[int]:
        entry, document = self.current(), self.state.document
        if entry is None or document is None:
            return []
        rows = document.schedule.row_of_code
        codes = [*entry.activities, *(action.activity for action in entry.actions)]
        return [rows[code] for code in dict.fromkeys(codes) if code in rows]

    def show_activity(self) -> None:
        """Show the activities of the risk and its actions alone in Schedule."""
        rows, entry = self._rows(), self.current()
        if rows and entry is not None:
            self.state.isolate(tr("Risk {id}").format(id=entry.id), rows)
            self.state.select(rows[0])
            self.state.workspace_requested.emit("schedule")

    def write_finding(self) -> None:
        """Write a finding down on the activities of the risk."""
        rows = self._rows()
        if rows:
            self.state.finding_wanted.emit(rows)

    def _file_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Save the register\u2026"), self._export)
        menu.addAction(tr("Take risks from a workbook\u2026"), self._import)
        menu.exec(self.file_button.mapToGlobal(self.file_button.rect().bottomLeft()))

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save the register"), "risk-register.xlsx", tr("Workbook (*.xlsx)")
        )
        if name:
            try:
                export_register(self.register, Path(name))
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Take risks"), "", tr("Workbook (*.xlsx)"))
        if name:
            self.take_file(Path(name))

    def take_file(self, path: Path) -> None:
        """Take the risks of a workbook; refused rows are told with their reasons."""

        def work() -> None:
            taken, reasons = import_register(self.register, path)
            said = tr("{taken} taken from {name}").format(
                taken=text.counted(taken, tr("risk"), tr("risks")), name=path.name
            )
            if reasons:
                said += tr("; {reasons} refused: {reasons2}").format(
                    reasons=text.counted(len(reasons), tr("row"), tr("rows")), reasons2=reasons[0]
                )
            self.state.message.emit("warning" if reasons else "info", said)

        self._keep(work)
