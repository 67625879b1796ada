"""What the trace shows and where it leads: levels, filters, target, float paths, one sentence."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from planbench.ui.logic.paths import PathLine, PathList
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import ComboBox, FoldingRow, Label, SidePane, Surface

BACK, AHEAD, MOST_LEVELS = 3, 3, 30

BY = ("free", "total")
BY_WORDS = (tr("By slack to the target"), tr("By total float"))


class Sidebar(SidePane):
    """What the picture shows and where paths lead.

    Signals: `shown_changed()` when levels or filters changed, `target_chosen(index)`,
    `ranking_changed()`, `path_chosen(index)`.
    """

    shown_changed = Signal()
    target_chosen = Signal(int)
    ranking_changed = Signal()
    path_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("", current_theme().frame["side_list"][1], "left")
        self.setAccessibleName(tr("What the trace shows"))
        self.body.setContentsMargins(0, 10, 0, 12)
        self.target = ComboBox([], tr("Trace to"))
        self.target.setMinimumContentsLength(12)
        self.target.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.ranking = ComboBox(BY_WORDS, tr("Rank float paths"))
        self.through = self._check(tr("Through completed work"), True)
        self.driving = self._check(tr("Driving links only"), False)
        self.towards = self._check(tr("Only what leads to the target"), False)
        self.towards.setToolTip(tr("Ahead, leave out what does not lead to the activity below"))
        self.back, self.ahead = _spin(tr("Levels back"), BACK), _spin(tr("Levels ahead"), AHEAD)
        self.paths = PathList()
        self._nothing = Label("", "prose", "text-muted", wrap=True)
        self._nothing.setContentsMargins(14, 4, 14, 0)
        self._lay_out()
        self.target.activated.connect(self.target_chosen)
        self.ranking.activated.connect(lambda _index: self.ranking_changed.emit())
        for box in (self.back, self.ahead):
            box.valueChanged.connect(lambda _value: self.shown_changed.emit())
        self.paths.chosen.connect(self.path_chosen)

    def _check(self, words: str, on: bool) -> QCheckBox:
        box = QCheckBox(words)
        box.setFont(current_theme().font("body"))
        box.setChecked(on)
        box.toggled.connect(lambda _on: self.shown_changed.emit())
        return box

    def _lay_out(self) -> None:
        show = self._group(tr("Show"))
        show.addWidget(self.through)
        show.addWidget(self.driving)
        show.addWidget(self.towards)
        show.addWidget(
            FoldingRow(
                _beside(tr("Levels back"), self.back),
                _beside(tr("ahead"), self.ahead),
                spacing=6,
            )
        )
        self._line()
        to = self._group(tr("Paths to"))
        to.addWidget(self.target)
        to.addWidget(self.ranking)
        self._line()
        self.body.addSpacing(2)
        self.body.addWidget(_heading(tr("Float paths")))
        self.body.addWidget(self.paths)
        self.body.addWidget(self._nothing)
        self.body.addStretch(1)
        foot = Surface("surface-raised", "t")
        inside = QVBoxLayout(foot)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(4)
        inside.addWidget(Label(tr("In one sentence"), "small", "text-muted"))
        self._sentence = Label("", "prose", wrap=True)
        inside.addWidget(self._sentence)
        self._foot = foot
        outer = self.layout()
        assert outer is not None
        outer.addWidget(foot)

    def _group(self, words: str) -> QVBoxLayout:
        self.body.addWidget(_heading(words))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(14, 2, 14, 4)
        column.setSpacing(8)
        self.body.addWidget(holder)
        return column

    def _line(self) -> None:
        line = Surface("border")
        line.setFixedHeight(1)
        self.body.addSpacing(4)
        self.body.addWidget(line)
        self.body.addSpacing(4)

    @property
    def by(self) -> str:
        """What ranks the paths: `free` or `total`."""
        return BY[self.ranking.currentIndex()]

    def show_targets(self, names: list[str], index: int) -> None:
        """Offer other milestones."""
        with QSignalBlocker(self.target):
            self.target.clear()
            self.target.addItems(names)
            self.target.setCurrentIndex(index)
        self.target.setToolTip(self.target.currentText())

    def show_paths(self, lines: list[PathLine], index: int, sentence: str, note: str = "") -> None:
        """Show the paths to the target; `note` stands in their place when there are none."""
        self.paths.show_lines(lines, index)
        self._nothing.setText(note)
        self._nothing.setVisible(bool(note))
        self._sentence.setText(sentence)
        self._foot.setVisible(bool(sentence))

    def sentence(self) -> str:
        """What the foot says."""
        return self._sentence.text()


def _beside(words: str, box: QWidget) -> QWidget:
    """A field with its word before it."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(Label(words))
    row.addWidget(box)
    row.addStretch(1)
    return holder


def _spin(name: str, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(0, MOST_LEVELS)
    box.setValue(value)
    box.setAccessibleName(name)
    box.lineEdit().setAccessibleName(name)
    box.setFont(current_theme().font("body", tabular=True))
    box.setFixedWidth(54)
    return box


def _heading(words: str) -> Label:
    label = Label(words, "small", "text-muted")
    font = label.font()
    font.setWeight(font.Weight.DemiBold)
    label.setFont(font)
    label.setContentsMargins(14, 0, 8, 0)
    return label
