"""A drop-down of many entries that is searched by typing any part of a name."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from planbench.ui.widgets.fields import ComboBox


class FieldBox(ComboBox):
    """Chooses one of `entries` (keys and titles)."""

    def __init__(
        self, entries: Mapping[str, str], name: str, key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(list(entries.values()), name, parent)
        self._keys = list(entries)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.model(), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        line = self.lineEdit()
        if line is not None:
            line.setAccessibleName(name)
        self.setMaxVisibleItems(16)
        if key in entries:
            self.setCurrentIndex(self._keys.index(key))

    def set_entries(self, entries: Mapping[str, str]) -> None:
        """Offer others."""
        self._keys = list(entries)
        self.clear()
        self.addItems(list(entries.values()))

    @property
    def key(self) -> str:
        """What is chosen; "" while a name is being typed that is none of the entries."""
        place = self.findText(self.currentText().strip(), Qt.MatchFlag.MatchFixedString)
        return self._keys[place] if place >= 0 else ""
