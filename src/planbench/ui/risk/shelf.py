"""The shelf at the right: the ranges of the model, editing one, and how to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import ModelError
from planbench.engines.risk.distributions import PARAMETERS, distribution
from planbench.engines.risk.model import UNITS, RiskModel, Uncertainty, Where
from planbench.services.document import Document
from planbench.services.risk_shorthand import ids_of_filter
from planbench.ui.risk.models import RangeModel
from planbench.ui.risk.templates import TemplateRow
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ComboBox, FormField, Label, SidePane, TableView

CHOICES = (tr("All open work"), tr("Activities"), "WBS", tr("Activity code"), tr("Calendar"))
"""How a range says what it applies to, in the order of the drop-down."""

HINTS = (
    tr("Every task that is not complete"),
    tr("Ids, separated by commas"),
    tr("A WBS code or a whole path"),
    tr("Code and value, as Phase: Civil"),
    tr("Name of the calendar"),
)


FILTER = tr("Filter")
FILTER_HINT = tr("A filter of Schedule, as [Total float] < 5")


MOST_PARAMETERS = max(len(needed) + len(optional) for needed, optional in PARAMETERS.values())


class Shelf(SidePane):
    """Ranges and run settings. `model_changed(RiskModel)` after every edit."""

    model_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Ranges"))
        self.model = RiskModel()
        self.document: Document | None = None  # whose activities filters are asked of
        add = Button(tr("Add"), "quiet", "plus", tip=tr("Add a range"), in_card=True)
        add.clicked.connect(lambda _checked=False: self.add())
        self.add_tool(add)
        self.ranges = RangeModel()
        self.table = TableView(tr("Ranges"))
        self.table.setModel(self.ranges)
        self.table.setFixedHeight(current_theme().row["default"] * 6 + 30)
        self.table.row_changed.connect(self._chosen)
        self.body.addWidget(self.table)
        self.note = Label("", "small", "text-muted", wrap=True)
        self.body.addWidget(self.note)
        self._editor()
        self._run_settings()

    def _editor(self) -> None:
        self.add_section(tr("Range"))
        self.choice = ComboBox((*CHOICES, FILTER), tr("Applies to"))
        self.choice.activated.connect(lambda _index: self._explain())
        self.body.addWidget(self.choice)
        self.value = FormField(HINTS[0])
        self.body.addWidget(self.value)
        self.templates = TemplateRow(self._range)
        self.templates.chosen.connect(self._take_template)
        self.templates.trouble.connect(self._say)
        self.body.addWidget(self.templates)
        row = QHBoxLayout()
        self.law = ComboBox(tuple(PARAMETERS), tr("Distribution"))
        self.law.activated.connect(lambda _index: self._label_numbers())
        self.unit = ComboBox(UNITS, tr("Unit"))
        row.addWidget(self.law, 1)
        row.addWidget(self.unit)
        self.body.addLayout(row)
        self.numbers = [FormField("") for _ in range(MOST_PARAMETERS)]
        pair: QHBoxLayout | None = None
        for k, field in enumerate(self.numbers):
            if k % 2 == 0:
                pair = QHBoxLayout()
                self.body.addLayout(pair)
            assert pair is not None
            pair.addWidget(field, 1)
        self.trouble = Label("", "small", "negative", wrap=True)
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        buttons = QHBoxLayout()
        self.apply = Button(tr("Apply"), "default", "check", tip=tr("Change this range"))
        self.apply.clicked.connect(lambda _checked=False: self.change())
        self.remove = Button(tr("Remove"), "quiet", "trash-2", tip=tr("Remove this range"))
        self.remove.clicked.connect(lambda _checked=False: self.take_out())
        buttons.addWidget(self.apply)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        self.body.addLayout(buttons)

    def _run_settings(self) -> None:
        self.add_section(tr("Run"))
        row = QHBoxLayout()
        self.iterations = FormField(tr("Iterations"), "10000")
        self.seed = FormField(tr("Seed"), "1")
        row.addWidget(self.iterations, 1)
        row.addWidget(self.seed, 1)
        self.body.addLayout(row)
        self.state = ComboBox(
            (tr("Risks before actions"), tr("Risks after actions")), tr("Register")
        )
        self.body.addWidget(self.state)
        self.cluster_field = FormField(tr("Cluster"))
        self.cluster_field.field.setPlaceholderText(tr("This computer, or tcp://host:8786"))
        self.cluster_field.field.setToolTip(
            tr("Scheduler of a Dask cluster that runs the same blocks; the digest stays the same")
        )
        self.body.addWidget(self.cluster_field)
        self.facts_at = QVBoxLayout()
        self.body.addLayout(self.facts_at)
        self.facts = Label("", "small", "text-muted", wrap=True)
        self.facts_at.addWidget(self.facts)
        self.body.addStretch(1)

    def show_model(self, model: RiskModel) -> None:
        """Show another model."""
        self.model = model
        self.ranges.show_ranges(model.uncertainty)
        self.table.apply_columns()
        self.state.setVisible(any(risk.mitigated for risk in model.risks))
        more = []
        if model.risks:
            more.append(tr("{risks} risks").format(risks=len(model.risks)))
        if model.drivers:
            more.append(tr("{drivers} drivers").format(drivers=len(model.drivers)))
        if model.correlation:
            more.append(
                tr("{correlation} correlation groups").format(correlation=len(model.correlation))
            )
        if model.weather:
            more.append(tr("weather of {weather} calendars").format(weather=len(model.weather)))
        if model.existence or model.branches:
            more.append(
                tr("{existence} branches and options").format(
                    existence=len(model.existence) + len(model.branches)
                )
            )
        words = tr("With {more} of the model file. ").format(more=", ".join(more)) if more else ""
        self.note.setText(words + tr("The more particular range wins; of equal ones the later."))
        if model.uncertainty:
            self.table.select_row(0)
        self._chosen(0 if model.uncertainty else -1)

    def run_settings(self) -> tuple[int, int, bool] | None:
        """(iterations, seed, after actions), or None after saying what is wrong."""
        numbers = []
        for field, least, most in ((self.iterations, 1, 1_000_000), (self.seed, 0, 2**63)):
            digits = "".join(field.text().split())
            good = digits.isdecimal() and least <= int(digits) <= most
            field.set_error(
                ""
                if good
                else tr("A whole number from {least} to {most:,}").format(least=least, most=most)
            )
            if good:
                numbers.append(int(digits))
        if len(numbers) < 2:
            return None
        after = self.state.isVisibleTo(self) and self.state.currentIndex() == 1
        return numbers[0], numbers[1], after

    @property
    def cluster(self) -> str:
        """Address of the cluster to run on, empty for this computer."""
        return self.cluster_field.text().strip()

    def add(self) -> None:
        """A new range for all open work, ready to be changed."""
        law = distribution("triangular", {"low": 90, "mode": 100, "high": 115})
        ranges = (*self.model.uncertainty, Uncertainty(Where(all=True), law))
        self._replace(ranges, len(ranges) - 1)

    def take_out(self) -> None:
        """Remove the chosen range."""
        row = self.table.current_row()
        if row >= 0:
            ranges = [r for k, r in enumerate(self.model.uncertainty) if k != row]
            self._replace(tuple(ranges), min(row, len(ranges) - 1))

    def change(self) -> None:
        """Apply what the form says to the chosen range, or say what is wrong with it."""
        row = self.table.current_row()
        if row < 0:
            self.add()
            return
        try:
            made = self._range()
        except ModelError as error:
            self._say(error.line)
            return
        self._say("")
        ranges = list(self.model.uncertainty)
        ranges[row] = made
        self._replace(tuple(ranges), row)

    def _range(self) -> Uncertainty:
        name = self.law.currentText()
        needed, optional = PARAMETERS[name]
        given = {
            key: _number(field.text(), key)
            for key, field in zip((*needed, *optional), self.numbers, strict=False)
            if key in needed or field.text().strip()
        }
        law = distribution(name, given)
        return Uncertainty(self._where(), law, self.unit.currentText())

    def _where(self) -> Where:
        words = self.value.text().strip()
        if self.choice.currentIndex() < len(CHOICES):
            return where_of(self.choice.currentIndex(), words)
        if not words:
            raise ModelError(tr("say which activities are meant"))
        if self.document is None:
            raise ModelError(tr("no schedule is open"))
        return Where(ids=ids_of_filter(self.document, words))

    def _take_template(self, given: Mapping[str, Any]) -> None:
        """Put a template's range into the form; it counts once it is applied."""
        self.law.setCurrentText(given["distribution"])
        self.unit.setCurrentText(given["as"])
        self._show_numbers(given["distribution"], given["parameters"])

    def _replace(self, ranges: tuple[Uncertainty, ...], row: int) -> None:
        self.show_model(replace(self.model, uncertainty=ranges))
        if row >= 0:
            self.table.select_row(row)
            self._chosen(row)  # the form was that of the first range meanwhile
        self.model_changed.emit(self.model)

    def _chosen(self, row: int) -> None:
        there = 0 <= row < len(self.model.uncertainty)
        self.remove.setEnabled(there)
        self.apply.setEnabled(there)
        if not there:
            self._explain()
            self._label_numbers()
            return
        item = self.model.uncertainty[row]
        kind, words = _choice_of(item.where)
        self.choice.setCurrentIndex(kind)
        self.value.setText(words)
        self.law.setCurrentText(item.distribution.name)
        self.unit.setCurrentText(item.unit)
        self._explain()
        self._show_numbers(item.distribution.name, item.distribution.given())
        self._say("")

    def _show_numbers(self, name: str, given: Mapping[str, Any]) -> None:
        self._label_numbers()
        for key, field in zip(_keys(name), self.numbers, strict=False):
            value = given.get(key, "")
            whole = ", ".join(f"{v:g}" for v in value) if isinstance(value, list) else None
            field.setText(whole if whole is not None else f"{value:g}" if value != "" else "")

    def _explain(self) -> None:
        kind = self.choice.currentIndex()
        _relabel(self.value, (*HINTS, FILTER_HINT)[kind])
        self.value.setVisible(kind > 0)

    def _label_numbers(self) -> None:
        needed, optional = PARAMETERS[self.law.currentText()]
        labels = [_words_of(key) for key in needed]
        labels += [tr("{name}, optional").format(name=_words_of(key)) for key in optional]
        if not needed:  # mean and sd, or P10 and P90
            labels = [_words_of(key) for key in optional]
        for k, field in enumerate(self.numbers):
            field.setVisible(k < len(labels))
            _relabel(field, labels[k] if k < len(labels) else "")

    def _say(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        return [self.table, self.choice]


def where_of(kind: int, words: str) -> Where:
    """Activities by one of CHOICES and what was typed with it. Raises ModelError."""
    if kind == 0:
        return Where(all=True)
    if not words:
        raise ModelError(tr("say which activities are meant"))
    if kind == 1:
        return Where(ids=tuple(part.strip() for part in words.split(",") if part.strip()))
    if kind == 2:
        return Where(wbs=words)
    if kind == 3:
        code, colon, value = words.partition(":")
        if not colon:
            raise ModelError(tr("write the code and its value, as Phase: Civil"))
        return Where(code=((code.strip(), value.strip()),))
    return Where(calendar=words)


def _keys(name: str) -> tuple[str, ...]:
    """Parameters that the form asks for: needed ones, then optional ones."""
    needed, optional = PARAMETERS[name]
    return (*needed, *optional)


def _words_of(key: str) -> str:
    """`Low p`: a parameter as a label."""
    return key.replace("_", " ").capitalize()


def _relabel(field: FormField, words: str) -> None:
    field._label.setText(words)
    field.field.setAccessibleName(words)


def _number(words: str, key: str) -> Any:
    """A number, or several for the parameters that are lists."""
    parts = [part.strip().replace(",", ".") for part in words.split(";")]
    if key in ("values", "weights", "probabilities"):
        parts = [part.strip() for part in words.split(",")]
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        raise ModelError(tr("'{words}' is not a number").format(words=words), key) from None
    return numbers if key in ("values", "weights", "probabilities") else numbers[0]


def _choice_of(where: Where) -> tuple[int, str]:
    if where.ids:
        return 1, ", ".join(where.ids)
    if where.code:
        kind, value = where.code[0]
        return 3, f"{kind}: {value}"
    if where.wbs:
        return 2, where.wbs
    if where.calendar:
        return 4, where.calendar
    return 0, ""
