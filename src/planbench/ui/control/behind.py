"""What is behind the figures of Control's strip: activities, estimates, and the order of work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.services.control import ControlReport, Row
from planbench.services.control_views import why_not_kept
from planbench.services.forecasts import (
    Forecast,
    OrderLine,
    forecasts_of,
    keep_manual,
    remarks_of,
    work_order,
)
from planbench.services.money import Money
from planbench.ui import text
from planbench.ui.control.form import Field, RecordDialog, number
from planbench.ui.control.words import index, share
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column

BUDGET, COMPLETE, SPI_T, CPI, SV, CV, EAC, TCPI = range(8)
"""Places of the figures in the strip."""

Keep = Callable[[float, str], None]


def values_dialog(
    report: ControlReport, money: Money, figure: int, parent: QWidget
) -> tuple[RowsDialog, list[int]]:
    """The activities that make a sum, the heaviest first, and their rows in the schedule."""
    values = report.measured.values
    of = money.of
    told = {
        BUDGET: (
            tr("Budget at completion"),
            tr("BAC = {bac}: the sum of all budgets.").format(bac=of(values.bac)),
        ),
        COMPLETE: (
            tr("Complete"),
            tr("EV / BAC = {ev} / {bac} = {share}").format(
                ev=of(values.ev), bac=of(values.bac), share=share(values.earned)
            ),
        ),
        CPI: (
            tr("Cost index, CPI"),
            tr("CPI = EV / AC = {ev} / {ac} = {cpi}, from sums").format(
                ev=of(values.ev), ac=of(values.ac), cpi=index(values.cpi)
            ),
        ),
        SV: (
            tr("Schedule variance"),
            tr("SV = EV − PV = {ev} − {pv} = {sv}").format(
                ev=of(values.ev), pv=of(values.pv), sv=of(values.sv)
            ),
        ),
        CV: (
            tr("Cost variance"),
            tr("CV = EV − AC = {ev} − {ac} = {cv}").format(
                ev=of(values.ev), ac=of(values.ac), cv=of(values.cv)
            ),
        ),
    }
    weight: Callable[[Row], float] = {
        COMPLETE: lambda row: -row.values.ev,
        CPI: lambda row: row.values.cv,
        SV: lambda row: row.values.sv,
        CV: lambda row: row.values.cv,
    }.get(figure, lambda row: -row.values.bac)
    rows = sorted((row for row in report.activities if _bears(row)), key=weight)
    title, sentence = told[figure]
    columns = [
        Column("id", tr("Id"), 120), Column("name", tr("Activity"), 280, stretch=True),
        *(Column(key, f"{key.upper()}, {money.unit}", 88, True)
          for key in ("bac", "pv", "ev", "ac", "sv", "cv")),
        Column("cpi", "CPI", 64, True),
    ]  # fmt: skip
    cells = [
        [
            row.code,
            row.name,
            *(money.plain(getattr(row.values, key), 2) for key in ("bac", "pv", "ev", "ac")),
            *(text.signed(getattr(row.values, key) / money.factor, 2) for key in ("sv", "cv")),
            index(row.values.cpi),
        ]
        for row in rows
    ]
    more = tr(" Press return on an activity to open it.")
    return RowsDialog(title, sentence + more, columns, cells, parent=parent), [r.row for r in rows]


def _bears(row: Row) -> bool:
    values = row.values
    return any(abs(one) > 0.005 for one in (values.bac, values.ev, values.ac))


def order_dialog(
    report: ControlReport, lines: Sequence[OrderLine], money: Money, parent: QWidget
) -> tuple[RowsDialog, list[int]]:
    """SPI(t) with its hours, the duration forecasts, and which activities left the plan's order."""
    measured = report.measured
    hours = "; ".join(
        f"{name} {text.DASH if value is None else text.number(value, 0)}"
        for name, value in measured.eac_t.items()
    )
    told = tr(
        "SPI(t) = ES / AT = {es} h / {at} h = {spi}. To keep the planned duration the pace has to "
        "be TSPI {tspi}. p-factor {p}: the share of the earned value that was earned in the plan's "
        "order. Duration at completion in working hours, planned {pd}: {hours}."
    ).format(
        es=text.number(measured.earned_hours, 0),
        at=text.number(measured.actual_hours, 0),
        spi=index(measured.spi_t),
        tspi=index(measured.tspi),
        p=index(measured.p_factor),
        pd=text.number(measured.planned_hours, 0),
        hours=hours,
    )
    columns = [
        Column("id", tr("Id"), 140),
        Column("planned", tr("PV at ES, {unit}").format(unit=money.unit), 120, True),
        Column("earned", tr("EV, {unit}").format(unit=money.unit), 120, True),
        Column("apart", tr("Difference, {unit}").format(unit=money.unit), 120, True),
        Column("reading", tr("Reading"), 200, stretch=True),
    ]
    words = {"impeded": tr("impeded"), "at risk of rework": tr("at risk of rework")}
    cells = [
        [
            one.code,
            money.plain(one.planned, 2),
            money.plain(one.earned, 2),
            text.signed((one.earned - one.planned) / money.factor, 2),
            words[one.reading],
        ]
        for one in lines
    ]
    dialog = RowsDialog(tr("Schedule index, SPI(t)"), told, columns, cells, parent=parent)
    return dialog, [one.row for one in lines]


def forecast_dialog(
    report: ControlReport,
    found: Sequence[Forecast],
    remarks: Sequence[str],
    money: Money,
    keep: Keep | None,
    parent: QWidget,
) -> RowsDialog:
    """All estimates at completion with their variance and the pace they ask for.

    `keep(amount, reason)` keeps an estimate set by hand; None where nothing can be kept.
    """
    values = report.measured.values
    told = tr(
        "Which estimate holds depends on whether what slowed the work goes on. TCPI is the pace "
        "that an estimate asks for; so far CPI is {cpi}. To keep the budget: {tcpi}."
    ).format(
        cpi=index(values.cpi),
        tcpi=tr("budget exhausted") if values.tcpi_bac is None else index(values.tcpi_bac),
    )
    columns = [
        Column("name", tr("Estimate"), 190),
        Column("eac", tr("EAC, {unit}").format(unit=money.unit), 100, True),
        Column("vac", tr("VAC, {unit}").format(unit=money.unit), 100, True),
        Column("tcpi", "TCPI", 70, True),
        Column("formula", tr("Formula or reason"), 330),
        Column("flags", tr("Not plausible because"), 240, stretch=True),
    ]
    cells = [
        [
            one.name,
            text.DASH if one.eac is None else money.plain(one.eac, 1),
            text.DASH if one.eac is None else text.signed((values.bac - one.eac) / money.factor, 1),
            index(values.tcpi_eac(one.eac)),
            one.formula,
            " ".join(one.flags),
        ]
        for one in found
    ]
    sentence = " ".join([told, *remarks])
    dialog = RowsDialog(tr("Estimates at completion"), sentence, columns, cells, parent=parent)
    dialog.resize(1120, 620)
    if keep is not None:
        enter = Button(tr("Set an estimate by hand…"), "default", "pencil")
        enter.clicked.connect(lambda _on=False: manual_dialog(money, keep, dialog).open())
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 10, 16, 12)
        foot.addStretch(1)
        foot.addWidget(enter)
        column = dialog.layout()
        assert isinstance(column, QVBoxLayout)
        column.addLayout(foot)
    return dialog


def manual_dialog(money: Money, keep: Keep, parent: RowsDialog) -> RecordDialog:
    """An estimate and its reason; when it was kept, the list it was opened from closes too."""
    label = tr("Estimate at completion, {unit}").format(unit=money.unit)

    def take(given: dict[str, str]) -> None:
        keep(number(given["amount"], label) * money.factor, given["reason"])

    fields = [Field("amount", label), Field("reason", tr("Reason"))]
    words = tr("It stands beside the calculated ones and replaces none. 0 takes it back.")
    made = RecordDialog(tr("Set an estimate by hand"), words, fields, take, parent)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    made.accepted.connect(parent.accept)
    return made


def show_behind(
    state: AppState,
    report: ControlReport,
    figure: int,
    changed: Callable[[], None],
    parent: QWidget,
) -> None:
    """Open what is behind a figure of the strip; `changed()` after an estimate was set by hand."""
    document, library = state.document, state.library
    if document is None:
        return
    money = Money(report.measured.values.bac, report.currency)
    project = document.library_project

    def keep(amount: float, reason: str) -> None:
        keep_manual(library, project, amount, reason)
        changed()

    def work(_context: object) -> tuple[Any, tuple[str, ...]]:
        if figure == SPI_T:
            return work_order(document, library, report), ()
        if figure in (EAC, TCPI):
            return forecasts_of(document, library, report), remarks_of(document, report)
        return (), ()

    def done(found: tuple[Any, tuple[str, ...]]) -> None:
        if state.document is not document:
            return
        rows: list[int] = []
        if figure == SPI_T:
            dialog, rows = order_dialog(report, found[0], money, parent)
        elif figure in (EAC, TCPI):
            may = None if why_not_kept(library, project) else keep
            dialog = forecast_dialog(report, *found, money, may, parent)
        else:
            dialog, rows = values_dialog(report, money, figure, parent)

        def opened(row: int) -> None:
            if row < len(rows) and rows[row] >= 0:
                dialog.accept()
                state.select(rows[row])
                state.workspace_requested.emit("schedule")

        dialog.row_opened.connect(opened)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    state.run("control-behind", tr("What is behind the figure"), work, done)
