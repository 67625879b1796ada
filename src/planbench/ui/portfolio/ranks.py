"""The ranking of projects: by investment figures and scarcity, or by the scoring model."""

from __future__ import annotations

from collections.abc import Sequence

from planbench.domain.errors import PlanbenchError
from planbench.engines.portfolio.priority import sensitivity
from planbench.engines.portfolio.register import Register, ScoringCriterion
from planbench.services.portfolio import driver_scores, investment
from planbench.services.portfolio_scoring import Scoring, scoring
from planbench.ui import text
from planbench.ui.portfolio.desk import Desk
from planbench.ui.portfolio.register import shown
from planbench.ui.portfolio.rows import Rows, stacked, table
from planbench.ui.portfolio.words import call_name, money, percent, unit
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, CellLook, Column, Label, SegmentedControl

SHAPES = {
    "linear": tr("rising evenly from {low} to {high}"),
    "step": tr("nothing below {high}, all from there"),
    "s": tr("rising slowly, fast, slowly from {low} to {high}"),
    "inverse": tr("falling evenly from {low} to {high}"),
}
"""Value functions in words."""


class RankCard(Card):
    """Projects in the order of the plan with their figures, or by score with their gates."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(tr("Ranking"), tr("investment figures, scarcity and urgency"))
        self.desk = desk
        self.by = SegmentedControl([tr("Figures"), tr("Scoring model")], tr("Ranked by"))
        self.by.changed.connect(lambda _index: self.refresh())
        self.add_tool(self.by)
        self.ranking = Rows(_rank_columns(""))
        self.ranks = table(tr("Ranking"), self.ranking)
        self.ranks.row_changed.connect(self._chosen)
        self.turns = Label("", "body", "text-muted", wrap=True)
        self.set_body(stacked(self.ranks, self.turns))

    def refresh(self) -> None:
        """Everything anew."""
        if self.desk.register is None:
            return
        if self.by.index:
            self._show_scores()
        else:
            self._show_figures()

    def _show_figures(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        places = {one.project: one for one in desk.ranks}
        scores: dict[str, float] = {}
        if register.drivers:
            found = driver_scores(register, desk.assumptions.judgement_set)
            scores = dict(zip(found.projects, found.scores.tolist(), strict=True))
            self.turns.setText(turns(register, sensitivity(found)))
        looks, values = [], {"score": [], "npv": [], "irr": [], "bcr": [], "slack": []}  # type: ignore[var-annotated]
        for name in desk.order():
            project, place = register.by_id[name], places.get(name)
            figures = investment(register, project)
            quiet = "text" if desk.plan.get(name) is not None else "text-muted"
            irr = figures.irr[0] if len(figures.irr) == 1 else None
            several = len(figures.irr) > 1
            slack = place.slack_weeks if place is not None else None
            per = place.per_bottleneck if place is not None else None
            looks.append(
                (
                    CellLook(project.name, quiet),
                    CellLook(text.number(scores[name], 1) if name in scores else text.DASH, quiet),
                    CellLook(money(figures.npv), "negative" if figures.npv < 0 else quiet),
                    CellLook(
                        tr("{irr} roots").format(irr=len(figures.irr)) if several else percent(irr),
                        quiet,
                    ),
                    CellLook(_ratio(figures.benefit_cost), quiet),
                    CellLook(_years(figures.discounted_payback_years), quiet),
                    CellLook(text.DASH if per is None else text.number(per, 2), quiet),
                    CellLook(
                        text.DASH if slack is None else text.number(slack),
                        "late" if slack is not None and slack < 0 else quiet,
                    ),
                )
            )
            for key, value in (
                ("score", scores.get(name)),
                ("npv", figures.npv),
                ("irr", irr),
                ("bcr", figures.benefit_cost),
                ("slack", slack),
            ):
                values[key].append(-1e9 if value is None else value)
        columns = _rank_columns(unit(register))
        self.ranking.show(looks, keys=desk.order(), columns=columns, values=_arrays(values))
        self.ranks.apply_columns()

    def _show_scores(self) -> None:
        desk, register = self.desk, self.desk.register
        assert register is not None
        self.ranking.show([], columns=_score_columns(register))
        try:
            found = scoring(register, desk.assumptions.judgement_set)
        except PlanbenchError as error:
            self.turns.setText(error.line)
            return
        if found is None:
            self.turns.setText(
                tr("The register has no scoring criteria. Add them in Register, Scoring criteria.")
            )
            return
        scores = found.scores
        points = dict(zip(scores.projects, scores.scores.tolist(), strict=True))
        passed = list(scores.ranking())
        order = passed + sorted(scores.failed, key=lambda name: -points[name])
        rows = [self._score_row(register, found, name, points[name]) for name in order]
        values: dict[str, list[float]] = {"total": [points[name] for name in order]}
        for column, criterion in enumerate(register.criteria):
            places = [scores.projects.index(name) for name in order]
            values[criterion.id] = [float(scores.values[at, column]) for at in places]
        columns = _score_columns(register, self._wide)
        arrays = {**_arrays(values), "project": order, "gate": [r[-1].text for r in rows]}
        self.ranking.show(rows, keys=order, columns=columns, values=arrays)
        self.ranks.apply_columns()
        failed = ", ".join(call_name(register, name) for name in scores.failed)
        said = turns(register, sensitivity(scores))
        if failed:
            said = tr("Below a gate: {names}. ").format(names=failed) + said
        self.turns.setText(said)

    def _score_row(
        self, register: Register, found: Scoring, name: str, points: float
    ) -> tuple[CellLook, ...]:
        scores = found.scores
        quiet = "text" if self.desk.plan.get(name) is not None else "text-muted"
        at = scores.projects.index(name)
        cells = []
        for column, criterion in enumerate(register.criteria):
            value = float(scores.values[at, column])
            measure = text.number(found.measures[name][criterion.id], 2)
            missed = criterion.id in scores.failed.get(name, ())
            ink = "late" if missed else "remaining-edge"
            parts = ((value, ink), (1 - value, "surface-sunken")) if self._wide else ()
            cells.append(CellLook(measure, "late" if missed else quiet, parts=parts))
        failed = scores.failed.get(name, ())
        gate = (
            CellLook(tr("fails"), chip="flag") if failed else CellLook(tr("passes"), "text-muted")
        )
        return (
            CellLook(register.by_id[name].name, quiet),
            CellLook(text.number(points, 1), quiet, strong=True),
            *cells,
            gate,
        )

    @property
    def _wide(self) -> bool:
        """Whether there is room for bars beside the measures."""
        return self.width() > 800

    def _chosen(self, row: int) -> None:
        if 0 <= row < len(self.ranking.keys):
            self.desk.select(self.ranking.keys[row])


def _score_columns(register: Register, wide: bool = True) -> list[Column]:
    made = [
        Column("project", tr("Project"), 150, stretch=True),
        Column(
            "total", tr("Score"), 58, right=True, tip=tr("Weighted mean of the values, 0 to 100")
        ),
    ]
    total = sum(one.weight for one in register.criteria) or 1.0
    for one in register.criteria:
        tip = tr("Weight {share}. {words}").format(
            share=percent(one.weight / total), words=criterion_words(one)
        )
        made.append(Column(one.id, one.name, 148 if wide else 96, right=not wide, tip=tip))
    made.append(Column("gate", tr("Gates"), 72, elide=False))
    return made


def criterion_words(one: ScoringCriterion) -> str:
    """The value function and gate of a criterion: what a measure is worth."""
    shape = SHAPES.get(one.shape, one.shape)
    said = shape.format(low=shown(one.low), high=shown(one.high))
    said = f"{one.name}: {said}"
    if one.gate is not None:
        said += tr("; gate at {gate}").format(gate=shown(one.gate))
    return f"{said}."


def _rank_columns(money_unit: str) -> list[Column]:
    return [
        Column("project", tr("Project"), 180, stretch=True),
        Column("score", tr("Score"), 64, right=True, tip=tr("Impact on the drivers, 0 to 100")),
        Column(
            "npv",
            tr("NPV, {money_unit}").format(money_unit=money_unit),
            92,
            right=True,
            tip=tr("As asked, weighted by success"),
        ),
        Column("irr", "IRR", 70, right=True, tip=tr("Internal rate of return of the yearly flows")),
        Column("bcr", "B/C", 60, right=True, tip=tr("Present value of benefits to cost")),
        Column(
            "payback", tr("Payback"), 80, right=True, tip=tr("Discounted, in years"), sortable=False
        ),
        Column(
            "per",
            tr("Per scarce unit"),
            112,
            right=True,
            tip=tr("Value for each unit of the role that is used most"),
            sortable=False,
        ),
        Column(
            "slack", tr("Slack, weeks"), 96, right=True, tip=tr("From its finish to its deadline")
        ),
    ]


def _arrays(values: dict[str, list[float]]) -> dict[str, Sequence[float]]:
    import numpy as np

    return {key: np.array(column, dtype=float) for key, column in values.items()}  # type: ignore[misc]


def _ratio(value: float | None) -> str:
    return text.DASH if value is None else text.number(value, 2)


def _years(value: float | None) -> str:
    return tr("never") if value is None else f"{text.number(value, 1)} y"


def turns(register: Register, swings: Sequence[object]) -> str:
    """Which pairs change places when weights change by a fifth."""
    pairs = sorted({pair for swing in swings for pair in swing.reversals})  # type: ignore[attr-defined]
    if not pairs:
        return tr("No weight changed by 20 % turns any pair of scores around.")
    first = ", ".join(
        tr("{register} and {register2}").format(
            register=call_name(register, a), register2=call_name(register, b)
        )
        for a, b in pairs[:3]
    )
    return tr("A weight changed by 20 % turns {pairs} around: {first}.").format(
        pairs=text.counted(len(pairs), tr("pair"), tr("pairs")), first=first
    )
