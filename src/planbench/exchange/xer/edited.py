"""An XER file with the edits of its schedule: only the touched cells and rows differ.

The schedule as it was read and the schedule as it stands are both put into XER tables; where
their cells differ, the file's own cells are replaced. What planbench does not know, or read with a
repair, thus stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Schedule
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer.document import XerDocument, XerTable, clean, parse_tables
from planbench.exchange.xer.edited_tables import EditedTables, FileIds
from planbench.exchange.xer.formats import Columns

KEYS: dict[str, tuple[str, ...]] = {
    "MEMOTYPE": ("memo_type_id",),
    "UDFTYPE": ("udf_type_id",),
    "UMEASURE": ("unit_id",),
    "ACCOUNT": ("acct_id",),
    "PROJECT": ("proj_id",),
    "CALENDAR": ("clndr_id",),
    "SCHEDOPTIONS": ("proj_id",),
    "PROJWBS": ("wbs_id",),
    "ROLES": ("role_id",),
    "RSRC": ("rsrc_id",),
    "ACTVTYPE": ("actv_code_type_id",),
    "RSRCRATE": ("rsrc_rate_id",),
    "ACTVCODE": ("actv_code_id",),
    "TASK": ("task_id",),
    "PROJCOST": ("cost_item_id",),
    "TASKMEMO": ("memo_id",),
    "TASKPRED": ("task_pred_id",),
    "TASKPROC": ("proc_id",),
    "TASKRSRC": ("taskrsrc_id",),
    "TASKACTV": ("task_id", "actv_code_id"),
    "UDFVALUE": ("udf_type_id", "fk_id"),
}
"""The tables that edits can reach, with the fields that tell their rows apart."""

_ORDER = frozenset({"acct_seq_num", "rsrc_seq_num"})
"""Numbers that follow from the position of a row; `seq_num` too, save in the outline."""

_NUMERIC = re.compile(r"(_cnt|_qty|_cost|_pct)\d?$")

_FOLLOWS = re.compile(r"^(restart|reend|target_(start|end)|rem_late_(start|end))_date$|_qty$")
"""Fields that follow from others and may be left out by a file."""

_NEEDED = frozenset({"task_code", "task_name", "clndr_id", "wbs_id", "pred_type", "lag_hr_cnt"})
"""Fields without which a new row would lose what was entered."""

Key = tuple[str, ...]
Row = dict[str, str]


@dataclass
class TableEdit:
    """What happens to one table: cells by row key and field, rows that come and rows that go."""

    cells: dict[Key, Row] = field(default_factory=dict)
    added: dict[Key, Row] = field(default_factory=dict)
    removed: set[Key] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.cells or self.added or self.removed)


def edits_between(before: Schedule, after: Schedule, document: XerDocument) -> dict[str, TableEdit]:
    """What differs between two states of one schedule, by XER table; unchanged ones left out."""
    own = FileIds(document, before)
    old = EditedTables(before, own).tables()
    new = EditedTables(after, own).tables()
    found: dict[str, TableEdit] = {}
    for name, key in KEYS.items():
        places = _ORDER if name == "PROJWBS" else _ORDER | {"seq_num"}
        edit = _table_edit(old.get(name, {}), new.get(name, {}), key, places)
        if edit:
            found[name] = edit
    return found


def _table_edit(old: Columns, new: Columns, key: Key, places: frozenset[str]) -> TableEdit:
    edit = TableEdit()
    if old == new:
        return edit
    rows_before, rows_after = _rows(old, key), _rows(new, key)
    for one, row in rows_after.items():
        previous = rows_before.get(one)
        if previous is None:
            edit.added[one] = row
            continue
        changed = {
            name: text
            for name, text in row.items()
            if text != previous.get(name) and name not in places
        }
        if changed:
            edit.cells[one] = changed
    edit.removed = rows_before.keys() - rows_after.keys()
    return edit


def _rows(columns: Columns, key: Key) -> dict[Key, Row]:
    if not columns:
        return {}
    names = list(columns)
    rows = (dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return {tuple(row[name] for name in key): row for row in rows}


def document_with_edits(document: XerDocument, before: Schedule, after: Schedule) -> XerDocument:
    """The document of a file with what changed between `before` (as read) and `after`.

    Rows of any table that belong to a deleted activity go with it, and those of tables that
    planbench does not know with a deleted WBS element. Raises PlanbenchError when a
    text has letters that the file's encoding lacks, or a row to be changed is not in the file.
    """
    edits = edits_between(before, after, document)
    gone = {key[0] for key in edits["TASK"].removed} if "TASK" in edits else set()
    nodes = {key[0] for key in edits["PROJWBS"].removed} if "PROJWBS" in edits else set()
    tables = list(document.tables)
    for name, edit in edits.items():
        own = [k for k, table in enumerate(tables) if table.name.upper() == name and table.fields]
        if not own:
            if edit.cells or edit.removed:
                raise _not_there(name)
            tables.append(_new_table(document, name, edit))
            continue
        missing = set(edit.cells) | set(edit.removed)
        for k in own:
            missing -= set(_keys(tables[k], KEYS[name]))
        if missing:
            raise _not_there(name)
        for k in own:
            last = k == own[-1]
            tables[k] = _patched(tables[k], edit, KEYS[name], last, document.newline, gone)
    for k, table in enumerate(tables):
        if gone and table.name.upper() not in edits and "task_id" in table:
            table = _patched(table, TableEdit(), (), False, document.newline, gone)
        if nodes and table.name.upper() not in KEYS and "wbs_id" in table:
            table = _patched(table, TableEdit(), (), False, document.newline, nodes, "wbs_id")
        tables[k] = table
    return replace(document, tables=tuple(tables))


def _not_there(name: str) -> PlanbenchError:
    return PlanbenchError(
        "a changed row cannot be found in the original file",
        name,
        "Export as a new XER or as P6 XML instead.",
    )


def _new_table(document: XerDocument, name: str, edit: TableEdit) -> XerTable:
    rows = list(edit.added.values())
    encoding = document.tables[0].encoding if document.tables else document.encoding
    columns: dict[str, Sequence[str]] = {key: [row[key] for row in rows] for key in rows[0]}
    try:
        return XerTable.from_columns(name, columns, encoding, document.newline)
    except UnicodeEncodeError as error:
        raise _unwritable(name, encoding) from error


def _keys(table: XerTable, key: Key) -> list[Key]:
    return list(zip(*(map(str.strip, table.texts(name)) for name in key), strict=True))


def _patched(
    table: XerTable,
    edit: TableEdit,
    key: Key,
    last: bool,
    newline: bytes,
    gone: set[str],
    owner: str = "task_id",
) -> XerTable:
    """The table with its cells replaced, rows taken out and, where `last`, rows put in."""
    cuts: list[tuple[int, int, bytes]] = []
    commas = _comma_fields(table) if edit.cells or edit.added else frozenset()
    cells = dict(edit.cells)
    keys = _keys(table, key) if key else []
    for row, one in enumerate(keys):
        if one in edit.removed:
            cuts.append(_line(table, row))
        elif one in cells:
            cuts.extend(_cells(table, row, cells.pop(one), commas))  # the first of repeated ids
    if gone:
        for row, task in enumerate(table.texts(owner)):
            if task.strip() in gone and not (key and keys[row] in edit.removed):
                cuts.append(_line(table, row))
    if last and edit.added:
        lines = [_line_of(table, row, commas) + newline for row in edit.added.values()]
        at = _line(table, len(table) - 1)[1] if len(table) else table.block[1]
        ended = table.data[at - 1 : at] in (b"\n", b"\r")
        cuts.append((at, at, (b"" if ended else newline) + b"".join(lines)))
    return _cut(table, cuts) if cuts else table


def _cut(table: XerTable, cuts: list[tuple[int, int, bytes]]) -> XerTable:
    parts, at = [], table.block[0]
    for start, end, text in sorted(cuts, key=lambda one: one[:2]):
        parts += [table.data[at:start], text]
        at = end
    parts.append(table.data[at : table.block[1]])
    made = parse_tables(b"".join(parts), table.encoding, Repairs())[1][0]
    return replace(made, name=table.name)


def _line(table: XerTable, row: int) -> tuple[int, int, bytes]:
    """The whole line of a row with its line break, to be cut out."""
    data, start, end = table.data, int(table.start[row]), int(table.end[row])
    first = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start)) + 1
    while end < table.block[1] and data[end : end + 1] == b"\r":
        end += 1
    if end < table.block[1] and data[end : end + 1] == b"\n":
        end += 1
    return first, end, b""


def _cells(
    table: XerTable, row: int, values: Row, commas: frozenset[str]
) -> list[tuple[int, int, bytes]]:
    """Replacements of single cells of a row; a row that is too short is padded first."""
    known = _known(table, values)
    if table.cell_counts[row] < len(table.fields):
        start, end = int(table.start[row]), int(table.end[row])
        given = table.data[start:end].split(b"\t")
        given += [b""] * (len(table.fields) - len(given))
        for name, text in known.items():
            given[table.position[name]] = _bytes(table, name, text, commas)
        return [(start, end, b"\t".join(given))]
    found = []
    for name, text in known.items():
        starts, ends = table.bounds(name)
        found.append((int(starts[row]), int(ends[row]), _bytes(table, name, text, commas)))
    return found


def _known(table: XerTable, values: Row) -> Row:
    """The values that the file has fields for; an edit without a field is refused."""
    for name, text in values.items():
        if text and name not in table and not _FOLLOWS.search(name):
            raise PlanbenchError(
                f"the original file has no field {name} for an edit",
                table.name,
                "Export as a new XER or as P6 XML instead.",
            )
    return {name: text for name, text in values.items() if name in table}


def _line_of(table: XerTable, values: Row, commas: frozenset[str]) -> bytes:
    names = [name.strip().lower() for name in table.fields]
    _known(table, {name: text for name, text in values.items() if name in _NEEDED})
    texts = [_bytes(table, name, values.get(name, ""), commas) for name in names]
    return b"%R\t" + b"\t".join(texts)


def _comma_fields(table: XerTable) -> frozenset[str]:
    """Number fields that this file writes with a decimal comma."""
    found = set()
    for name in table.position:
        if _NUMERIC.search(name):
            texts = table.distinct(name)[0]
            if any("," in text for text in texts) and not any("." in text for text in texts):
                found.add(name)
    return frozenset(found)


def _bytes(table: XerTable, name: str, text: str, commas: frozenset[str]) -> bytes:
    if name in commas:
        text = text.replace(".", ",")
    try:
        return clean(text).encode(table.encoding)
    except UnicodeEncodeError as error:
        raise _unwritable(table.name, table.encoding, text) from error


def _unwritable(where: str, encoding: str, text: str = "") -> PlanbenchError:
    told = f"“{text}” has letters" if text else "a text has letters"
    return PlanbenchError(
        f"{told} that {encoding} lacks, the encoding of the original file",
        where,
        "Export as P6 XML instead.",
    )
