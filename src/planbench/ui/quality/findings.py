"""The rows behind a metric: which objects, and what was measured of each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import LinkType, Rows, Schedule, Texts
from planbench.engines.quality.result import MetricResult
from planbench.ui import text
from planbench.ui.quality import words
from planbench.ui.quality.areas import Areas
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel


class FindingsModel(FlatTableModel):
    """One row an object of the metric in view; `all_rows` before any filter."""

    def __init__(self) -> None:
        super().__init__()
        self.schedule: Schedule | None = None
        self.result: MetricResult | None = None
        self.all_rows: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._activity: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._texts: list[str] | None = None

    def show_result(self, schedule: Schedule | None, result: MetricResult | None) -> None:
        """Show the rows of another metric."""
        self.schedule, self.result, self._texts = schedule, result, None
        if schedule is None or result is None:
            self.all_rows = self._activity = np.zeros(0, dtype=np.int32)
            self.set_data([], 0)
            return
        self.all_rows = np.arange(result.rows.size, dtype=np.int32)
        self._activity = self._activities(schedule, result)
        self.set_data(self._columns(schedule, result), self.all_rows)

    @staticmethod
    def _activities(schedule: Schedule, result: MetricResult) -> npt.NDArray[np.int32]:
        if result.kind == "activity":
            return result.rows
        if result.kind == "relationship":
            return schedule.relationships.successor[result.rows]
        return np.full(result.rows.size, -1, dtype=np.int32)

    def _columns(self, schedule: Schedule, result: MetricResult) -> list[Column]:
        rows = result.rows
        values = result.found.values
        measured = Column(
            "measured",
            tr("Measured"),
            210,
            elide=False,
            sort_values=values,
            sortable=values is not None,
        )
        if result.kind == "relationship":
            links, acts = schedule.relationships, schedule.activities
            return [
                Column(
                    "before",
                    tr("Predecessor"),
                    110,
                    elide=False,
                    values=acts.code[links.predecessor[rows]],
                ),
                Column(
                    "after",
                    tr("Successor"),
                    110,
                    elide=False,
                    values=acts.code[links.successor[rows]],
                ),
                Column(
                    "name",
                    tr("Successor's name"),
                    260,
                    stretch=True,
                    values=acts.name[links.successor[rows]],
                ),
                Column(
                    "type",
                    tr("Type"),
                    60,
                    values=links.type[rows],
                    format=lambda kind: LinkType(kind).name,
                ),
                Column(
                    "lag",
                    tr("Lag"),
                    76,
                    right=True,
                    values=links.lag[rows],
                    format=lambda lag: (
                        f"{text.number(lag / 60, 0 if lag % 60 == 0 else 1)}{text.NARROW}h"
                    ),
                ),
                measured,
            ]
        if result.kind == "activity":
            acts = schedule.activities
            wbs = _packages(schedule, rows)
            return [
                Column("id", "ID", 110, elide=False, values=acts.code[rows]),
                Column("name", tr("Activity"), 280, stretch=True, values=acts.name[rows]),
                Column("wbs", tr("Work package"), 240, values=wbs),
                measured,
            ]
        names = [words.object_of(schedule, result, place) for place in range(rows.size)]
        return [
            Column(
                "id",
                result.kind.capitalize(),
                280,
                stretch=True,
                values=[f"{a} {b}".strip() for a, b in names],
            ),
            measured,
        ]

    def look(self, row: int, column: int) -> CellLook:
        key = self.columns[column].key
        if key == "measured" and self.result is not None:
            return CellLook(words.measured(self.result, row))
        look = super().look(row, column)
        return look._replace(role="text-muted") if key in ("id", "before", "wbs") else look

    def activity(self, row: int) -> int:
        """The activity a row stands for, -1 for none."""
        return int(self._activity[row]) if 0 <= row < self._activity.size else -1

    def row_of_activity(self, activity: int) -> int:
        """First shown row of an activity, -1 for none."""
        found = np.flatnonzero(self._activity[self.rows] == activity)
        return int(self.rows[found[0]]) if found.size else -1

    def filter(self, wanted: str, areas: Areas | None, area: int) -> None:
        """Show rows whose texts contain the words and whose activity lies in the area (or any)."""
        keep = np.ones(self.all_rows.size, dtype=bool)
        if areas is not None and area >= 0:
            keep &= (self._activity >= 0) & (areas.of_activity[self._activity] == area)
        parts = wanted.casefold().split()
        if parts:
            texts = self._searched()
            keep &= np.array([all(part in line for part in parts) for line in texts], dtype=bool)
        self.set_rows(self.all_rows[keep])

    def _searched(self) -> list[str]:
        """Each row as one text in lower case, made when a search first asks for it."""
        if self._texts is None and self.schedule is not None and self.result is not None:
            self._texts = _texts_of(self.schedule, self.result)
        return self._texts or []


def _texts_of(schedule: Schedule, result: MetricResult) -> list[str]:
    """Ids and names of every row, for searching."""
    acts, rows = schedule.activities, result.rows
    if result.kind == "activity":
        ends = [rows]
    elif result.kind == "relationship":
        links = schedule.relationships
        ends = [links.predecessor[rows], links.successor[rows]]
    else:
        names = (words.object_of(schedule, result, place) for place in range(rows.size))
        return [" ".join(pair).casefold() for pair in names]
    columns = [column[end].tolist() for end in ends for column in (acts.code, acts.name)]
    return [" ".join(parts).casefold() for parts in zip(*columns, strict=True)]


def _packages(schedule: Schedule, rows: Rows) -> Texts:
    """Names of the WBS nodes of activities, an empty text where there is none."""
    names = np.append(schedule.wbs.name, "")
    nodes = schedule.activities.wbs[rows]
    return names[np.where((nodes >= 0) & (nodes < len(schedule.wbs)), nodes, -1)]
