"""The cash view of Control: in, out and balance by quarter, under terms and scenarios."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import to_datetime
from planbench.services.cash import CashReport, Payment, Scenario, keep_payment
from planbench.services.control_views import CashView
from planbench.services.project_settings import keep_setting
from planbench.ui import text
from planbench.ui.control.form import Field, RecordDialog, number, share
from planbench.ui.control.grid import Sheet, SheetModel, amounts, words
from planbench.ui.control.words import Money
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    Card,
    ComboBox,
    EmptyState,
    Label,
    Stat,
    StatStrip,
    Surface,
    TableView,
)
from planbench.ui.widgets.chart import Chart, pen

QUARTER = 3
"""Months of a bar."""


class CashChart:
    """Cash in upwards, cash out downwards by quarter, and the balance; what is past is strong."""

    def __init__(self) -> None:
        self.chart = Chart(tr("Cash in and out by quarter, and the balance"))
        self.chart.widget.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._report: CashReport | None = None
        self._money = Money(1.0, "")

    def show_report(self, report: CashReport, money: Money) -> None:
        """Draw another report."""
        self._report, self._money = report, money
        self.chart.painted(self._draw)

    def _draw(self, chart: Chart) -> None:
        import pyqtgraph as pg

        report, theme, plot = self._report, current_theme(), chart.plot
        if report is None:
            return
        table = quarters(report)
        factor, count = self._money.factor, len(table)
        across = np.arange(count, dtype=float)
        past = np.array([row[4] for row in table])
        for role, heights in (
            ("positive", np.array([row[1] for row in table])),
            ("warning", -np.array([row[2] for row in table])),
        ):
            for when, strength in ((past, 255), (~past, 120)):
                fill = QColor(theme.color(role))  # a copy: the theme's own stays as it is
                fill.setAlpha(strength)
                bars = pg.BarGraphItem(
                    x=across[when],
                    height=heights[when] / factor,
                    width=0.62,
                    pen=pen(fill, 0.5),
                    brush=QBrush(fill),
                )
                plot.addItem(bars)
        balance = np.array([row[3] for row in table]) / factor
        seam = int(past.sum())
        plot.plot(across[:seam], balance[:seam], pen=pen("text", 1.75))
        plot.plot(
            across[max(seam - 1, 0) :],
            balance[max(seam - 1, 0) :],
            pen=pen("text", 1.75, "forecast"),
        )
        worst, minute = report.peak
        low = [row[0] for row in table].index(_quarter(report, report.fiscal.period_at(minute)))
        depth = worst / factor  # of a month, which the ends of quarters may pass over
        dot = pg.ScatterPlotItem(
            [across[low]],
            [depth],
            size=9,
            pen=pen("text", 2.0),
            brush=QBrush(theme.color("surface-raised")),
        )
        plot.addItem(dot)
        top = max(float(np.abs(heights).max() / factor), float(np.abs(balance).max()))
        inward = max(row[1] for row in table) / factor
        plot.setYRange(-top * 1.1, max(inward, float(balance.max())) * 1.18, padding=0)
        plot.setXRange(-0.6, count - 0.4, padding=0)
        if 0 < seam < count:
            edge = seam - 0.5
            plot.plot([edge, edge], [-top * 1.1, inward * 1.18], pen=pen("accent", 1.25))
            for said, anchor in ((tr("actual "), (1, 0)), (tr(" forecast"), (0, 0))):
                label = chart.label(said, "text-muted", anchor=anchor)
                label.setPos(edge, inward * 1.16)
                plot.addItem(label, ignoreBounds=True)
        said = tr("Lowest {worst}, {date}").format(
            worst=self._money.of(worst), date=text.date(minute - 1)[3:]
        )
        # below the bars, in a box, so that neither bar nor line runs through the words
        place = (1, 0) if low > 0.75 * count else (0, 0)
        label = chart.label(
            said, "text", strong=True, anchor=place, fill=theme.color("surface-raised"),
            border=pen("border-strong", 1.0),
        )  # fmt: skip
        label.setPos(across[low], min(depth, 0.0) - 0.12 * top)
        label.setZValue(20)
        plot.plot([across[low]] * 2, [depth, label.pos().y()], pen=pen("text-muted", 1.0))
        plot.addItem(label, ignoreBounds=True)
        plot.getAxis("bottom").setTicks([_ticks(table)])


Quarter = tuple[str, float, float, float, bool]
"""(name, in, out, balance at its end, whether it is past)."""


def quarters(report: CashReport) -> list[Quarter]:
    """Cash by quarter of the fiscal year, without the empty ones at the end."""
    sums: dict[str, list[float]] = {}
    for row in range(report.months.size):
        name = _quarter(report, report.month(row))
        held = sums.setdefault(name, [0.0, 0.0, 0.0, 0.0])
        held[0] += float(report.cash.cash_in[row])
        held[1] += float(report.cash.cash_out[row] + report.interest[row])
        held[2] = float(report.balance[row])
        held[3] = float(row < report.now)
    table = [(name, one[0], one[1], one[2], bool(one[3])) for name, one in sums.items()]
    while len(table) > 1 and abs(table[-1][1]) < 0.005 and abs(table[-1][2]) < 0.005:
        table.pop()
    return table


def _quarter(report: CashReport, period: str) -> str:
    """`Q3 2026`, `Q3 FY2026` where the fiscal year is not that of the calendar."""
    year, place = report.fiscal.group(period, QUARTER)
    return f"Q{place + 1} {'FY' if report.fiscal.first_month > 1 else ''}{year}"


def _ticks(table: list[Quarter]) -> list[tuple[float, str]]:
    """Quarters by name, the first of a year with the year; fewer where there are many."""
    every = 1 if len(table) <= 20 else 4
    found = []
    for place, row in enumerate(table):
        quarter, year = row[0].split()
        first = quarter == "Q1" or place == 0
        if every == 1 or quarter == "Q1":
            found.append((float(place), f"{quarter} {year}" if first else quarter))
    return found


class CashPane(Surface):
    """Figures, chart and quarters. `wanted(act)` keeps something, `chosen()` another scenario."""

    wanted = Signal(object)
    chosen = Signal()

    def __init__(self) -> None:
        super().__init__("surface")
        self.report: CashReport | None = None
        self._payment = Payment()
        self._scenarios: tuple[Scenario, ...] = ()
        self._writable = False
        self._chart: CashChart | None = None
        self.strip = StatStrip()
        self.scenario = ComboBox([tr("Forecast")], tr("Scenario"))
        self.scenario.activated.connect(lambda _index: self.chosen.emit())
        self.terms = Button(tr("Payment terms"), "tool", "pencil", tip=tr("Edit the payment terms"))
        self.terms.clicked.connect(lambda _checked=False: self.ask_terms())
        self.delay = Button(tr("Delay"), "tool", "plus", tip=tr("Add a delay as a scenario"))
        self.delay.clicked.connect(lambda _checked=False: self.ask_delay())
        self.card = Card(tr("Cash flow"))
        for tool in (self.scenario, self.delay, self.terms):
            tool.setFixedHeight(24)
            self.card.add_tool(tool)
        self.model = SheetModel()
        self.table = TableView(tr("Cash by quarter"))
        self.table.setModel(self.model)
        self.words = Label("", "small", "text-muted", wrap=True)
        self.words.setContentsMargins(14, 6, 14, 10)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.table, 1)
        inner.addWidget(self.words)
        self.rows = Card(tr("By quarter"))
        self.rows.set_body(body)
        self.rows.setFixedWidth(440)
        lower = QHBoxLayout()
        lower.setContentsMargins(12, 12, 12, 12)
        lower.setSpacing(12)
        lower.addWidget(self.card, 1)
        lower.addWidget(self.rows)
        self.empty = EmptyState(
            tr("No payment terms yet"),
            tr(
                "Cash needs to know when certificates are paid and what is withheld. Without a "
                "baseline or booked cost there is no forecast either."
            ),
        )
        self.trouble = Label("", "prose", wrap=True)
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.start = Button(
            tr("Write the payment terms"), "primary", tip=tr("Enter the payment terms")
        )
        self.start.clicked.connect(lambda _checked=False: self.ask_terms())
        self._full, self._bare = QWidget(), QWidget()
        full = QVBoxLayout(self._full)
        full.setContentsMargins(0, 0, 0, 0)
        full.setSpacing(0)
        full.addWidget(self.strip)
        full.addLayout(lower, 1)
        bare = QVBoxLayout(self._bare)
        bare.addStretch(1)
        bare.addWidget(self.empty)
        bare.addWidget(self.trouble)
        bare.addWidget(self.start, 0, Qt.AlignmentFlag.AlignHCenter)
        bare.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._full)
        column.addWidget(self._bare)

    @property
    def asked(self) -> int:
        """The place of the scenario that is asked for."""
        return max(self.scenario.currentIndex(), 0)

    def show_view(self, view: CashView, money: Money) -> None:
        """Show what was worked out."""
        writable = not view.why_not
        if view.report is None:
            self.show_nothing(view.trouble, writable)
        else:
            self.show_report(view.report, view.scenarios, money, writable)

    def show_nothing(self, words: str, writable: bool) -> None:
        """Say why there is no cash to be shown."""
        self.report, self._writable = None, writable
        self._full.hide()
        self._bare.show()
        self.trouble.setText(words)
        self.start.setEnabled(writable)

    def show_report(
        self, report: CashReport, scenarios: tuple[Scenario, ...], money: Money, writable: bool
    ) -> None:
        """Show the cash of a scenario."""
        if self._chart is None:
            self._chart = CashChart()
            self.card.set_body(self._chart.chart.widget)
        self.report, self._payment, self._writable = report, report.payment, writable
        self._scenarios = scenarios
        self._bare.hide()
        self._full.show()
        names = [one.name for one in scenarios]
        if names != [self.scenario.itemText(row) for row in range(self.scenario.count())]:
            self.scenario.clear()
            self.scenario.addItems(names)
        self.scenario.setCurrentIndex(scenarios.index(report.scenario))
        self.terms.setEnabled(writable)
        self.delay.setEnabled(writable)
        self.card.set_title(
            tr("Cash flow"),
            tr("{unit} a quarter: in, out, balance as a line").format(unit=money.unit),
        )
        self._chart.show_report(report, money)
        self.strip.set(_figures(report, money))
        table = quarters(report)
        self.model.show_sheet(
            Sheet(
                [
                    words("name", tr("Quarter"), 84, [row[0] for row in table], stretch=True),
                    amounts("in", tr("In"), [row[1] for row in table], money),
                    amounts("out", tr("Out"), [row[2] for row in table], money),
                    amounts("balance", tr("Balance"), [row[3] for row in table], money),
                ],
                len(table),
                warned=frozenset(n for n, row in enumerate(table) if row[3] < 0),
            )
        )
        self.table.apply_columns()
        self.words.setText(" ".join(report.remarks))

    def ask_terms(self) -> None:
        """Ask for the payment terms."""
        held = self._payment

        def hundred(value: float) -> str:
            return f"{100 * value:g}"

        classes = "; ".join(
            f"{code} {days} {100 * down:g} {100 * kept:g}"
            for code, days, down, kept in held.classes
        )
        fields = (
            Field("price", tr("Contract price (0: the budget)"), f"{held.price:.2f}"),
            Field("days", tr("Days from month end to payment"), str(held.days)),
            Field("advance", tr("Advance, % of the price"), hundred(held.advance)),
            Field("recovery_from", tr("Recovery from certified %"), hundred(held.recovery_from)),
            Field("recovery_rate", tr("Recovery, % of certificates"), hundred(held.recovery_rate)),
            Field("retention", tr("Retention, %"), hundred(held.retention)),
            Field(
                "retention_cap", tr("Retention cap, % of the price"), hundred(held.retention_cap)
            ),
            Field("at_completion", tr("Released at completion, %"), hundred(held.at_completion)),
            Field("defects_months", tr("Months to the rest"), str(held.defects_months)),
            Field("tax", tr("Value added tax, %"), hundred(held.tax)),
            Field("interest", tr("Interest on overdraft, % a year"), hundred(held.interest)),
            Field("limit", tr("Limit of the overdraft"), f"{held.limit:.2f}"),
            Field("classes", tr("Account, days, down payment %, retention %; ..."), classes),
        )

        def keep(typed: dict[str, str]) -> None:
            labels = {field.key: field.label for field in fields}
            amount: dict[str, Any] = {
                key: number(typed[key], labels[key]) for key in ("price", "limit")
            }
            whole: dict[str, Any] = {
                key: int(number(typed[key], labels[key])) for key in ("days", "defects_months")
            }
            rest = [key for key in typed if key not in {*amount, *whole, "classes"}]
            parts: dict[str, Any] = {key: share(typed[key], labels[key]) for key in rest}
            made = replace(
                held,
                **amount,
                **whole,
                **parts,
                classes=_classes(typed["classes"]),
            )
            self.wanted.emit(lambda library, project: keep_payment(library, project, made))

        RecordDialog(tr("Payment terms"), "", fields, keep, self).exec()

    def ask_delay(self) -> None:
        """Ask for a delay that is kept as a scenario."""
        fields = (Field("name", tr("Name")), Field("days", tr("Calendar days")))
        delays = [[one.name, one.delay] for one in self._scenarios if one.delay]

        def keep(typed: dict[str, str]) -> None:
            days = int(number(typed["days"], tr("Calendar days")))
            if not typed["name"] or not days:
                raise PlanbenchError(tr("a delay needs a name and its days"))
            new = [*[one for one in delays if one[0] != typed["name"]], [typed["name"], days]]
            self.wanted.emit(
                lambda library, project: keep_setting(
                    library,
                    project,
                    "cash",
                    tr("delay {typed}").format(typed=typed["name"]),
                    delays=new,
                )
            )

        words = tr("What remains is moved as a whole; what is past stays.")
        RecordDialog(tr("Delay as a scenario"), words, fields, keep, self).exec()


def _classes(typed: str) -> tuple[tuple[str, int, float, float], ...]:
    """Payment classes as typed, `3 30 15 0; 4 45`. Raises PlanbenchError for what is not one."""
    found = []
    for part in filter(None, (one.strip() for one in typed.split(";"))):
        pieces = [*part.split(), "0", "0", "0"]
        days, down, kept = (number(piece, tr("Account classes")) for piece in pieces[1:4])
        if not 0 <= down + kept <= 100 or days < 0:
            raise PlanbenchError(
                tr("“{part}” cannot be paid like that").format(part=part), tr("Account classes")
            )
        found.append((pieces[0], int(days), down / 100.0, kept / 100.0))
    return tuple(found)


def _figures(report: CashReport, money: Money) -> list[Stat]:
    """The strip above the cash view."""
    low, minute = report.peak
    moment = to_datetime(minute - 1)
    assert moment is not None
    limit = report.payment.limit
    beyond = limit and low < -limit
    price = float(report.certified.sum())
    received = float(report.cash.cash_in[: report.now].sum())
    paid = float(report.cash.cash_out[: report.now].sum())
    end = float(report.balance[-1])
    margin = text.percent(end / price) if price else text.DASH
    need = (
        tr("never below zero")
        if low >= 0
        else tr("in {date}").format(date=text.date(minute - 1)[3:])
    )
    return [
        Stat(
            tr("Contract price"),
            money.of(price),
            tr("cost {sum}").format(sum=money.of(float(report.cost.sum()))),
        ),
        Stat(
            tr("Received to date"),
            money.of(received),
            tr("{percent} of it").format(percent=text.percent(received / price)),
        ),
        Stat(
            tr("Paid to date"),
            money.of(paid),
            tr("balance {of}").format(of=money.of(received - paid)),
        ),
        Stat(tr("Lowest balance"), money.of(low), need, "warning" if low < 0 else "text"),
        Stat(
            tr("Overdraft limit"),
            money.of(limit) if limit else text.DASH,
            tr("exceeded") if beyond else tr("kept") if limit else tr("none agreed"),
            "warning" if beyond else "text",
        ),
        Stat(tr("Interest"), money.of(float(report.interest.sum())), tr("on what is overdrawn")),
        Stat(
            tr("Balance at the end"),
            money.of(end),
            tr("{margin} of the price").format(margin=margin),
        ),
    ]
