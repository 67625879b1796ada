"""The Scenarios view: kept answers side by side, approved, and committed as targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.portfolio.register import Register
from planbench.services import portfolio_scenarios as shelf
from planbench.services.library import Library
from planbench.services.portfolio_scenarios import Scenario
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.rows import Rows, table
from planbench.ui.portfolio.words import change, money, suppositions, unit
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Card, CellLook, Column, EmptyState, FormField

HERE = tr("On the table")
CHIPS = {shelf.DRAFT: "neutral", shelf.APPROVED: "meets", shelf.COMMITTED: "done"}


class ScenariosPage(QWidget):
    """The shelf at the left, what differs at the right. `changed()` when the shelf did."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.kept: tuple[Scenario, ...] = ()
        self.rows = Rows(
            [
                Column("compare", "", 36, sortable=False, elide=False),
                Column("name", tr("Scenario"), 150, stretch=True, sortable=False),
                Column("state", tr("State"), 112, sortable=False, elide=False),
                Column("value", tr("Value"), 70, right=True, sortable=False),
                Column("cost", tr("Cost"), 70, right=True, sortable=False),
                Column("gap", tr("Gap"), 70, right=True, sortable=False),
            ]
        )
        self.list = table(tr("Scenarios"), self.rows, 30)
        self.list.row_changed.connect(lambda _row: self._enable())
        self.list.row_activated.connect(lambda _row: self.show_plan())
        self.list.check_toggled.connect(self._toggled)
        self._compared: set[str] = set()
        self.lines = Rows([Column("name", "", 240, sortable=False)])
        self.grid = table(tr("Comparison"), self.lines)
        self._lay()
        for signal in (desk.opened, desk.changed, desk.planned):
            signal.connect(self._show_lines)
        desk.opened.connect(self.reload)

    def _lay(self) -> None:
        self.card = Card(tr("Scenarios"), tr("kept with the register they were made from"))
        self.keep_button = Button(
            tr("Keep…"), "default", "plus", tip=tr("Keep the plan"), in_card=True
        )
        self.keep_button.clicked.connect(lambda _on=False: self.ask_keep())
        self.card.add_tool(self.keep_button)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 10)
        column.setSpacing(8)
        self.pages = QStackedWidget()
        self.none = EmptyState(
            tr("No scenario is kept"),
            tr(
                "Keep the plan on the table, change assumptions or drag bars, and keep that as "
                "well. "
                "Scenarios stand side by side here; an approved one becomes the projects' target."
            ),
            (tr("Keep the plan…"), "plus", self.ask_keep),
        )
        self.pages.addWidget(self.none)
        self.pages.addWidget(self.list)
        column.addWidget(self.pages, 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        self.buttons: dict[str, Button] = {}
        for word, icon, tip, slot in (
            (tr("Show"), "eye", tr("Put its plan and assumptions on the table"), self.show_plan),
            (tr("Approve"), "check", tr("It can then no longer be changed"), self.approve),
            (
                tr("Commit"),
                "target",
                tr("Its dates and budgets become the projects' targets"),
                self.commit,
            ),
            (tr("Delete"), "trash-2", tr("Forget this draft"), self.delete),
        ):
            button = Button(word, "default", icon, tip=tip, in_card=True)
            button.clicked.connect(lambda _on=False, slot=slot: slot())
            self.buttons[word] = button
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.card.set_body(body)
        self.compare_card = Card(
            tr("Side by side"), tr("differences to the first column are marked")
        )
        self.compare_card.set_body(self.grid)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.setSpacing(12)
        whole.addWidget(self.card, 5)
        whole.addWidget(self.compare_card, 7)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.list, self.grid]

    # The shelf.

    def _library(self) -> Library | None:
        library: Library | None = self.desk.state.library
        return library

    def reload(self) -> None:
        """Read the shelf again."""
        library = self._library()
        self.kept = ()
        if library is not None and self.desk.register is not None:
            try:
                self.kept = shelf.scenarios(library)
            except PlanbenchError as error:
                self.desk.state.message.emit("error", error.line)
        known = {one.uid for one in self.kept}
        fresh = known - set(self.rows.keys)
        self._compared = (self._compared & known) | fresh
        self._show_list()
        self._show_lines()
        self.changed.emit()

    def _show_list(self) -> None:
        chosen = self.chosen()
        looks = []
        for one in self.kept:
            gap = one.figures.get("gap")
            looks.append(
                (
                    CellLook(check=one.uid in self._compared),
                    CellLook(one.name),
                    CellLook(one.state, chip=CHIPS[one.state]),
                    CellLook(money(one.figures.get("value"))),
                    CellLook(money(one.figures.get("cost"))),
                    CellLook(tr("by hand") if gap is None else text.percent(gap, 2), "text-muted"),
                )
            )
        tips = [suppositions(one.assumptions) or tr("the register as it is") for one in self.kept]
        self.rows.show(looks, keys=[one.uid for one in self.kept], tips=tips)
        self.list.apply_columns()
        self.pages.setCurrentIndex(1 if self.kept else 0)
        if self.kept:
            uid = chosen.uid if chosen is not None else self.kept[-1].uid
            row = self.rows.row_of(uid)
            self.list.select_row(row if row >= 0 else len(self.kept) - 1)
        self._enable()

    def chosen(self) -> Scenario | None:
        """The current scenario."""
        row = self.list.current_row()
        if not 0 <= row < len(self.rows.keys):
            return None
        return next((one for one in self.kept if one.uid == self.rows.keys[row]), None)

    def _enable(self) -> None:
        one = self.chosen()
        state = one.state if one is not None else ""
        for word, states in (
            (tr("Show"), set(CHIPS)),
            (tr("Approve"), {shelf.DRAFT}),
            (tr("Commit"), {shelf.APPROVED}),
            (tr("Delete"), {shelf.DRAFT}),
        ):
            self.buttons[word].setEnabled(state in states)

    def _toggled(self, row: int) -> None:
        uid = self.rows.keys[row]
        self._compared ^= {uid}
        self._show_list()
        self._show_lines()

    # Doing.

    def ask_keep(self) -> None:
        """Ask for a name and keep the plan on the table."""
        dialog = KeepDialog(self._free_name(), self)
        if dialog.exec():
            self.keep(dialog.name.text().strip(), dialog.note.text().strip())

    def _free_name(self) -> str:
        taken = {one.name for one in self.kept}
        return next(
            n
            for k in range(26 + len(taken))
            if (n := tr("Scenario {k}").format(k=k + 1)) not in taken
        )

    def keep(self, name: str, note: str = "") -> None:
        """Keep the plan on the table under a name."""
        desk, library = self.desk, self._library()
        if desk.register is None:
            return
        if library is None:
            desk.state.message.emit("warning", tr("There is no library to keep scenarios in."))
            return
        register = desk.register

        def act() -> None:
            shelf.keep_scenario(library, self._here(name, register, note), register)

        if desk.tried(act):
            self.reload()

    def _here(self, name: str, register: Register, note: str = "") -> Scenario:
        """What is on the table: the optimum with what is proven, or a plan by hand."""
        desk, solved = self.desk, self.desk.solved
        proven = solved is not None and solved.selection.found
        if proven and solved is not None and not desk.by_hand and not desk.stale:
            return shelf.new_scenario(name, solved, note)
        return shelf.scenario_of_plan(name, register, desk.plan, desk.assumptions, note)

    def _on_chosen(self, act: Callable[[Library, Scenario], Any], said: str) -> None:
        library, one = self._library(), self.chosen()
        if library is not None and one is not None and self.desk.tried(act, library, one):
            self.reload()
            if said:
                self.desk.state.message.emit("info", f"{one.name} {said}")

    def approve(self) -> None:
        """Make the current draft unchangeable."""
        self._on_chosen(shelf.approve, tr("is approved and can no longer be changed."))

    def commit(self) -> None:
        """Make the current approved scenario the target of its projects."""
        self._on_chosen(shelf.commit, tr("is now the target of its projects."))

    def delete(self) -> None:
        """Forget the current draft."""
        self._on_chosen(shelf.delete_scenario, "")

    def show_plan(self) -> None:
        """Put the current scenario's plan and assumptions on the table."""
        one, register = self.chosen(), self.desk.register
        if one is None or register is None:
            return
        plan = {p.id: one.plan.get(p.id) for p in register.open_projects}
        self.desk.tried(
            self.desk.apply,
            tr("Show {name}").format(name=one.name),
            assumptions=one.assumptions,
            plan=plan,
        )

    # Comparing.

    def _show_lines(self) -> None:
        register = self.desk.register
        if register is None:
            return
        found = [one for one in self.kept if one.uid in self._compared]
        found.append(self._here(HERE, register))
        columns = [
            Column(
                "name",
                tr("Figures in {register}").format(register=unit(register)),
                220,
                stretch=True,
                sortable=False,
            )
        ]
        columns += [
            Column(one.uid, one.name, 128, right=True, sortable=False, elide=False) for one in found
        ]
        looks = []
        supposed = [suppositions(one.assumptions) for one in found]
        first = [CellLook(_short(words), "text-muted") for words in supposed]
        looks.append((CellLook(tr("Assumptions"), "text-muted"), *first))
        tips = [
            "; ".join(
                tr("{name}: {words}").format(
                    name=one.name, words=words or tr("as the register says")
                )
                for one, words in zip(found, supposed, strict=True)
            )
        ]
        for line in shelf.compare(found):
            project = register.by_id.get(line.name)
            name = project.name if project is not None else line.name.capitalize()
            running = None if project is None else project.running
            row = [_cell(line.name, value, line.values[0], running) for value in line.values]
            looks.append((CellLook(name), *row))
            tips.append(name)
        self.lines.show(looks, columns=columns, tips=tips)
        self.grid.apply_columns()


def _short(words: str) -> str:
    """Assumptions in the width of a column; the tooltip has them whole."""
    return tr("as registered") if not words else words if len(words) <= 18 else tr("several")


def _cell(name: str, value: Any, first: Any, running: bool | None) -> CellLook:
    """A figure of a scenario; what differs from the first scenario is strong, with the change."""
    differs = value != first
    if running is not None:
        return CellLook(
            _start(value, running),
            strong=differs,
            dot=differs,
            role="text-muted" if value is None else "text",
        )
    if name == "gap":
        words = text.DASH if value is None else text.percent(float(value), 2)
        return CellLook(words, "text-muted")
    if isinstance(value, str) or value is None:
        return CellLook(value or text.DASH, "text-muted")
    words = money(float(value))
    if differs and isinstance(first, (int, float)) and abs(value - first) >= 0.05:
        return CellLook(f"{words} ({change(float(value) - float(first))})", strong=True)
    return CellLook(words)


def _start(delay: Any, running: bool) -> str:
    if delay is None:
        return tr("stop") if running else tr("not done")
    if not delay:
        return tr("goes on") if running else tr("as asked")
    return tr("{delay} later").format(delay=text.counted(int(delay), tr("quarter"), tr("quarters")))


class KeepDialog(QDialog):
    """Asks what a scenario is called and why it is kept."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keep a scenario"))
        self.setMinimumWidth(380)
        self.name = FormField(tr("Name"), name)
        self.note = FormField(tr("Note"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.name)
        column.addWidget(self.note)
        column.addLayout(dialog_foot(self, tr("Keep"), self._take))
        self.name.field.selectAll()

    def _take(self) -> None:
        if not self.name.text().strip():
            self.name.set_error(tr("A scenario needs a name."))
            return
        self.accept()
