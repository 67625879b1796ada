"""The left pane: rulesets with what they flag, where the findings lie, and whose dates count."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from planbench.domain.schedule import Schedule
from planbench.engines.quality.result import FLAG, QualityReport
from planbench.services.document import Document
from planbench.ui import paint, text
from planbench.ui.quality.areas import Areas, area_counts, flagged_activities
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Label, SidePane, Surface
from planbench.ui.widgets.labels import chip_width, draw_chip


class _Picker(QWidget):
    """A painted list of which one row may be chosen, by mouse or arrow keys."""

    chosen = Signal(int)
    row_height = 24

    def __init__(self, name: str) -> None:
        super().__init__()
        self.index = -1
        self._hover = -1
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def count(self) -> int:
        return 0

    def sizeHint(self) -> QSize:
        return QSize(200, self.count() * self.row_height)

    minimumSizeHint = sizeHint

    def choose(self, index: int) -> None:
        """Choose a row as a click would."""
        self.index = index
        self.update()
        self.chosen.emit(index)

    def _row_at(self, y: float) -> int:
        row = int(y // self.row_height)
        return row if 0 <= row < self.count() else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._row_at(event.position().y())
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row >= 0:
            self.pick(row)

    def pick(self, row: int) -> None:
        """A row was clicked."""
        self.choose(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and 0 <= self.index + step < self.count():
            self.choose(self.index + step)
        elif not step:
            super().keyPressEvent(event)

    def fill(self, painter: QPainter, row: int) -> QRect:
        """Paint the ground of a row and return its rectangle."""
        theme = current_theme()
        area = QRect(0, row * self.row_height, self.width(), self.row_height)
        role = "selection" if row == self.index else "hover" if row == self._hover else ""
        if role:
            painter.fillRect(area, theme.color(role))
        if row == self.index:
            painter.fillRect(QRect(0, area.top(), 2, area.height()), theme.color("accent"))
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if row == self.index and self.hasFocus() and keyboard:
            paint.focus_ring(painter, area, 3)
        return area


class RulesetList(_Picker):
    """Title, number of metrics, and how many flag."""

    row_height = 48

    def __init__(self) -> None:
        super().__init__(tr("Rulesets"))
        self._reports: tuple[QualityReport, ...] = ()
        self._wanted: tuple[str, ...] = ()

    def count(self) -> int:
        return len(self._reports)

    def show_reports(
        self, reports: tuple[QualityReport, ...], index: int, wanted: tuple[str, ...] = ()
    ) -> None:
        """Show the rulesets of these reports; the `wanted` ids are the project's standards."""
        self._reports, self.index, self._wanted = reports, index, wanted
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.upright(self)
        theme = current_theme()
        for row, report in enumerate(self._reports):
            area = self.fill(painter, row)
            paint.rule(painter, 0, area.bottom(), self.width(), "grid-line")
            flags = report.counts()[FLAG]
            kind, word = ("flag", text.number(flags)) if flags else ("meets", "0")
            painter.setFont(theme.font("small", tabular=True))
            width = chip_width(painter, kind, word)
            spot = QRect(self.width() - 12 - width, area.top(), width, area.height())
            draw_chip(painter, spot, kind, word)
            painter.setFont(theme.font("strong" if row == self.index else "body"))
            painter.setPen(theme.color("text"))
            upper = QRect(14, area.top() + 7, 10, 17)
            paint.text_left(painter, report.ruleset.title, 14, upper, spot.left() - 6)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text-muted"))
            lower = QRect(14, area.top() + 25, 10, 15)
            number = text.counted(len(report.metrics), tr("metric"), tr("metrics"))
            if report.ruleset_id in self._wanted:
                number = tr("{number}, standard").format(number=number)
            paint.text_left(painter, number, 14, lower, spot.left() - 6)


class AreaBars(_Picker):
    """Activities with findings by work area; a click narrows the findings to one, or not."""

    row_height = 36

    def __init__(self) -> None:
        super().__init__(tr("Findings by work area"))
        self._rows: list[tuple[int, str, int]] = []

    def count(self) -> int:
        return len(self._rows)

    def show_counts(self, rows: list[tuple[int, str, int]]) -> None:
        """Show these (area, name, activities)."""
        self._rows, self.index = rows, -1
        self.updateGeometry()
        self.update()

    def area(self) -> int:
        """The chosen area, -1 for all."""
        return self._rows[self.index][0] if 0 <= self.index < len(self._rows) else -1

    def area_name(self) -> str:
        """Its name."""
        return self._rows[self.index][1] if 0 <= self.index < len(self._rows) else ""

    def pick(self, row: int) -> None:
        self.choose(-1 if row == self.index else row)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.upright(self)
        theme = current_theme()
        most = max((count for _, _, count in self._rows), default=1)
        for row, (_, name, count) in enumerate(self._rows):
            area = self.fill(painter, row)
            painter.setFont(theme.font("body", tabular=True))
            painter.setPen(theme.color("text"))
            line = QRect(0, area.top() + 4, self.width() - 12, 18)
            paint.text_left(painter, name, 14, line, self.width() - 52)
            track = QRectF(14, area.top() + 25, self.width() - 26, 5)
            paint.box(painter, track, 2, theme.color("surface-sunken"))
            track.setWidth(max(3.0, track.width() * count / most))
            paint.box(painter, track, 2, theme.color("near-critical"))
            number = line
            painter.setPen(theme.color("text"))
            painter.drawText(
                number,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                text.number(count),
            )


class Sidebar(SidePane):
    """`ruleset_chosen(index)`, `area_chosen()`, `menu_asked(point)` of the rulesets."""

    ruleset_chosen = Signal(int)
    menu_asked = Signal(QPoint)
    area_chosen = Signal()

    def __init__(self) -> None:
        super().__init__("", current_theme().frame["side_list"][0], "left")
        self.setAccessibleName(tr("Rulesets and work areas"))
        self.rulesets, self.bars = RulesetList(), AreaBars()
        self.rulesets.chosen.connect(self.ruleset_chosen)
        self.bars.chosen.connect(lambda _index: self.area_chosen.emit())
        self.body.setContentsMargins(0, 10, 0, 12)
        self.body.addLayout(self._rulesets_head())
        self.body.addSpacing(2)
        self.body.addWidget(self.rulesets)
        self._areas = QWidget()
        column = QVBoxLayout(self._areas)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(4)
        self._area_title = _heading(tr("Activities flagged, by work area"))
        column.addWidget(self._area_title)
        column.addWidget(self.bars)
        self.body.addWidget(self._areas)
        self.body.addStretch(1)
        self._foot = Surface("surface-raised", "t")
        inside = QVBoxLayout(self._foot)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(4)
        inside.addWidget(Label(tr("Whose dates"), "small", "text-muted"))
        self._dates = Label("", "prose", wrap=True)
        inside.addWidget(self._dates)
        outer = self.layout()
        assert outer is not None
        outer.addWidget(self._foot)

    def _rulesets_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 6, 0)
        self.more = Button("", "quiet", "plus", tip=tr("Rulesets of your own"), in_card=True)
        self.more.clicked.connect(lambda _on=False: self._ask_menu())
        row.addWidget(_heading(tr("Rulesets")), 1)
        row.addWidget(self.more)
        return row

    def _ask_menu(self) -> None:
        self.menu_asked.emit(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def show_reports(
        self, reports: tuple[QualityReport, ...], index: int, wanted: tuple[str, ...] = ()
    ) -> None:
        """Show the rulesets of one project; the `wanted` ids are those of its standards pack."""
        self.rulesets.show_reports(reports, index, wanted)

    def show_areas(self, schedule: Schedule, areas: Areas, report: QualityReport) -> None:
        """Show where the flagged activities of a report lie."""
        rows = area_counts(areas, flagged_activities(schedule, report))
        self.bars.show_counts(rows)
        self._areas.setVisible(bool(rows))

    def show_dates(self, document: Document, dates: str) -> None:
        """Say whose dates the metrics read and how far they agree with the file's."""
        self._dates.setText(dates_words(document, dates))


def _heading(words: str) -> Label:
    label = Label(words, "small", "text-muted")
    font = label.font()
    font.setWeight(font.Weight.DemiBold)
    label.setFont(font)
    label.setContentsMargins(14, 0, 8, 0)
    return label


def dates_words(document: Document, dates: str) -> str:
    """Whose dates and floats the metrics read."""
    if document.problem and dates == "engine":
        return tr("The network could not be calculated; what needs dates is not measured.")
    said = tr("Calculated here.") if dates == "engine" else tr("As the file stores them.")
    agreement = document.agreement
    if agreement is None or agreement.share is None:
        return tr("{said} The file stores no dates to compare with.").format(said=said)
    same, population = text.number(agreement.all_five), text.number(agreement.population)
    share = text.percent(agreement.share)
    return tr("{said} {share} of stored dates equal ours: {same} of {population}.").format(
        said=said, share=share, same=same, population=population
    )
