"""Rows that change their place in the work breakdown structure, by keys and by dragging."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from planbench.domain.schedule import NO_ROW
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.moving import indent, move_activities, move_element, outdent, shift
from planbench.services.undo import Command

if TYPE_CHECKING:
    from planbench.ui.schedule.workspace import ScheduleWorkspace


class MovingDesk(QObject):
    """Moves the selected activities or the selected WBS element; every move can be undone."""

    def __init__(self, space: ScheduleWorkspace) -> None:
        super().__init__(space)
        self._space, self.state = space, space.state
        space.table.dropped.connect(self.drop)

    def _move(self, make: Callable[[Document], Command | None]) -> None:
        document, space = self.state.document, self._space
        if document is None or not (space.desk.settled and space.elements.placed):
            return
        selected = space.plan.wbs_of(space.node)
        uid = str(document.schedule.wbs.uid[selected]) if selected != NO_ROW else ""
        try:
            space.desk.push(make(document))
        except EditError as error:
            self.state.message.emit("warning", error.line)
            return
        if uid:  # WBS elements are rows of their own: the one that moved stays selected
            space.elements.follow(uid)

    def indent(self) -> None:
        """Put the selected element below the one before it (Ctrl+Right)."""
        band = self._space.plan.wbs_of(self._space.node)
        if band != NO_ROW:
            self._move(lambda document: indent(document, band))
        else:
            self._to_neighbour(1)

    def outdent(self) -> None:
        """Put the selected element one level up; activities into the element above theirs."""
        plan, rows = self._space.plan, self._space.selected_activities()
        band = plan.wbs_of(self._space.node)
        if band != NO_ROW:
            self._move(lambda document: outdent(document, band))
        elif rows:
            own = int(plan.schedule.activities.wbs[rows[0]])
            above = int(plan.schedule.wbs.parent[own]) if own != NO_ROW else NO_ROW
            if above != NO_ROW:
                self._move(lambda document: move_activities(document, rows, above))

    def up(self) -> None:
        """Before the element before it; activities into the band above theirs (Alt+Up)."""
        self._shift(-1)

    def down(self) -> None:
        """Behind the element behind it; activities into the band below theirs (Alt+Down)."""
        self._shift(1)

    def _shift(self, step: int) -> None:
        band = self._space.plan.wbs_of(self._space.node)
        if band != NO_ROW:
            self._move(lambda document: shift(document, band, step))
        else:
            self._to_neighbour(step)

    def _to_neighbour(self, step: int) -> None:
        """Put the selected activities into the next band shown above or below theirs."""
        space, rows = self._space, self._space.selected_activities()
        if not rows:
            return
        plan = space.plan
        own = int(plan.schedule.activities.wbs[rows[0]])
        nodes = plan.rows.nodes
        shown = nodes[nodes < plan.outline.bands].tolist()
        if plan.wbs_of(own) == NO_ROW or own not in shown:
            return
        place = shown.index(own) + step
        if 0 <= place < len(shown):
            self._move(lambda document: move_activities(document, rows, shown[place]))

    def drop(self, target: int) -> None:
        """What was dragged is dropped on a row: into its band."""
        plan, rows = self._space.plan, self._space.selected_activities()
        row, band = plan.activity_of(target), plan.wbs_of(target)
        if row != NO_ROW:
            band = int(plan.schedule.activities.wbs[row])
        moved = plan.wbs_of(self._space.node)
        if band == NO_ROW or plan.grouping[:1] != ("wbs",):
            return
        if moved != NO_ROW:
            self._move(lambda document: move_element(document, moved, band))
        elif rows:
            self._move(lambda document: move_activities(document, rows, band))
