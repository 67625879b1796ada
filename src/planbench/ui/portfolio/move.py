"""Move people: a what-if of units of a role that work on another project for some months."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.portfolio.months import month, month_name
from planbench.engines.portfolio.reallocation import Effect, Move, Reallocation, reallocate
from planbench.engines.portfolio.register import Project, Register, Role
from planbench.services.portfolio_words import finish_day
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.rows import Rows, table
from planbench.ui.portfolio.words import call_name, change, money, unit
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, CellLook, Column, ComboBox, FormField, Label
from planbench.ui.widgets.forms import side_by_side


class MoveCard(Card):
    """Who gives whom how many of what, from when to when; the loser and the winner of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(tr("Move people"), tr("a what-if; nothing is changed by it"))
        self.desk = desk
        self.found: Reallocation | None = None
        self.role = ComboBox([], tr("Role"))
        self.giver = ComboBox([], tr("From project"))
        self.taker = ComboBox([], tr("To project"))
        self.first = ComboBox([], tr("First month"))
        self.last = ComboBox([], tr("Last month"))
        self.amount = FormField(tr("Units"), "1")
        self.role.activated.connect(lambda _index: self._role_chosen())
        self.giver.activated.connect(lambda _index: self._giver_chosen())
        self.taker.activated.connect(lambda _index: self._taker_chosen())
        for box in (self.first, self.last):
            box.activated.connect(lambda _index: self._show())
        self.amount.field.textEdited.connect(lambda _text: self._show())
        self.rows = Rows(_columns(""))
        self.table = table(tr("Winner and loser"), self.rows)
        self.words = Label("", "prose", wrap=True)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 2, 14, 10)
        column.setSpacing(8)
        column.addLayout(
            side_by_side(
                _titled(tr("Role"), self.role),
                _titled(tr("From"), self.giver),
                _titled(tr("To"), self.taker),
            )
        )
        column.addLayout(
            side_by_side(
                self.amount,
                _titled(tr("From month"), self.first),
                _titled(tr("To month"), self.last),
            )
        )
        column.addWidget(self.table, 1)
        column.addWidget(self.words)
        self.set_body(body)

    def refresh(self) -> None:
        """Offer what the plan on the table has; choices stay where they still can be."""
        register = self.desk.register
        roles = [role.name for role in self._roles()] if register is not None else []
        _offer(self.role, roles)
        self._role_chosen()

    def _roles(self) -> list[Role]:
        """Roles of which one project of the plan could give another something."""
        register = self.desk.register
        assert register is not None
        return [role for role in register.roles if self._givers(role)]

    def _users(self, role: Role) -> list[Project]:
        register = self.desk.register
        assert register is not None
        return [
            project
            for project in register.open_projects
            if self.desk.plan.get(project.id) is not None and any(project.needs(role).values())
        ]

    def _givers(self, role: Role) -> list[Project]:
        return [project for project in self._users(role) if self._takers(role, project)]

    def _takers(self, role: Role, giver: Project) -> list[Project]:
        return [
            one
            for one in self._users(role)
            if one.id != giver.id and self._months(role, giver, one)
        ]

    def _months(self, role: Role, giver: Project, taker: Project) -> list[int]:
        """Months in which the giver has somebody and the taker is at work."""
        plan = self.desk.plan
        has = giver.needs_monthly(role, plan[giver.id] or 0)
        needs = taker.needs_monthly(role, plan[taker.id] or 0)
        work = [number for number, amount in needs.items() if amount > 0]
        return [
            number
            for number, amount in sorted(has.items())
            if amount > 0 and min(work) <= number <= max(work)
        ]

    @property
    def _moved(self) -> Role | None:
        return _picked(self.role, self._roles()) if self.desk.register is not None else None

    @property
    def _giver(self) -> Project | None:
        role = self._moved
        return _picked(self.giver, self._givers(role)) if role is not None else None

    @property
    def _taker(self) -> Project | None:
        role, giver = self._moved, self._giver
        if role is None or giver is None:
            return None
        return _picked(self.taker, self._takers(role, giver))

    def _role_chosen(self) -> None:
        role, register = self._moved, self.desk.register
        givers = self._givers(role) if role is not None else []
        _offer(self.giver, [_called(register, one) for one in givers] if register else [])
        self._giver_chosen()

    def _giver_chosen(self) -> None:
        role, giver, register = self._moved, self._giver, self.desk.register
        takers = self._takers(role, giver) if role is not None and giver is not None else []
        _offer(self.taker, [_called(register, one) for one in takers] if register else [])
        self._taker_chosen()

    def _taker_chosen(self) -> None:
        role, giver, taker = self._moved, self._giver, self._taker
        months: list[str] = []
        if role is not None and giver is not None and taker is not None:
            months = [month_name(number) for number in self._months(role, giver, taker)]
        _offer(self.first, months)
        _offer(self.last, months, min(2, len(months) - 1))
        self._show()

    def chosen(self) -> Move | None:
        """The move as chosen, None where there is nobody to move."""
        role, giver, taker = self._moved, self._giver, self._taker
        if role is None or giver is None or taker is None or self.first.currentIndex() < 0:
            return None
        try:
            amount = float(self.amount.text().replace(",", "."))
        except ValueError:
            amount = 0.0
        first, last = (month(box.currentText()) for box in (self.first, self.last))
        return Move(role.id, giver.id, taker.id, amount, first, last)

    def _show(self) -> None:
        register, move = self.desk.register, self.chosen()
        self.found = None
        self.rows.show([])
        if register is None or move is None:
            self.words.setText(
                tr("No two projects of the plan need the same role at the same time.")
            )
            return
        try:
            self.found = reallocate(register, self.desk.plan, move, self.desk.assumptions)
        except PlanbenchError as error:
            self.words.setText(f"{error.what}. {error.mend}".rstrip())
            return
        found = self.found
        looks = [
            _row(register, one, word)
            for one, word in ((found.giver, tr("gives")), (found.taker, tr("takes")))
        ]
        self.rows.show(looks, columns=_columns(unit(register)))
        self.table.apply_columns()
        self.words.setText(move_words(register, found))


def _columns(money_unit: str) -> list[Column]:
    value = tr("Value, {unit}").format(unit=money_unit)
    return [
        Column("project", tr("Project"), 110, stretch=True, sortable=False),
        Column("before", tr("Finish"), 98, right=True, sortable=False, elide=False),
        Column("after", tr("then"), 98, right=True, sortable=False, elide=False),
        Column("slip", tr("Months"), 64, right=True, sortable=False),
        Column("value", value, 86, right=True, sortable=False),
        Column("gain", tr("Change"), 66, right=True, sortable=False),
    ]


def _row(register: Register, one: Effect, word: str) -> tuple[CellLook, ...]:
    slip_role = "late" if one.slip > 0.05 else "positive" if one.slip < -0.05 else "text-muted"
    gain_role = "negative" if one.gain < -0.05 else "positive" if one.gain > 0.05 else "text-muted"
    late = one.late_after > one.late_before
    return (
        CellLook(call_name(register, one.project), muted=word),
        CellLook(finish_day(one.before), "text-muted"),
        CellLook(finish_day(one.after), "late" if late else "text"),
        CellLook(text.signed(one.slip, 1), slip_role),
        CellLook(money(one.value_after)),
        CellLook(change(one.gain), gain_role, strong=True),
    )


def move_words(register: Register, found: Reallocation) -> str:
    """Who loses and who wins by a move, and what both together do."""
    sides = sorted((found.giver, found.taker), key=lambda one: one.gain)
    loser, winner = (call_name(register, one.project) for one in sides)
    worth = register.settings.unit
    said = tr("{loser} loses {loss}, {winner} gains {gain}: together {total} {unit}.").format(
        loser=loser,
        loss=money(abs(min(0.0, sides[0].gain))),
        winner=winner,
        gain=money(max(0.0, sides[1].gain)),
        total=change(found.gain),
        unit=worth,
    )
    late = [one for one in (found.giver, found.taker) if one.late_after > one.late_before]
    for one in late:
        said += " " + tr("{project} then misses its deadline.").format(
            project=call_name(register, one.project)
        )
    before = {cell.period: cell.shortage for cell in found.before}
    short = [
        cell.period for cell in found.after if cell.shortage > before.get(cell.period, 0) + 0.05
    ]
    if short:
        said += " " + tr("More is short in {months}.").format(months=", ".join(short[:4]))
    return said


T = TypeVar("T")


def _picked(box: ComboBox, things: list[T]) -> T | None:
    place = box.currentIndex()
    return things[place] if 0 <= place < len(things) else None


def _called(register: Register, project: Project) -> str:
    return f"{project.id} {call_name(register, project.id)}"


def _titled(words: str, box: QWidget) -> QWidget:
    """A small title above a control."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addWidget(Label(words, "small", "text-muted"))
    column.addWidget(box)
    return made


def _offer(box: ComboBox, names: list[str], chosen: int = 0) -> None:
    """Other choices; the one made stays where it is still there."""
    if [box.itemText(k) for k in range(box.count())] == names:
        return
    before = box.currentText()
    box.clear()
    box.addItems(names)
    box.setCurrentIndex(names.index(before) if before in names else min(chosen, len(names) - 1))
