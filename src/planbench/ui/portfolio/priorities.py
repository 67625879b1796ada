"""The Priorities view: judgements and their consistency, rankings, alignment with the drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.engines.portfolio.priority import Ahp
from planbench.engines.portfolio.register import Judgement, Register
from planbench.engines.portfolio.timing import driver_weights, judgement_sets, weights_given
from planbench.services.portfolio import align, judged
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.matrix import Matrix, Square
from planbench.ui.portfolio.ranks import RankCard
from planbench.ui.portfolio.rows import stacked, table
from planbench.ui.portfolio.words import percent
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    Card,
    CellLook,
    Column,
    ComboBox,
    FlatTableModel,
    Label,
)


def judgement_words(value: float) -> str:
    """3, or 1/3 for what is below 1."""
    if value >= 1 or value <= 0:
        return text.number(value, 0 if abs(value - round(value)) < 1e-9 else 1)
    near = Fraction(1 / value).limit_denominator(10)
    whole = near.denominator == 1
    return f"1/{near.numerator}" if whole else f"1/{text.number(1 / value, 1)}"


def judgement_value(words: str) -> float | None:
    """The number of `3`, `0.5` or `1/3`; None for anything else or outside 1/9 to 9."""
    try:
        value = float(Fraction(words.strip().replace(",", ".")))
    except (ValueError, ZeroDivisionError):
        return None
    return value if 1 / 9.001 <= value <= 9.001 else None


def with_judgement(register: Register, name: str, a: str, b: str, value: float) -> Register:
    """The register with `a` against `b` judged otherwise in a set."""
    made = []
    for one in register.judgements:
        if one.set == name and (one.a, one.b) == (a, b):
            made.append(Judgement(name, a, b, value))
        elif one.set == name and (one.a, one.b) == (b, a):
            made.append(Judgement(name, b, a, 1.0 / value))
        else:
            made.append(one)
    return replace(register, judgements=tuple(made))


class _Judgements(FlatTableModel):
    """The matrix of a set: a row against a column."""

    def __init__(self, page: PrioritiesPage) -> None:
        super().__init__()
        self.page = page
        self.names: tuple[str, ...] = ()
        self._values: dict[tuple[str, str], float] = {}
        self._weights: list[float] = []
        self._revisit: tuple[str, str] = ("", "")

    def show(self, register: Register, name: str, found: Ahp) -> None:
        """Show a set with the weights it gives."""
        self.names = found.names
        self._weights = found.weights.tolist()
        self._values = {}
        for one in register.judgements:
            if one.set == name:
                self._values[one.a, one.b] = one.value
                self._values[one.b, one.a] = 1.0 / one.value
        self._titles = {driver.id: driver.name for driver in register.drivers}
        self._revisit = (found.revisit.a, found.revisit.b) if found.revisit else ("", "")
        columns = [Column("driver", tr("Driver"), 150, stretch=True, sortable=False)]
        columns += [
            Column(one, one, 44, right=True, editable=True, sortable=False, tip=self._titles[one])
            for one in self.names
        ]
        columns.append(Column("weight", tr("Weight"), 116, sortable=False, elide=False))
        self.set_data(columns, len(self.names))

    def show_weights(self, register: Register, weights: dict[str, float]) -> None:
        """Show drivers with weights that come from no judgements."""
        self.names = tuple(weights)
        self._weights = list(weights.values())
        self._titles = {driver.id: driver.name for driver in register.drivers}
        self.set_data(
            [
                Column("driver", tr("Driver"), 150, stretch=True, sortable=False),
                Column("weight", tr("Weight"), 116, sortable=False, elide=False),
            ],
            len(self.names),
        )

    def look(self, row: int, column: int) -> CellLook:
        a = self.names[row]
        if column == 0:
            return CellLook(f"{a} {self._titles[a]}")
        if column == len(self.columns) - 1:
            share, most = self._weights[row], max(self._weights)
            parts = ((share, "remaining-edge"), (most - share, "surface-sunken"))
            return CellLook(percent(share), parts=parts)
        b = self.names[column - 1]
        if a == b:
            return CellLook("1", "text-muted")
        flagged = (a, b) == self._revisit
        words = judgement_words(self._values[a, b])
        return CellLook(words, "warning" if flagged else "text", strong=flagged)

    def tip(self, row: int, column: int) -> str:
        if not 0 < column < len(self.columns) - 1:
            return ""
        a, b = self.names[row], self.names[column - 1]
        return tr("{titles} against {titles2}; 1/9 to 9, for example 3 or 1/3").format(
            titles=self._titles[a], titles2=self._titles[b]
        )

    def put(self, row: int, column: int, text: str) -> bool:
        a, b = self.names[row], self.names[column - 1]
        value = judgement_value(text)
        if a == b or value is None:
            self.page.say(tr("A judgement is a number from 1/9 to 9, for example 3 or 1/3."))
            return False
        self.page.judge(a, b, value)
        return True


AS_WEIGHTED = tr("Weights as given")


class PrioritiesPage(QWidget):
    """What matters, how sure the judgements are, and which projects serve it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.sets = ComboBox([], tr("Which weights"))
        self.sets.activated.connect(lambda _index: self._set_chosen())
        self.model = _Judgements(self)
        self.grid = table(tr("Judgements"), self.model)
        self.verdict = Label("", "prose", wrap=True)
        self.use = Button("", "default", "check", in_card=True)
        self.use.clicked.connect(lambda _on=False: self._use())
        self.rank_card = RankCard(desk)
        self.map = Matrix(tr("Alignment of projects with drivers"))
        self.gaps = Label("", "prose", wrap=True)
        self.cover = Button("", "default", "target", in_card=True)
        self.cover.clicked.connect(lambda _on=False: self._cover())
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(12)
        self.judgement_card = Card(tr("Drivers"), tr("judged in pairs: row against column"))
        self.judgement_card.add_tool(self.sets)
        self.judgement_card.set_body(stacked(self.grid, self.verdict, self.use))
        self.map_card = Card(tr("Alignment"), tr("impact of each project on each driver"))
        self.map_card.set_body(stacked(self.map, self.gaps, self.cover))
        left.addWidget(self.judgement_card, 5)
        left.addWidget(self.rank_card, 6)
        right.addWidget(self.map_card)
        row.addLayout(left, 6)
        row.addLayout(right, 5)
        for signal in (desk.opened, desk.changed, desk.planned):
            signal.connect(self.refresh)

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.grid, self.rank_card.ranks]

    def say(self, words: str) -> None:
        """A refusal, where the window says such things."""
        self.desk.state.message.emit("warning", words)

    @property
    def chosen_set(self) -> str:
        """The set of judgements that counts, empty where the weights are as given, or equal."""
        register = self.desk.register
        names = judgement_sets(register) if register is not None else ()
        given = self.desk.assumptions.judgement_set
        if given in names:
            return given
        as_given = register is not None and weights_given(register)
        return names[0] if names and not as_given else ""

    # Showing.

    def refresh(self) -> None:
        """Everything anew, when it is on screen."""
        if self.desk.register is None or not self.isVisible():
            return
        self._show_judgements()
        self.rank_card.refresh()
        self._show_map()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def _show_judgements(self) -> None:
        register = self.desk.register
        assert register is not None
        names = judgement_sets(register)
        self.sets.clear()
        given = [AS_WEIGHTED] if weights_given(register) else []
        self.sets.addItems([*given, *names])
        self.sets.setCurrentText(self.chosen_set or AS_WEIGHTED)
        self.sets.setVisible(bool(names))
        found = judged(register).get(self.chosen_set)
        self.use.hide()
        if found is None:
            self.model.show_weights(register, driver_weights(register) if register.drivers else {})
            self.grid.apply_columns()
            self.verdict.setText(weight_words(register))
            return
        self.model.show(register, self.chosen_set, found)
        self.grid.apply_columns()
        said = verdict(register, found)
        if weights_given(register):
            said += " " + tr("The weights that the register gives do not count.")
        self.verdict.setText(said)
        if found.revisit is not None and not found.accepted:
            self.use.setText(
                tr("Use {consistent}").format(consistent=judgement_words(found.revisit.consistent))
            )
            self.use.set_tip(tr("Replace the judgement by what the others say"))
            self.use.show()

    def _show_map(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        self.cover.hide()
        if not register.drivers:
            self.map.show_squares([], [], {})
            self.gaps.setText(tr("The register names no drivers."))
            return
        found = align(register, desk.plan, desk.assumptions.judgement_set)
        scale = {value: name for name, value in register.settings.driver_scale.items()}
        titles = {driver.id: driver.name for driver in register.drivers}
        squares = {}
        for name in desk.order():
            project = register.by_id[name]
            for driver in found.drivers:
                impact = project.impacts.get(driver, 0.0)
                share = impact / (max(register.settings.driver_scale.values()) or 1.0)
                words = scale.get(impact, text.number(impact, 1))
                tip = tr("{name}: {words} impact on {titles}").format(
                    name=project.name, words=words, titles=titles[driver]
                )
                squares[name, driver] = Square(share, text.number(impact) if impact else "", tip)
        going = [n for n in desk.order() if desk.plan.get(n) is not None]
        out = [n for n in desk.order() if desk.plan.get(n) is None]
        rows = [(n, register.by_id[n].name, True) for n in going]
        rows += [(n, register.by_id[n].name, False) for n in out]
        weights = dict(zip(found.drivers, found.weights.tolist(), strict=True))
        columns = [
            (
                driver,
                driver,
                tr("{titles}, weight {weights}").format(
                    titles=titles[driver], weights=percent(weights[driver])
                ),
            )
            for driver in found.drivers
        ]
        self.map.show_squares(rows, columns, squares, flagged=found.uncovered)
        self.gaps.setText(gap_words(register, found.uncovered, weights, found.share))
        missing = [d for d in found.uncovered if d not in desk.assumptions.cover]
        if missing:
            self.cover.setText(tr("Cover {missing}").format(missing=missing[0]))
            self.cover.set_tip(
                tr("Solve again with a project that serves {titles} well").format(
                    titles=titles[missing[0]]
                )
            )
            self._missing = missing[0]
            self.cover.show()
        elif desk.assumptions.cover:
            self.cover.setText(tr("Cover nothing in particular"))
            self.cover.set_tip(tr("Solve again without the drivers that had to be covered"))
            self._missing = ""
            self.cover.show()

    # Doing.

    def _set_chosen(self) -> None:
        words = self.sets.currentText()
        name = "" if words == AS_WEIGHTED else words
        given = replace(self.desk.assumptions, judgement_set=name)
        self.desk.tried(
            self.desk.apply, tr("Weights of {name}").format(name=name), assumptions=given
        )

    def judge(self, a: str, b: str, value: float) -> None:
        """Judge a pair otherwise."""
        register = self.desk.register
        assert register is not None
        made = with_judgement(register, self.chosen_set, a, b, value)
        label = tr("Judge {a} against {b}").format(a=a, b=b)
        self.desk.tried(self.desk.apply, label, register=made)

    def _use(self) -> None:
        register = self.desk.register
        found = judged(register).get(self.chosen_set) if register is not None else None
        if found is not None and found.revisit is not None:
            one = found.revisit
            self.judge(one.a, one.b, min(9.0, max(1 / 9, one.consistent)))

    def _cover(self) -> None:
        given = self.desk.assumptions
        covered = (*given.cover, self._missing) if self._missing else ()
        label = (
            tr("Cover {missing}").format(missing=self._missing)
            if self._missing
            else tr("Cover nothing in particular")
        )
        self.desk.tried(self.desk.suppose, label, replace(given, cover=covered))


def weight_words(register: Register) -> str:
    """Where weights come from that no set of judgements gives."""
    if not register.drivers:
        return tr("The register names no drivers.")
    if not weights_given(register):
        return tr("There are no judgements and not every driver has a weight: all weigh the same.")
    names = judgement_sets(register)
    if not names:
        return tr("The weights count as the register gives them.")
    return tr(
        "The weights count as the register gives them; the judgements ({sets}) do not. "
        "Choose a set above to go by its judgements."
    ).format(sets=", ".join(names))


def verdict(register: Register, found: Ahp) -> str:
    """Whether the judgements fit together, and which one to look at again."""
    if found.ratio is None:
        return tr("Two drivers cannot contradict each other.")
    accepted = tr("consistent enough") if found.accepted else tr("too much contradiction")
    said = tr("Consistency ratio {ratio}: {accepted} (limit 0.10).").format(
        ratio=text.number(found.ratio, 3), accepted=accepted
    )
    if found.revisit is not None:
        one = found.revisit
        names = {driver.id: driver.name for driver in register.drivers}
        said += tr(
            " Revisit {names} against {names2}: judged {given}, the others say {consistent}."
        ).format(
            names=names[one.a],
            names2=names[one.b],
            given=judgement_words(one.given),
            consistent=judgement_words(one.consistent),
        )
    return said


def gap_words(
    register: Register, uncovered: Sequence[str], weights: dict[str, float], share: float
) -> str:
    """What the plan serves, and what nobody in it serves well."""
    said = tr("The plan carries {share} of all priority. ").format(share=percent(share))
    if not uncovered:
        return said + tr("Every driver is served strongly by at least one project.")
    names = {driver.id: driver.name for driver in register.drivers}
    each = ", ".join(f"{names[one]} ({percent(weights[one])})" for one in uncovered)
    return said + tr("Uncovered: {each}. No project of the plan serves it strongly.").format(
        each=each
    )
