"""The decision table with its waterline, and why a project stands where it stands."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from planbench.engines.portfolio.decisions import Binding, Decision
from planbench.engines.portfolio.quarters import quarter_name
from planbench.engines.portfolio.timing import priorities
from planbench.services.portfolio_words import WORDS, limit_words, reason
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.rows import Rows
from planbench.ui.portfolio.words import ICONS, call_name, money, percent, unit
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, CellLook, Column, Label, Surface, TableView

WATERLINE = "waterline"

KINDS = {"core": "core", "borderline": "edge", "out": "out"}


def _columns(money_unit: str, wide: bool) -> list[Column]:
    made = [
        Column("rank", "#", 34, sortable=False, elide=False),
        Column("project", tr("Project"), 160, stretch=True, sortable=False),
        Column("decision", tr("Decision"), 114, sortable=False, elide=False),
        Column(
            "cost",
            tr("Cost, {money_unit}").format(money_unit=money_unit),
            82,
            right=True,
            sortable=False,
        ),
        Column("value", tr("Value"), 56, right=True, sortable=False),
    ]
    if wide:
        made += [
            Column(
                "score",
                tr("Priority"),
                116,
                sortable=False,
                elide=False,
                tip=tr("Impact on the weighted drivers, in percent of all projects"),
            ),
            Column(
                "kept",
                tr("Kept in"),
                88,
                sortable=False,
                elide=False,
                tip=tr("How often it is chosen when cost and benefits are drawn"),
            ),
        ]
    return made


class DecisionTable(TableView):
    """Projects in order; what is done above the waterline, what is not below it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(tr("Ranked projects"), 30)
        self.desk = desk
        self.wide = True
        self.rows = Rows(_columns("", True))
        self.setModel(self.rows)
        self.row_changed.connect(self._chosen)
        self.setToolTip(tr("Return brings a project into the plan by hand, or takes it out"))
        self.row_activated.connect(self._toggled)

    def show_plan(self) -> None:
        """Show the plan on the table; what changed against the optimum has a dot."""
        desk, register = self.desk, self.desk.register
        if register is None or desk.check is None:
            return
        order = desk.order()
        going = [name for name in order if desk.plan.get(name) is not None]
        out = [name for name in order if desk.plan.get(name) is None]
        looks = [self._row(k + 1, name) for k, name in enumerate(going)]
        looks.append(self._line())
        looks += [self._row(len(going) + k + 1, name) for k, name in enumerate(out)]
        keys = [*going, WATERLINE, *out]
        tips = ["" if key == WATERLINE else register.by_id[key].name for key in keys]
        self.clearSpans()
        self.rows.show(looks, keys=keys, tips=tips, columns=_columns(unit(register), self.wide))
        self.apply_columns()
        self.setSpan(len(going), 0, 1, len(self.rows.columns))
        self.show_current()

    def show_current(self) -> None:
        """Mark the project that is current in all views."""
        row = self.rows.row_of(self.desk.current)
        if row >= 0:
            self.select_row(row)

    def _row(self, number: int, name: str) -> tuple[CellLook, ...]:
        desk, register = self.desk, self.desk.register
        assert register is not None
        assert desk.check is not None
        project, delay = register.by_id[name], desk.plan.get(name)
        word, by_hand = self.word(name)
        quiet = "text" if delay is not None else "text-muted"
        found = desk.decisions.get(name)
        forced = name in desk.assumptions.force_in or project.must_do
        icon = "lock" if forced else ICONS[word]
        value = desk.check.option_values.get(name, 0.0)
        if delay is None and not project.running and found is not None:
            value = found.alone
        tint = {"stop": "negative", "hold": "text-muted"}.get(word, "positive")
        looks = [
            CellLook(str(number), "text-muted"),
            CellLook(project.name, quiet, muted=tr("running") if project.running else ""),
            CellLook(WORDS[word], quiet, icon=icon, icon_role=tint, dot=by_hand),
            CellLook(money(project.forward_capex * desk.assumptions.cost_factor), quiet),
            CellLook(money(value), "negative" if value < 0 else quiet),
        ]
        return (*looks, *self._more(name, quiet)) if self.wide else tuple(looks)

    def _more(self, name: str, quiet: str) -> tuple[CellLook, CellLook]:
        desk, register = self.desk, self.desk.register
        assert register is not None
        score = CellLook(text.DASH, "text-muted")
        if register.drivers:
            scores = priorities(register, desk.assumptions.judgement_set)
            most, mine = max(scores.values(), default=1.0) or 1.0, scores.get(name, 0.0)
            ink = "remaining-edge" if desk.plan.get(name) is not None else "loe"
            score = CellLook(
                text.number(mine, 1), quiet, parts=((mine, ink), (most - mine, "surface-sunken"))
            )
        study = desk.study
        kept = study.stability.get(name) if study is not None else None
        if kept is None:
            return score, CellLook(text.DASH, "text-muted")
        return score, CellLook(percent(kept.share), quiet, muted=KINDS.get(kept.kind, kept.kind))

    def word(self, name: str) -> tuple[str, bool]:
        """The decision that the plan on the table means, and whether it is another's than ours."""
        desk, register = self.desk, self.desk.register
        assert register is not None
        project, delay = register.by_id[name], desk.plan.get(name)
        if delay is None:
            word = "stop" if project.running else "hold"
        elif project.running:
            word = "pause" if delay else "continue"
        else:
            word = "delay" if delay else "launch"
        return word, desk.solved is not None and desk.solved.plan.get(name) != delay

    def _line(self) -> tuple[CellLook, ...]:
        desk = self.desk
        assert desk.check is not None
        assert desk.register is not None
        said = tr("{cost} {register} committed above the line").format(
            cost=money(desk.check.cost), register=unit(desk.register)
        )
        names = [limit_words(desk.register, b.name) for b in self._bindings()]
        if desk.check.broken:
            worst = [limit_words(desk.register, name) for name in desk.check.broken]
            said = tr("By hand; breaks {words}").format(words=", ".join(worst[:2]))
            said += tr(" and {worst} more").format(worst=len(worst) - 2) if len(worst) > 2 else ""
        elif names:
            said += tr(". Binding: {words}").format(words=", ".join(names[:2]))
        look = CellLook(tr("Waterline"), "accent-text", strong=True, icon="waypoints", muted=said)
        if desk.check.broken:
            look = look._replace(role="negative", icon="alert", icon_role="negative")
        return (look, *[CellLook()] * (len(_columns("", self.wide)) - 1))

    def _bindings(self) -> list[Binding]:
        solved = self.desk.solved
        return list(solved.answer.bindings) if solved is not None else []

    def _chosen(self, row: int) -> None:
        if 0 <= row < len(self.rows.keys) and self.rows.keys[row] != WATERLINE:
            self.desk.select(self.rows.keys[row])

    def _toggled(self, row: int) -> None:
        name = self.rows.keys[row]
        if name == WATERLINE:
            return
        going = self.desk.plan.get(name) is not None
        words = (
            tr("Take out {name}").format(name=name)
            if going
            else tr("Bring in {name}").format(name=name)
        )
        self.desk.tried(self.desk.move, name, None if going else 0, words)


class WhyPane(Surface):
    """Why the current project stands where it stands, what would change it, and the doors to it."""

    asked = Signal(str, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__("surface-raised", "t")
        self.desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        self.title = Label("", "heading", wrap=True)
        self.words = Label("", "prose", wrap=True)
        column.addWidget(self.title)
        column.addWidget(self.words, 1)
        self.shift = Button("", "default", "calendar-clock", in_card=True)
        self.shift.clicked.connect(lambda _on=False: self._shift())
        self.force = Button("", "default", "lock", in_card=True)
        self.force.clicked.connect(lambda _on=False: self._force())
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.force, self.shift):
            row.addWidget(button)
        row.addStretch(1)
        self.price = Label("", "small", "text-muted")
        row.addWidget(self.price)
        column.addLayout(row)

    def show_project(self) -> None:
        """Tell of the current project."""
        desk, register = self.desk, self.desk.register
        name = desk.current
        found = desk.decisions.get(name)
        if register is None or name not in register.by_id or desk.solved is None:
            self.title.setText(tr("Choose a project"))
            self.words.setText(
                tr("Its row then says why it is in or out, and what would change it.")
            )
            for button in (self.shift, self.force):
                button.hide()
            self.price.setText("")
            return
        called = call_name(register, name)
        if found is None:
            self.title.setText(called)
            self.words.setText(tr("It was not there yet when the portfolio was solved."))
        else:
            self.title.setText(question(called, found))
            self.words.setText(reason(register, found, desk.solved.unit))
        self._doors(found)
        self.price.setText(self._prices())

    def _doors(self, found: Decision | None) -> None:
        desk, name = self.desk, self.desk.current
        given = desk.assumptions
        forced = name in given.force_in or name in given.force_out
        going = desk.plan.get(name) is not None
        running = desk.register is not None and desk.register.by_id[name].running
        words = (
            tr("Leave free")
            if forced
            else tr("Force out")
            if going
            else tr("Keep on")
            if running
            else tr("Force in")
        )
        self.force.setText(words)
        tips = {
            tr("Leave free"): tr("Let the optimum decide, and solve again"),
            tr("Force out"): tr("Solve again without it"),
            tr("Force in"): tr("Solve again with it; another may have to go"),
            tr("Keep on"): tr("Solve again with it going on"),
        }
        self.force.set_tip(tips[words])
        self.force.show()
        wish = found.fits or found.instead if found is not None else None
        shown = wish is not None and wish.active and desk.plan.get(name) != wish.delay
        self.shift.setVisible(shown)
        if shown and wish is not None:
            start = quarter_name(wish.start)
            self.shift.setText(
                tr("Move to {start}").format(start=start)
                if going
                else tr("Start {start} by hand").format(start=start)
            )
            self.shift.set_tip(tr("Change the plan without solving; budgets and capacity follow"))
            self._wish = wish.delay

    def _prices(self) -> str:
        solved = self.desk.solved
        if solved is None:
            return ""
        said = [
            tr("+{step} {register} is worth {step_gain}").format(
                step=money(one.step),
                register=limit_words(solved.register, one.name),
                step_gain=money(one.step_gain),
            )
            for one in solved.answer.bindings
            if one.step_gain
        ]
        return "; ".join(said[:2])

    def _shift(self) -> None:
        self.desk.tried(self.desk.move, self.desk.current, self._wish)

    def _force(self) -> None:
        way = {tr("Force in"): "in", tr("Keep on"): "in", tr("Force out"): "out"}.get(
            self.force.text(), ""
        )
        self.desk.tried(self.desk.force, self.desk.current, way)


def question(called: str, found: Decision) -> str:
    """The question that the reason answers."""
    return {
        "stop": tr("Why stop {called}?").format(called=called),
        "hold": tr("Why is {called} below the line?").format(called=called),
        "delay": tr("Why does {called} start later?").format(called=called),
        "pause": tr("Why pause {called}?").format(called=called),
        "launch": tr("Why launch {called}?").format(called=called),
        "continue": tr("Why does {called} go on?").format(called=called),
    }[found.decision]
