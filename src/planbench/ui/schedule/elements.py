"""WBS elements in the Schedule workspace: insert, rename, delete, and what stays selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QMessageBox

from planbench.domain.schedule import NO_ROW
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.elements import (
    branch_of,
    delete_element,
    insert_element,
    recode_element,
    rename_element,
)
from planbench.services.undo import Command
from planbench.ui.icons import icon
from planbench.ui.schedule.editor import CellEditor
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


class ElementDesk(QObject):
    """What keys and menus do with bands of the WBS; every change can be undone."""

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space, self.state = space, space.state

    @property
    def _document(self) -> Document | None:
        return self.state.document

    @property
    def placed(self) -> bool:
        """Whether the bands on screen are those of the document: not an instant after a change."""
        document = self._document
        return document is not None and document.schedule.wbs is self._space.plan.schedule.wbs

    @property
    def selected(self) -> int:
        """The WBS element whose band is selected, -1 for none."""
        return self._space.plan.wbs_of(self._space.node)

    def insert(self) -> None:
        """Add an element behind the selected one, or behind that of the activity (Alt+Ins)."""
        document, space = self._document, self._space
        if document is None or not self.placed:
            return
        beside, row = self.selected, space.plan.activity_of(space.node)
        if beside == NO_ROW and row != NO_ROW:
            beside = int(document.schedule.activities.wbs[row])
        if beside == NO_ROW and len(document.schedule.wbs):
            beside = 0
        try:
            made = insert_element(document, beside)
        except EditError as error:
            self.state.message.emit("warning", error.line)
            return
        space.desk.push(made.command)
        self.follow(made.uid)

    def begin(self, shown: int, column: int) -> None:
        """Open the name of a band, or its code in the column of IDs (F2)."""
        document, space = self._document, self._space
        wbs = space.plan.wbs_of(space.model.source(shown))
        if document is None or wbs == NO_ROW or not self.placed:
            return
        edit: Callable[[Document, int, str], Command | None] = rename_element
        first, words = str(document.schedule.wbs.name[wbs]), tr("Name of the WBS element")
        if space.model.shown[column].id == "id":
            edit = recode_element
            first, words = str(document.schedule.wbs.code[wbs]), tr("Code of the WBS element")
        elif space.model.shown[column].kind != "name":
            return  # what else a band shows is summed up from its activities
        area = space.table.visualRect(space.model.index(shown, column))
        space.desk.leave()
        space.desk.editor = CellEditor(
            space.table.viewport(),
            area,
            f"{words} {document.schedule.wbs.code[wbs]}",
            first,
            lambda typed: space.desk.push(edit(document, wbs, typed)),
            closed=space.desk.left,
        )

    def rename(self) -> None:
        """Open the name of the selected band."""
        index = self._space.table.currentIndex()
        if index.isValid():
            self.begin(index.row(), self._space.columns.ids().index("name"))

    def delete(self) -> None:
        """Take the selected element away (Del); asks what becomes of its content."""
        document, wbs = self._document, self.selected
        if document is None or wbs == NO_ROW or not self.placed:
            return
        schedule = document.schedule
        above = int(schedule.wbs.parent[wbs])
        uid = str(schedule.wbs.uid[above]) if above != NO_ROW else ""
        with_content: bool | None = True
        if above != NO_ROW and not branch_of(schedule, wbs).empty:
            with_content = self._ask(document, wbs)
        if with_content is None:
            return
        try:
            self._space.desk.push(delete_element(document, wbs, with_content))
        except EditError as error:
            self.state.message.emit("warning", error.line)
            return
        self.follow(uid)

    def _ask(self, document: Document, wbs: int) -> bool | None:
        """Whether the content goes too; None to leave all as it is."""
        names, above = document.schedule.wbs.name, int(document.schedule.wbs.parent[wbs])
        box = QMessageBox(self._space)
        box.setWindowTitle(tr("Delete WBS element"))
        box.setText(
            tr("“{name}” holds {content}.").format(
                name=names[wbs], content=branch_of(document.schedule, wbs).words
            )
        )
        box.setInformativeText(tr("The step can be undone."))
        keep = box.addButton(
            tr("Move them into “{name}”").format(name=names[above]),
            QMessageBox.ButtonRole.AcceptRole,
        )
        gone = box.addButton(tr("Delete them too"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.exec()
        chosen = box.clickedButton()
        box.deleteLater()
        return False if chosen is keep else True if chosen is gone else None

    # ------------------------------------------------------------ what stays selected

    def follow(self, uid: str) -> None:
        """Select the band of a WBS element as soon as its new place is shown."""
        space = self._space

        def select() -> None:
            uids = space.plan.schedule.wbs.uid.tolist()
            if uid in uids:
                node = uids.index(uid)
                space.plan.reveal(node)
                space.select_node(node)

        if self.placed:
            select()
        else:
            space.plan.plan_changed.connect(select, Qt.ConnectionType.SingleShotConnection)

    def holding(self, show: Callable[[], None]) -> None:
        """Show another state of the plan; what is selected stays so where bands came or went."""
        space, document = self._space, self._document
        if document is None or len(document.schedule.wbs) == len(space.plan.schedule.wbs):
            show()
            return
        row, band = space.plan.activity_of(space.node), self.selected
        uid = str(space.plan.schedule.wbs.uid[band]) if band != NO_ROW else ""
        space.node = NO_ROW  # bands are numbered anew
        show()
        if space.node != NO_ROW:
            return  # what came was selected at once
        uids = space.plan.schedule.wbs.uid.tolist()
        node = uids.index(uid) if uid and uid in uids else space.plan.node_of(row)
        if row == NO_ROW or len(document.schedule) > row:
            space.hold_node(node)

    # ------------------------------------------------------------ the menu

    def menu(self, place: QPoint) -> QMenu | None:
        """What can be done with the selected band; nothing where none of the WBS is."""
        if self.selected == NO_ROW:
            return None
        space = self._space
        menu = QMenu(space)
        menu.setFont(current_theme().font("body"))
        entries: tuple[tuple[str, str, str, Callable[[], object]], ...] = (
            ("plus", tr("Insert an activity"), "Ins", space.desk.insert),
            ("list-tree", tr("Insert a WBS element"), "Alt+Ins", self.insert),
            ("pencil", tr("Rename"), "F2", self.rename),
            ("indent-increase", tr("Indent"), "Ctrl+Right", space.moves.indent),
            ("indent-decrease", tr("Outdent"), "Ctrl+Left", space.moves.outdent),
            ("trash", tr("Delete"), "Del", self.delete),
        )
        for picture, words, keys, slot in entries:
            action = menu.addAction(icon(picture), f"{words}\t{keys}")
            action.triggered.connect(lambda _on=False, slot=slot: slot())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu
