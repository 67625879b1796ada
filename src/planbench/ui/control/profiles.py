"""What a standards pack asks of its projects: check profiles, report templates, mandatory codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.services.packs import Standards
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, Label

Choices = Sequence[tuple[str, str]]
"""(id, words) of what can be ticked."""


class ProfilesDialog(QDialog):
    """Three lists to tick. `keep(pack)` may raise PlanbenchError, which is then shown."""

    def __init__(
        self,
        pack: Standards,
        rulesets: Choices,
        templates: Choices,
        keep: Callable[[Standards], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Profiles of the pack"))
        self.resize(820, 460)
        self._pack, self._keep = pack, keep
        self.checks = _ticked(tr("Check profiles"), rulesets, pack.checks)
        self.reports = _ticked(tr("Report templates"), templates, pack.reports)
        codes = [(rule.type, rule.type) for rule in pack.codes]
        must = [rule.type for rule in pack.codes if rule.mandatory]
        self.codes = _ticked(tr("Mandatory codes"), codes, must)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(pack.title, "title"))
        said = tr(
            "Quality checks a bound project by the ticked profiles first, Reports offers the "
            "ticked templates first. What does not ship with planbench travels in the pack."
        )
        column.addWidget(Label(said, "prose", "text-muted", wrap=True))
        self.banner = Banner("error")
        column.addWidget(self.banner)
        row = QHBoxLayout()
        row.setSpacing(12)
        for part in (self.checks, self.reports, self.codes):
            side = QVBoxLayout()
            side.addWidget(Label(part.accessibleName(), "small", "text-muted"))
            side.addWidget(part, 1)
            row.addLayout(side, 1)
        column.addLayout(row, 1)
        column.addLayout(dialog_foot(self, tr("Keep"), self.take))

    def take(self) -> None:
        """Keep what is ticked as a new version, or say what is wrong with it."""
        must = set(ticks(self.codes))
        made = replace(
            self._pack,
            checks=tuple(ticks(self.checks)),
            reports=tuple(ticks(self.reports)),
            codes=tuple(replace(one, mandatory=one.type in must) for one in self._pack.codes),
        )
        try:
            self._keep(made)
        except PlanbenchError as error:
            self.banner.show_message(error.line, tr("It cannot be kept yet"))
            return
        self.accept()


def _ticked(name: str, choices: Choices, chosen: Sequence[str]) -> QListWidget:
    """A list of choices, those that are chosen first and ticked, in their order."""
    made = QListWidget()
    made.setAccessibleName(name)
    words = dict(choices)
    order = [*chosen, *(key for key in words if key not in chosen)]
    for key in order:
        item = QListWidgetItem(words.get(key, key))
        item.setData(Qt.ItemDataRole.UserRole, key)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        state = Qt.CheckState.Checked if key in chosen else Qt.CheckState.Unchecked
        item.setCheckState(state)
        made.addItem(item)
    return made


def ticks(part: QListWidget) -> list[str]:
    """The ids that are ticked, in the order shown."""
    items = [part.item(row) for row in range(part.count())]
    return [
        str(item.data(Qt.ItemDataRole.UserRole))
        for item in items
        if item.checkState() == Qt.CheckState.Checked
    ]
