"""The Balance view: risk against value, buckets, concentration, budgets under risk, drivers."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from planbench.engines.portfolio import balance
from planbench.ui import text
from planbench.ui.portfolio.charts import Bubble, BubbleChart
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.heat import Legend
from planbench.ui.portfolio.rows import Rows, stacked, table
from planbench.ui.portfolio.words import (
    call_name,
    group_colour,
    groups,
    money,
    percent,
    unit,
)
from planbench.ui.theme import theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, CellLook, Column, ComboBox, ElidedLabel, SegmentedControl

DIMENSIONS = {
    tr("By bucket"): "bucket",
    tr("By technology"): "technology",
    tr("By type"): "type",
    tr("By fund"): "fund",
    tr("By country"): "country",
    tr("By sponsor"): "sponsor_role",
}


class BalancePage(QWidget):
    """How the plan on the table is spread, and what could go wrong together."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._bubbles: BubbleChart | None = None
        self._rest = QTimer(self, singleShot=True, interval=60)
        self._rest.timeout.connect(self._resized)
        self.legend = Legend(tr("Buckets"))
        self.upwards = SegmentedControl([tr("Value per cost"), tr("Value")], tr("Upwards"))
        self.upwards.changed.connect(lambda _index: self._show_bubbles())
        self.dimension = ComboBox(list(DIMENSIONS), tr("Concentration by"))
        self.dimension.activated.connect(lambda _index: self._show_shares())
        self.shares = Rows(
            [
                Column("name", tr("Group"), 140, stretch=True, sortable=False),
                Column("share", tr("Share of cost"), 130, sortable=False, elide=False),
                Column("target", tr("Target"), 70, right=True, sortable=False),
                Column("away", tr("Off by"), 70, right=True, sortable=False),
            ]
        )
        self.share_table = table(tr("Concentration"), self.shares)
        self.spread = ElidedLabel("", "body", "text-muted")
        self.years = Rows(
            [
                Column("year", tr("Year"), 60, sortable=False),
                Column("fund", tr("Fund"), 60, sortable=False),
                Column("budget", tr("Budget"), 76, right=True, sortable=False),
                Column("p50", "P50", 66, right=True, sortable=False),
                Column("p80", "P80", 66, right=True, sortable=False),
                Column(
                    "over", tr("Breaks its budget"), 140, stretch=True, sortable=False, elide=False
                ),
            ]
        )
        self.year_table = table(tr("Budgets under risk"), self.years)
        self.risks = Rows(
            [
                Column("title", tr("Strategic risk"), 200, stretch=True, sortable=False),
                Column("owner", tr("Owner"), 150, sortable=False),
                Column("indicator", tr("Indicator"), 170, sortable=False),
                Column("projects", tr("Projects"), 74, right=True, sortable=False),
                Column(
                    "share",
                    tr("Of the variance"),
                    120,
                    sortable=False,
                    elide=False,
                    tip=tr("What the driver alone explains of the variance of the cost"),
                ),
            ]
        )
        self.risk_table = table(tr("Strategic risks"), self.risks)
        self.trade = Rows(
            [
                Column("aversion", tr("Aversion"), 76, right=True, sortable=False),
                Column("mean", tr("Mean value"), 90, right=True, sortable=False),
                Column("short", tr("Shortfall"), 84, right=True, sortable=False),
                Column("projects", tr("Projects"), 200, stretch=True, sortable=False),
            ]
        )
        self.trade_table = table(tr("Value against shortfall"), self.trade)
        self.trade_table.row_activated.connect(self._trade_chosen)
        self._lay()
        for signal in (desk.opened, desk.changed, desk.planned, desk.risked, desk.studied):
            signal.connect(self.refresh)
        desk.selected.connect(lambda _name: self.refresh())
        theme_manager().changed.connect(self.refresh)

    def _lay(self) -> None:
        self.bubble_card = Card(tr("Risk and value"), tr("area is cost, pale is not in the plan"))
        self.bubble_card.add_tool(self.legend)
        self.bubble_card.add_tool(self.upwards)
        self.share_card = Card(tr("Concentration"))
        self.share_card.add_tool(self.dimension)
        self.share_card.set_body(stacked(self.share_table, self.spread))
        self.year_card = Card(tr("Budgets under risk"))
        self.year_card.set_body(self.year_table)
        self.risk_card = Card(tr("Strategic risks"), tr("each moves many projects at once"))
        self.risk_card.set_body(self.risk_table)
        self.trade_card = Card(
            tr("Value against shortfall"), tr("Return puts the plan on the table")
        )
        self.trade_card.set_body(self.trade_table)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(12)
        upper.addWidget(self.bubble_card, 11)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addWidget(self.share_card, 3)
        side.addWidget(self.trade_card, 2)
        upper.addLayout(side, 7)
        lower.addWidget(self.risk_card, 11)
        lower.addWidget(self.year_card, 7)
        flat = QSizePolicy.Policy.Ignored
        for card in (self.bubble_card, self.share_card, self.trade_card):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, flat)
        for card in (self.risk_card, self.year_card):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, flat)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        column.addLayout(upper, 7)
        column.addLayout(lower, 4)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.share_table, self.trade_table, self.risk_table, self.year_table]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rest.start()

    def _resized(self) -> None:
        """Names of bubbles find room anew once the window rests."""
        if self._bubbles is not None and self.isVisible():
            self._bubbles.again()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def refresh(self) -> None:
        """Everything anew, when it is on screen."""
        if self.desk.register is None or not self.isVisible():
            return
        self._show_bubbles()
        self._show_shares()
        self._show_years()
        self._show_risks()
        self._show_trade()

    def _show_bubbles(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        assert desk.check is not None
        if self._bubbles is None:
            self._bubbles = BubbleChart(desk.select)
            self.bubble_card.set_body(self._bubbles.chart.widget)
        made = []
        for project in register.open_projects:
            going = desk.plan.get(project.id) is not None
            value = desk.check.option_values.get(project.id, 0.0)
            if not going and desk.asked is not None:
                value = desk.asked.option_values.get(project.id, 0.0)
            if not self.upwards.index:
                value /= project.forward_capex or 1.0
            made.append(
                Bubble(
                    project.id,
                    call_name(register, project.id),
                    1.0 - project.p_success,
                    value,
                    project.forward_capex,
                    group_colour(register, project.bucket),
                    going,
                )
            )
        worth = tr("points") if desk.assumptions.objective == "score" else unit(register)
        axis = (
            tr("Value, {worth}").format(worth=worth)
            if self.upwards.index
            else tr("Value, {worth}, for each {register}").format(
                worth=worth, register=unit(register)
            )
        )
        self._bubbles.show_bubbles(made, axis, desk.current)
        self.legend.show_parts([(group_colour(register, one), one) for one in groups(register)])

    def _show_shares(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        dimension = DIMENSIONS[self.dimension.currentText()]
        exposure = balance.exposure_by(register, desk.plan, dimension)
        targets = register.settings.bucket_targets_pct if dimension == "bucket" else {}
        for name in targets:
            exposure.setdefault(name, 0.0)
        total = sum(exposure.values()) or 1.0
        looks = []
        for name, amount in sorted(exposure.items(), key=lambda pair: (-pair[1], pair[0])):
            share = amount / total
            target = targets.get(name)
            away = None if target is None else 100 * share - target
            looks.append(
                (
                    CellLook(name),
                    CellLook(
                        percent(share),
                        parts=((share, "remaining-edge"), (1 - share, "surface-sunken")),
                    ),
                    CellLook(text.DASH if target is None else percent(target / 100), "text-muted"),
                    CellLook(
                        text.DASH if away is None else text.signed(away),
                        "warning" if away is not None and abs(away) > 5 else "text-muted",
                    ),
                )
            )
        self.shares.show(looks)
        self.share_table.apply_columns()
        found = balance.concentration(exposure)
        if found is None:
            self.spread.setText(tr("Nothing goes on."))
            return
        self.spread.setText(
            tr(
                "HHI {index}, like {effective} equal groups; the three largest hold "
                "{top_three} of the cost."
            ).format(
                index=text.number(found.index, 2),
                effective=text.number(found.effective, 1),
                top_three=percent(found.top_three),
            )
        )

    def _show_years(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        found = [one for one in desk.risk.years if one.p50 > 0] if desk.risk is not None else []
        looks = [
            (
                CellLook(str(one.fiscal_year)),
                CellLook(one.fund),
                CellLook(money(one.budget)),
                CellLook(money(one.p50)),
                CellLook(money(one.p80), "late" if one.p80 > one.budget else "text"),
                CellLook(
                    percent(one.probability_over),
                    parts=(
                        (one.probability_over, "late"),
                        (1 - one.probability_over, "surface-sunken"),
                    ),
                ),
            )
            for one in found
        ]
        self.years.show(looks)
        self.year_table.apply_columns()
        self.year_card.set_title(
            tr("Budgets under risk"),
            tr("10{narrow}000 runs, {register}").format(
                narrow=text.NARROW, register=unit(register)
            ),
        )

    def _show_risks(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        shares = desk.risk.variance_by_driver if desk.risk is not None else {}
        looks, tips = [], []
        for one in sorted(register.factors, key=lambda f: -shares.get(f.id, 0.0)):
            loaded = [
                p.id
                for p in register.open_projects
                if desk.plan.get(p.id) is not None and any(p.loadings.get(one.id, (0.0, 0.0)))
            ]
            share = max(0.0, shares.get(one.id, 0.0))
            looks.append(
                (
                    CellLook(one.title or one.name, muted=one.risk_id),
                    CellLook(one.owner_role),
                    CellLook(one.indicator),
                    CellLook(str(len(loaded))),
                    CellLook(
                        percent(share),
                        parts=((share, "late"), (1 - share, "surface-sunken")),
                    ),
                )
            )
            names = ", ".join(call_name(register, name) for name in loaded)
            tips.append(
                tr("{name}, reviewed {words}. Moves {names}.").format(
                    name=one.name, words=one.review_date or tr("never"), names=names
                )
            )
        self.risks.show(looks, tips=tips)
        self.risk_table.apply_columns()

    def _show_trade(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        points = desk.study.risk_points if desk.study is not None else ()
        looks = []
        for point in points:
            going = [name for name, delay in desk.plan_of(point).items() if delay is not None]
            looks.append(
                (
                    CellLook(text.number(point.aversion, 1)),
                    CellLook(money(point.mean)),
                    CellLook(money(point.shortfall)),
                    CellLook(", ".join(call_name(register, name) for name in going)),
                )
            )
        self.trade.show(looks)
        self.trade_table.apply_columns()

    def _trade_chosen(self, row: int) -> None:
        if self.desk.study is not None:
            point = self.desk.study.risk_points[row]
            plan = self.desk.plan_of(point)
            label = tr("Plan at aversion {aversion}").format(
                aversion=text.number(point.aversion, 1)
            )
            self.desk.tried(self.desk.apply, label, plan=plan)
