"""The row of the shelf that fills the form from a template, and keeps what the form says as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.risk.model import Uncertainty
from planbench.services.library import Library
from planbench.services.risk_shorthand import (
    TEMPLATES,
    forget_template,
    keep_template,
    templates_of,
)
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ComboBox

NOTHING = tr("Template")


class TemplateRow(QWidget):
    """Templates of the program and of the library.

    Signals: `chosen(dict)` with a range's distribution, unit and parameters, `trouble(str)`.
    `range_of` tells the range that the form describes; it raises ModelError for nonsense.
    """

    chosen = Signal(object)
    trouble = Signal(str)

    def __init__(self, range_of: Callable[[], Uncertainty]) -> None:
        super().__init__()
        self._range_of = range_of
        self._library: Library | None = None
        self.known: Mapping[str, Any] = TEMPLATES
        self.choice = ComboBox((NOTHING, *TEMPLATES), tr("Template"))
        self.choice.setToolTip(
            tr("Levels of confidence and own ranges; choosing one fills the form")
        )
        self.choice.activated.connect(lambda _index: self._take())
        self.keep_button = Button(
            "",
            "quiet",
            "plus",
            tip=tr("Keep this range as a template, or forget one"),
            in_card=True,
        )
        self.keep_button.setAccessibleName(tr("Keep or forget a template"))
        self.keep_button.clicked.connect(lambda _checked=False: self._menu())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.choice, 1)
        row.addWidget(self.keep_button)
        self.open_library(None)

    def open_library(self, library: Library | None) -> None:
        """List the templates of another library."""
        self._library = library
        self.keep_button.setEnabled(library is not None)
        self._list()

    def _list(self) -> None:
        try:
            self.known = templates_of(self._library)
        except PlanbenchError as error:
            self.trouble.emit(error.line)
            self.known = TEMPLATES
        self.choice.clear()
        self.choice.addItems((NOTHING, *self.known))

    def _take(self) -> None:
        name = self.choice.currentText()
        self.choice.setCurrentIndex(0)
        if name in self.known:
            self.chosen.emit(self.known[name])

    def _menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Keep this range as a template…"), self.ask)
        for name in self.known:
            if name not in TEMPLATES or self.known[name] != TEMPLATES[name]:
                title = tr("Forget “{name}”").format(name=name.replace("&", "&&"))
                menu.addAction(title, partial(self.forget, name))
        menu.exec(self.keep_button.mapToGlobal(self.keep_button.rect().bottomLeft()))

    def ask(self) -> None:
        """Ask for a name and keep what the form says under it."""
        words = tr("Name of the template; one with the same name is replaced")
        name, fine = QInputDialog.getText(self, tr("Template"), words)
        if fine:
            self.keep(name)

    def keep(self, name: str) -> None:
        """Keep the range of the form as a template of the library."""
        if self._library is None:
            return
        try:
            made = self._range_of()
            keep_template(self._library, name, made.distribution, made.unit)
        except PlanbenchError as error:
            self.trouble.emit(error.line)
            return
        self.trouble.emit("")
        self._list()

    def forget(self, name: str) -> None:
        """Take a template out of the library."""
        if self._library is None:
            return
        try:
            forget_template(self._library, name)
        except PlanbenchError as error:
            self.trouble.emit(error.line)
        self._list()
