"""What can be undone: commands on a document, and the stack that remembers them. No Qt.

A command keeps either the old values of the cells it touched, or the whole schedule before and
after it; a Schedule shares the columns that did not change, so the second is cheap as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import Schedule, Table
from planbench.services.document import Document


class Command(Protocol):
    """One step. `label` follows "Undo:" in the menu; `touched` names "table.column"s, or "*"."""

    @property
    def label(self) -> str:
        """What the step is called."""
        ...

    @property
    def touched(self) -> frozenset[str]:
        """What changes with the step."""
        ...

    def redo(self, document: Document) -> None:
        """Take the step, for the first time or again."""
        ...

    def undo(self, document: Document) -> None:
        """Take the step back; the document is then as it was before `redo`."""
        ...


class SetCells:
    """New values in some rows of one column of a schedule table."""

    def __init__(
        self, label: str, table: str, column: str, rows: npt.ArrayLike, values: npt.ArrayLike
    ) -> None:
        """`rows` are different positions, `values` one for each of them or one for all."""
        self.label = label
        self.table = table
        self.column = column
        self.rows = np.array(rows, dtype=np.int64, ndmin=1)
        if np.unique(self.rows).size != self.rows.size:
            raise ValueError("a row can be set only once in one step")
        self.values = values
        self.touched = frozenset({f"{table}.{column}"})
        self._old: npt.NDArray[Any] | None = None

    def redo(self, document: Document) -> None:
        """Put the new values in and remember the old ones."""
        column = self._column(document)
        self._old = column[self.rows]
        self._put(document, self.values)

    def undo(self, document: Document) -> None:
        """Put the old values back."""
        assert self._old is not None
        self._put(document, self._old)

    def _column(self, document: Document) -> npt.NDArray[Any]:
        table: Table = getattr(document.schedule, self.table)
        column: npt.NDArray[Any] = getattr(table, self.column)
        return column

    def _put(self, document: Document, values: npt.ArrayLike) -> None:
        table: Table = getattr(document.schedule, self.table)
        column = self._column(document).copy()
        column[self.rows] = values
        changed: Any = {self.table: table.with_columns(**{self.column: column})}
        document.schedule = replace(document.schedule, **changed)


class SetSchedule:
    """Another schedule in place of the one before: levelling, added rows, new options."""

    def __init__(self, label: str, schedule: Schedule, touched: Iterable[str] = ("*",)) -> None:
        self.label = label
        self.touched = frozenset(touched)
        self._other = schedule

    def redo(self, document: Document) -> None:
        """Show the new schedule."""
        self._swap(document)

    def undo(self, document: Document) -> None:
        """Show the old schedule, the very same object."""
        self._swap(document)

    def _swap(self, document: Document) -> None:
        document.schedule, self._other = self._other, document.schedule


class Macro:
    """Several steps that are one to the user."""

    def __init__(self, label: str, steps: Iterable[Command]) -> None:
        self.label = label
        self.steps = tuple(steps)

    @property
    def touched(self) -> frozenset[str]:
        """What any of the steps touches."""
        return frozenset().union(*(step.touched for step in self.steps))

    def redo(self, document: Document) -> None:
        """Take all steps; when one fails, those before it are taken back."""
        for number, step in enumerate(self.steps):
            try:
                step.redo(document)
            except BaseException:
                for done in reversed(self.steps[:number]):
                    done.undo(document)
                raise

    def undo(self, document: Document) -> None:
        """Take all steps back, last first."""
        for step in reversed(self.steps):
            step.undo(document)


class UndoStack:
    """The steps of one document. `changed` is called with what was touched after every step."""

    def __init__(
        self, document: Document, changed: Callable[[frozenset[str]], None] | None = None
    ) -> None:
        self.document = document
        self.changed = changed
        self._steps: list[Command] = []
        self._done = 0
        self._clean: int | None = 0
        self._open: list[list[Command]] = []

    def push(self, command: Command) -> None:
        """Take a step and remember it; steps that were undone before are forgotten.

        What the command raises passes through, and the step is not remembered.
        """
        command.redo(self.document)
        if self._open:
            self._open[-1].append(command)
        else:
            self._remember(command)
        self._tell(command)

    def _remember(self, command: Command) -> None:
        if self._clean is not None and self._clean > self._done:
            self._clean = None  # the clean state lies among the steps that are now forgotten
        del self._steps[self._done :]
        self._steps.append(command)
        self._done += 1

    @contextmanager
    def macro(self, label: str) -> Iterator[None]:
        """Steps pushed inside are undone as one; when the block fails they are taken back."""
        steps: list[Command] = []
        self._open.append(steps)
        try:
            yield
        except BaseException:
            self._open.pop()
            taken = Macro(label, steps)
            taken.undo(self.document)
            self._tell(taken)
            raise
        self._open.pop()
        if not steps:
            return
        if self._open:
            self._open[-1].append(Macro(label, steps))
        else:
            self._remember(Macro(label, steps))

    def _tell(self, command: Command) -> None:
        if self.changed is not None and command.touched:
            self.changed(command.touched)

    def undo(self) -> None:
        """Take the last step back; nothing happens without one or inside a macro."""
        if self.can_undo:
            step = self._steps[self._done - 1]
            step.undo(self.document)
            self._done -= 1
            self._tell(step)

    def redo(self) -> None:
        """Take the step again that was undone last; nothing happens without one."""
        if self.can_redo:
            step = self._steps[self._done]
            step.redo(self.document)
            self._done += 1
            self._tell(step)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._done > 0 and not self._open

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return self._done < len(self._steps) and not self._open

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, "" for nothing."""
        return self._steps[self._done - 1].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would take again, "" for nothing."""
        return self._steps[self._done].label if self.can_redo else ""

    @property
    def is_clean(self) -> bool:
        """Whether the document is as it was when it was last saved."""
        return self._done == self._clean and not any(self._open)

    def set_clean(self) -> None:
        """Remember that the document was saved as it is now."""
        self._clean = self._done
