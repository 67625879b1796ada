"""The Follow-up view: exceptions, benefits, and what goes wrong in many projects alike."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.systemic import FACTORS, Level, heat_cells
from planbench.services.portfolio import systemic_levels
from planbench.services.portfolio_board import BenefitLine, benefit_lines
from planbench.services.portfolio_library import (
    Flow,
    exceptions,
    summed_values,
)
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.matrix import Matrix, Square
from planbench.ui.portfolio.rows import Rows, stacked, table
from planbench.ui.portfolio.words import call_name, money, percent
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Card, CellLook, Column, Label, SegmentedControl

KINDS = {
    "p80-deadline": ("flag", tr("P80 late")),
    "forecast-deadline": ("late", "late"),
    "target-finish": ("late", tr("off target")),
    "target-budget": ("flag", tr("over budget")),
    "gate": ("held-back", "gate"),
}


def _way(kind: str) -> str:
    """A gate is the portfolio's word to the project; all others come from the project."""
    return tr("to project") if kind == "gate" else tr("from project")


class FollowUpPage(QWidget):
    """What the projects report back, and which problems repeat."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._narrow = False
        self.factor = SegmentedControl([one.capitalize() for one in FACTORS], tr("Factor"))
        self.factor.changed.connect(lambda _index: self._show_systemic())
        self.levels = Rows(_levels(""))
        self.level_table = table(tr("Systemic problems"), self.levels)
        self.level_table.row_changed.connect(lambda _row: self._show_level())
        self.said = Label("", "prose", wrap=True)
        self.map = Matrix(tr("Late deliveries by project"))
        self.map.warm = True
        self.exceptions = Rows(
            [
                Column("kind", tr("Exception"), 104, sortable=False, elide=False),
                Column("way", tr("Way"), 90, sortable=False, elide=False),
                Column("project", tr("Project"), 88, sortable=False),
                Column("text", tr("What it is"), 300, stretch=True, sortable=False),
            ]
        )
        self.exception_table = table(tr("Exceptions"), self.exceptions, 30)
        self.exception_table.row_activated.connect(self._exception_opened)
        self.benefits = Rows(_BENEFITS)
        self.benefit_table = table(tr("Benefits register"), self.benefits)
        self.updates = Label("", "body", "text-muted", wrap=True)
        self._lay()
        for signal in (desk.opened, desk.changed, desk.planned, desk.kept, desk.reported):
            signal.connect(self.refresh)

    def _lay(self) -> None:
        self.systemic_card = Card(tr("Systemic problems"), tr("late more often than all others"))
        self.systemic_card.add_tool(self.factor)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 10)
        column.addWidget(stacked(self.level_table, self.said), 3)
        column.addWidget(self.map, 2)
        self.systemic_card.set_body(body)
        self.exception_card = Card(tr("Exceptions"), tr("between projects and portfolio"))
        self.read = Button(
            tr("Read the updates"),
            "default",
            "refresh",
            tip=tr("Take dates, P80, EAC and CPI from the latest update of every linked project"),
            in_card=True,
        )
        self.read.clicked.connect(lambda _on=False: self.desk.read_updates())
        self.exception_card.add_tool(self.read)
        self.exception_card.set_body(stacked(self.exception_table, self.updates))
        self.benefit_card = Card(tr("Benefits"))
        self.benefit_card.set_body(self.benefit_table)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.exception_card, 4)
        right.addWidget(self.benefit_card, 5)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(self.systemic_card, 7)
        row.addLayout(right, 6)

    def fit(self, narrow: bool) -> None:
        """Narrow windows: what a benefit is goes before where it starts from."""
        self._narrow = narrow
        self.refresh()

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.level_table, self.exception_table, self.benefit_table]

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def refresh(self) -> None:
        """Everything anew, when it is on screen."""
        if self.desk.register is None or not self.isVisible():
            return
        self._show_systemic()
        self._show_exceptions()
        self._show_benefits()

    # Systemic problems.

    def _show_systemic(self) -> None:
        register = self.desk.register
        if register is None:
            return
        if not register.delays:
            self.levels.show([])
            self.map.show_squares([], [], {})
            self.said.setText(tr("The register lists no deliveries with their delays."))
            return
        factor = FACTORS[self.factor.index]
        self._levels = systemic_levels(register)[factor]
        names = factor_names(register, factor)
        columns = _levels(register.settings.currency)
        shown = [k for k, c in enumerate(columns) if not (self._narrow and c.key in _SPARE)]
        looks = [_level_row(one, names.get(one.name, one.name)) for one in self._levels]
        self.levels.show(
            [[row[k] for k in shown] for row in looks],
            keys=[one.name for one in self._levels],
            values=_level_values(self._levels),
            columns=[columns[k] for k in shown],
        )
        self.level_table.apply_columns()
        self._show_map(register, factor, names)
        self.level_table.select_row(0)
        self._show_level()

    def _show_map(self, register: Register, factor: str, names: dict[str, str]) -> None:
        shown = [one.name for one in self._levels[:6]]
        cells = [one for one in heat_cells(register.delays, factor) if one.level in shown]
        projects = sorted({one.project for one in cells})
        squares = {
            (one.level, one.project): Square(
                one.late / one.events,
                f"{one.late}/{one.events}",
                tr("{level} in {register}: {late} of {events} late").format(
                    level=names.get(one.level, one.level),
                    register=call_name(register, one.project),
                    late=one.late,
                    events=one.events,
                ),
            )
            for one in cells
        }
        flagged = {one.name: one.systemic for one in self._levels}
        self.map.show_squares(
            [(name, names.get(name, name), flagged[name]) for name in shown],
            [(one, one, register.by_id[one].name) for one in projects if one in register.by_id],
            squares,
        )

    def _show_level(self) -> None:
        row = self.level_table.current_row()
        register = self.desk.register
        if register is not None and 0 <= row < len(self.levels.keys):
            factor = FACTORS[self.factor.index]
            level = next(one for one in self._levels if one.name == self.levels.keys[row])
            self.said.setText(level_words(level, factor_names(register, factor)))

    # Exceptions and benefits.

    def _show_exceptions(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        committed = desk.targets()
        found = exceptions(register, committed)
        self.exceptions.show(
            [
                (
                    CellLook(KINDS[one.kind][1], chip=KINDS[one.kind][0]),
                    CellLook(_way(one.kind), "text-muted"),
                    CellLook(call_name(register, one.project)),
                    CellLook(one.text),
                )
                for one in found
            ],
            keys=[one.project for one in found],
            tips=[one.text for one in found],
        )
        self.exception_table.apply_columns()
        note = (
            tr("{committed} committed").format(
                committed=text.counted(len(committed), tr("target"), tr("targets"))
            )
            if committed
            else tr("no targets")
        )
        self.exception_card.set_title(tr("Exceptions"), f"{len(found)}, {note}")
        linked = [p for p in register.projects if p.library_code]
        if self.desk.flows:
            quiet = "" if found else tr("Nothing is beyond a deadline, a target or a gate. ")
            self.updates.setText(quiet + flow_words(self.desk.flows))
        elif linked:
            count = text.counted(len(linked), tr("project"), tr("projects"))
            self.updates.setText(
                tr("{count} linked to a schedule; updates not read yet.").format(count=count)
            )
        else:
            self.updates.setText(tr("No project of the register is linked to a schedule."))
        self.read.setEnabled(bool(linked) and desk.state.library is not None)

    def _exception_opened(self, row: int) -> None:
        if 0 <= row < len(self.exceptions.keys):
            self.desk.select(self.exceptions.keys[row])

    def _show_benefits(self) -> None:
        register = self.desk.register
        assert register is not None
        looks = []
        measured = 0
        for line in benefit_lines(register):
            one, got = line.benefit, line.realised
            measured += got is not None
            looks.append(
                (
                    CellLook(call_name(register, one.project)),
                    CellLook(one.kpi, muted=one.unit),
                    CellLook(money(one.baseline)),
                    CellLook(money(one.target)),
                    CellLook(one.target_date),
                    CellLook(percent(line.planned), "text-muted"),
                    _realised(line),
                )
            )
        shown = [k for k, c in enumerate(_BENEFITS) if not (self._narrow and c.key in _SPARE)]
        self.benefits.show(
            [[row[k] for k in shown] for row in looks],
            columns=[_BENEFITS[k] for k in shown],
            tips=[f"{line.benefit.kpi}, {line.benefit.unit}" for line in benefit_lines(register)],
        )
        self.benefit_table.apply_columns()
        note = tr("{looks} promised, {measured} measured").format(
            looks=len(looks), measured=measured
        )
        self.benefit_card.set_title(tr("Benefits"), note)


_SPARE = ("baseline", "target", "date", "projects", "days")
"""Columns that narrow windows do without."""


def _realised(line: BenefitLine) -> CellLook:
    """The share that was measured; brown where it is behind what is due by now."""
    got = line.realised
    if got is None:
        return CellLook(tr("not measured"), "text-muted")
    behind = got < line.planned - 1e-9
    share = min(1.0, max(0.0, got))
    parts = ((share, "late" if behind else "positive"), (1 - share, "surface-sunken"))
    return CellLook(percent(got), "late" if behind else "text", parts=parts)


def _levels(currency: str) -> list[Column]:
    return [
        Column("name", tr("Name"), 150, stretch=True),
        Column("late", tr("Late"), 74, right=True, tip=tr("Late of all deliveries")),
        Column("rate", tr("Rate"), 58, right=True),
        Column("ratio", tr("Ratio"), 58, right=True, tip=tr("Late rate over that of all others")),
        Column("p", "p", 70, right=True, tip=tr("Fisher's exact test, one-sided")),
        Column("projects", tr("Projects"), 72, right=True),
        Column("days", tr("Median, d"), 78, right=True, tip=tr("Median days of the late ones")),
        Column("cost", tr("Cost, {currency}").format(currency=currency), 86, right=True),
        Column("verdict", "", 108, sortable=False, elide=False),
    ]


_BENEFITS = [
    Column("project", tr("Project"), 84, sortable=False),
    Column("kpi", tr("Benefit"), 200, stretch=True, sortable=False),
    Column("baseline", tr("From"), 58, right=True, sortable=False),
    Column("target", tr("To"), 58, right=True, sortable=False),
    Column("date", tr("By"), 82, sortable=False, elide=False),
    Column("due", tr("Due"), 52, right=True, sortable=False, tip=tr("By its ramp, today")),
    Column("got", tr("Realised"), 116, sortable=False, elide=False),
]


def _level_row(one: Level, name: str) -> tuple[CellLook, ...]:
    if one.chronic:
        verdict = CellLook("chronic", chip="missing")
    elif one.systemic:
        verdict = CellLook("systemic", chip="flag")
    elif one.p is None:
        verdict = CellLook(tr("not judged"), "text-muted")
    else:
        verdict = CellLook("")
    ink = "text" if one.systemic else "text-muted"
    p = text.DASH if one.p is None else "<0.001" if one.p < 0.001 else text.number(one.p, 3)
    return (
        CellLook(name, strong=one.systemic),
        CellLook(tr("{late} of {events}").format(late=one.late, events=one.events), ink),
        CellLook(percent(one.rate), ink),
        CellLook(text.DASH if one.ratio is None else text.number(one.ratio, 1), ink),
        CellLook(p, ink),
        CellLook(str(one.projects), ink),
        CellLook(text.number(one.median_days), ink),
        CellLook(money(one.cost), ink),
        verdict,
    )


def _level_values(levels: tuple[Level, ...]) -> dict[str, list[float]]:
    return {
        "late": [float(one.late) for one in levels],
        "rate": [one.rate for one in levels],
        "ratio": [one.ratio or 0.0 for one in levels],
        "p": [2.0 if one.p is None else one.p for one in levels],
        "projects": [float(one.projects) for one in levels],
        "days": [one.median_days for one in levels],
        "cost": [one.cost for one in levels],
    }


def factor_names(register: Register, factor: str) -> dict[str, str]:
    """What the codes of a factor mean."""
    if factor == "supplier":
        return {one.id: f"{one.name} ({one.id})" for one in register.suppliers}
    if factor == "cause":
        return {one.id: one.name for one in register.causes}
    if factor == "project":
        return {one.id: one.name for one in register.projects}
    return {}


def level_words(one: Level, names: dict[str, str]) -> str:
    """One level against the rest, in sentences."""
    name = names.get(one.name, one.name)
    said = tr("{name} was late in {late} of {events} deliveries").format(
        name=name, late=one.late, events=one.events
    )
    if one.rest_events:
        said += tr(", all others in {rest_late} of {rest_events}").format(
            rest_late=one.rest_late, rest_events=one.rest_events
        )
    if one.p is None:
        return tr("{said}: too few deliveries or projects to judge.").format(said=said)
    if not one.systemic:
        return tr("{said}: this may be chance.").format(said=said)
    ratio = (
        ""
        if one.ratio is None
        else tr(", {ratio} times as often").format(ratio=text.number(one.ratio, 1))
    )
    said += tr("{ratio}; chance alone would do so in {number} % of cases.").format(
        ratio=ratio, number=text.number(100 * one.p, 3)
    )
    if one.chronic:
        periods = tr("{significant_periods} of the last {significant_periods2}").format(
            significant_periods=sum(one.significant_periods),
            significant_periods2=len(one.significant_periods),
        )
        said += tr(" It stands out in {periods} periods: chronic.").format(periods=periods)
    if one.trend is not None:
        said += tr(" Trend of its late rate: {signed} points.").format(
            signed=text.signed(100 * one.trend)
        )
    return said


def flow_words(found: tuple[Flow, ...]) -> str:
    """What the updates said, and the index of all together."""
    total = summed_values(found)
    said = tr("{found} read").format(found=text.counted(len(found), tr("project"), tr("projects")))
    if total.cpi is not None:
        said += tr("; CPI of all together {cpi} (sum of EV over sum of AC)").format(
            cpi=text.number(total.cpi, 2)
        )
    floats = [one.float_days for one in found if one.float_days is not None]
    if floats:
        said += tr("; least float {days} d").format(days=text.number(min(floats), 1))
    remarks = [f"{one.project}: {one.remark}" for one in found if one.remark]
    return f"{said}. {' '.join(remarks)}".strip()
