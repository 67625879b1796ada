"""The XER tables of an edited schedule, with the ids that the original file has for its rows.

The model keeps no ids of notes, their topics, units and rates; those of the file are looked up in
it, so that an edit finds its row and new rows get ids that are free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from planbench.domain.schedule import NO_ROW, Schedule
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer.columns import Ids, dates, ids, words
from planbench.exchange.xer.document import XerDocument, XerTable
from planbench.exchange.xer.extra_tables import ALWAYS, ScheduleTables
from planbench.exchange.xer.extras import chosen_rates
from planbench.exchange.xer.formats import Columns, decimals, times


class FileIds:
    """Ids of the rows of a file that the schedule read from it has none for."""

    def __init__(self, document: XerDocument, schedule: Schedule) -> None:
        """`schedule` is what was read from the file, before any edit."""
        self.topics = _named(document.table("MEMOTYPE"), "memo_type_id", "memo_type")
        self.units = _named(document.table("UMEASURE"), "unit_id", "unit_abbrev")
        self.notes = _notes(document)
        self.highest_note = _highest(_texts(document.table("TASKMEMO"), "memo_id"))
        self.rates = _rates(document, schedule)
        self.dated = _dated(document.table("RSRCRATE"))
        self.highest_rate = _highest(_texts(document.table("RSRCRATE"), "rsrc_rate_id"))
        known = schedule.resources
        priced = zip(decimals(known.max_units), decimals(known.price), strict=True)
        self.priced = dict(zip(known.uid.tolist(), priced, strict=True))


class EditedTables(ScheduleTables):
    """Tables of one state of the schedule under the ids of its file."""

    def __init__(self, schedule: Schedule, own: FileIds) -> None:
        super().__init__(schedule, {})
        self.own = own

    def topic_ids(self) -> dict[str, str]:
        """Topics that the file has, then new ones."""
        return _with_new(self.own.topics, self.schedule.notes.topic.tolist())

    def unit_ids(self) -> dict[str, str]:
        """Units that the file has, then new ones."""
        return _with_new(self.own.units, filter(None, self.schedule.resources.unit.tolist()))

    def note_ids(self) -> list[str]:
        """The n-th note of an activity is the n-th in the file; further ones are new."""
        seen: Counter[str] = Counter()
        found, highest = [], self.own.highest_note
        for uid in self.schedule.activities.uid[self.schedule.notes.activity].tolist():
            known = self.own.notes.get((uid, seen[uid]))
            seen[uid] += 1
            if known is None:
                highest += 1
                known = str(highest)
            found.append(known)
        return found

    def resources(self) -> Columns:
        """RSRC without the usual units, which only rates change here."""
        found = super().resources()
        del found["def_qty_per_hr"]
        return found

    def rates(self) -> Columns:
        """RSRCRATE: the rates that the file has, and new ones where an edit gives them."""
        found = super().rates()
        owners = dict(zip(self.resource, self.schedule.resources.uid.tolist(), strict=True))
        several = {
            self.resource[row] for row in set(self.schedule.resource_rates.resource.tolist())
        }
        kept, numbers, highest = [], [], self.own.highest_rate
        rows = zip(*(found[name] for name in _RATE), strict=True)
        for row, (owner, start, most, price) in enumerate(rows):
            uid = owners[owner]
            known = self.own.rates.get(uid)
            if owner in several:
                known = self.own.dated.get((uid, start), known if start == ALWAYS else None)
            if known is None:
                if owner not in several and (most, price) == self.own.priced.get(uid):
                    continue
                highest += 1
                known = str(highest)
            kept.append(row)
            numbers.append(known)
        cut: Columns = {name: [texts[row] for row in kept] for name, texts in found.items()}
        # the model does not know since when an only rate of the file holds: it is left as it is
        starts = [
            "" if owner not in several and owners[owner] in self.own.rates else start
            for owner, start in zip(cut["rsrc_id"], cut["start_date"], strict=True)
        ]
        return {**cut, "rsrc_rate_id": numbers, "start_date": starts}


_RATE = ("rsrc_id", "start_date", "max_qty_per_hr", "cost_per_qty")


def _texts(table: XerTable | None, name: str) -> list[str]:
    return [text.strip() for text in table.texts(name)] if table is not None else []


def _named(table: XerTable | None, key: str, name: str) -> dict[str, str]:
    """Id of the first row of each name."""
    found: dict[str, str] = {}
    if table is not None:
        for uid, text in zip(_texts(table, key), words(table, name), strict=True):
            found.setdefault(text, uid)
    return found


def _highest(uids: Iterable[str]) -> int:
    return max((int(uid) for uid in uids if uid.isascii() and uid.isdigit()), default=0)


def _with_new(known: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    found, highest = dict(known), _highest(known.values())
    for name in names:
        if name not in found:
            highest += 1
            found[name] = str(highest)
    return found


def _notes(document: XerDocument) -> dict[tuple[str, int], str]:
    """Id of the n-th note of each activity that the file has."""
    table = document.table("TASKMEMO")
    tasks = set(_texts(document.table("TASK"), "task_id"))
    seen: Counter[str] = Counter()
    found = {}
    pairs = zip(_texts(table, "memo_id"), _texts(table, "task_id"), strict=True)
    for uid, task in pairs:
        if task in tasks:
            found[task, seen[task]] = uid
            seen[task] += 1
    return found


def _rates(document: XerDocument, schedule: Schedule) -> dict[str, str]:
    """Id of the rate that holds for each resource."""
    table, resources = document.table("RSRCRATE"), document.table("RSRC")
    if table is None or resources is None:
        return {}
    own: Ids = ids(resources, "rsrc_id")
    chosen = chosen_rates(table, own, len(resources), schedule.data_date, Repairs())
    uids = _texts(table, "rsrc_rate_id")
    return {
        uid: uids[row]
        for uid, row in zip(own.as_texts(), chosen.tolist(), strict=True)
        if row != NO_ROW
    }


def _dated(table: XerTable | None) -> dict[tuple[str, str], str]:
    """Id of each rate by its resource and the date from which it holds."""
    if table is None:
        return {}
    starts = times(dates(table, "start_date", Repairs()))
    owners, uids = _texts(table, "rsrc_id"), _texts(table, "rsrc_rate_id")
    found: dict[tuple[str, str], str] = {}
    for owner, start, uid in zip(owners, starts, uids, strict=True):
        found.setdefault((owner, start), uid)
    return found
