"""The button that opens and saves risk models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu

from planbench.domain.errors import PlanbenchError
from planbench.engines.risk.model import RiskModel
from planbench.services.risk import (
    check_model,
    default_model,
    read_model,
    sample_model,
    write_model,
)
from planbench.ui.risk.model_dialog import ModelDialog
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Button


class ModelButton(Button):
    """Signals: `opened(RiskModel)` to work with another model, `warnings_wanted()` to see them.

    `model` gives the one that is saved.
    """

    opened = Signal(object)
    warnings_wanted = Signal()

    def __init__(self, state: AppState, model: Callable[[], RiskModel | None]) -> None:
        super().__init__(tr("Model"), "default", "file-text", tip=tr("Open or save the model"))
        self.state, self._model = state, model
        self.clicked.connect(lambda _checked=False: self._menu())

    def _menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Open a model…"), self.open_model)
        menu.addAction(tr("Save the model…"), self.save_model)
        menu.addAction(tr("Edit all of it…"), self.edit_model)
        menu.addSeparator()
        menu.addAction(tr("Before you trust it…"), self.warnings_wanted.emit)
        menu.addSeparator()
        menu.addAction(tr("One range for all open work"), lambda: self.opened.emit(default_model()))
        menu.addAction(tr("The sample's model"), self.take_sample)
        menu.exec(self.mapToGlobal(self.rect().bottomLeft()))

    def open_model(self) -> None:
        """Ask for a file and work with its model."""
        document = self.state.document
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open a risk model"), "", tr("Risk model (*.json *.xlsx)")
        )
        if name and document is not None:
            try:
                self.opened.emit(read_model(Path(name), document, self.state.library))
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def save_model(self) -> None:
        """Ask for a name and write the model."""
        model = self._model()
        name, _ = QFileDialog.getSaveFileName(
            self,
            tr("Save the risk model"),
            "risk-model.json",
            tr("Risk model (*.json);;Risk model as a workbook (*.xlsx)"),
        )
        if name and model is not None:
            try:
                write_model(model, Path(name))
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def edit_model(self) -> None:
        """Show every part of the model as a table to type into."""
        model, document = self._model(), self.state.document
        if model is not None and document is not None:
            dialog = ModelDialog(document, model, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.made.connect(self.opened.emit)
            dialog.open()

    def take_sample(self) -> None:
        """Work with the sample's model, where the sample is open."""
        document = self.state.document
        if document is None:
            return
        try:
            model = sample_model(document)
            check_model(document, model)
        except (PlanbenchError, KeyError):
            self.state.message.emit("warning", tr("The sample's model fits the sample only."))
            return
        self.opened.emit(model)
