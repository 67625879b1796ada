"""The cost view of Control: budget, reserves, ledger, control accounts and fiscal forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.control import budget
from planbench.engines.control.budget import BudgetChange, ReserveMove
from planbench.engines.control.ledger import Commitment, converted
from planbench.exchange.tables.sheets import Grid
from planbench.services import cost, ledgers
from planbench.services.allocation import Rules, keep_rules
from planbench.services.control import ControlReport
from planbench.services.cost import CostReport
from planbench.services.library import Library
from planbench.services.project_settings import calendar_from, keep_fiscal
from planbench.ui.control import sheets
from planbench.ui.control.allocation import AllocationDialog
from planbench.ui.control.form import Field, RecordDialog, day, number
from planbench.ui.control.grid import SheetModel
from planbench.ui.control.words import Money
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    Card,
    ComboBox,
    Label,
    SegmentedControl,
    StatStrip,
    Surface,
    TableView,
)

ACCOUNTS, MATRIX, FISCAL, LOG, RESERVES, LEDGER, MISFITS = range(7)
TABLES = (
    tr("Control accounts"),
    tr("WBS × CBS"),
    tr("By period"),
    tr("Budget log"),
    tr("Reserves"),
    tr("Ledger"),
    tr("Misfits"),
)


def _named(values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Values as choices that begin with a capital."""
    return tuple((value, value.capitalize()) for value in values)


class CostPane(Surface):
    """Figures above, one of seven tables below. `wanted(act)` asks for something to be kept.

    `worked(title, act, done)` asks for something slow to be done in the background, with the
    library and project as `wanted` has them; `imported(periods, postings)` after a ledger.
    """

    wanted = Signal(object)
    worked = Signal(str, object, object)
    imported = Signal(int, int)

    def __init__(self) -> None:
        super().__init__("surface")
        self.report: CostReport | None = None
        self._control: ControlReport | None = None
        self._money = Money(1.0, "")
        self.strip = StatStrip()
        self.choice = SegmentedControl(list(TABLES), tr("Cost table"))
        self.choice.changed.connect(lambda _index: self._show_table())
        self.value = ComboBox(list(sheets.VALUES), tr("Value in the matrix"))
        self.value.currentIndexChanged.connect(lambda _index: self._show_table())
        self.fiscal = ComboBox([], tr("Fiscal periods of a row"))
        for count, name in ((1, tr("Periods")), (3, tr("Quarters")), (12, tr("Years"))):
            self.fiscal.addItem(name, count)
        self.fiscal.setCurrentIndex(1)
        self.fiscal.currentIndexChanged.connect(lambda _index: self._show_table())
        self.model = SheetModel()
        self.table = TableView(tr("Cost"))
        self.table.setModel(self.model)
        self.nothing = Label("", "prose", "text-muted", wrap=True)
        self.nothing.setContentsMargins(14, 4, 14, 8)
        self.card = Card(tr("Control accounts"))
        self._buttons()
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.nothing)
        inner.addWidget(self.table, 1)
        self.card.set_body(body)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 10, 12, 0)
        bar.setSpacing(8)
        bar.addWidget(self.choice)
        bar.addWidget(self.value)
        bar.addWidget(self.fiscal)
        bar.addStretch(1)
        holder = QHBoxLayout()
        holder.setContentsMargins(12, 8, 12, 12)
        holder.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addLayout(bar)
        column.addLayout(holder, 1)

    def _buttons(self) -> None:
        made = (
            (
                LOG,
                tr("Change budget"),
                "plus",
                tr("Write a change into the budget log"),
                self.ask_change,
            ),
            (
                LOG,
                tr("Release budget"),
                "lock-open",
                tr("Give undistributed budget to the control accounts; a closed gate holds it"),
                self.ask_release,
            ),
            (RESERVES, tr("Write entry"), "plus", tr("Write an entry of a reserve"), self.ask_move),
            (
                LEDGER,
                tr("Import ledger"),
                "download",
                tr("Postings of a CSV or workbook"),
                self.ask_ledger,
            ),
            (
                LEDGER,
                tr("Lock periods"),
                "lock",
                tr("Lock the ledger up to a period"),
                self.ask_lock,
            ),
            (ACCOUNTS, tr("Write order"), "plus", tr("Write down a commitment"), self.ask_order),
            (
                MATRIX,
                tr("Allocation"),
                "list-tree",
                tr("Rules for cost that is on no account"),
                self.ask_allocation,
            ),
            (
                FISCAL,
                tr("Fiscal calendar"),
                "calendar",
                tr("When the periods of the accounting year end"),
                self.ask_fiscal,
            ),
        )
        self.tools: list[tuple[int, Button]] = []
        for table, words, icon, tip, act in made:
            button = Button(words, "tool", icon, tip=tip)
            button.setFixedHeight(20)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self.card.add_tool(button)
            self.tools.append((table, button))

    def show_report(self, report: CostReport, control: ControlReport, money: Money) -> None:
        """Show another report."""
        self.report, self._control, self._money = report, control, money
        self.strip.set(sheets.cost_figures(report, money))
        names = list(TABLES)
        names[MISFITS] += f" {len(report.misfits)}"
        self.choice.set_choices(names)
        self._show_table()

    def _show_table(self) -> None:
        report, control, money = self.report, self._control, self._money
        if report is None or control is None:
            return
        index = self.choice.index
        if index == ACCOUNTS:
            sheet = sheets.accounts(report, money)
        elif index == MATRIX:
            sheet = sheets.matrix(report, money, self.value.currentText())
        elif index == FISCAL:
            sheet = sheets.fiscal(report, control, money, int(self.fiscal.currentData()))
        elif index == LOG:
            sheet = sheets.budget_log(report, money)
        elif index == RESERVES:
            sheet = sheets.reserves(report, money)
        elif index == LEDGER:
            sheet = sheets.ledger(report, money)
        else:
            sheet = sheets.misfits(report, money)
        self.value.setVisible(index == MATRIX)
        self.fiscal.setVisible(index == FISCAL)
        for table, button in self.tools:
            button.setVisible(table == index)
            button.setEnabled(not report.why_not)
        self.card.set_title(TABLES[index], sheets.note(index, report, money))
        if index == LOG and report.held_back:
            self.card.set_title(TABLES[index], report.held_back)
        self.model.show_sheet(sheet)
        self.table.apply_columns()
        self.table.setVisible(sheet.count > 0)
        self.nothing.setVisible(sheet.count == 0)
        self.nothing.setText(report.why_not or sheet.nothing)

    # ------------------------------------------------------------ what is written down

    def ask_change(self) -> None:
        """Ask for a change of the budget."""
        pots = tuple((pot, sheets.POTS[pot]) for pot in budget.POTS)
        fields = (
            Field("date", tr("Date (YYYY-MM-DD)"), dt.date.today().isoformat()),
            Field("id", tr("Change number")),
            Field("source", tr("From"), budget.UNDISTRIBUTED, pots),
            Field("target", tr("To"), budget.ACCOUNTS, pots),
            Field("amount", tr("Amount")),
            Field("reason", tr("Reason")),
        )

        def keep(typed: dict[str, str]) -> None:
            change = budget.checked_change(
                BudgetChange(
                    day(typed["date"], tr("Date")),
                    typed["id"],
                    typed["source"],
                    typed["target"],
                    number(typed["amount"], tr("Amount")),
                    typed["reason"],
                )
            )
            self.wanted.emit(lambda library, project: cost.add_change(library, project, change))

        words = tr(
            "The log is never changed, only added to: a mistake is corrected by another change."
        )
        RecordDialog(tr("Change the budget"), words, fields, keep, self).exec()

    def ask_release(self) -> None:
        """Ask how much budget goes to the control accounts, unless a gate holds it back."""
        self.wanted.emit(self._release)

    def _release(self, library: Library, project: int) -> None:
        cost.check_release(library, project)
        frame = self.report.frame if self.report else None
        left = frame.undistributed if frame is not None else 0.0
        fields = (
            Field("date", tr("Date (YYYY-MM-DD)"), dt.date.today().isoformat()),
            Field("id", tr("Release number")),
            Field("amount", tr("Amount"), f"{left:.2f}" if left > 0 else ""),
            Field("reason", tr("Reason")),
        )

        def keep(typed: dict[str, str]) -> None:
            change = BudgetChange(
                day(typed["date"], tr("Date")),
                typed["id"],
                budget.UNDISTRIBUTED,
                budget.ACCOUNTS,
                number(typed["amount"], tr("Amount")),
                typed["reason"],
            )
            cost.add_change(library, project, change)

        words = tr("From undistributed budget to the control accounts, as a line of the log.")
        RecordDialog(tr("Release budget"), words, fields, keep, self).exec()

    def ask_move(self) -> None:
        """Ask for an entry of a reserve."""
        fields = (
            Field(
                "ledger",
                tr("Reserve"),
                cost.CONTINGENCY,
                tuple((x, x.capitalize()) for x in cost.LEDGERS),
            ),
            Field(
                "kind",
                tr("Entry"),
                budget.DRAWDOWN,
                tuple((x, x.capitalize()) for x in budget.MOVES),
            ),
            Field("date", tr("Date (YYYY-MM-DD)"), dt.date.today().isoformat()),
            Field("amount", tr("Amount (margin: days)")),
            Field("risk", tr("Risk")),
            Field("account", tr("Cost account")),
            Field("remark", tr("Remark")),
        )

        def keep(typed: dict[str, str]) -> None:
            ledger = typed.pop("ledger")
            move = ReserveMove(
                day(typed["date"], tr("Date")),
                typed["kind"],
                number(typed["amount"], tr("Amount")),
                typed["risk"],
                typed["account"],
                typed["remark"],
            )
            held = self.report.reserves.get(ledger) if self.report else None
            budget.reserve_of([*(held.moves if held else ()), move])
            self.wanted.emit(lambda library, project: cost.add_move(library, project, ledger, move))

        RecordDialog(tr("Entry of a reserve"), "", fields, keep, self).exec()

    def ask_order(self) -> None:
        """Ask for a commitment; the control account that is chosen is filled in."""
        row, report = self.table.current_row(), self.report
        mine = report.accounts[row] if report and 0 <= row < len(report.accounts) else None
        own = report.currency if report else ""
        fields = (
            Field("id", tr("Order number")),
            Field("supplier", tr("Supplier")),
            Field("wbs", tr("Control account (WBS)"), mine.wbs if mine else ""),
            Field("account", tr("Cost account"), mine.account if mine else ""),
            Field("amount", tr("Amount")),
            Field("date", tr("Date (YYYY-MM-DD)"), dt.date.today().isoformat()),
            Field("currency", tr("Currency, at the rate of the date"), own),
        )

        def keep(typed: dict[str, str]) -> None:
            quoted = number(typed["amount"], tr("Amount"))
            on, currency = day(typed["date"], tr("Date")), typed["currency"].upper()
            amount = converted(quoted, currency, own, report.rates if report else (), on)
            foreign = (currency, quoted) if currency and currency != own else ("", 0.0)
            where = (typed["wbs"], typed["account"])
            order = cost.checked_order(
                Commitment(typed["id"], typed["supplier"], *where, amount, on, *foreign)
            )
            self.wanted.emit(lambda library, project: cost.keep_order(library, project, order))

        RecordDialog(tr("Commitment"), "", fields, keep, self).exec()

    def ask_allocation(self) -> None:
        """Ask for the rules by which cost on no account is allocated."""
        report = self.report
        if report is None:
            return

        def keep(rules: Rules) -> None:
            self.wanted.emit(lambda library, project: keep_rules(library, project, rules))

        AllocationDialog(report.rules, keep, self).exec()

    def ask_fiscal(self) -> None:
        """Ask for the fiscal calendar, by which all periods of Control are counted."""
        control = self._control
        if control is None:
            return
        held = control.fiscal
        months = tuple((str(n), name) for n, name in enumerate(sheets.MONTHS, start=1))
        fields = (
            Field("first_month", tr("The year begins with"), str(held.first_month), months),
            Field("rule", tr("A period ends"), held.rule, tuple(sheets.FISCAL_RULES.items())),
            Field("day", tr("Day of the month"), str(held.day)),
            Field(
                "weekday",
                tr("Weekday"),
                str(held.weekday),
                tuple((str(n), name) for n, name in enumerate(sheets.WEEKDAYS)),
            ),
            Field("ends", tr("Listed last days, 2026-01-30; 2026-02-27"), "; ".join(held.ends)),
        )

        def keep(typed: dict[str, str]) -> None:
            made = calendar_from(
                {
                    "first_month": int(typed["first_month"]),
                    "rule": typed["rule"],
                    "day": int(number(typed["day"], tr("Day of the month"))),
                    "weekday": int(typed["weekday"]),
                    "ends": [one.strip() for one in typed["ends"].split(";") if one.strip()],
                }
            )
            self.wanted.emit(lambda library, project: keep_fiscal(library, project, made))

        said = tr(
            "Curves, cost by period, cash and ledger count by these periods. Postings that are "
            "imported already stay in the period that they came with."
        )
        RecordDialog(tr("Fiscal calendar"), said, fields, keep, self).exec()

    def ask_lock(self) -> None:
        """Ask up to which period the ledger is locked."""
        report = self.report
        if report is None:
            return
        periods = (("", tr("Nothing is locked")), *((one[0], one[0]) for one in report.periods))
        fields = (Field("period", tr("Locked up to"), report.locked, periods),)

        def keep(typed: dict[str, str]) -> None:
            period = typed["period"]
            self.wanted.emit(lambda library, project: cost.lock_period(library, project, period))

        words = tr("A locked period can be imported again only when nothing in it has changed.")
        RecordDialog(tr("Lock periods"), words, fields, keep, self).exec()

    def ask_ledger(self) -> None:
        """Ask for a ledger, and for its columns when it is read for the first time."""
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Import a ledger"), "", tr("Ledgers in Excel or CSV (*.xlsx *.csv)")
        )
        if path:
            self.read_ledger(Path(path))

    def read_ledger(self, path: Path) -> None:
        """Read a ledger in the background, then let the user map its columns."""

        def read(library: Library, _project: int) -> tuple[Grid, dict[str, str]]:
            grid = ledgers.grid_of(path)
            return grid, ledgers.map_for(library, grid)

        self.worked.emit(
            tr("Reading {name}").format(name=path.name), read, lambda found: self.map_ledger(*found)
        )

    def map_ledger(self, grid: Grid, known: Mapping[str, str]) -> None:
        """Let the user map the columns of a ledger, then import it in the background."""
        report = self.report
        if report is None:
            return
        titles = (("", tr("Not in the file")), *((title, title) for title in grid.titles if title))
        rates = ledgers.rates_text(report.rates)
        fields = (
            *(
                Field(name, sheets.LEDGER_FIELDS[name], known.get(name, ""), titles)
                for name in ledgers.FIELDS
            ),
            Field(
                "rates",
                tr("Rates to {currency}: USD 0.92; USD 2026-07-01 0.95").format(
                    currency=report.currency
                ),
                rates,
            ),
        )

        def keep(typed: dict[str, str]) -> None:
            given = ledgers.parsed_rates(typed.pop("rates"))
            columns = {name: title for name, title in typed.items() if title}
            missing = [name for name in ledgers.NEEDED if name not in columns]
            if missing:
                raise PlanbenchError(
                    tr("no column is chosen"), sheets.LEDGER_FIELDS[missing[0]], tr("Choose one.")
                )

            def bring(library: Library, project: int) -> tuple[int, int]:
                return ledgers.import_ledger(
                    library, project, grid, columns, report.currency, given
                )

            self.worked.emit(
                tr("Importing {name}").format(name=grid.name),
                bring,
                lambda counts: self.imported.emit(*counts),
            )

        words = tr(
            "The map is kept under the titles of the file and comes back with the next ledger."
        )
        RecordDialog(
            tr("Columns of {name}").format(name=grid.name), words, fields, keep, self
        ).exec()
