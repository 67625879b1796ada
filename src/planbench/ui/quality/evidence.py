"""The right pane: the figure in words, its formula, who was counted, and what a limit decides."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from planbench.domain.schedule import Schedule
from planbench.engines.quality.result import MetricResult, QualityReport
from planbench.services.document import Document
from planbench.ui import paint, text
from planbench.ui.quality import words
from planbench.ui.quality.curve import ThresholdCurve
from planbench.ui.quality.neighbours import Neighbours
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import Chip, ElidedLabel, Label, SidePane, Surface

_SUBJECTS = {
    "activity": tr("All activities"),
    "relationship": tr("All links"),
    "calendar": tr("All calendars"),
    "project": tr("All projects"),
}
_COUNTED = {
    "activity": tr("Activities counted"),
    "relationship": tr("Links counted"),
    "calendar": tr("Calendars counted"),
    "project": tr("Projects counted"),
}


class Breakdown(QWidget):
    """All, less what was left out and why, makes what was counted."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, str, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_result(self, result: MetricResult) -> None:
        """Break the population of a metric down."""
        parts = result.membership.breakdown()
        total = sum(number for _, number in parts)
        self._rows = [(_SUBJECTS[result.kind], text.number(total), True)]
        self._rows += [
            (_left_out(reason), f"{text.MINUS}{text.number(number)}", False)
            for reason, number in parts[1:]
            if number
        ]
        self._rows.append((_COUNTED[result.kind], text.number(parts[0][1]), True))
        self.setAccessibleName("; ".join(f"{a} {b}" for a, b, _ in self._rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 20 * len(self._rows) + 2)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.upright(self)
        theme = current_theme()
        for place, (label, number, strong) in enumerate(self._rows):
            area = QRect(0, 20 * place, self.width(), 20)
            if place == len(self._rows) - 1:
                paint.rule(painter, 0, area.top(), self.width())
            painter.setFont(theme.font("strong" if strong else "body", tabular=True))
            painter.setPen(theme.color("text" if strong else "text-muted"))
            paint.text_left(painter, label, 0, area, self.width() - 64)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, flags, number)


def _left_out(reason: str) -> str:
    return reason[:1].upper() + reason[1:]


class _Section(QWidget):
    """A line, a small heading and a column below it; hidden as a whole."""

    def __init__(self, title: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(6)
        line = Surface("border")
        line.setFixedHeight(1)
        column.addWidget(line)
        column.addSpacing(2)
        heading = Label(title, "small", "text-muted")
        font = heading.font()
        font.setWeight(font.Weight.DemiBold)
        heading.setFont(font)
        column.addWidget(heading)
        self.column = column

    def add(self, widget: QWidget) -> None:
        self.column.addWidget(widget)


class _Formula(QWidget):
    """The formula and its figures on a sunken ground."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(2)
        self._words = Label("", "prose", wrap=True)
        self._figures = Label("", "strong", tabular=True, wrap=True)
        column.addWidget(self._words)
        column.addWidget(self._figures)

    def show_result(self, result: MetricResult) -> None:
        self._words.setText(tr_data(result.metric.formula))
        figures = words.figures(result)
        self._figures.setText(figures)
        self._figures.setVisible(bool(figures))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        radius = theme.radius["control"]
        paint.box(paint.upright(self), self.rect(), radius, theme.color("surface-sunken"))


class EvidencePane(SidePane):
    """What stands behind the metric in view, and behind the object chosen below it."""

    def __init__(self) -> None:
        super().__init__("", current_theme().frame["details_pane"], "right")
        self.setAccessibleName(tr("Evidence"))
        self._rule = ElidedLabel("", "small", "text-muted")
        self._metric_title = Label("", "heading", wrap=True)
        chips = QHBoxLayout()
        chips.setSpacing(6)
        self._state = Chip("neutral", "")
        self._authority = Chip("neutral", "")
        chips.addWidget(self._state)
        chips.addWidget(self._authority)
        chips.addStretch(1)
        self._question = Label("", "prose", "text-muted", wrap=True)
        self._measured = Label("", "prose", wrap=True)
        self._object = Label("", "prose", wrap=True)
        self._neighbours = Neighbours()
        self._notes = Label("", "prose", "text-muted", wrap=True)
        self._formula = _Formula()
        self._breakdown = Breakdown()
        self._curve = ThresholdCurve()
        self._source = Label("", "small", "text-muted", wrap=True)
        self.body.addWidget(self._rule)
        self.body.addWidget(self._metric_title)
        self.body.addLayout(chips)
        self.body.addWidget(self._question)
        self._sections = {
            "measured": _Section(tr("Measured")),
            "object": _Section(tr("The row chosen")),
            "formula": _Section(tr("Formula")),
            "population": _Section(tr("Population")),
            "curve": _Section(tr("If the limit were different")),
            "source": _Section(tr("Source and reading")),
        }
        for section, parts in (
            ("measured", (self._measured, self._notes)),
            ("object", (self._object, self._neighbours)),
            ("formula", (self._formula,)),
            ("population", (self._breakdown,)),
            ("curve", (self._curve,)),
            ("source", (self._source,)),
        ):
            for part in parts:
                self._sections[section].add(part)
            self.body.addWidget(self._sections[section])
        self._result: MetricResult | None = None

    def show_result(self, report: QualityReport | None, result: MetricResult | None) -> None:
        """Explain another metric."""
        self._result = result
        shown = report is not None and result is not None
        for widget in (self._state, self._authority, *self._sections.values()):
            widget.setVisible(shown)
        if report is None or result is None:
            for label in (self._rule, self._metric_title, self._question):
                label.setText("")
            return
        metric = result.metric
        self._rule.setText(f"{metric.id} · {report.ruleset.title}")
        self._metric_title.setText(tr_data(metric.title))
        self._state.set(*words.state_chip(result))
        self._authority.set("neutral", tr("Limit: {authority}").format(authority=metric.authority))
        self._question.setText(tr_data(metric.question))
        self._measured.setText(words.sentence(result))
        notes = [words.tidy(note) for note in result.found.notes]
        self._notes.setText("\n".join(f"{note}." for note in notes))
        self._notes.setVisible(bool(notes))
        self._formula.show_result(result)
        self._breakdown.show_result(result)
        self._sections["curve"].setVisible(self._curve.show_result(result))
        self._source.setText(_source_words(report, result))
        self.show_object(None, -1)

    def show_object(self, document: Document | None, place: int) -> None:
        """Say what was measured of one row, and show it between its neighbours; -1 for none."""
        result = self._result
        there = document is not None and result is not None and 0 <= place < result.rows.size
        self._sections["object"].setVisible(there)
        if document is not None and result is not None and there:
            self._object.setText(object_words(document.schedule, result, place))
            row = words.activity_of(document.schedule, result, place)
            self._neighbours.setVisible(self._neighbours.show_activity(document, row))


def object_words(schedule: Schedule, result: MetricResult, place: int) -> str:
    """What was measured of one object, and the limit on it where there is one."""
    name, title = words.object_of(schedule, result, place)
    fact = words.measured(result, place)
    said = f"{name} {title}".strip()
    if fact:
        said += f": {fact[:1].lower()}{fact[1:]}"
    found = result.found
    if found.limit is not None and found.limit > 0:
        unit = "" if found.values_unit == "n" else f"{text.NARROW}d"
        number = text.number(found.limit, 0 if found.limit == int(found.limit) else 1)
        word = tr("less than ") if found.beyond == "at-or-above" else tr("up to ")
        said += tr("; {word}{number}{unit} is not counted").format(
            word=word, number=number, unit=unit
        )
    return said + "."


def _source_words(report: QualityReport, result: MetricResult) -> str:
    metric = result.metric
    said = [metric.source] if metric.source else []
    if metric.source != report.ruleset.source and metric.authority != "house":
        said.append(report.ruleset.source)
    version = tr("Ruleset {ruleset_id}, version {version}").format(
        ruleset_id=report.ruleset_id, version=report.version
    )
    dates = tr("calculated dates") if report.dates == "engine" else tr("dates as stored")
    baseline = report.baseline or tr("no baseline")
    if report.baseline and not report.baseline.lower().startswith("baseline"):
        baseline = tr("baseline {baseline}").format(baseline=report.baseline)
    return ".\n".join([*said, f"{version}; {dates}; {baseline}"]) + "."
