"""The Capital view: envelopes, requests and their approval, fiscal cycles, re-phasing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.control.fiscal import MONTH
from planbench.engines.portfolio.cycles import (
    PERIODS,
    QUARTERS,
    YEARS,
    Allotment,
    Cycle,
    Shift,
    allotments,
    cycles,
    shifts,
)
from planbench.engines.portfolio.envelopes import APPROVED, REFUSED, WAITING, Request
from planbench.engines.portfolio.register import Register
from planbench.services import portfolio_capital as capital
from planbench.services.library import user_name
from planbench.ui import text
from planbench.ui.control.form import Field, RecordDialog, day, number
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.rows import Rows, stacked, table
from planbench.ui.portfolio.words import call_name, change, money, unit
from planbench.ui.text import MONTHS
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Card, CellLook, Column, Label, SegmentedControl

DECIDED = {WAITING: tr("waiting"), APPROVED: tr("approved"), REFUSED: tr("refused")}
INKS = {WAITING: "warning", APPROVED: "positive", REFUSED: "text-muted"}
SIZES = (YEARS, QUARTERS, PERIODS)

Change = Callable[[Register], Register]


class CapitalPage(QWidget):
    """Who asked for money, who was given it, what became of it and where it is missing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.envelopes = Rows(_ENVELOPES)
        self.envelope_table = table(tr("Envelopes"), self.envelopes)
        self.requests = Rows(_REQUESTS)
        self.request_table = table(tr("Requests"), self.requests)
        self.request_table.row_changed.connect(lambda _row: self._show_doors())
        self.every = SegmentedControl([tr("Years"), tr("Quarters"), tr("Periods")], tr("Cycles"))
        self.every.changed.connect(lambda _index: self._show_cycles())
        self.cycles = Rows(_CYCLES)
        self.cycle_table = table(tr("Fiscal cycles"), self.cycles)
        self.calendar = Label("", "body", "text-muted", wrap=True)
        self.proposals = Rows(_SHIFTS)
        self.proposal_table = table(tr("Re-phasing"), self.proposals)
        self.nothing = Label("", "body", "text-muted", wrap=True)
        self._shifts: tuple[Shift, ...] = ()
        self._lay()
        for signal in (desk.opened, desk.changed, desk.planned, desk.reported):
            signal.connect(self.refresh)

    def _lay(self) -> None:
        self.write = self._tool(
            tr("Write request"), "plus", tr("Ask a fund for money for a project"), self.ask_request
        )
        self.fill = self._tool(
            tr("Ask for the plan"),
            "list-tree",
            tr("A request for every cost of the plan that nobody has asked for yet"),
            self.ask_plan,
        )
        self.yes = self._tool(
            tr("Approve"), "check", tr("Give the money, within what is left"), self.ask_approval
        )
        self.no = self._tool(tr("Refuse"), "x", tr("Turn the request down"), self.ask_refusal)
        self.rephase = self._tool(
            tr("Move it"), "check", tr("Move the approved money as proposed"), self.take_shift
        )
        self.envelope_card = Card(tr("Envelopes"))
        self.envelope_card.set_body(self.envelope_table)
        self.request_card = Card(tr("Requests"))
        for button in (self.write, self.fill, self.yes, self.no):
            self.request_card.add_tool(button)
        self.request_card.set_body(self.request_table)
        self.cycle_card = Card(tr("Fiscal cycles"))
        self.cycle_card.add_tool(self.every)
        self.cycle_card.set_body(stacked(self.cycle_table, self.calendar))
        self.shift_card = Card(tr("Re-phasing"))
        self.shift_card.add_tool(self.rephase)
        self.shift_card.set_body(stacked(self.proposal_table, self.nothing))
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setSpacing(12)
        cards = (self.envelope_card, self.cycle_card, self.request_card, self.shift_card)
        for place, card in enumerate(cards):
            card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            grid.addWidget(card, place // 2, place % 2)
        grid.setColumnStretch(0, 7)
        grid.setColumnStretch(1, 6)
        grid.setRowStretch(0, 1)
        grid.setRowStretch(1, 1)

    def _tool(self, words: str, icon: str, tip: str, slot: Callable[[], object]) -> Button:
        button = Button(words, "tool", icon, tip=tip)
        button.setFixedHeight(20)
        button.clicked.connect(lambda _checked=False: slot())
        return button

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.envelope_table, self.cycle_table, self.request_table, self.proposal_table]

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    # Showing.

    def refresh(self) -> None:
        """Everything anew, when it is on screen."""
        if self.desk.register is None or not self.isVisible():
            return
        self._show_envelopes(self.desk.register)
        self._show_requests(self.desk.register)
        self._show_cycles()
        self._show_shifts(self.desk.register)

    def _show_envelopes(self, register: Register) -> None:
        found = allotments(register)
        self.envelopes.show([_envelope_row(one) for one in found])
        self.envelope_table.apply_columns()
        over = sum(one.unallocated < -0.005 for one in found)
        note = tr("{count} of {all} over").format(count=over, all=len(found)) if over else ""
        said = note or tr("approved + reserve + unallocated is the envelope")
        self.envelope_card.set_title(tr("Envelopes"), f"{unit(register)}, {said}")

    def _show_requests(self, register: Register) -> None:
        chosen = self._chosen()
        found = sorted(register.requests, key=lambda one: (one.decision != WAITING, one.id))
        self.requests.show(
            [_request_row(register, one) for one in found],
            keys=[one.id for one in found],
            tips=[one.note for one in found],
        )
        self.request_table.apply_columns()
        row = self.requests.row_of(chosen)
        self.request_table.select_row(max(0, row))
        waiting = [one.amount for one in found if one.decision == WAITING]
        note = tr("{count} wait, {sum} {unit}").format(
            count=len(waiting), sum=money(sum(waiting)), unit=unit(register)
        )
        if not found:
            note = tr("nobody has asked for money yet")
        self.request_card.set_title(tr("Requests"), note)
        self._show_doors()

    def _chosen(self) -> str:
        row = self.request_table.current_row()
        return self.requests.keys[row] if 0 <= row < len(self.requests.keys) else ""

    def _show_doors(self) -> None:
        register, name = self.desk.register, self._chosen()
        asked = register.requests if register is not None else ()
        waits = any(one.id == name and one.decision == WAITING for one in asked)
        self.yes.setEnabled(waits)
        self.no.setEnabled(waits)

    def _show_cycles(self) -> None:
        desk, register = self.desk, self.desk.register
        if register is None:
            return
        size = SIZES[self.every.index]
        found = cycles(register, desk.plan, size, desk.assumptions.cost_factor)
        self.cycles.show([_cycle_row(one) for one in found])
        self.cycle_table.apply_columns()
        settings = register.settings
        month = MONTHS[settings.fiscal_year_start_month - 1]
        weeks = settings.fiscal_periods
        rule = tr("calendar months") if weeks == MONTH else weeks
        self.calendar.setText(
            tr("The fiscal year begins in {month}, its periods are {rule}: see Settings.").format(
                month=month, rule=rule
            )
        )
        self.cycle_card.set_title(tr("Fiscal cycles"), unit(register))

    def _show_shifts(self, register: Register) -> None:
        desk = self.desk
        self._shifts = shifts(register, desk.plan, desk.assumptions.cost_factor)
        self.proposals.show(
            [
                (
                    CellLook(call_name(register, one.project)),
                    CellLook(one.fund),
                    CellLook(str(one.source)),
                    CellLook(str(one.target)),
                    CellLook(money(one.amount)),
                )
                for one in self._shifts
            ]
        )
        self.proposal_table.apply_columns()
        self.proposal_table.select_row(0)
        self.rephase.setEnabled(bool(self._shifts))
        self.nothing.setText(
            tr("Money that was approved for a year and is not needed in it, where it is.")
            if self._shifts
            else tr("No approved money is in the wrong year, or no other year has room for it.")
        )
        self.shift_card.set_title(tr("Re-phasing"), tr("proposals for the plan on the table"))

    # What the user decides.

    def _do(self, label: str, make: Change) -> None:
        """Take a change as a step; what cannot be raises PlanbenchError."""
        if self.desk.register is not None:
            self.desk.apply(label, register=make(self.desk.register))

    def ask_request(self) -> None:
        """Ask what is asked for."""
        register = self.desk.register
        if register is None or not register.budgets:
            self.desk.state.message.emit("warning", tr("The register has no budgets to ask."))
            return
        projects = tuple((p.id, f"{p.id} {p.name}") for p in register.open_projects)
        names = {fund.id: fund.name for fund in register.funds}
        funds = dict.fromkeys(one.fund for one in register.budgets)
        years = sorted({one.fiscal_year for one in register.budgets})
        first = register.by_id.get(self.desk.current, register.open_projects[0])
        fields = (
            Field("project", tr("Project"), first.id, projects),
            Field(
                "fund",
                tr("Fund"),
                first.fund,
                tuple((one, f"{one} {names.get(one, '')}".strip()) for one in funds),
            ),
            Field("year", tr("Year"), str(years[0]), tuple((str(y), str(y)) for y in years)),
            Field("amount", tr("Amount, {unit}").format(unit=unit(register))),
            Field("note", tr("Note")),
        )

        def keep(typed: dict[str, str]) -> None:
            new = Request(
                "",
                typed["project"],
                typed["fund"],
                int(typed["year"]),
                number(typed["amount"], tr("Amount")),
                dt.date.today().isoformat(),
                note=typed["note"],
            )
            self._do(tr("Write request"), lambda given: capital.with_request(given, new))

        RecordDialog(tr("Request for money"), "", fields, keep, self).exec()

    def ask_plan(self) -> None:
        """Ask for all that the plan costs and nobody has asked for."""
        desk = self.desk
        self.desk.tried(
            self._do,
            tr("Ask for the plan"),
            lambda given: capital.asked_for_plan(given, desk.plan, desk.assumptions),
        )

    def ask_approval(self) -> None:
        """Ask who approves the chosen request, and when."""
        self._decide(tr("Approve request"), approve=True)

    def ask_refusal(self) -> None:
        """Ask who refuses the chosen request, and why."""
        self._decide(tr("Refuse request"), approve=False)

    def _decide(self, title: str, approve: bool) -> None:
        name, register = self._chosen(), self.desk.register
        if register is None or not name:
            return
        if approve:  # a closed gate or an empty envelope is told before anybody is asked
            try:
                capital.approved(register, name, user_name(), dt.date.today())
            except PlanbenchError as error:
                self.desk.state.message.emit("error", error.line)
                return
        fields = [
            Field("who", tr("Decided by"), user_name()),
            Field("on", tr("Date (YYYY-MM-DD)"), dt.date.today().isoformat()),
        ]
        if not approve:
            fields.append(Field("note", tr("Reason")))

        def keep(typed: dict[str, str]) -> None:
            who, on = typed["who"], dt.date.fromisoformat(day(typed["on"], tr("Date")))
            label = f"{title} {name}"
            if approve:
                self._do(label, lambda given: capital.approved(given, name, who, on))
            else:
                note = typed["note"]
                self._do(label, lambda given: capital.refused(given, name, who, on, note))

        RecordDialog(f"{title} {name}", "", fields, keep, self).exec()

    def take_shift(self) -> None:
        """Move approved money as the chosen proposal says."""
        row = self.proposal_table.current_row()
        if 0 <= row < len(self._shifts):
            shift = self._shifts[row]
            self.desk.tried(
                self._do,
                tr("Move money of {project}").format(project=shift.project),
                lambda given: capital.shifted(given, shift, user_name(), dt.date.today()),
            )


def _column(key: str, title: str, width: int, tip: str = "") -> Column:
    return Column(key, title, width, right=True, sortable=False, tip=tip)


_ENVELOPES = [
    Column("year", tr("Year"), 50, sortable=False),
    Column("fund", tr("Fund"), 56, sortable=False),
    Column("category", tr("Category"), 110, stretch=True, sortable=False),
    _column("amount", tr("Envelope"), 72),
    _column("carried", tr("Carried in"), 76),
    _column("reserve", tr("Reserve"), 64),
    _column("approved", tr("Approved"), 74),
    _column("waiting", tr("Waiting"), 66),
    _column("left", tr("Unallocated"), 88),
]
_REQUESTS = [
    Column("decision", tr("Decision"), 84, sortable=False, elide=False),
    Column("id", tr("Request"), 66, sortable=False),
    Column("project", tr("Project"), 100, stretch=True, sortable=False),
    Column("fund", tr("Fund"), 56, sortable=False),
    Column("year", tr("Year"), 50, sortable=False),
    _column("amount", tr("Amount"), 66),
    Column("who", tr("Decided by"), 150, sortable=False),
    Column("on", tr("Decided on"), 88, sortable=False, elide=False),
]
_CYCLES = [
    Column("cycle", tr("Cycle"), 84, stretch=True, sortable=False, elide=False),
    Column("fund", tr("Fund"), 54, sortable=False),
    _column("limit", tr("Limit"), 60, tr("Approved for the year, else its budget less reserve")),
    _column("bound", tr("Bound"), 60, tr("By orders that were placed in the cycle")),
    _column("spent", tr("Spent"), 60),
    _column("ahead", tr("To come"), 68, tr("Forward cost of the plan")),
    _column("both", tr("Outlook"), 66, tr("Spent and to come")),
    _column("left", tr("Under, over"), 84, tr("Limit less outlook of the year so far")),
]
_SHIFTS = [
    Column("project", tr("Project"), 120, stretch=True, sortable=False),
    Column("fund", tr("Fund"), 60, sortable=False),
    Column("source", tr("From"), 60, sortable=False),
    Column("target", tr("To"), 60, sortable=False),
    _column("amount", tr("Amount"), 76),
]


def _plain(amount: float) -> CellLook:
    return CellLook(money(amount) if amount else text.DASH, "text" if amount else "text-muted")


def _envelope_row(one: Allotment) -> tuple[CellLook, ...]:
    over = one.unallocated < -0.005
    return (
        CellLook(str(one.fiscal_year)),
        CellLook(one.fund),
        CellLook(one.category or tr("all"), "text" if one.category else "text-muted"),
        CellLook(money(one.amount)),
        _plain(one.carried),
        _plain(one.reserve),
        _plain(one.approved),
        _plain(one.waiting),
        CellLook(money(one.unallocated), "late" if over else "text"),
    )


def _request_row(register: Register, one: Request) -> tuple[CellLook, ...]:
    return (
        CellLook(DECIDED[one.decision], INKS[one.decision], strong=True),
        CellLook(one.id),
        CellLook(call_name(register, one.project)),
        CellLook(one.fund),
        CellLook(str(one.fiscal_year)),
        CellLook(money(one.amount)),
        CellLook(one.decided_by or text.DASH, "text-muted"),
        CellLook(one.decided_on or text.DASH, "text-muted"),
    )


def _cycle_row(one: Cycle) -> tuple[CellLook, ...]:
    left = CellLook(text.DASH, "text-muted")
    if one.left is not None:
        left = CellLook(change(one.left), "late" if one.left < -0.005 else "text")
    return (
        CellLook(one.name),
        CellLook(one.fund or text.DASH),
        CellLook(text.DASH, "text-muted") if one.limit is None else CellLook(money(one.limit)),
        _plain(one.committed),
        _plain(one.spent),
        _plain(one.forecast),
        CellLook(money(one.outlook)),
        left,
    )
