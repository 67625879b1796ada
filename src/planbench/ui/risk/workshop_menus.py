"""Menus of a workshop: risks to leave out or to map, and the parking lot."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from planbench.engines.risk.model import RiskModel

if TYPE_CHECKING:
    from planbench.ui.risk.workshop import WorkshopView


def below(widget: QWidget) -> QPoint:
    """Where the menu of a button stands."""
    return widget.mapToGlobal(widget.rect().bottomLeft())


class Menus:
    """Opens below the buttons of the workshop's page."""

    def __init__(self, view: WorkshopView) -> None:
        self._view = view

    def risk_names(self, model: RiskModel | None) -> list[tuple[str, str]]:
        """(id, what a menu says) of the risks that take part."""
        risks = model.risks if model is not None else ()
        return [
            (risk.id, f"{risk.id}  {risk.title}".replace("&", "&&"))
            for risk in risks
            if not risk.taken_out
        ]

    def risk_actions(self, menu: QMenu) -> list[QAction]:
        """An entry a risk, checked while it takes part in what is shown."""
        made, view = [], self._view
        for code, name in self.risk_names(view.model()):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(code not in view.left_out)
            action.toggled.connect(lambda on, code=code: view.leave_out(code, not on))
            made.append(action)
        return made

    def leave_out(self) -> None:
        """Which risks are shown."""
        menu = QMenu(self._view)
        if self.risk_actions(menu):
            menu.exec(below(self._view.page.risks))

    def map(self) -> None:
        """Which risk is mapped."""
        menu, view = QMenu(self._view), self._view
        for code, name in self.risk_names(view.model()):
            menu.addAction(name, partial(view.map_risk, code))
        if not menu.isEmpty():
            menu.exec(below(view.page.map))

    def parking_actions(self, menu: QMenu) -> None:
        """An entry a parked card, which goes to it."""
        session = self._view.session
        for at, card in enumerate(session.cards if session is not None else ()):
            if card.parked:
                name = f"{card.code}  {card.name}".replace("&", "&&")
                menu.addAction(name, partial(self._view.go_to, at))

    def parked(self) -> None:
        """Which parked card is gone to."""
        menu = QMenu(self._view)
        self.parking_actions(menu)
        menu.exec(below(self._view.page.parking))
