"""The editor of a ruleset of one's own: limits, weights, and metrics by expression."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.engines.quality.context import POPULATIONS
from planbench.engines.quality.result import Metric, Ruleset
from planbench.services.jobs import JobContext
from planbench.services.quality import FieldAsker
from planbench.services.rulesets import check_metric, keep_ruleset
from planbench.ui import text
from planbench.ui.quality import words
from planbench.ui.schedule.fieldbox import FieldBox
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, CellLook, Column, FlatTableModel, Label, TableView
from planbench.ui.widgets.fields import ComboBox, FormField
from planbench.ui.widgets.forms import side_by_side

DELAY = 350
"""Milliseconds after the last key before an expression is tried."""

_UNITS = {"ratio": tr("Share of what is counted"), "count": tr("Number found")}
_BETTER = {"lower": tr("Less is better"), "higher": tr("More is better")}
_OF = {"activities": tr("Activities"), "links": tr("Links")}
_OVER = {name: name.replace("-", " ").capitalize() for name in POPULATIONS}
_OVER["all-but-summaries"] = tr("All but summaries")


_NUMBERS = {
    "days": tr("Days that are the limit on one object"),
    "hours": tr("Hours that are the limit on one object"),
    "window_days": tr("Detail planning window, calendar days from the data date (0: none)"),
    "slip_days": tr("Days of delay"),
    "tolerance_days": tr("Days of it that may get lost"),
    "tolerance_share": tr("Share of it that may get lost"),
    "least": tr("From how many links on"),
    "least_days": tr("Of tasks from so many days on"),
    "least_change": tr("Days of progress that are none"),
    "ratio": tr("Ratio that is the limit on one object"),
    "share": tr("Share of the project's length"),
    "usual": tr("Share of activities from which a code is expected"),
    "at_or_below": tr("Float up to, days"),
    "above": tr("Above, days"),
    "below": tr("Float below, days"),
}
"""Words of the numbers among a metric's options."""


class MetricsModel(FlatTableModel):
    """The metrics of the ruleset being edited; limit and weight can be typed in place."""

    def __init__(self, metrics: list[Metric]) -> None:
        super().__init__(
            [
                Column("title", tr("Metric"), 190, stretch=True),
                Column("limit", tr("Limit"), 84, right=True, editable=True),
                Column("weight", tr("Weight"), 72, right=True, editable=True),
            ],
            len(metrics),
        )
        self.metrics = metrics

    def look(self, row: int, column: int) -> CellLook:
        metric = self.metrics[row]
        if column == 0:
            own = metric.measure == "expression"
            return CellLook(metric.title or tr("New metric"), icon="sigma" if own else "")
        if column == 1:
            return CellLook(words.limit(metric))
        return CellLook(text.number(metric.weight, 0 if metric.weight == int(metric.weight) else 2))

    def put(self, row: int, column: int, text: str) -> bool:
        try:
            number = read_number(text, self.metrics[row].unit if column == 1 else "")
        except ValueError:
            return False
        if column == 1:
            self.metrics[row] = replace(self.metrics[row], threshold=number)
        elif number is None or not 0 <= number <= 1000:
            return False
        else:
            self.metrics[row] = replace(self.metrics[row], weight=number)
        return True


def read_number(typed: str, unit: str) -> float | None:
    """A typed limit, None for an empty one; shares may be typed in percent. Raises ValueError."""
    plain = typed.strip().lstrip("≤≥<>=").replace(text.NARROW, "").replace("\u2212", "-")
    plain = plain.replace(",", ".").strip()
    if plain in ("", text.DASH, "-"):
        return None
    share = plain.endswith("%")
    number = float(plain.rstrip("% \u202f\u00a0"))
    if not abs(number) < 1e9:
        raise ValueError(typed)
    return number / 100 if share and unit == "ratio" else number


class MetricForm(QWidget):
    """The fields of one metric."""

    def __init__(self, editor: RulesetEditor) -> None:
        super().__init__()
        self._editor = editor
        self.title = FormField(tr("Title"))
        self.question = FormField(tr("Question it answers"))
        self.limit = FormField(tr("Limit (empty for none)"))
        self.weight = FormField(tr("Weight in the score"))
        self.unit = ComboBox(list(_UNITS.values()), tr("Unit"))
        self.better = ComboBox(list(_BETTER.values()), tr("Which way is better"))
        self.numbers: dict[str, FormField] = {}
        self.of = ComboBox(list(_OF.values()), tr("What is counted"))
        self.over = ComboBox(list(_OVER.values()), tr("Of whom"))
        self.count = FormField(tr("Found when (expression)"))
        self.where = FormField(tr("Only of activities where (expression, may be empty)"))
        self.show_ = FormField(tr("Value told of each row (expression, may be empty)"))
        self.reading = Label("", "prose", "text-muted", wrap=True)
        self.tried = Label("", "prose", wrap=True)
        self.field = FieldBox({}, tr("Field to put in"))
        line = self.field.lineEdit()
        if line is not None:
            line.setPlaceholderText(tr("A field to put in"))
        self.put_in = Button(
            tr("Put in"), "default", "plus", tip=tr("Put the field in the expression")
        )
        self.put_in.clicked.connect(lambda _on=False: self._put_field())
        self._last: QLineEdit = self.count.field
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 8, 4)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.question)
        column.addLayout(side_by_side(self.limit, self.weight))
        column.addWidget(self.reading)
        self._readings = QVBoxLayout()
        self._readings.setSpacing(10)
        column.addLayout(self._readings)
        self._own = QWidget()
        own = QVBoxLayout(self._own)
        own.setContentsMargins(0, 0, 0, 0)
        own.setSpacing(10)
        own.addLayout(side_by_side(self.of, self.over))
        own.addLayout(side_by_side(self.unit, self.better))
        own.addWidget(self.count)
        own.addWidget(self.show_)
        column.addWidget(self._own)
        column.addWidget(self.where)
        column.addLayout(side_by_side(self.field, self.put_in))
        column.addWidget(self.tried)
        column.addStretch(1)
        for form in (self.title, self.question, self.limit, self.weight):
            form.field.textEdited.connect(lambda _text: editor.form_edited())
        for form in (self.count, self.where, self.show_):
            form.field.textEdited.connect(lambda _text: editor.form_edited())
            form.field.setFont(current_theme().font("body", tabular=True))
            form.field.selectionChanged.connect(self._remember)
            form.field.cursorPositionChanged.connect(lambda _a, _b: self._remember())
        for box in (self.unit, self.better, self.of, self.over):
            box.activated.connect(lambda _index: editor.form_edited())

    def _remember(self) -> None:
        field = self.sender()
        if isinstance(field, QLineEdit) and field.hasFocus():
            self._last = field

    def _put_field(self) -> None:
        if self.field.key:
            self._last.insert(f"[{self.field.key.replace(']', ']]')}]")
            self._last.setFocus()
            self._editor.form_edited()

    def offer(self, names: list[str]) -> None:
        """Offer these fields."""
        keep = self.field.currentText()
        self.field.set_entries({name: name for name in names})
        self.field.setCurrentText(keep)

    def show_metric(self, metric: Metric) -> None:
        """Show another metric."""
        options = metric.options
        own = metric.measure == "expression"
        self._own.setVisible(own)
        self.title.setText(metric.title)
        self.question.setText(metric.question)
        self.limit.setText(
            "" if metric.threshold is None else words.value(metric, metric.threshold)
        )
        self.weight.setText(f"{metric.weight:g}")
        reading = tr("{formula}{formula2}. Counted: {population}.").format(
            formula=metric.formula[:1].upper(),
            formula2=metric.formula[1:],
            population=metric.population,
        )
        self.reading.setText("" if own else reading)
        self.reading.setVisible(not own)
        self._show_numbers(metric)
        for form, name in ((self.count, "count"), (self.where, "where"), (self.show_, "show")):
            form.setText(str(options.get(name, "")))
        for box, known, key in (
            (self.unit, _UNITS, metric.unit),
            (self.better, _BETTER, metric.better),
            (self.of, _OF, options.get("of", "activities")),
            (self.over, _OVER, options.get("over", "open-tasks")),
        ):
            with QSignalBlocker(box):
                box.setCurrentIndex(list(known).index(str(key)) if key in known else -1)
        self.tell_errors("", "", "")

    def _show_numbers(self, metric: Metric) -> None:
        """A field for every number that settles how the measure reads the schedule."""
        numbers = {
            name: held
            for name, held in metric.options.items()
            if isinstance(held, int | float) and not isinstance(held, bool)
        }
        if list(numbers) != list(self.numbers):
            for old in self.numbers.values():
                self._readings.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.numbers = {name: FormField(_NUMBERS.get(name, name)) for name in numbers}
            for field in self.numbers.values():
                field.field.textEdited.connect(lambda _text: self._editor.form_edited())
                self._readings.addWidget(field)
        for name, field in self.numbers.items():
            field.setText(f"{numbers[name]:g}")
            field.set_error("")

    def _numbers_of(self, metric: Metric) -> tuple[dict[str, float], str] | None:
        """What the fields say, and the formula with it; None while one cannot be read."""
        found: dict[str, float] = {}
        formula = metric.formula
        for name, field in self.numbers.items():
            held = metric.options[name]
            try:
                number = read_number(field.text(), "")
            except ValueError:
                number = None
            field.set_error("" if number is not None else tr("This is no number."))
            if number is None:
                return None
            whole = number == int(number) and isinstance(held, int)
            found[name] = int(number) if whole else number
            old = rf"(?<![\d.]){re.escape(f'{held:g}')}(?![\d.])"
            if number != held and len(re.findall(old, formula)) == 1:
                formula = re.sub(old, f"{number:g}", formula)
        return found, formula

    def tell_errors(self, limit: str, weight: str, expression: str) -> None:
        """Say what is wrong below each field."""
        self.limit.set_error(limit)
        self.weight.set_error(weight)
        self.tried.set_role("negative" if expression else "text")
        self.tried.setText(expression)

    def taken(self, metric: Metric) -> Metric | None:
        """The metric as it stands in the form, None while a number cannot be read."""
        limit: float | None = None
        weight: float | None = None
        errors = ["", ""]
        try:
            limit = read_number(self.limit.text(), metric.unit)
        except ValueError:
            errors[0] = tr("This is no number.")
        with suppress(ValueError):
            weight = read_number(self.weight.text(), "")
        if weight is None or not 0 <= weight <= 1000:
            errors[1] = tr("A number from 0 to 1000.")
        self.tell_errors(errors[0], errors[1], "")
        numbers = self._numbers_of(metric)
        if any(errors) or weight is None or numbers is None:
            return None
        options = {**metric.options, **numbers[0]}
        texts = {"where": self.where.text().strip()}
        made = replace(
            metric,
            title=self.title.text().strip(),
            question=self.question.text().strip(),
            threshold=limit,
            weight=weight,
            formula=numbers[1],
        )
        if metric.measure == "expression":
            texts |= {"count": self.count.text().strip(), "show": self.show_.text().strip()}
            options["of"] = list(_OF)[max(self.of.currentIndex(), 0)]
            options["over"] = list(_OVER)[max(self.over.currentIndex(), 0)]
            population = _OVER[options["over"]].lower()
            if options["of"] == "links":
                population = tr("links into {population}").format(population=population)
            made = replace(
                made,
                unit=list(_UNITS)[max(self.unit.currentIndex(), 0)],
                better=list(_BETTER)[max(self.better.currentIndex(), 0)],
                formula=texts["count"],
                population=population,
            )
        for name, value in texts.items():
            if value:
                options[name] = value
            else:
                options.pop(name, None)
        return replace(made, options=options)


class RulesetEditor(QDialog):
    """Edits a ruleset; `ruleset` is what was kept when the dialog is accepted."""

    def __init__(self, state: AppState, ruleset: Ruleset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Ruleset of your own"))
        self.resize(1020, 680)
        self.ruleset = ruleset
        self._state = state
        self._asker = FieldAsker(state.document) if state.document is not None else None
        self._of = ""
        self.name = FormField(tr("Title"), ruleset.title)
        self.summary = FormField(tr("What it is for"), ruleset.summary)
        self.model = MetricsModel(list(ruleset.metrics))
        self.table = TableView(tr("Metrics of the ruleset"))
        self.table.setModel(self.model)
        self.table.setMinimumWidth(380)
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.form = MetricForm(self)
        self.add = Button(tr("Add a metric"), "default", "plus", tip=tr("A metric by expression"))
        self.add.clicked.connect(lambda _on=False: self.add_metric())
        self.drop = Button(tr("Remove the metric"), "default", "trash")
        self.drop.clicked.connect(lambda _on=False: self.drop_metric())
        self._error = Label("", "prose", "negative", wrap=True)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.form)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.table, 1)
        left.addLayout(side_by_side(self.add, self.drop, None))
        middle = QHBoxLayout()
        middle.addLayout(left, 1)
        middle.addWidget(scroll, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addLayout(side_by_side(self.name, self.summary))
        column.addLayout(middle, 1)
        column.addWidget(self._error)
        column.addLayout(dialog_foot(self, tr("Save"), self.save))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.try_out)
        self.table.row_changed.connect(self._show)
        self.model.dataChanged.connect(lambda *_: self._show(self.table.current_row()))
        self._show(-1)
        if self.model.metrics:
            self._choose(0)

    def _choose(self, row: int) -> None:
        self.table.select_row(row)
        self._show(row)

    def _show(self, row: int) -> None:
        there = 0 <= row < len(self.model.metrics)
        self.form.setVisible(there)
        self.drop.setEnabled(there)
        if there:
            self.form.show_metric(self.model.metrics[row])
            self._offer(self.model.metrics[row])
            self._timer.start()

    def _offer(self, metric: Metric) -> None:
        """The fields that can be asked; those of links differ."""
        of = str(metric.options.get("of", "activities"))
        if self._asker is not None and of != self._of:
            self._of = of
            self.form.offer(list(self._asker.fields(of).names()))

    def add_metric(self) -> None:
        """Add a metric by expression and open it."""
        taken = {metric.id for metric in self.model.metrics}
        number = next(n for n in range(1, 10_000) if f"OWN-{n:02d}" not in taken)
        metric = Metric(
            tr("OWN-{number:02d}").format(number=number),
            tr("New metric"),
            "expression",
            tr("What should be looked at?"),
            tr("[Total float] > 44"),
            tr("open tasks"),
            "ratio",
            "lower",
            0.05,
            options={"count": tr("[Total float] > 44"), "over": "open-tasks"},
        )
        self.model.metrics.append(metric)
        self._reset(len(self.model.metrics) - 1)
        self.form.title.field.setFocus()
        self.form.title.field.selectAll()

    def drop_metric(self) -> None:
        """Remove the metric in view."""
        row = self.table.current_row()
        if 0 <= row < len(self.model.metrics):
            del self.model.metrics[row]
            self._reset(min(row, len(self.model.metrics) - 1))

    def _reset(self, row: int) -> None:
        self.model.set_data(self.model.columns, len(self.model.metrics))
        self.table.apply_columns()
        self._choose(row)

    def form_edited(self) -> None:
        """Take what was typed over into the metric."""
        row = self.table.current_row()
        if not 0 <= row < len(self.model.metrics):
            return
        made = self.form.taken(self.model.metrics[row])
        if made is None:
            return
        self.model.metrics[row] = made
        with QSignalBlocker(self.model):
            self.model.refresh()
        self.table.viewport().update()
        self._offer(made)
        self._timer.start()

    def try_out(self) -> None:
        """Say what is wrong with the metric, or what it finds in the open schedule."""
        row = self.table.current_row()
        if not 0 <= row < len(self.model.metrics):
            return
        metric = self.model.metrics[row]
        try:
            check_metric(metric)
        except PlanbenchError as error:
            self.form.tell_errors("", "", error.what)
            return
        document = self._state.document
        if document is None or not (metric.measure == "expression" or metric.options.get("where")):
            self.form.tell_errors("", "", "")
            return
        asker = self._asker

        def work(_context: JobContext) -> str:
            from planbench.services.quality import try_metric

            return words.sentence(try_metric(document, metric, asker))

        def done(said: str) -> None:
            current = self.table.current_row()
            if 0 <= current < len(self.model.metrics) and self.model.metrics[current] is metric:
                self.form.tell_errors("", "", "")
                self.form.tried.setText(tr("In this schedule: {said}").format(said=said))

        self._state.run("quality-try", tr("Trying a metric"), work, done)

    def save(self) -> None:
        """Keep the ruleset and close; what is wrong is said above the buttons."""
        made = replace(
            self.ruleset,
            title=self.name.text().strip() or self.ruleset.title,
            summary=self.summary.text().strip(),
            metrics=tuple(self.model.metrics),
        )
        try:
            self.ruleset = keep_ruleset(made)
        except PlanbenchError as error:
            self._error.setText(error.line)
            return
        self.accept()
