"""The assumptions of a scenario, in one dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.timing import Assumptions, judgement_sets
from planbench.ui.portfolio.words import unit
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ComboBox, FormField, Label
from planbench.ui.widgets.forms import check_box, side_by_side

OBJECTIVES = {tr("Net present value"): "value", tr("Priority"): "score"}


AS_GIVEN = tr("The register")
"""Weights as the register gives them, else those of its first set of judgements."""


class AssumptionsDialog(QDialog):
    """What is supposed. `made` are the assumptions as typed, after it was accepted."""

    def __init__(
        self, register: Register, given: Assumptions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Assumptions"))
        self.setMinimumWidth(560)
        self.given, self.made = given, given
        money = unit(register)
        rate = (
            register.settings.discount_rate if given.discount_rate is None else given.discount_rate
        )
        self._rate = register.settings.discount_rate
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(tr("What if"), "title"))
        words = tr("The register stays as it is; the portfolio is solved again with these.")
        column.addWidget(Label(words, "prose", "text-muted", wrap=True))
        self.objective = ComboBox(list(OBJECTIVES), tr("Objective"))
        self.objective.setCurrentIndex(list(OBJECTIVES.values()).index(given.objective))
        self.weights = ComboBox([AS_GIVEN, *judgement_sets(register)], tr("Weights of the drivers"))
        self.weights.setCurrentText(given.judgement_set or AS_GIVEN)
        self.weights.setVisible(self.weights.count() > 1)
        column.addWidget(Label(tr("Maximise, with the weights of"), "small", "text-muted"))
        column.addLayout(side_by_side(self.objective, self.weights))
        self.rate = FormField(tr("Discount rate, % a year"), _number(100 * rate))
        self.costs = FormField(tr("Cost, % of the register"), _number(100 * given.cost_factor))
        self.gains = FormField(tr("Benefits, %"), _number(100 * given.benefit_factor))
        column.addLayout(side_by_side(self.rate, self.costs, self.gains))
        self.budgets = FormField(tr("Yearly budgets, %"), _number(100 * given.budget_factor))
        self.capacity = FormField(tr("Capacity, %"), _number(100 * given.capacity_factor))
        total = "" if given.total_budget is None else _number(given.total_budget)
        self.total = FormField(
            tr("In all at most, {money} (empty: no limit)").format(money=money), total
        )
        column.addLayout(side_by_side(self.budgets, self.capacity, self.total))
        tolerance = given.bucket_tolerance_pct
        self.over = FormField(
            tr("Demand over capacity allowed, %"), _number(given.allowed_over_pct)
        )
        self.buckets = FormField(
            tr("Buckets within points of target (empty: free)"),
            "" if tolerance is None else _number(tolerance),
        )
        column.addLayout(side_by_side(self.over, self.buckets))
        self.use_budgets = check_box(tr("Keep the yearly budgets"), given.use_budgets)
        self.use_capacity = check_box(tr("Keep the capacity of roles"), given.use_capacity)
        self.carry = check_box(tr("Carry over what budgets allow"), given.carry_over)
        self.hire = check_box(tr("Hire extra units at their price"), given.hire)
        column.addLayout(side_by_side(self.use_budgets, self.use_capacity, None))
        column.addLayout(side_by_side(self.carry, self.hire, None))
        reset = Button(tr("As the register says"), "quiet", "undo")
        reset.clicked.connect(lambda _on=False: self._reset())
        column.addSpacing(6)
        column.addLayout(dialog_foot(self, tr("Solve"), self._take, reset))

    def _reset(self) -> None:
        self.made = Assumptions(judgement_set=self.given.judgement_set)
        self.accept()

    def _take(self) -> None:
        read = [
            _typed(self.rate, lambda v: -99 < v < 1000),
            _typed(self.costs, lambda v: 0 < v <= 1000),
            _typed(self.gains, lambda v: 0 <= v <= 1000),
            _typed(self.budgets, lambda v: 0 <= v <= 1000),
            _typed(self.capacity, lambda v: 0 <= v <= 1000),
            _typed(self.over, lambda v: 0 <= v <= 1000),
            _typed(self.total, lambda v: v >= 0, empty=True),
            _typed(self.buckets, lambda v: 0 <= v <= 100, empty=True),
        ]
        if any(value == "wrong" for value in read):
            return
        rate, costs, gains, budgets, capacity, over, total, buckets = (
            value if isinstance(value, float) else None for value in read
        )
        assert rate is not None
        plain = abs(rate / 100 - self._rate) < 1e-9
        self.made = replace(
            self.given,
            objective=OBJECTIVES[self.objective.currentText()],
            judgement_set=self.weights.currentText() if self.weights.currentIndex() else "",
            discount_rate=None if plain else rate / 100,
            cost_factor=(costs or 0.0) / 100,
            benefit_factor=(gains or 0.0) / 100,
            budget_factor=(budgets or 0.0) / 100,
            capacity_factor=(capacity or 0.0) / 100,
            allowed_over_pct=over or 0.0,
            total_budget=total,
            bucket_tolerance_pct=buckets,
            use_budgets=self.use_budgets.isChecked(),
            use_capacity=self.use_capacity.isChecked(),
            carry_over=self.carry.isChecked(),
            hire=self.hire.isChecked(),
        )
        self.accept()


def _number(value: float) -> str:
    return f"{value:.10g}"


def _typed(
    field: FormField, good: Callable[[float], bool], *, empty: bool = False
) -> float | str | None:
    """The number in a field; "wrong" after saying so below it, None where it may be empty."""
    words = field.text().strip().replace(",", ".").replace(" ", "")
    if empty and not words:
        field.set_error("")
        return None
    try:
        value = float(words)
    except ValueError:
        value = float("nan")
    if not good(value):
        field.set_error(tr("This is no number that can be used here"))
        return "wrong"
    field.set_error("")
    return value
