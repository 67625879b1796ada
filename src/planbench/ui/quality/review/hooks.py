"""Making findings from where the reviewer looks: a context menu for tables and pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QWidget

from planbench.ui.icons import icon
from planbench.ui.state import AppState
from planbench.ui.translation import tr

MenuEntry = tuple[str, str, Callable[[], object]]
"""Picture, words and what happens."""


def activity_menu(
    state: AppState,
    rows: Sequence[int],
    point: QPoint,
    parent: QWidget,
    more: Sequence[MenuEntry] = (),
) -> None:
    """What can be done with activities of the open schedule; nothing for none.

    `more` are entries of the place where the menu opens.
    """
    document = state.document
    chosen = [row for row in rows if row >= 0]
    if document is None or not chosen:
        return
    code = str(document.schedule.activities.code[chosen[0]])
    about = code if len(chosen) == 1 else tr("{chosen} activities").format(chosen=len(chosen))
    menu = QMenu(parent)
    entry = menu.addAction(
        icon("flag"), tr("Make a finding on {replace}…").format(replace=about.replace("&", "&&"))
    )
    entry.triggered.connect(lambda _checked=False: state.finding_wanted.emit(chosen))
    for picture, words, slot in more:
        menu.addAction(icon(picture), words).triggered.connect(
            lambda _checked=False, slot=slot: slot()
        )
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(point)


def offer_findings(
    state: AppState, picture: QAbstractScrollArea, rows: Callable[[], Sequence[int]]
) -> None:
    """Give a picture the context menu; `rows()` are the activities it is about then."""
    picture.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    picture.customContextMenuRequested.connect(
        lambda point: activity_menu(state, rows(), picture.viewport().mapToGlobal(point), picture)
    )
