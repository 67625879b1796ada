"""Editing in the Schedule workspace: cells, links and activities, told as what they moved.

Every edit is a step on the document's undo stack. The first one turns the document into a what-if
of the update it came from: the label says so until all steps are taken back or it is saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QToolTip

from planbench.domain.schedule import NO_ROW, LinkType, Schedule
from planbench.services.assigning import can_edit, choices_of, edit_cells, fill_down, text_of
from planbench.services.editing import EditError, why_locked
from planbench.services.own_fields import TOUCHED
from planbench.services.rewiring import (
    add_link,
    change_link,
    delete_activities,
    delete_link,
    difference,
    insert_activity,
    lag_text,
    read_lag,
)
from planbench.services.undo import Command
from planbench.ui.details.steps import ask_for_steps
from planbench.ui.models.fields import FIXED_WORDS, stored
from planbench.ui.quality.review.hooks import activity_menu
from planbench.ui.schedule.attaching import ask_to_attach
from planbench.ui.schedule.editor import CellEditor, LinkDialog
from planbench.ui.schedule.splitting import ask_for_split
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult
    from planbench.services.document import Document
    from planbench.ui.schedule.workspace import ScheduleWorkspace

WHAT_IF = tr(" what-if")


def what_if_label(label: str) -> str:
    """What a what-if of an update is called; one of a what-if is numbered.

    >>> [what_if_label(one) for one in ("Update 3", "Update 3 what-if", "Update 3 what-if 2")]
    ['Update 3 what-if', 'Update 3 what-if 2', 'Update 3 what-if 3']
    """
    head, found, number = label.rpartition(WHAT_IF)
    if not found or (number and not number.strip().isdecimal()):
        return label + WHAT_IF
    return f"{head}{WHAT_IF} {int(number or 1) + 1}"


class EditingDesk(QObject):
    """What the workspace does with keys and clicks that change the schedule."""

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space, self.state = space, space.state
        self.editor: CellEditor | None = None
        self._before: tuple[Schedule, CpmResult] | None = None
        self._chosen = ""  # uid of the activity to select once the dates are there
        self._label = ""  # of the update the document was opened as
        self.state.schedule_edited.connect(self._edited)
        space.table.edit_wanted.connect(self.begin)
        space.table.verticalScrollBar().valueChanged.connect(self.leave)
        space.gantt.linked.connect(self._linked)
        space.pane.link_menu.connect(self.link_menu)
        space.pane.link_wanted.connect(self.ask_for_link)
        space.pane.steps_wanted.connect(lambda: ask_for_steps(space))

    @property
    def _document(self) -> Document | None:
        return self.state.document

    def opened(self) -> None:
        """Another document is shown: it is measured against as it is now."""
        document = self._document
        self._before, self._chosen = None, ""
        if document is not None:
            stack = self.state.undo_stack
            if stack is None or not stack.can_undo:
                self._label = document.update_label
                self._space.plan.set_base(document.schedule)
        self.leave()

    # ------------------------------------------------------------ cells

    def begin(self, shown: int, column: int, text: str) -> None:
        """Open the field of a cell; `text` is what was typed to open it."""
        space, document = self._space, self._document
        node, field = space.model.source(shown), space.model.shown[column].id
        row = space.plan.activity_of(node)
        if row == NO_ROW:
            space.elements.begin(shown, column)
        if document is None or row == NO_ROW or not can_edit(field):
            return
        if not self.settled:
            return  # rows came or went an instant ago and are not shown yet
        area = space.table.visualRect(space.model.index(shown, column))
        reason = why_locked(document.schedule, row, field)
        if reason:
            place = space.table.viewport().mapToGlobal(area.bottomLeft())
            QToolTip.showText(place, reason, space.table.viewport())
            return
        self.leave()
        title = space.model.shown[column].title.replace("\n", " ")
        first = text_of(document, row, field)
        offered = choices_of(document.schedule, field)
        if field in FIXED_WORDS:
            first, offered = tr_data(first), tuple(map(tr_data, offered))
        self.editor = CellEditor(
            space.table.viewport(),
            area,
            tr("{title} of {code}").format(
                title=title, code=document.schedule.activities.code[row]
            ),
            first,
            lambda typed: self._put(row, field, typed),
            offered,
            self.left,
        )
        if text and not offered:
            self.editor.field.setText(text)  # type: ignore[union-attr]

    def _put(self, row: int, field: str, text: str) -> None:
        if self._document is not None:
            self.push(edit_cells(self._document, [row], field, stored(field, text)).command)

    def fill_down(self) -> None:
        """Give the field of the first selected row to the others (Ctrl+D)."""
        document, space = self._document, self._space
        index = space.table.currentIndex()
        if document is None or not index.isValid() or not self.settled:
            return
        column = space.model.shown[index.column()]
        if not can_edit(column.id):
            self.state.message.emit(
                "warning", tr("“{name}” cannot be filled down.").format(name=column.name)
            )
            return
        try:
            found = fill_down(document, space.selected_activities(), column.id)
        except EditError as error:
            self.state.message.emit("warning", error.line)
            return
        self.push(found.command)
        if found.refused:
            row, reason = found.refused[0]
            code = document.schedule.activities.code[row]
            words = tr("{done} filled, {refused} left as they were. {code}: {reason}").format(
                done=found.done, refused=len(found.refused), code=code, reason=reason
            )
            self.state.message.emit("warning", words)

    @property
    def settled(self) -> bool:
        """Whether the rows on screen are those of the document: not an instant after an edit."""
        document = self._document
        return document is not None and len(document.schedule) == len(self._space.plan.schedule)

    @property
    def edited(self) -> bool:
        """Whether the schedule is another than that of the update: own fields do not count."""
        document, stack = self._document, self.state.undo_stack
        return (
            document is not None
            and stack is not None
            and not stack.is_clean
            and document.schedule is not self._space.plan.base
        )

    @property
    def activity(self) -> int:
        """The selected activity's row, -1 for none or while rows are coming."""
        plan = self._space.plan
        return plan.activity_of(self._space.node) if self.settled else NO_ROW

    def leave(self) -> None:
        """Close the open field: it takes what was typed, where that can be."""
        if self.editor is not None and not self.editor.commit():
            self.editor.close()

    def left(self) -> None:
        """The open field has gone."""
        self.editor = None
        self._space.table.setFocus()

    def push(self, command: Command | None) -> None:
        """Take a step, where there is one to take."""
        if command is not None:
            self.state.push(command)

    # ------------------------------------------------------------ activities

    def insert(self) -> None:
        """Add an activity to the band of the selected row (Ins)."""
        document, space = self._document, self._space
        if document is None or not document.schedule.projects:
            return
        row, node = space.plan.activity_of(space.node), space.node
        wbs = space.plan.wbs_of(node) if row == NO_ROW else NO_ROW
        inserted = insert_activity(document, row, wbs)
        self.push(inserted.command)
        self._chosen = str(document.schedule.activities.uid[inserted.row])

    def delete(self) -> None:
        """Take the selected activities, or the selected WBS element, away (Del)."""
        document, rows = self._document, self._space.selected_activities()
        if not rows:
            self._space.elements.delete()
        if document is None or not rows or not self.settled:
            return
        neighbour = self._neighbour(rows)
        try:
            self.push(delete_activities(document, rows))
        except EditError as error:
            self.state.message.emit("warning", error.line)
            return
        self._chosen = neighbour

    def isolate(self) -> None:
        """Show the selected activities alone; all again where they already are (Ctrl+Shift+A)."""
        rows = self._space.selected_activities()
        shown = self.state.isolated
        if shown is not None and set(rows) == set(shown[1]):
            self.state.isolate("", ())
        elif rows:
            self.state.isolate(tr("Selection"), rows)

    def menu(self, place: QPoint) -> None:
        """What can be done with the selected activities, or with a band of the WBS."""
        rows = self._space.selected_activities()
        if not rows:
            self._space.elements.menu(place)
            return
        more = (
            ("filter", tr("Show these alone"), self.isolate),
            ("message-square", tr("Attach a text…"), lambda: ask_to_attach(self._space)),
            ("scissors", tr("Split into parts…"), lambda: ask_for_split(self._space)),
            ("trash", tr("Delete"), self.delete),
        )
        activity_menu(self.state, rows, place, self._space.table, more)

    def _neighbour(self, gone: list[int]) -> str:
        """Uid of the first activity shown below those that go, else of the last above them."""
        plan = self._space.plan
        shown = [row for node in plan.rows.nodes.tolist() if (row := plan.activity_of(node)) >= 0]
        going = set(gone)
        places = [place for place, row in enumerate(shown) if row in going]
        if not places:
            return ""
        below = (row for row in shown[places[-1] + 1 :] if row not in going)
        above = (row for row in reversed(shown[: places[0]]) if row not in going)
        row = next(below, next(above, NO_ROW))
        return str(plan.schedule.activities.uid[row]) if row != NO_ROW else ""

    # ------------------------------------------------------------ links

    def _linked(self, predecessor: int, successor: int, kind: int) -> None:
        """A bar was dragged to another one."""
        if self._document is None:
            return
        try:
            self.push(add_link(self._document, predecessor, successor, LinkType(kind)))
        except EditError as error:
            self.state.message.emit("warning", error.line)

    def ask_for_link(self) -> LinkDialog | None:
        """Let the user link the selected activity with another one."""
        document, row = self._document, self._space.plan.activity_of(self._space.node)
        if document is None or row == NO_ROW:
            return None
        successor = str(document.schedule.activities.code[row])
        dialog = LinkDialog(tr("Add a link"), self._link, "", successor, parent=self._space)
        dialog.predecessor.field.setFocus()
        dialog.open()
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        return dialog

    def _link(self, first: str, second: str, kind: LinkType, lag: str) -> None:
        document = self._document
        if document is None:
            return
        rows = []
        for code in (first, second):
            row = document.schedule.row_of_code.get(code)
            if row is None:
                raise EditError(tr("There is no activity with the ID “{code}”.").format(code=code))
            rows.append(row)
        minutes = read_lag(document.schedule, rows[0], lag)
        self.push(add_link(document, rows[0], rows[1], kind, minutes))

    def change(self, link: int) -> LinkDialog | None:
        """Let the user change type and lag of a link."""
        document = self._document
        if document is None:
            return None
        schedule, links = document.schedule, document.schedule.relationships
        uid = links.uid[link]

        def put(_first: str, _second: str, kind: LinkType, lag: str) -> None:
            if document.schedule.relationships.uid[link] == uid:
                self.push(change_link(document, link, kind, lag))

        dialog = LinkDialog(
            tr("Change the link"),
            put,
            str(schedule.activities.code[links.predecessor[link]]),
            str(schedule.activities.code[links.successor[link]]),
            LinkType(int(links.type[link])),
            lag_text(schedule, link),
            fixed=True,
            parent=self._space,
        )
        dialog.lag.field.setFocus()
        dialog.open()
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        return dialog

    def drop_link(self, link: int) -> None:
        """Take a link away."""
        if self._document is not None:
            self.push(delete_link(self._document, link))

    def link_menu(self, link: int, place: QPoint) -> QMenu:
        """What can be done with a link of the details pane."""
        menu = QMenu(self._space)
        menu.setFont(current_theme().font("body"))
        menu.addAction(tr("Change type and lag…")).triggered.connect(
            lambda _on=False: self.change(link)
        )
        menu.addAction(tr("Delete link")).triggered.connect(lambda _on=False: self.drop_link(link))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu

    # ------------------------------------------------------------ what came of it

    def _edited(self, touched: frozenset[str]) -> None:
        """A step was taken, taken back or taken again; new dates are on their way."""
        document, plan, stack = self._document, self._space.plan, self.state.undo_stack
        if document is None or stack is None or touched == TOUCHED:
            return
        if self._before is None and plan.cpm is not None:
            self._before = (plan.schedule, plan.cpm)
        document.update_label = what_if_label(self._label) if self.edited else self._label
        if len(document.schedule) != len(plan.schedule):
            row = self.state.selection
            self._chosen = str(plan.schedule.activities.uid[row]) if row != NO_ROW else ""
            if self.state.isolated:
                self.state.isolate("", ())
            self.state.select(NO_ROW)

    def dated(self) -> None:
        """The new dates are shown: say what moved."""
        document, before, plan = self._document, self._before, self._space.plan
        self._before = None
        if document is None:
            return
        if self._chosen:
            uids = plan.schedule.activities.uid.tolist()
            row = uids.index(self._chosen) if self._chosen in uids else NO_ROW
            self._chosen = ""
            self.state.select(row)
        if before is not None and document.cpm is not None:
            found = difference(before, (document.schedule, document.cpm))
            self.state.message.emit("info", found.words)
        self._space.tell_what_if()
