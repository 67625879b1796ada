"""A dashboard: the sections of a composed report as cards, each opening what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from planbench.engines.reports.blocks import (
    LEFT,
    Bars,
    Block,
    Chart,
    Fact,
    Facts,
    Paragraph,
    Report,
    Section,
    Sheets,
    Source,
    Table,
)
from planbench.services.reports.dashboards import door_of_figure, door_of_section
from planbench.ui.frame.rows import RowsDialog
from planbench.ui.reports.drawing import Drawing
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    Card,
    CellLook,
    Column,
    FlatTableModel,
    Label,
    LinkButton,
    Stat,
    StatStrip,
    Surface,
    TableView,
)

WIDE = 1100
"""Pixels from which two cards stand beside each other."""

MANY_COLUMNS = 9
"""From so many columns on a table takes the whole width."""

_MOST_ROWS = 12
_NARROW_FACTS = 4  # of a strip where only one card stands in a row: dates are never cut
_DOORS = {
    "home": tr("Home"),
    "schedule": tr("Schedule"),
    "quality": tr("Quality"),
    "compare": tr("Compare"),
    "risk": tr("Risk"),
    "control": tr("Control"),
    "contract": tr("Contract"),
    "portfolio": tr("Portfolio"),
}
_STATES = {"▲": "negative", "◆": "warning", "●": "positive", "Overdue": "warning"}
"""Colour roles of states by how their words begin."""

_SHORT = 20
"""Letters up to which texts are never cut."""

_LEAST = 58
"""Pixels of a column of numbers."""


class CardTable(FlatTableModel):
    """The rows of a table of a report."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table
        columns = []
        for place, column in enumerate(table.columns):
            values = [row[place] for row in table.texts]
            right = column.kind not in LEFT
            tip = column.formula
            sort = None
            if right:
                numbers = [row[place] for row in table.rows]
                sort = [float(v) if isinstance(v, int | float) else float("-inf") for v in numbers]
            short = max((len(one) for one in values), default=0) <= _SHORT
            # numbers and dates take what they need (`fit_columns`), the names get the rest
            wide = _LEAST if right else max(round(66 * column.weight + 20), 64)
            columns.append(
                Column(
                    f"c{place}", column.title, wide, right, values, sort_values=sort, tip=tip,
                    elide=not short,
                    stretch=not right and column.weight == max(c.weight for c in table.columns),
                )
            )  # fmt: skip
        self.set_data(columns, len(table.rows))

    def look(self, row: int, column: int) -> CellLook:
        shown = super().look(row, column)
        levels = self.table.levels
        if levels and column == (1 if self.table.columns[0].title == "Code" else 0):
            shown = shown._replace(indent=levels[row], strong=levels[row] == 0)
        if not self.columns[column].right:
            role = next((r for start, r in _STATES.items() if shown.text.startswith(start)), "")
            shown = shown._replace(role=role) if role else shown
        return shown

    def tip(self, row: int, column: int) -> str:
        return self.table.texts[row][column]

    def activity(self, row: int) -> str:
        """The activity id of a row, "" where the table has none."""
        for place, column in enumerate(self.table.columns):
            if column.title == "Id":
                return self.table.texts[row][place]
        return ""


class Dashboard(QScrollArea):
    """Cards of a report.

    `opened(workspace)` to look further into a card, `activity_opened(id)` from a row of activities,
    `traced(title, rows, workspace)` for where figures come from; see `source_rows`.
    """

    opened = Signal(str)
    activity_opened = Signal(str)
    traced = Signal(str, object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Dashboard"))
        self.report: Report | None = None
        self.cards: list[Card] = []
        self._whole: list[bool] = []
        self._across = 2

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 200)

    def show_report(self, report: Report) -> None:
        """Show the cards of another report."""
        self.report = report
        place = self.verticalScrollBar().value()
        page = Surface("surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.cards, self._whole = [], []
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(12, 12, 12, 12)
        self._rows.setSpacing(12)
        sources = {one.figure: one for one in report.sources}
        for section in report.sections:
            if section.kind == "sources":
                continue
            strip = [one for one in section.blocks if isinstance(one, Facts)]
            if strip:
                facts = strip[0].facts
                most = len(facts) if self._across > 1 else _NARROW_FACTS
                for first in range(0, len(facts), most):
                    column.addWidget(self._strip(facts[first : first + most], sources))
            else:
                self._add_card(section, sources)
        column.addLayout(self._rows)
        column.addStretch(1)
        self._arrange()
        self.setWidget(page)
        self.verticalScrollBar().setValue(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        across = 2 if self.width() >= WIDE else 1
        if across != self._across and self.report is not None:
            self._across = across
            self.show_report(self.report)

    def _arrange(self) -> None:
        """Two columns of cards where there is room; wide tables take a row of their own.

        A card goes below the column that is shorter so far, so that the order stays near.
        """
        _emptied(self._rows)
        made: list[QVBoxLayout] = []
        columns: list[QVBoxLayout] = []
        heights: list[int] = []
        for card, whole in zip(self.cards, self._whole, strict=True):
            if whole or not columns:
                columns, heights = self._columns(1 if whole else self._across)
                made += columns
            shorter = heights.index(min(heights))
            columns[shorter].addWidget(card)
            heights[shorter] += card.sizeHint().height() + 12
            if whole:
                columns = []
        for column in made:
            column.addStretch(1)

    def _columns(self, count: int) -> tuple[list[QVBoxLayout], list[int]]:
        """A row of columns for cards, all still empty."""
        row = QHBoxLayout()
        row.setSpacing(12)
        made = [QVBoxLayout() for _ in range(count)]
        for one in made:
            one.setSpacing(12)
            row.addLayout(one, 1)
        self._rows.addLayout(row)
        return made, [0] * count

    # ------------------------------------------------------------ the parts

    def _strip(self, facts: Sequence[Fact], sources: dict[str, Source]) -> StatStrip:
        stats = [
            Stat(one.title, one.text, one.note, "warning" if one.warn else "text", door=True)
            for one in facts
        ]
        strip = StatStrip(stats)

        def trace(index: int) -> None:
            title = facts[index].title
            found = [sources[title]] if title in sources else []
            self.traced.emit(title, source_rows(found), door_of_figure(title))

        strip.opened.connect(trace)
        return strip

    def _add_card(self, section: Section, sources: dict[str, Source]) -> None:
        card = Card(section.title)
        door = door_of_section(section.kind)
        known = [sources[name] for name in section.cites if name in sources]
        if known:
            formula = Button("", "tool", "sigma", tip=tr("Where the figures come from"))
            formula.setAccessibleName(tr("Where the figures of {title} come from").format(
                title=section.title))  # fmt: skip
            rows = source_rows(known, section)
            formula.clicked.connect(lambda _on=False: self.traced.emit(section.title, rows, door))
            card.add_tool(formula)
        if door:
            link = LinkButton(_DOORS[door])
            link.setAccessibleName(f"{section.title}: {_DOORS[door]}")
            link.clicked.connect(partial(self._open, door))
            card.add_tool(link)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(14, 0, 14, 12)
        inner.setSpacing(8)
        tables = [_table_of(one) for one in section.blocks]
        for block, table in zip(section.blocks, tables, strict=True):
            inner.addWidget(self._block(block, table, section, door))
        inner.addStretch(1)
        card.set_body(body)
        card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.cards.append(card)
        self._whole.append(any(one and len(one.columns) >= MANY_COLUMNS for one in tables))

    def _open(self, door: str, _on: bool = False) -> None:
        self.opened.emit(door)

    def _block(self, block: Block, table: Table | None, section: Section, door: str) -> QWidget:
        if isinstance(block, Paragraph):
            muted = block.role != "prose"
            return Label(block.text, "prose", "text-muted" if muted else "text", wrap=True)
        if table is not None:
            return self._table(table, section.title, door)
        assert isinstance(block, Chart | Bars)
        told = " ".join(one for one in (block.title, block.note) if one)
        return _named(block.title, Drawing(block, told or section.title), block.note)

    def _table(self, table: Table, title: str, door: str) -> QWidget:
        model = CardTable(table)
        view = TableView(table.title or title)
        view.setModel(model)
        view.apply_columns()
        view.fit_columns()
        view.setVerticalScrollMode(TableView.ScrollMode.ScrollPerPixel)
        rows = min(max(len(table.rows), 1), _MOST_ROWS)
        theme = current_theme()
        head = max(theme.row["header_single"], view.horizontalHeader().sizeHint().height())
        view.setFixedHeight(head + rows * theme.row["default"] + 4)

        def activated(row: int) -> None:
            code = model.activity(row)
            if code:
                self.activity_opened.emit(code)
            elif door:
                self.opened.emit(door)

        view.row_activated.connect(activated)
        return _named(table.title, view, table.note)


def _emptied(layout: QLayout) -> None:
    """Take everything out of a layout; its widgets stay as they are."""
    while layout.count():
        item = layout.takeAt(0)
        inner = item.layout() if item is not None else None
        if inner is not None:
            _emptied(inner)


def _table_of(block: Block) -> Table | None:
    if isinstance(block, Sheets):
        return block.table
    return block if isinstance(block, Table) else None


def _named(title: str, part: QWidget, note: str) -> QWidget:
    """A part with its title above and its note below, where it has them."""
    if not title and not note:
        return part
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    if title:
        column.addWidget(Label(title, "strong"))
    column.addWidget(part)
    if note:
        column.addWidget(Label(note, "small", "text-muted", wrap=True))
    return holder


def source_rows(sources: Sequence[Source], section: Section | None = None) -> list[list[str]]:
    """Rows of a table of sources: figure, value, formula, from and computed by."""
    rows = [[one.figure, one.text, one.formula, one.data, one.engine] for one in sources]
    for block in section.blocks if section is not None else ():
        table = _table_of(block)
        for column in table.columns if table is not None else ():
            data = "; ".join(dict.fromkeys(one.data for one in sources))
            rows.append([column.title, "", column.formula, data, ""])
    return rows


def trace_dialog(
    title: str, rows: Sequence[Sequence[str]], state: AppState, parent: QWidget
) -> RowsDialog:
    """A window with where figures come from, and the file and the moment behind them."""
    document, library = state.document, state.library
    told = tr("The figures are those of the library.")
    if document is not None:
        name, sha = document.schedule.source.name, document.schedule.source.sha256
        filed = ""
        if library is not None and document.update is not None:
            record = library.update(document.update)
            name, sha = record.source_name or name, record.sha256 or sha
            filed = tr(", filed {filed} UTC").format(filed=record.created[:16].replace("T", " "))
        told = tr("From {name}").format(name=name or document.title)
        told += tr(", SHA-256 {sha}…").format(sha=sha[:16]) if sha else ""
        told += f"{filed}."
    columns = [
        Column("figure", tr("Figure"), 180), Column("value", tr("Value"), 110),
        Column("formula", tr("Formula"), 360, stretch=True), Column("from", tr("From"), 220),
        Column("made", tr("Computed by"), 150),
    ]  # fmt: skip
    dialog = RowsDialog(title, told, columns, rows, parent=parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog
