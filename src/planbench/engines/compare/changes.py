"""The change register as columns: one row a change, with what happened to its activity."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW, Rows, Texts

DATES = frozenset(
    (
        "actual_start",
        "actual_finish",
        "expected_finish",
        "suspend",
        "resume",
        "data_date",
        "must_finish_by",
        "deadline",
    )
)
"""Fields whose values are instants."""

DURATIONS = frozenset(["original_duration", "remaining_duration", "lag"])
"""Fields whose values are working minutes."""

FAMILIES = {
    "activity-added": "activities",
    "activity-deleted": "activities",
    "activity-renumbered": "other",
    "name": "other",
    "wbs": "other",
    "activity-type": "activities",
    "duration": "durations",
    "progress": "progress",
    "actual-changed": "progress",
    "calendar": "calendars",
    "calendar-content": "calendars",
    "constraint": "constraints",
    "logic-added": "logic",
    "logic-deleted": "logic",
    "logic-type": "logic",
    "lag": "logic",
    "option": "options",
    "project": "options",
    "code": "other",
    "resource": "other",
    "user-field": "other",
    "notebook": "other",
    "expense": "other",
    "wbs-node": "other",
    "resource-pool": "other",
}
"""Every type of change, and the step of the half-step method it belongs to."""


@dataclass(frozen=True)
class Changes:
    """Columns of the register. Values are texts, numbers, or minutes (see `DATES`, `DURATIONS`).

    `old_row`, `new_row` are the activity's (a link's: its successor's), `old_item`, `new_item` the
    position of the link or calendar; `NO_ROW` where there is none.
    """

    type: Texts
    id: Texts
    field: Texts
    before: Texts
    after: Texts
    old_row: Rows
    new_row: Rows
    old_item: Rows
    new_item: Rows

    def __len__(self) -> int:
        return int(self.type.size)

    def row(self, k: int) -> dict[str, Any]:
        """One change with plain values."""
        return {item.name: _plain(getattr(self, item.name)[k]) for item in fields(self)}

    def of_type(self, *types: str) -> npt.NDArray[np.int64]:
        """Positions of the changes of these types."""
        return np.flatnonzero(np.isin(self.type.astype(str), types))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


class Register:
    """Collects blocks of changes and joins them."""

    def __init__(self) -> None:
        self._blocks: list[tuple[Any, ...]] = []

    def add(
        self,
        type_: str | Texts,
        field: str | Texts,
        ids: Any,
        before: Any,
        after: Any,
        old_row: Any = None,
        new_row: Any = None,
        old_item: Any = None,
        new_item: Any = None,
    ) -> None:
        """Add a block; all but `type_` and `field` are as long as `ids`."""
        n = len(ids)
        if not n:
            return
        texts = [_texts(value, n) for value in (type_, ids, field, before, after)]
        places = [_rows(value, n) for value in (old_row, new_row, old_item, new_item)]
        self._blocks.append((*texts, *places))

    def joined(self) -> Changes:
        """All blocks as one register."""
        if not self._blocks:
            empty = np.zeros(0, dtype=object)
            none = np.zeros(0, dtype=np.int32)
            return Changes(*[empty] * 5, *[none] * 4)
        return Changes(*(np.concatenate(parts) for parts in zip(*self._blocks, strict=True)))


def _texts(value: Any, n: int) -> Texts:
    column = np.empty(n, dtype=object)
    column[:] = value.tolist() if isinstance(value, np.ndarray) else value
    return column


def _rows(value: Any, n: int) -> Rows:
    return np.full(n, NO_ROW, np.int32) if value is None else np.asarray(value, dtype=np.int32)
