"""Small forms of Control: records that are written down one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.ui import text
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, ComboBox, FormField, Label


@dataclass(frozen=True)
class Field:
    """One field: its key, label and first value; with `choices` (value, words) a drop-down."""

    key: str
    label: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class RecordDialog(QDialog):
    """Fields in pairs, and Keep. `keep(values)` may raise PlanbenchError, which is then shown."""

    def __init__(
        self,
        title: str,
        words: str,
        fields: Sequence[Field],
        keep: Callable[[dict[str, str]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(540)
        self._keep = keep
        self._fields: dict[str, FormField | ComboBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(title, "title"))
        if words:
            column.addWidget(Label(words, "prose", "text-muted", wrap=True))
        self.banner = Banner("error")
        column.addWidget(self.banner)
        from PySide6.QtWidgets import QGridLayout

        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for place, field in enumerate(fields):
            grid.addWidget(self._part(field), place // 2, place % 2)
        column.addLayout(grid)
        column.addSpacing(6)
        column.addLayout(dialog_foot(self, tr("Keep"), self.take))

    def _part(self, field: Field) -> QWidget:
        if not field.choices:
            made = FormField(field.label, field.value)
            self._fields[field.key] = made
            return made
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(Label(field.label, "small", "text-muted"))
        box = ComboBox([], field.label)
        for value, words in field.choices:
            box.addItem(words, value)
        box.setCurrentIndex(max(box.findData(field.value), 0))
        column.addWidget(box)
        self._fields[field.key] = box
        return holder

    def values(self) -> dict[str, str]:
        """What the fields say now."""
        return {
            key: str(part.currentData()) if isinstance(part, ComboBox) else part.text().strip()
            for key, part in self._fields.items()
        }

    def put(self, key: str, value: str) -> None:
        """Fill a field."""
        part = self._fields[key]
        if isinstance(part, ComboBox):
            part.setCurrentIndex(part.findData(value))
        else:
            part.setText(value)

    def take(self) -> None:
        """Keep what was typed, or say what is wrong with it."""
        try:
            self._keep(self.values())
        except PlanbenchError as error:
            self.banner.show_message(error.line, tr("It cannot be kept yet"))
            return
        self.accept()


def number(words: str, label: str) -> float:
    """A typed number, grouped or not. Raises PlanbenchError naming the field."""
    plain = words.replace(text.NARROW, "").replace(" ", "").replace("\u2212", "-")
    try:
        return float(plain or "0")
    except ValueError:
        raise PlanbenchError(tr("“{words}” is no number").format(words=words), label) from None


def share(words: str, label: str) -> float:
    """A typed percentage as a share 0..1."""
    return number(words.rstrip("% "), label) / 100.0


def day(words: str, label: str) -> str:
    """A typed ISO date. Raises PlanbenchError naming the field."""
    import datetime as dt

    try:
        return dt.date.fromisoformat(words).isoformat()
    except ValueError:
        raise PlanbenchError(
            tr("“{words}” is no date").format(words=words), label, tr("Write it as YYYY-MM-DD.")
        ) from None
