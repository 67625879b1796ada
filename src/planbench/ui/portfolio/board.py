"""The Board view: indicators, decisions with amounts, investment performance, envelopes."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from planbench.engines.portfolio.capacity import Year
from planbench.engines.portfolio.quarters import quarter_name
from planbench.services.portfolio import Investment, investment
from planbench.services.portfolio_board import (
    AMBER,
    APPROVE,
    DEFER,
    GREEN,
    RED,
    BoardDecision,
    Indicators,
    board_decisions,
    indicators,
)
from planbench.services.portfolio_words import WORDS
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.rows import Rows, stacked, table
from planbench.ui.portfolio.words import ICONS, call_name, money, percent, unit
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, CellLook, Column, Label, SegmentedControl, Stat, StatStrip

Certain = tuple[float | None, float | None, float | None]

ACTIONS = {APPROVE: tr("approve"), DEFER: tr("defer"), "stop": tr("stop")}
TINTS = {APPROVE: "positive", DEFER: "text-muted", "stop": "negative"}


class BoardPage(QWidget):
    """What a board decides and follows, for the plan on the table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.strip = StatStrip()
        self.decided = Rows(_decision_columns(""))
        self.decision_table = table(tr("Decisions"), self.decided)
        self.decision_table.row_changed.connect(lambda row: self._chosen(self.decided, row))
        self.total = Label("", "prose", wrap=True)
        self.by = SegmentedControl([tr("Return"), tr("Dated, risk-adjusted")], tr("Figures"))
        self.by.changed.connect(lambda _index: self._show_figures())
        self.figures = Rows(_figure_columns(""))
        self.figure_table = table(tr("Investment performance"), self.figures)
        self.figure_table.row_changed.connect(lambda row: self._chosen(self.figures, row))
        self.both = Label("", "prose", wrap=True)
        self.funds = Rows(_fund_columns())
        self.fund_table = table(tr("Budgets by year and fund"), self.funds)
        self._lay()
        for signal in (
            desk.opened,
            desk.changed,
            desk.planned,
            desk.kept,
            desk.reported,
            desk.risked,
        ):
            signal.connect(self.refresh)

    def _lay(self) -> None:
        self.decision_card = Card(tr("Decisions"), tr("of the plan on the table"))
        self.decision_card.set_body(stacked(self.decision_table, self.total))
        self.figure_card = Card(tr("Investment performance"), tr("what lies ahead, as planned"))
        self.figure_card.add_tool(self.by)
        self.figure_card.set_body(stacked(self.figure_table, self.both))
        self.fund_card = Card(tr("Budgets by year and fund"))
        self.fund_card.set_body(self.fund_table)
        flat = QSizePolicy.Policy.Ignored
        for card in (self.decision_card, self.figure_card, self.fund_card):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, flat)
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addWidget(self.decision_card, 1)
        lower.addWidget(self.fund_card, 1)
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 12, 12, 12)
        inner.setSpacing(12)
        inner.addWidget(self.figure_card, 1)
        inner.addLayout(lower, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.strip)
        whole.addLayout(inner, 1)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.figure_table, self.decision_table, self.fund_table]

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def refresh(self) -> None:
        """Everything anew, when it is on screen."""
        if self.desk.register is None or self.desk.check is None or not self.isVisible():
            return
        self.strip.set(stats(indicators(self.desk.register, self.desk.flows, self.desk.targets())))
        self._show_decisions()
        self._show_figures()
        self._show_funds()

    def _chosen(self, rows: Rows, row: int) -> None:
        if 0 <= row < len(rows.keys):
            self.desk.select(rows.keys[row])

    def _show_decisions(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        found = board_decisions(register, desk.plan, desk.assumptions)
        self.decided.show(
            [
                (
                    CellLook(ACTIONS[one.action], TINTS[one.action], strong=True),
                    CellLook(register.by_id[one.project].name),
                    CellLook(WORDS[one.word], icon=ICONS[one.word], icon_role=TINTS[one.action]),
                    CellLook(
                        text.DASH if one.start_quarter is None else quarter_name(one.start_quarter)
                    ),
                    CellLook(money(one.amount)),
                    CellLook(money(one.value), "negative" if one.value < 0 else "text"),
                )
                for one in found
            ],
            keys=[one.project for one in found],
            columns=_decision_columns(unit(register)),
        )
        self.decision_table.apply_columns()
        self.total.setText(total_words(found, register.settings.unit))

    def _show_figures(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        made = []
        for name in desk.order():
            delay = desk.plan.get(name)
            made.append((investment(register, register.by_id[name], delay or 0), delay is not None))
        found = [one for one, _ in made]
        names = [register.by_id[one.project].name for one in found]
        inks = ["text" if on else "text-muted" for _, on in made]
        if self.by.index:
            certain = [self._certain(one.project) for one in found]
            looks = [_risk_row(*row) for row in zip(names, found, certain, inks, strict=True)]
            values, columns = _risk_values(found, certain), _risk_columns(unit(register))
        else:
            looks = [_figure_row(*row) for row in zip(names, found, inks, strict=True)]
            values, columns = _figure_values(found), _figure_columns(unit(register))
        self.figures.show(
            looks,
            keys=[one.project for one in found],
            tips=[rate_words(one) for one in found],
            values=values,
            columns=columns,
        )
        self.figure_table.apply_columns()
        going = [one for one, on in made if on]
        gain, cost = sum(one.benefit_pv for one in going), sum(one.cost_pv for one in going)
        said = tr("The plan: benefits of {gain} for {cost} {unit} of cost, both discounted").format(
            gain=money(gain), cost=money(cost), unit=register.settings.unit
        )
        if cost > 0:
            said += tr("; NPV {npv}, benefit over cost {ratio}, ROI {roi}").format(
                npv=money(gain - cost),
                ratio=text.number(gain / cost, 2),
                roi=percent(gain / cost - 1),
            )
        self.both.setText(f"{said}.")

    def _certain(self, project: str) -> Certain:
        """Mean, standard deviation and certainty equivalent of the simulated values."""
        desk, register, risk = self.desk, self.desk.register, self.desk.risk
        assert register is not None
        if risk is None or desk.plan.get(project) is None or project not in risk.npv_mean:
            return None, None, None
        sure = risk.certain(project, register.settings.risk_aversion)
        return risk.npv_mean[project], risk.npv_deviation[project], sure

    def _show_funds(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        assert desk.check is not None
        years = [one for one in desk.check.years if one.cost or one.budget]
        names = {fund.id: fund.name for fund in register.funds}
        self.funds.show(
            [_fund_row(one) for one in years],
            tips=[
                tr("{fund}: {causes}").format(
                    fund=names.get(one.fund, one.fund) or tr("No fund"),
                    causes=", ".join(f"{call_name(register, p)} {money(a)}" for p, a in one.causes),
                )
                for one in years
            ],
        )
        self.fund_table.apply_columns()
        over = sum(bool(one.over) for one in years)
        note = tr("{count} of {all} over").format(count=over, all=len(years))
        carry = tr("with carry-over") if desk.assumptions.carry_over else tr("without carry-over")
        self.fund_card.set_title(
            tr("Budgets by year and fund"), f"{unit(register)}, {note}, {carry}"
        )


def stats(found: Indicators) -> list[Stat]:
    """The strip: indices by sums, health, milestones, dates, money, benefits."""
    counts = found.counts
    told = len(found.health)
    values = found.values
    slips = list(found.slips.values())
    worst = max(slips, default=0)
    late = sum(days > 0 for days in slips)
    reporting = tr("{count} of {all} report").format(count=found.reporting, all=found.running)
    return [
        Stat(tr("CPI"), _index(values.cpi), tr("EV over AC, {who}").format(who=reporting)),
        Stat(tr("SPI"), _index(values.spi), tr("EV over PV, both summed")),
        Stat(
            tr("Green, amber, red"),
            text.DASH if not told else " / ".join(str(counts[k]) for k in (GREEN, AMBER, RED)),
            tr("of {count} that report").format(count=told),
            note_role="late" if counts[RED] else "text-muted",
        ),
        Stat(
            tr("Milestones in time"),
            percent(found.hit_rate),
            tr("{on_time} of {due}").format(on_time=found.on_time, due=found.due),
        ),
        Stat(
            tr("Forecast to approved"),
            text.DASH if not slips else tr("{days} d").format(days=text.signed(worst)),
            tr("{late} of {all} later").format(late=late, all=len(slips)),
            note_role="late" if late else "text-muted",
        ),
        Stat(
            tr("Money drawn"),
            percent(found.draw_rate),
            tr("{drawn} of {approved}").format(
                drawn=money(found.drawn), approved=money(found.approved)
            ),
        ),
        Stat(
            tr("Benefits realised"),
            percent(found.realised),
            tr("{measured} of {promised} measured").format(
                measured=found.measured, promised=found.promised
            ),
        ),
    ]


def _start(one: BoardDecision) -> str:
    return text.DASH if one.start_quarter is None else quarter_name(one.start_quarter)


def _index(value: float | None) -> str:
    return text.DASH if value is None else text.number(value, 2)


def total_words(found: tuple[BoardDecision, ...], worth: str) -> str:
    """What is asked of the board in sums."""
    sums = dict.fromkeys(ACTIONS, 0.0)
    for one in found:
        sums[one.action] += one.amount
    return tr("To approve {approve}, to defer {defer}, stopping costs {stop} {unit}.").format(
        approve=money(sums[APPROVE]), defer=money(sums[DEFER]), stop=money(sums["stop"]), unit=worth
    )


def _decision_columns(money_unit: str) -> list[Column]:
    amount = tr("Amount, {unit}").format(unit=money_unit)
    return [
        Column("action", tr("Asked"), 74, sortable=False, elide=False),
        Column("project", tr("Project"), 150, stretch=True, sortable=False),
        Column("word", tr("How"), 112, sortable=False, elide=False),
        Column("start", tr("Start"), 66, sortable=False, elide=False),
        Column("amount", amount, 104, right=True, sortable=False),
        Column("value", tr("Value"), 64, right=True, sortable=False),
    ]


def _figure(key: str, title: str, width: int, tip: str) -> Column:
    return Column(key, title, width, right=True, tip=tip)


def _figure_columns(money_unit: str) -> list[Column]:
    return [
        Column("project", tr("Project"), 170, stretch=True),
        _figure("npv", tr("NPV, {unit}").format(unit=money_unit), 92, tr("Net present value")),
        _figure("staged", tr("Staged"), 68, tr("Value with the choice to give up at open gates")),
        _figure("gain", tr("Benefits"), 80, tr("Present value, weighted by the chance of success")),
        _figure("cost", tr("Cost"), 72, tr("Present value of what is still to be spent")),
        _figure("irr", tr("IRR"), 116, tr("All internal rates of return above -100 %")),
        _figure(
            "mirr",
            tr("MIRR"),
            66,
            tr("Modified rate of return, at the discount rate"),
        ),
        _figure("bcr", tr("BCR"), 54, tr("Benefit over cost, both discounted: also its PI")),
        _figure("roi", tr("ROI"), 66, tr("Benefits less costs over costs, not discounted")),
        _figure("payback", tr("Payback"), 72, tr("Years, not discounted")),
        _figure("discounted", tr("Discounted"), 84, tr("Years of payback, discounted")),
        _figure("eaa", tr("EAA"), 66, tr("Equivalent yearly amount, to compare unequal lives")),
    ]


def _figure_row(name: str, one: Investment, ink: str) -> tuple[CellLook, ...]:
    def years(value: float | None) -> CellLook:
        return CellLook(text.DASH if value is None else text.number(value, 1), ink)

    def plain(value: float | None) -> CellLook:
        return CellLook(text.DASH if value is None else text.number(value, 2), ink)

    several = len(one.irr) > 1
    rates = ", ".join(text.percent(rate) for rate in one.irr) or text.DASH
    return (
        CellLook(name, ink),
        CellLook(money(one.npv), "negative" if one.npv < 0 else ink),
        CellLook(text.DASH if one.staged is None else money(one.staged.value), ink),
        CellLook(money(one.benefit_pv), ink),
        CellLook(money(one.cost_pv), ink),
        CellLook(rates, "warning" if several else ink),
        CellLook(text.DASH if one.mirr is None else text.percent(one.mirr), ink),
        plain(one.benefit_cost),
        CellLook(percent(one.roi), ink),
        years(one.payback_years),
        years(one.discounted_payback_years),
        CellLook(text.DASH if one.annuity is None else money(one.annuity), ink),
    )


def _risk_columns(money_unit: str) -> list[Column]:
    return [
        Column("project", tr("Project"), 170, stretch=True),
        _figure("npv", tr("NPV, {unit}").format(unit=money_unit), 92, tr("Net present value")),
        _figure("xnpv", tr("XNPV"), 72, tr("Discounted by days over 365, as spreadsheets do")),
        _figure("premium", tr("Premium"), 78, tr("Points of rate of its bucket: see Settings")),
        _figure("adjusted", tr("At premium"), 90, tr("Net present value at the raised rate")),
        _figure("mean", tr("Simulated"), 84, tr("Mean of the simulated net present values")),
        _figure("spread", tr("Deviation"), 82, tr("Standard deviation of the simulated values")),
        _figure(
            "certain",
            tr("Certainty equivalent"),
            142,
            tr("Mean less risk aversion (see Settings) times the deviation"),
        ),
    ]


def _risk_row(name: str, one: Investment, certain: Certain, ink: str) -> tuple[CellLook, ...]:
    def amount(value: float | None) -> CellLook:
        if value is None:
            return CellLook(text.DASH, ink)
        return CellLook(money(value), "negative" if value < 0 else ink)

    return (
        CellLook(name, ink),
        amount(one.npv),
        amount(one.xnpv),
        CellLook(text.number(one.premium, 1) if one.premium else text.DASH, ink),
        amount(one.adjusted),
        *(amount(value) for value in certain),
    )


def _known(values: list[float | None]) -> list[float]:
    """Values to sort by, unknown ones last."""
    return [float("-inf") if value is None else value for value in values]


def _risk_values(found: list[Investment], certain: list[Certain]) -> dict[str, list[float]]:
    return {
        "npv": [one.npv for one in found],
        "xnpv": [one.xnpv for one in found],
        "premium": [one.premium for one in found],
        "adjusted": [one.adjusted for one in found],
        **{
            key: _known([row[k] for row in certain])
            for k, key in enumerate(("mean", "spread", "certain"))
        },
    }


def _figure_values(found: list[Investment]) -> dict[str, list[float]]:
    return {
        "npv": [one.npv for one in found],
        "staged": _known([None if one.staged is None else one.staged.value for one in found]),
        "gain": [one.benefit_pv for one in found],
        "cost": [one.cost_pv for one in found],
        "irr": _known([one.irr[0] if one.irr else None for one in found]),
        "mirr": _known([one.mirr for one in found]),
        "bcr": _known([one.benefit_cost for one in found]),
        "roi": _known([one.roi for one in found]),
        "payback": _known([one.payback_years for one in found]),
        "discounted": _known([one.discounted_payback_years for one in found]),
        "eaa": _known([one.annuity for one in found]),
    }


def rate_words(one: Investment) -> str:
    """What several rates of return, or none, mean."""
    if len(one.irr) > 1:
        rates = ", ".join(text.percent(rate) for rate in one.irr)
        return tr(
            "The flows change sign more than once: {rates} all make the value zero. "
            "Compare by MIRR or NPV."
        ).format(rates=rates)
    if not one.irr:
        return tr("No rate makes the value zero: it never pays back, or costs nothing.")
    return ""


def _fund_columns() -> list[Column]:
    return [
        Column("year", tr("Year"), 50, sortable=False),
        Column("fund", tr("Fund"), 54, sortable=False),
        Column("budget", tr("Budget"), 62, right=True, sortable=False),
        Column("carried", tr("Carried in"), 74, right=True, sortable=False),
        Column("cost", tr("Allocated"), 72, right=True, sortable=False),
        Column("reserve", tr("Reserve"), 64, right=True, sortable=False),
        Column("left", tr("Unallocated"), 86, right=True, sortable=False),
        Column("share", "", 90, stretch=True, sortable=False, elide=False),
    ]


def _fund_row(one: Year) -> tuple[CellLook, ...]:
    if one.budget is None:
        left = CellLook(text.DASH, "text-muted")
        bar = CellLook(tr("no budget"), "text-muted")
    else:
        left = CellLook(money(one.unallocated), "late" if one.over else "text")
        used = min(1.0, one.cost / one.room) if one.room > 0 else float(bool(one.cost))
        ink = "late" if one.over else "remaining-edge"
        words = percent(one.cost / one.room) if one.room > 0 else text.DASH
        bar = CellLook(words, parts=((used, ink), (1 - used, "surface-sunken")))
    return (
        CellLook(str(one.fiscal_year)),
        CellLook(one.fund or text.DASH),
        CellLook(money(one.budget)),
        CellLook(money(one.carried) if one.carried else text.DASH, "text-muted"),
        CellLook(money(one.cost)),
        CellLook(money(one.reserve) if one.reserve else text.DASH, "text-muted"),
        left,
        bar,
    )
