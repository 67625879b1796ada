"""Relationships, links out of the file and parts of activities, as they come back from a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import NO_ROW, LagFormat, LinkType, Schedule
from planbench.domain.times import from_datetime, to_iso
from planbench.exchange.tables.sheets import Cell, Grid
from planbench.services import table_cells as cells
from planbench.services.table_columns import is_share
from planbench.services.table_rows import Given, Parsers, Rows, filled, one_of, places


def _link_type(cell: Cell) -> int:
    word = cells.text(cell).upper()
    if word not in LinkType.__members__:
        raise PlanbenchError("A relationship is FS, SS, FF or SF.")
    return int(LinkType[word])


class Links(Rows):
    """Relationships: found by their id, else by both ends and, of several, by the type."""

    table = "relationships"
    needs = ("predecessor", "successor")
    parsers: ClassVar[Parsers] = {"type": _link_type, "lag": cells.minutes}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        links = schedule.relationships
        self.by_uid = places(links.uid.tolist())
        self.by_ends: dict[tuple[int, int], list[int]] = {}
        ends = zip(links.predecessor.tolist(), links.successor.tolist(), strict=True)
        for row, pair in enumerate(ends):
            self.by_ends.setdefault(pair, []).append(row)
        self.following: dict[int, list[int]] = {}

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['predecessor'])} > {cells.told(given['successor'])}"

    def _find(self, given: Given) -> int:
        uid = cells.text(given.get("uid"))
        if uid:
            return one_of(self.by_uid, uid, "link")
        pair = self.activity(given["predecessor"]), self.activity(given["successor"])
        found = self.by_ends.get(pair, [])
        if len(found) > 1 and given.get("type") is not None:
            kind = _link_type(given["type"])
            found = [row for row in found if self.schedule.relationships.type[row] == kind]
        if len(found) > 1:
            raise PlanbenchError("Several relationships join them; give the column Link as well.")
        return found[0] if found else NO_ROW

    def _locked(self, row: int, key: str) -> str:
        if key in ("lag", "share") and self.old_share(row):
            return "This lag is a percentage of the predecessor's duration."
        return super()._locked(row, key)

    def old_share(self, row: int) -> bool:
        """Whether the lag of a link is a percentage."""
        return bool(is_share(self.schedule.relationships.take(np.array([row])))[0])

    def _make(self, given: Given) -> dict[str, Any]:
        first, last = self.activity(given["predecessor"]), self.activity(given["successor"])
        if first == last:
            raise PlanbenchError("An activity cannot drive itself.")
        kind = _link_type(given["type"]) if given.get("type") is not None else int(LinkType.FS)
        lag, counts = self._lag(given)
        if self._reaches(last, first):
            raise PlanbenchError("This relationship would close a loop.")
        self.following.setdefault(first, []).append(last)
        row = len(self.schedule.relationships) + len(self.new.get("relationships", []))
        self.by_ends.setdefault((first, last), []).append(row)
        self.seen.add(row)
        made = {"predecessor": first, "successor": last, "type": kind, "lag": lag}
        return {**made, "lag_format": counts}

    @staticmethod
    def _lag(given: Given) -> tuple[int, int]:
        """Lag of a new link and what it counts: hours, or a share of the predecessor."""
        hours, share = given.get("lag"), given.get("share")
        if hours is not None and share is not None:
            raise PlanbenchError("A lag is either in hours or a percentage.")
        if share is not None:
            return round(cells.number(share) * 100.0), int(LagFormat.PERCENT)
        return (cells.minutes(hours) if hours is not None else 0), int(LagFormat.WORKING)

    def _reaches(self, first: int, last: int) -> bool:
        """Whether links, those of the file included, lead from one activity to another."""
        successor, outgoing = self.schedule.relationships.successor, self.schedule.outgoing
        reached, open_ends = {first}, [first]
        while open_ends:
            row = open_ends.pop()
            if row == last:
                return True
            for after in (*successor[outgoing.of(row)].tolist(), *self.following.get(row, ())):
                if after not in reached:
                    reached.add(after)
                    open_ends.append(after)
        return False


class ExternalLinks(Rows):
    """Links whose other end is not in the file, found by their id, else by both ends."""

    table = "external_links"
    needs = ("activity", "incoming", "other")
    parsers: ClassVar[Parsers] = {"type": _link_type, "lag": cells.minutes}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        table = schedule.external_links
        self.by_uid = places(table.uid.tolist())
        self.by_ends: dict[tuple[int, bool, str], list[int]] = {}
        columns = (table.activity, table.incoming, table.other_uid)
        for row, ends in enumerate(zip(*(one.tolist() for one in columns), strict=True)):
            self.by_ends.setdefault(ends, []).append(row)

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['activity'])}, {cells.told(given['other'])}"

    def _ends(self, given: Given) -> tuple[int, bool, str]:
        other = filled(cells.text(given["other"]), "The other activity's id")
        return self.activity(given["activity"]), cells.truth(given["incoming"]), other

    def _find(self, given: Given) -> int:
        uid = cells.text(given.get("uid"))
        if uid:
            return one_of(self.by_uid, uid, "link")
        found = self.by_ends.get(self._ends(given), [])
        if len(found) > 1:
            raise PlanbenchError("Several links join them; give the column Link as well.")
        return found[0] if found else NO_ROW

    def _make(self, given: Given) -> dict[str, Any]:
        ends = self._ends(given)
        if ends[2] in set(self.schedule.activities.uid.tolist()):
            raise PlanbenchError("That activity is in the file: the link belongs to relationships.")
        row = len(self.schedule.external_links) + len(self.new.get("external_links", []))
        self.by_ends[ends] = [row]
        self.seen.add(row)
        return {
            "activity": ends[0],
            "incoming": ends[1],
            "other_uid": ends[2],
            "other_project": filled(cells.text(given.get("project")), "The other project's id"),
            "type": _link_type(given["type"]) if given.get("type") is not None else 0,
            "lag": cells.minutes(given["lag"]) if given.get("lag") is not None else 0,
        }


def _moment(cell: Cell) -> int:
    found = cells.moment(cell)
    if found is None:
        raise PlanbenchError("A part needs its start and its finish.")
    return from_datetime(found)


class Splits(Rows):
    """Parts of split activities, found by their start, else by their finish.

    A part may grow, shrink or move its start; it can neither overlap another nor end before it
    starts. One that has neither the start nor the finish of a known part is new.
    """

    table = "splits"
    needs = ("activity", "start", "finish")
    parsers: ClassVar[Parsers] = {"start": _moment, "finish": _moment}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        table = schedule.splits
        self.spans: list[tuple[int, int]] = list(
            zip(table.start.tolist(), table.finish.tolist(), strict=True)
        )
        self.parts = places([str(row) for row in table.activity.tolist()])

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['activity'])}, {cells.told(given['start'])}"

    def _find(self, given: Given) -> int:
        """The part that is meant. Raises PlanbenchError when it would meet another one."""
        activity = self.activity(given["activity"])
        start, finish = _moment(given["start"]), _moment(given["finish"])
        if finish <= start:
            raise PlanbenchError("A part finishes after it starts.")
        parts = self.parts.setdefault(str(activity), [])
        known = [row for row in parts if row not in self.seen]
        found = [row for row in known if self.spans[row][0] == start]
        found = found or [row for row in known if self.spans[row][1] == finish]
        row = found[0] if found else NO_ROW
        for other in parts:
            first, last = self.spans[other]
            if other != row and first < finish and start < last:
                raise PlanbenchError(f"It overlaps the part from {to_iso(first)}.")
        if row == NO_ROW:
            parts.append(len(self.spans))
            self.seen.add(len(self.spans))
            self.spans.append((start, finish))
        else:
            self.spans[row] = start, finish
        return row

    def _make(self, given: Given) -> dict[str, Any]:
        start, finish = _moment(given["start"]), _moment(given["finish"])
        return {"activity": self.activity(given["activity"]), "start": start, "finish": finish}

    def result(self) -> Schedule | None:
        """With the parts of each activity in the order of time."""
        made = super().result()
        if made is None:
            return None
        order = np.lexsort((made.splits.start, made.splits.activity))
        return replace(made, splits=made.splits.take(order))
