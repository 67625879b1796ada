"""The table of the register: one risk a row, with its place before and after actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from planbench.domain.times import DAY
from planbench.engines.register.breakdown import expected
from planbench.engines.register.entry import Exposure, RiskEntry, Three
from planbench.engines.register.scales import RATINGS, Matrix
from planbench.engines.risk.result import RiskEffect
from planbench.ui import paint, text
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel
from planbench.ui.widgets.delegate import CellDelegate

Place = tuple[int, int]

LEVELS = 6
"""Number of the column that shows both places."""


def days_words(three: Three, opportunity: bool) -> str:
    """`8 / 18 / 40 d`, negative for what an opportunity gains."""
    if not three:
        return "none"
    sign = text.MINUS if opportunity else ""
    return " / ".join(f"{sign}{value:g}" for value in vars(three).values()) + " d"


def places(entry: RiskEntry, matrix: Matrix) -> tuple[Place, Place | None]:
    """Levels of likelihood and impact before and after the actions."""

    def place(exposure: Exposure) -> Place:
        return matrix.place(exposure.probability, exposure.days.mode, exposure.cost.mode)

    return place(entry.before), None if entry.after is None else place(entry.after)


def worst(
    entries: Sequence[RiskEntry],
    matrix: Matrix,
    effects: Sequence[RiskEffect],
    rows: Sequence[int],
) -> list[int]:
    """Open threats and opportunities of these rows, the heaviest first.

    By the effect on P80 where a run told it, then by rating and by expected days and cost.
    """
    gains = {effect.id: abs(effect.gain) for effect in effects}

    def weight(row: int) -> tuple[float, int, float, float]:
        entry = entries[row]
        found = expected(entry)
        rating = matrix.rating(places(entry, matrix)[0])
        return gains.get(entry.id, 0.0), rating, abs(found.days), abs(found.cost)

    return sorted((row for row in rows if entries[row].modelled), key=weight, reverse=True)


class RegisterModel(FlatTableModel):
    """Risks in the order of the register, filtered by a text or a cell of the heat map."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[RiskEntry, ...] = ()
        self.matrix: Matrix | None = None
        self._effects: Mapping[str, RiskEffect] = {}
        self._most = 0.0

    def show_entries(
        self,
        entries: Sequence[RiskEntry],
        matrix: Matrix,
        effects: Sequence[RiskEffect],
        keep: Sequence[int] | None = None,
    ) -> None:
        """Fill; `keep` are the rows that a filter leaves."""
        import numpy as np

        self.entries, self.matrix = tuple(entries), matrix
        self._effects = {effect.id: effect for effect in effects}
        self._most = max((abs(effect.gain) for effect in effects), default=0.0)
        gains = [self._gain(entry) for entry in entries]
        actions = [entry.next_action for entry in entries]
        ratings = [matrix.rating(places(entry, matrix)[0]) for entry in entries]
        columns = [
            Column("on", "", 34, values=[""] * len(entries), sortable=False,
                   tip=tr("Takes part in the simulation")),
            Column("id", tr("Risk"), 66, values=[e.id for e in entries]),
            Column("category", tr("Category"), 104, values=[e.category for e in entries]),
            Column("title", tr("What could happen"), 250, values=[e.title for e in entries],
                   stretch=True),
            Column("chance", tr("Chance"), 70, True,
                   [text.percent(e.before.probability, 0) for e in entries],
                   sort_values=[e.before.probability for e in entries]),
            Column("days", tr("Best / likely / worst"), 144,
                   values=[days_words(e.before.days, e.opportunity) for e in entries],
                   sort_values=np.array([e.before.days.mode for e in entries])),
            Column("levels", tr("Before, after"), 112, values=[""] * len(entries),
                   sort_values=np.array(ratings, dtype=np.int64),
                   tip=tr("Likelihood and impact level before and after the actions")),
            Column("bar", "", 84, values=[""] * len(entries), sortable=False),
            Column("gain", tr("Effect, d"), 78, True,
                   ["" if gain is None else text.number(gain, 1) for gain in gains],
                   sort_values=np.array([gain or 0.0 for gain in gains]),
                   tip=tr("Days by which P80 comes earlier without this risk, "
                          "same random numbers")),
            Column("action", tr("Next action"), 190,
                   values=["" if one is None else one.text for one in actions]),
            Column("owner", tr("Owner"), 132, values=[e.owner for e in entries]),
            Column("status", tr("Status"), 82, values=[e.status.capitalize() for e in entries]),
        ]  # fmt: skip
        rows = np.arange(len(entries)) if keep is None else np.array(keep, dtype=np.int32)
        self.set_data(columns, rows)

    def _gain(self, entry: RiskEntry) -> float | None:
        effect = self._effects.get(entry.id)
        return None if effect is None else effect.gain / DAY

    def look(self, row: int, column: int) -> CellLook:
        entry, key = self.entries[row], self.columns[column].key
        if key == "on":
            return CellLook(check=entry.modelled)
        if key == "bar":
            gain = self._gain(entry)
            if gain is None or not self._most:
                return CellLook()
            role = "early" if entry.opportunity else "warning"
            return CellLook(bar=abs(gain) * DAY / self._most, bar_role=role)
        if key == "action":
            action = entry.next_action
            if action is not None and action.overdue(dt.date.today()):
                return CellLook(action.text, icon="alert", icon_role="warning")
        found = super().look(row, column)
        return found if entry.modelled else found._replace(role="text-muted")

    def tip(self, row: int, column: int) -> str:
        if self.columns[column].key != "levels" or self.matrix is None:
            return super().tip(row, column)
        before, after = places(self.entries[row], self.matrix)
        said = tr("Before: {ratings}").format(ratings=RATINGS[self.matrix.rating(before)].lower())
        if after is not None:
            said += tr(", after: {ratings}").format(
                ratings=RATINGS[self.matrix.rating(after)].lower()
            )
        return said


def chip_words(place: Place) -> str:
    """`4·3`: likelihood and impact level, from 1."""
    return f"{place[0] + 1}\u00b7{place[1] + 1}"


class LevelDelegate(CellDelegate):
    """Two chips in the colours of the matrix: before, after."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        model: Any = index.model()
        if model.matrix is None:
            return
        theme = current_theme()
        entry = model.entries[model.source(index.row())]
        rect: QRect = option.rect
        painter.save()
        painter.setFont(theme.font("small", tabular=True))
        x, high = rect.left() + 8, 18
        top = rect.top() + (rect.height() - high) // 2
        for number, place in enumerate(places(entry, model.matrix)):
            if place is None:
                break
            if number:
                painter.setPen(theme.color("text-muted"))
                painter.drawText(QRect(x, top, 18, high), Qt.AlignmentFlag.AlignCenter, "\u2192")
                x += 20
            fill, on = theme.risk[model.matrix.rating(place)]
            area = QRect(x, top, 34, high)
            paint.box(painter, area, theme.radius["chip"], fill)
            painter.setPen(on)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, chip_words(place))
            x += 36
        painter.restore()
