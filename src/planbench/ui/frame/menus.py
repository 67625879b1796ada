"""The menus of the window's frame: project, update, baseline, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from planbench import __version__
from planbench.ui import text
from planbench.ui.schedule.baselines import ask_for_baselines
from planbench.ui.theme import theme_manager
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow


def project_menu(window: MainWindow) -> None:
    """Projects of the library, and the ways to bring one in."""
    menu = QMenu(window)
    for title, update in window.session.project_choices():
        action = menu.addAction(title)
        action.triggered.connect(
            lambda _checked=False, update=update: window.session.open_update(update)
        )
    if not menu.isEmpty():
        menu.addSeparator()
    menu.addAction(window.commands["open-files"])
    menu.addAction(window.commands["merge"])
    menu.addAction(window.commands["sample"])
    _below(window.context.project, menu)


def update_menu(window: MainWindow) -> None:
    """Updates of the open project, and what reading this one mended."""
    menu = QMenu(window)
    document = window.state.document
    for title, update in window.session.update_choices():
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(document is not None and update == document.update)
        action.triggered.connect(
            lambda _checked=False, update=update: window.session.open_update(update)
        )
    if menu.isEmpty():
        menu.addAction(tr("This file is not in the library")).setEnabled(False)
    if document is not None:
        menu.addSeparator()
        count = text.number(len(document.repairs))
        rows = menu.addAction(tr("Import report…\t{count}").format(count=count))
        rows.triggered.connect(lambda _checked=False: window.show_repairs())
    if document is not None:
        menu.addSeparator()
        menu.addAction(window.commands["export"])
        menu.addAction(window.commands["print"])
        menu.addAction(window.commands["import-table"])
    _below(window.context.update_, menu)


def baseline_menu(window: MainWindow) -> None:
    """What the open project is measured against."""
    menu = QMenu(window)
    for title, update, chosen in window.session.baseline_choices():
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(
            lambda _checked=False, update=update: window.session.set_baseline(update)
        )
    if menu.isEmpty():
        menu.addAction(tr("This file is not in the library")).setEnabled(False)
    if window.state.document is not None:
        menu.addSeparator()
        more = menu.addAction(tr("Copy, update, assign…"))
        more.triggered.connect(lambda _checked=False: _baselines(window))
    _below(window.context.baseline, menu)


def _baselines(window: MainWindow) -> None:
    """Go to the baselines of the schedule."""
    window.go("schedule")
    ask_for_baselines(window.page())


def settings_menu(window: MainWindow) -> None:
    """Colours and the library."""
    menu = QMenu(window)
    group = QActionGroup(menu)
    titles = (
        ("system", tr("Colours as the system")),
        ("light", tr("Light")),
        ("dark", tr("Dark")),
        ("contrast", tr("High contrast")),
    )
    for mode, title in titles:
        action = QAction(title, menu)
        action.setCheckable(True)
        action.setChecked(theme_manager().mode == mode)
        action.triggered.connect(lambda _checked=False, mode=mode: window.set_theme(mode))
        group.addAction(action)
        menu.addAction(action)
    menu.addSeparator()
    menu.addAction(tr("Open another library…")).triggered.connect(
        lambda _checked=False: window.session.ask_for_library()
    )
    menu.addAction(tr("Save a copy of the library…")).triggered.connect(
        lambda _checked=False: window.session.ask_for_copy()
    )
    menu.addSeparator()
    menu.addAction(tr("planbench {version}").format(version=__version__)).setEnabled(False)
    menu.addAction(
        tr("Library: {library_path}").format(library_path=window.session.library_path())
    ).setEnabled(False)
    menu.aboutToHide.connect(menu.deleteLater)
    gear = window.rail.settings
    corner = gear.mapToGlobal(QPoint(gear.width(), gear.height()))
    menu.popup(QPoint(corner.x(), corner.y() - menu.sizeHint().height()))


def _below(button: QWidget, menu: QMenu) -> None:
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))
