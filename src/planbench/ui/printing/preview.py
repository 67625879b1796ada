"""Print preview: the sheets as they will be, beside what can be chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import NO_TIME
from planbench.scenes.formats import long_date_text, read_date
from planbench.scenes.print_page import PrintSource, laid_out
from planbench.scenes.print_setup import (
    PAPERS,
    PX_PER_MM,
    PageSetup,
    PrintLayout,
    paper_mm,
)
from planbench.services.jobs import JobContext
from planbench.services.printing import setup_json, setup_of
from planbench.ui import text
from planbench.ui.paint import upright
from planbench.ui.printing.output import read_logo, sheet_image, write_print
from planbench.ui.printing.painter import SheetPainter
from planbench.ui.printing.source import source_of, titled
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    ComboBox,
    FormField,
    Label,
    SegmentedControl,
    SidePane,
    Toolbar,
)
from planbench.ui.widgets.forms import check_box, side_by_side

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow

DELAY = 150
"""Milliseconds after the last change before the sheet is painted again."""

_FILES = tr("PDF (*.pdf);;Pictures, one a sheet (*.png)")
_TEXTS = ("title", "subtitle", "document", "revision", "prepared", "checked", "approved")


class SheetView(QWidget):
    """One sheet on a grey ground. `turned(steps)` when keys or the wheel ask for another one."""

    turned = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.picture = QImage()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Sheet as it will be printed"))
        self.setAccessibleDescription(tr("Page up and page down turn the sheets"))

    def show_picture(self, picture: QImage) -> None:
        """Show a sheet; an empty picture shows none."""
        self.picture = picture
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = upright(self)
        painter.fillRect(self.rect(), theme.color("surface"))
        if self.picture.isNull():
            return
        wide, high = self.picture.width(), self.picture.height()
        ratio = self.devicePixelRatioF()
        scale = min((self.width() - 32) * ratio / wide, (self.height() - 32) * ratio / high, 1.0)
        size = QSizeF(wide * scale / ratio, high * scale / ratio)
        corner = QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2)
        box = QRectF(corner, size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.fillRect(box.translated(2, 2), theme.color("shadow"))
        painter.drawImage(box, self.picture)
        painter.setPen(theme.color("border"))
        painter.drawRect(box)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_PageDown: 1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Home: -100_000,
            Qt.Key.Key_End: 100_000,
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.turned.emit(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.turned.emit(-1 if event.angleDelta().y() > 0 else 1)
        event.accept()


class PrintPreview(QDialog):
    """Shows a plan on paper and writes it to files. `kept(setup)` when something was written."""

    kept = Signal(object)

    def __init__(
        self, state: AppState, source: PrintSource, setup: PageSetup, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self.source, self.setup = state, source, setup
        self.layout_: PrintLayout | None = None
        self.page = 0
        self.setWindowTitle(tr("Print preview"))
        self.setAccessibleName(tr("Print preview"))
        self.resize(1240, 760)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.lay_out)
        self._make_fields()
        self._lay_out_widgets()
        self.lay_out()
        self.view.setFocus()

    @classmethod
    def open_for(cls, window: MainWindow) -> PrintPreview | None:
        """Preview what the Schedule workspace shows; None, and said, without an open schedule."""
        document = window.state.document
        if document is None:
            window.say("warning", tr("Open a schedule, then print it."))
            return None
        window.go("schedule")
        space = window.page()
        source = source_of(
            space.plan, document, space.model.shown, space.gantt.options, space.columns.widths
        )
        setup = titled(setup_of(window.settings.get("print")), document)
        dialog = cls(window.state, source, setup, window)
        dialog.kept.connect(lambda made: window.settings.set("print", setup_json(made)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        return dialog

    # ------------------------------------------------------------ building

    def _make_fields(self) -> None:
        setup = self.setup
        self.paper = ComboBox(list(PAPERS), tr("Paper"))
        self.paper.setCurrentText(setup.paper)
        self.way = SegmentedControl((tr("Across"), tr("Upright")), tr("How the paper lies"))
        self.way.set_index(0 if setup.landscape else 1)
        self.wide = _spin(tr("Sheets across"), 1, 20, setup.pages_wide)
        self.tall = _spin(tr("Sheets down"), 0, 500, setup.pages_tall)
        self.tall.setSpecialValueText(tr("As needed"))
        self.repeat = check_box(tr("Columns on every sheet"), setup.repeat_columns)
        self.legend = check_box(tr("Legend"), setup.legend)
        self.names = check_box(tr("Names on the bars"), setup.names)
        self.start = FormField(tr("From"), long_date_text(setup.start))
        self.finish = FormField(tr("To"), long_date_text(setup.finish))
        first, last = (long_date_text(moment) for moment in self.source.span)
        self.start.field.setPlaceholderText(first)
        self.finish.field.setPlaceholderText(last)
        self.texts = {name: FormField(name.capitalize(), getattr(setup, name)) for name in _TEXTS}
        for one in self.texts.values():
            one.field.setCursorPosition(0)  # a long text is read from its beginning
        self.logo = Button(tr("Logo…"), "default", "upload", tip=tr("A picture left of the title"))
        self.logo.clicked.connect(self._ask_for_logo)
        self.no_logo = Button("", "quiet", "x", tip=tr("No logo"))
        self.no_logo.clicked.connect(lambda: self.set_logo(""))
        self.paper.currentTextChanged.connect(self._changed)
        self.way.changed.connect(self._changed)
        for spin in (self.wide, self.tall):
            spin.valueChanged.connect(self._changed)
        for box in (self.repeat, self.legend, self.names):
            box.toggled.connect(self._changed)
        for field in (self.start, self.finish, *self.texts.values()):
            field.field.textEdited.connect(self._changed)

    def _lay_out_widgets(self) -> None:
        self.view = SheetView()
        self.view.turned.connect(self.turn)
        self.before = Button("", "quiet", "arrow-left", tip=tr("The sheet before"))
        self.after = Button("", "quiet", "arrow-right", tip=tr("The next sheet"))
        self.before.clicked.connect(lambda: self.turn(-1))
        self.after.clicked.connect(lambda: self.turn(1))
        self.count = Label("", "body", "text-muted", tabular=True)
        self.write = Button(
            tr("Write to a file…"), "primary", "download", tip=tr("As PDF or pictures")
        )
        self.write.clicked.connect(self._ask_for_file)
        bar = Toolbar(tr("Print preview"))
        for part in (self.before, self.count, self.after):
            bar.add(part)
        bar.add_stretch()
        bar.add(self.write)
        self.problem = Banner("warning")
        self.problem.hide()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.problem)
        left.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self._pane())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addLayout(row, 1)

    def _pane(self) -> QWidget:
        pane = SidePane("", 300)
        body = pane.body
        body.addWidget(Label(tr("Paper"), "strong"))
        body.addLayout(side_by_side(self.paper, self.way))
        for title, spin in ((tr("Sheets across"), self.wide), (tr("Sheets down"), self.tall)):
            body.addLayout(side_by_side(Label(title, "body", "text-muted"), None, spin))
        body.addWidget(self.repeat)
        body.addSpacing(8)
        body.addWidget(Label(tr("Time"), "strong"))
        body.addLayout(side_by_side(self.start, self.finish))
        body.addSpacing(8)
        body.addWidget(Label(tr("Marks"), "strong"))
        body.addWidget(self.names)
        body.addWidget(self.legend)
        body.addSpacing(8)
        body.addWidget(Label(tr("Head and revision block"), "strong"))
        for name in ("title", "subtitle"):
            body.addWidget(self.texts[name])
        for pair in (("document", "revision"), ("prepared", "checked")):
            body.addLayout(side_by_side(*(self.texts[name] for name in pair)))
        body.addLayout(side_by_side(self.texts["approved"], None))
        body.addLayout(side_by_side(self.logo, self.no_logo, None))
        return pane

    # ------------------------------------------------------------ what is chosen

    def _changed(self, *_: object) -> None:
        self._timer.start()

    def chosen(self) -> PageSetup | None:
        """The setup as the fields say it; None where a date cannot be read."""
        start = _read(self.start, first=True)
        finish = _read(self.finish, first=False)
        if start is None or finish is None:
            return None
        typed: dict[str, Any] = {one: field.text().strip() for one, field in self.texts.items()}
        return replace(
            self.setup,
            paper=self.paper.currentText(),
            landscape=self.way.index == 0,
            pages_wide=self.wide.value(),
            pages_tall=self.tall.value(),
            repeat_columns=self.repeat.isChecked(),
            legend=self.legend.isChecked(),
            names=self.names.isChecked(),
            start=start,
            finish=finish,
            **typed,
        )

    def set_logo(self, path: str) -> None:
        """Put a picture left of the title, "" for none; what is no picture is refused."""
        try:
            read_logo(path)
        except PlanbenchError as error:
            self.problem.show_message(error.line, kind="warning")
            return
        self.setup = replace(self.setup, logo=path)
        self.lay_out()

    def _ask_for_logo(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Logo"), "", tr("Pictures (*.png *.jpg *.jpeg *.bmp *.svg)")
        )
        if path:
            self.set_logo(path)

    # ------------------------------------------------------------ the sheets

    def lay_out(self) -> None:
        """Divide the plan over sheets as the fields say, and show the sheet in front."""
        self._timer.stop()
        setup = self.chosen()
        if setup is None:
            return
        self.setup = setup
        self.no_logo.setEnabled(bool(setup.logo))
        try:
            self.layout_ = laid_out(self.source, setup)
        except PlanbenchError as error:
            self.layout_ = None
            self.view.show_picture(QImage())
            self.problem.show_message(error.line, kind="warning", closable=False)
        else:
            self.problem.hide()
        self._paint()

    def turn(self, steps: int) -> None:
        """Go so many sheets on, as far as there are any."""
        if self.layout_ is not None:
            last = len(self.layout_.sheets) - 1
            page = min(max(self.page + steps, 0), last)
            if page != self.page:
                self.page = page
                self._paint()

    def _paint(self) -> None:
        layout = self.layout_
        total = 0 if layout is None else len(layout.sheets)
        self.page = min(self.page, max(total - 1, 0))
        self.before.setEnabled(self.page > 0)
        self.after.setEnabled(self.page < total - 1)
        self.write.setEnabled(total > 0)
        self.count.setText(
            tr("Page {page} of {total}").format(page=self.page + 1, total=text.number(total))
            if total
            else tr("No page")
        )
        if layout is None:
            return
        if layout.zoom < 1.0:
            self.count.setText(
                tr("{text}, at {zoom:.0f} %").format(text=self.count.text(), zoom=layout.zoom * 100)
            )
        source, sheet = self.source, layout.sheets[self.page]
        scale = self._scale(layout)

        def work(context: JobContext) -> QImage:
            context.report(0, 1, tr("Painting the sheet"))
            painter = SheetPainter(read_logo(layout.setup.logo))
            return sheet_image(source, layout, sheet, painter, scale)

        def done(picture: QImage) -> None:
            if isValid(self.view):  # the preview may have been closed in between
                self.view.show_picture(picture)

        self._state.run("print-preview", tr("Painting the sheet"), work, done)

    def _scale(self, layout: PrintLayout) -> float:
        """Sharp on screen, but no sharper than needed."""
        wide, _ = paper_mm(layout.setup)
        pixels = max(self.view.width(), 900) * self.devicePixelRatioF() * 1.25
        return min(max(pixels / (wide * PX_PER_MM), 0.2), 2.0)

    # ------------------------------------------------------------ files

    def _ask_for_file(self) -> None:
        name = "".join(c if c.isalnum() or c in " -_." else "-" for c in self.setup.title)
        path, _ = QFileDialog.getSaveFileName(
            self,
            tr("Write to a file"),
            tr("{words}.pdf").format(words=name.strip() or tr("plan")),
            _FILES,
        )
        if path:
            self.write_to(path)

    def write_to(self, path: str) -> None:
        """Write all sheets to a PDF, or to a picture each, in a job."""
        layout, source = self.layout_, self.source
        if layout is None:
            return

        def work(context: JobContext) -> list[Path]:
            return write_print(source, layout, Path(path), context.report)

        def done(paths: list[Path]) -> None:
            if isValid(self):
                self.kept.emit(self.setup)
            more = tr(" and {paths} more").format(paths=len(paths) - 1) if len(paths) > 1 else ""
            self._state.message.emit(
                "info", tr("Written to {paths}{more}").format(paths=paths[0], more=more)
            )

        self._state.run("print", tr("Printing to {name}").format(name=Path(path).name), work, done)


# ------------------------------------------------------------ small parts


def _spin(name: str, low: int, high: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setFont(current_theme().font("body"))
    spin.setFixedWidth(108)
    for part in (spin, spin.lineEdit()):
        part.setAccessibleName(name)
    return spin


def _read(field: FormField, first: bool) -> int | None:
    """The date in a field, NO_TIME for an empty one, None (and said) for what is no date."""
    words = field.text().strip()
    field.set_error("")
    if not words:
        return NO_TIME
    try:
        moment, timed = read_date(words)
    except ValueError:
        field.set_error(tr("No date; write 31-Dec-2026."))
        return None
    return moment if timed or first else moment + 1440
