"""The Selection view: what is decided, why, when, and what it does to money and people."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from planbench.engines.portfolio.capacity import Cell, Year, heat_map, shortages
from planbench.engines.portfolio.frontier import Point, distance
from planbench.services.portfolio import years_of
from planbench.services.portfolio_scenarios import Scenario
from planbench.ui import text
from planbench.ui.portfolio.bars import YearBars, year_bars
from planbench.ui.portfolio.charts import FrontierChart, Mark
from planbench.ui.portfolio.decisions import DecisionTable, WhyPane
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.heat import HeatMap, Legend, cell_words
from planbench.ui.portfolio.roadmap import Roadmap
from planbench.ui.portfolio.words import (
    call_name,
    change,
    group_colour,
    groups,
    money,
    percent,
    unit,
)
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Card,
    ComboBox,
    ElidedLabel,
    Label,
    Stat,
    StatStrip,
    Surface,
)

COUNTED = (tr("Whole demand"), tr("Weighted by success"), tr("Running projects only"))


ROWS = [
    tr("By rank"),
    tr("By objective"),
    tr("By rank, with roles"),
    tr("By objective, with roles"),
]
"""Which lines the roadmap shows."""


def scrolled(widget: QWidget, *, across: bool = False) -> QScrollArea:
    """A widget that scrolls when there is less room than it needs."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    if not across:
        made.setHorizontalScrollBarPolicy(never)
    inner = Surface("surface-raised")
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    made.setWidget(inner)
    return made


class SelectionPage(QWidget):
    """The view of the mockup: ranking, years and reasons left; frontier, capacity, roadmap."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.scenarios: tuple[Scenario, ...] = ()
        self._chart: FrontierChart | None = None
        self.table = DecisionTable(desk)
        self.bars = YearBars()
        self.why = WhyPane(desk)
        self.heat = HeatMap()
        self.heat.chosen.connect(self._cell_chosen)
        self.counted = ComboBox(COUNTED, tr("Which demand"))
        self.counted.activated.connect(lambda _index: self._show_cells())
        self.short = ElidedLabel("", "body", "text-muted")
        self.roadmap = Roadmap(desk)
        self.rows = ComboBox(ROWS, tr("Rows of the roadmap"))
        self.rows.activated.connect(
            lambda index: self.roadmap.show_lanes(index in (1, 3), index in (2, 3))
        )
        self.legend = Legend(tr("Buckets"))
        self.strip = StatStrip()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        self.left = self._left()
        row.addWidget(self.left)
        row.addLayout(self._right(), 1)
        desk.changed.connect(self.refresh)
        desk.planned.connect(self._planned)
        desk.risked.connect(self._risked)
        desk.studied.connect(self._studied)
        desk.selected.connect(lambda _name: self._selected())
        theme_manager().changed.connect(self._show_legend)

    def _left(self) -> Card:
        self.ranking = Card(tr("Ranked projects"))
        self.proof = Label("", "body", "text-muted", tabular=True)
        self.ranking.add_tool(self.proof)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        self.years = Label("", "small", "text-muted")
        self.years.setContentsMargins(14, 8, 14, 4)
        column.addWidget(self.years)
        column.addWidget(self.bars)
        column.addSpacing(6)
        column.addWidget(self.why)
        self.ranking.set_body(body)
        return self.ranking

    def _right(self) -> QVBoxLayout:
        self.curve = Card(tr("Efficient frontier"), tr("best value at each cost"))
        self.capacity = Card(tr("Capacity"), tr("demand in capacity, %"))
        self.capacity.add_tool(self.counted)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(scrolled(self.heat, across=True), 1)
        line = QHBoxLayout()
        line.setContentsMargins(14, 0, 12, 2)
        line.addWidget(self.short)
        column.addLayout(line)
        self.capacity.set_body(body)
        for card in (self.curve, self.capacity):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        upper = QHBoxLayout()
        upper.setSpacing(12)
        upper.addWidget(self.curve, 10)
        upper.addWidget(self.capacity, 11)
        self.road = Card(tr("Roadmap"), tr("drag a bar to try another start"))
        self.road.add_tool(self.legend)
        self.road.add_tool(self.rows)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 1)
        column.setSpacing(0)
        column.addWidget(scrolled(self.roadmap), 1)
        line_top = Surface("border")
        line_top.setFixedHeight(1)
        column.addWidget(line_top)
        column.addWidget(self.strip)
        self.road.set_body(body)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addLayout(upper, 9)
        right.addWidget(self.road, 13)
        return right

    def fit(self, narrow: bool) -> None:
        """Narrow windows: the ranking keeps what matters, rows stand closer."""
        self.left.setFixedWidth(480 if narrow else 640)
        self.table.wide = not narrow
        self.table.verticalHeader().setDefaultSectionSize(22 if narrow else 30)
        self.counted.setVisible(not narrow)
        self.proof.setVisible(not narrow)
        self.refresh()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.table, self.heat, self.roadmap]

    def show_scenarios(self, kept: tuple[Scenario, ...]) -> None:
        """Kept scenarios stand on the frontier chart."""
        self.scenarios = kept
        self._show_curve()

    # Showing.

    def refresh(self) -> None:
        """Everything anew."""
        self._show_legend()
        self._planned()
        self._show_curve()

    def _planned(self) -> None:
        if self.desk.register is None or self.desk.check is None:
            return
        self._show_proof()
        self.table.show_plan()
        self.roadmap.show_plan()
        self._show_years()
        self._show_cells()
        self._show_strip()
        self.why.show_project()
        self._show_curve()

    def _risked(self) -> None:
        self._show_years()
        self._show_strip()

    def _studied(self) -> None:
        self.table.show_plan()
        self._show_curve()

    def _selected(self) -> None:
        self.table.show_current()
        self.roadmap.show_plan()
        self.why.show_project()

    def _show_proof(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        must = sum(project.must_do for project in register.open_projects)
        note = tr("{open_projects}, of which {must} must do").format(
            open_projects=len(register.open_projects), must=must
        )
        self.ranking.set_title(tr("Ranked projects"), note)
        solved = desk.solved
        if solved is None:
            self.proof.setText(tr("as asked, not solved yet"))
        elif not solved.selection.found:
            self.proof.setText(tr("no choice keeps all limits"))
        elif desk.by_hand:
            self.proof.setText(tr("planned by hand"))
        else:
            gap = text.percent(solved.selection.gap, 2)
            seconds = text.number(solved.selection.seconds, 1)
            self.proof.setText(
                tr("optimum within {gap}, {seconds} s").format(gap=gap, seconds=seconds)
            )

    def _show_years(self) -> None:
        desk, register = self.desk, self.desk.register
        if register is None or desk.check is None:
            return
        before: tuple[Year, ...] = ()
        if desk.solved is not None and desk.solved.selection.found:
            plan = _known(desk, desk.solved.plan)
            before = years_of(register, plan, desk.assumptions)
        risk = desk.risk.years if desk.risk is not None else ()
        self.bars.show_bars(year_bars(register, desk.check.years, before, risk))
        self.years.setText(
            tr("Cost by fiscal year against budget, {register}").format(register=unit(register))
        )

    def _show_cells(self) -> None:
        desk, register = self.desk, self.desk.register
        if register is None or desk.check is None:
            return
        which = self.counted.currentIndex()
        cells = desk.check.cells
        if which:
            cells = heat_map(register, desk.plan, weighted=which == 1, committed=which == 2)
        self.heat.show_cells(register, cells)
        worst = shortages(cells)
        if not register.roles:
            self.short.setText(tr("The register names no critical roles."))
        elif worst:
            more = (
                tr(" {worst} more cells are short.").format(worst=len(worst) - 1)
                if len(worst) > 1
                else ""
            )
            self.short.setText(cell_words(register, worst[0]) + more)
        else:
            full = max((c for c in cells if c.share is not None), key=_share, default=None)
            words = tr("No role is short.")
            if full is not None and full.demand > 0:
                words += tr(" Fullest: {register}").format(register=cell_words(register, full))
            self.short.setText(words)
        self.short.set_role("late" if worst else "text-muted")

    def _cell_chosen(self, cell: Cell) -> None:
        if self.desk.register is not None:
            self.short.setText(cell_words(self.desk.register, cell))
            self.short.set_role("late" if cell.shortage else "text-muted")

    def _show_legend(self) -> None:
        register = self.desk.register
        if register is None:
            return
        parts = [(group_colour(register, name), name) for name in groups(register)]
        parts.append((current_theme().color("milestone"), "deadline"))
        self.legend.show_parts(parts)

    def _show_strip(self) -> None:
        desk, register = self.desk, self.desk.register
        if register is None or desk.check is None:
            return
        self.strip.set(figures(desk))

    def _show_curve(self) -> None:
        desk, register = self.desk, self.desk.register
        if register is None or desk.check is None or desk.asked is None:
            return
        if self._chart is None:
            self._chart = FrontierChart(self._point_chosen)
            self.curve.set_body(self._chart.chart.widget)
        points = desk.study.frontier if desk.study is not None else ()
        broken = tr(" (breaks limits)") if desk.asked.broken else ""
        marks = [
            Mark(tr("As asked{broken}").format(broken=broken), desk.asked.cost, desk.asked.value)
        ]
        if desk.solved is not None and desk.by_hand and desk.solved.selection.found:
            marks.append(Mark(tr("Optimum"), desk.solved.cost, desk.solved.selection.value))
        name = tr("By hand") if desk.by_hand else tr("Optimum") if desk.solved else tr("Plan")
        marks.append(Mark(name, desk.check.cost, desk.check.value, True))
        for one in self.scenarios[-4:]:
            cost, value = one.figures["cost"], one.figures["value"]
            if all(abs(mark.cost - cost) >= 1e-6 for mark in marks):
                marks.append(Mark(one.name, cost, value))
        if desk.check.cost == desk.asked.cost and desk.check.value == desk.asked.value:
            marks = marks[1:]
        worth = tr("points") if desk.assumptions.objective == "score" else unit(register)
        self._chart.show_points(points, marks, worth, desk.assumptions.total_budget)
        away = distance(points, desk.check.cost, desk.check.value) if points else None
        note = tr("best value at each cost")
        if points and away is not None and away > 0.05:
            note = tr("{away} below the frontier").format(away=money(away))
        elif points and desk.check.broken:
            note = tr("breaks limits that the frontier keeps")
        self.curve.set_title(tr("Efficient frontier"), note)

    def _point_chosen(self, point: Point) -> None:
        plan = self.desk.plan_of(point)
        self.desk.tried(
            self.desk.apply, tr("Plan for {cost}").format(cost=money(point.cost)), plan=plan
        )


def _share(cell: Cell) -> float:
    return cell.share or 0.0


def _known(desk: Desk, plan: dict[str, int | None]) -> dict[str, int | None]:
    assert desk.register is not None
    return {name: delay for name, delay in plan.items() if name in desk.register.by_id}


def figures(desk: Desk) -> list[Stat]:
    """The strip below the roadmap: value, cost and what risk does to them."""
    register, check, risk = desk.register, desk.check, desk.risk
    assert register is not None
    assert check is not None
    worth = tr("points") if desk.assumptions.objective == "score" else unit(register)
    best = desk.solved.selection.value if desk.solved and desk.solved.selection.found else None
    note = tr("net present value")
    if best is not None and desk.by_hand:
        note = tr("{change} to the optimum").format(change=change(check.value - best))
    broken = len(check.broken)
    made = [
        Stat(
            tr("Value, {worth}").format(worth=worth),
            money(check.value),
            note
            if not broken
            else tr("breaks {broken}").format(
                broken=text.counted(broken, tr("limit"), tr("limits"))
            ),
            note_role="late" if broken else "text-muted",
        ),
        Stat(
            tr("Forward cost, {register}").format(register=unit(register)),
            money(check.cost),
            tr("of what goes on"),
        ),
    ]
    if risk is None or not risk.projects:
        return made
    apart = sum(risk.cost_p80.values())
    name, share = max(risk.variance_by_project.items(), key=lambda pair: pair[1])
    worst = max(risk.years, key=lambda one: one.probability_over, default=None)
    made += [
        Stat(
            tr("Portfolio cost P80"),
            money(risk.cost_percentile(80)),
            tr("projects alone {apart}").format(apart=money(apart)),
        ),
        Stat(
            tr("Diversification"),
            text.DASH if risk.diversification is None else text.number(risk.diversification, 2),
            tr("1: all above P50 evens out"),
        ),
        Stat(
            tr("Largest risk"),
            percent(share),
            tr("of the variance, {register}").format(register=call_name(register, name)),
        ),
    ]
    if worst is not None:
        made.append(
            Stat(
                tr("Likeliest overrun"),
                percent(worst.probability_over),
                tr("{fund} {fiscal_year} breaks its budget").format(
                    fund=worst.fund, fiscal_year=worst.fiscal_year
                ),
                note_role="late" if worst.probability_over >= 0.2 else "text-muted",
            )
        )
    return made
