"""New, merged and edited XER files have the shape of what P6 itself writes.

The rules below are put to genuine exports first: whoever breaks one of them there is wrong about
P6. Then every file that planbench makes of the same schedules has to keep them all.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.merge.combine import Part, merge
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.edited import KEYS
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.services.convert import export
from planbench.services.document import Document

pytestmark = pytest.mark.corpus

Rows = list[dict[str, str]]
Tables = dict[str, Rows]

REQUIRED = ("CURRTYPE", "OBS", "PROJECT", "CALENDAR", "SCHEDOPTIONS", "PROJWBS", "TASK", "TASKPRED")
"""Without one of these an import has nothing to hang the rest on."""

FORMATS = {
    r"_date2?$|^window_": r"\d{4}-\d\d-\d\d \d\d:\d\d",
    r"_flag$": r"[YN]",
    r"_id$": r"-?\d+",
    r"(_cnt|_qty|_cost|_pct|_num|_wt)\d?$|_qty_per_hr$": r"-?\d*\.?\d+(E[+-]?\d+)?",
    r"^task_type$": r"TT_(Task|Rsrc|LOE|Mile|FinMile|WBS)",
    r"^pred_type$": r"PR_(FS|SS|FF|SF)",
    r"^complete_pct_type$|^def_complete_pct_type$": r"CP_(Drtn|Phys|Units)",
    r"^duration_type$|^def_duration_type$": r"DT_(FixedDrtn|FixedDUR2|FixedQty|FixedRate)",
    r"^cstr_type2?$": r"CS_(MSOA|MSOB|MEOA|MEOB|MSO|MEO|MANDSTART|MANDFIN|ALAP)",
    r"^clndr_type$": r"CA_(Base|Project|Rsrc)",
    r"^rsrc_type$": r"RT_(Labor|Equip|Mat)",
    r"^logical_data_type$": r"FT_\w+",
    r"^actv_code_type_scope$": r"AS_(Global|EPS|Project)",
    r"^sched_float_type$": r"FT_(FF|SS|Min)",
    r"^sched_calendar_on_relationship_lag$": r"rcal_(Predecessor|Successor|ProjDefault|24hour)",
    r"^sched_(open_critical|lag_early_start|use_expect_end)_flag$": r"[YN]",
}
"""Fields by name, and what a value that is there looks like."""

STATUS = {"TASK": r"TK_(NotStart|Active|Complete)", "PROJWBS": r"WS_\w+"}

REFERENCES = {
    "proj_id": "PROJECT", "wbs_id": "PROJWBS", "parent_wbs_id": "PROJWBS", "clndr_id": "CALENDAR",
    "base_clndr_id": "CALENDAR", "obs_id": "OBS", "task_id": "TASK", "rsrc_id": "RSRC",
    "parent_rsrc_id": "RSRC", "acct_id": "ACCOUNT", "parent_acct_id": "ACCOUNT",
    "actv_code_type_id": "ACTVTYPE", "actv_code_id": "ACTVCODE",
    "parent_actv_code_id": "ACTVCODE", "memo_type_id": "MEMOTYPE", "udf_type_id": "UDFTYPE",
    "unit_id": "UMEASURE", "role_id": "ROLES", "parent_role_id": "ROLES", "curr_id": "CURRTYPE",
}  # fmt: skip
OWNERS = {"TASK": "task_id", "PROJECT": "proj_id", "PROJWBS": "wbs_id", "RSRC": "rsrc_id"}

SHIFT = r"\(0\|\|\d+\s*\((s\|\d?\d:\d\d\|f\|\d?\d:\d\d|f\|\d?\d:\d\d\|s\|\d?\d:\d\d)\)\s*\(\)\)"
DAY = rf"\(0\|\|[1-7]\s*\(\)\s*\(({SHIFT})*\s*\)\)"
EXCEPTION = rf"\(0\|\|\d+\s*\(d\|\d+\)\s*\(({SHIFT})*\s*\)\)"
CLNDR = re.compile(
    rf"\(0\|\|CalendarData\(\)\(\(0\|\|DaysOfWeek\(\)\(({DAY}){{7}}\)\)"
    rf"(\(0\|\|VIEW\(ShowTotal\|[YN]\)\(\)\))?(\(0\|\|Exceptions\(\)\(({EXCEPTION})*\)\))?\)\)"
)


def lines_of(data: bytes) -> list[str]:
    encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def tables_of(data: bytes) -> Tables:
    """The tables of a file by a plain reading, line by line. Raises AssertionError for others."""
    lines = lines_of(data)
    head = lines[0].split("\t")
    assert head[0] == "ERMHDR"
    assert len(head) == 9, head
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", head[1])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", head[2])
    assert head[3] == "Project"
    assert head[7].startswith("Project Management")
    assert lines[-1] == "%E"
    found: Tables = {}
    fields: list[str] = []
    for line in lines[1:-1]:
        mark, *cells = line.split("\t")
        if mark == "%T":
            assert cells[0] not in found, f"{cells[0]} is there twice"
            rows = found[cells[0]] = []
        elif mark == "%F":
            fields = [cell.lower() for cell in cells]
            assert len(set(fields)) == len(fields)
        else:
            assert mark == "%R", line[:80]
            assert len(cells) == len(fields), line[:80]
            rows.append(dict(zip(fields, cells, strict=True)))
    return found


def faults(tables: Tables, required: tuple[str, ...] = REQUIRED) -> list[str]:
    """What in a file is not as P6 writes it."""
    found = [f"no table {name}" for name in required if name not in tables]
    for name, rows in tables.items():
        found += [f"{name}: {one}" for one in (*_formats(name, rows), *_keys(name, rows))]
    found += _references(tables) + _calendars(tables.get("CALENDAR", []))
    roots = [row["proj_id"] for row in tables["PROJWBS"] if row["proj_node_flag"] == "Y"]
    exported = {row["proj_id"] for row in tables["PROJECT"] if row["export_flag"] == "Y"}
    if len(roots) != len(set(roots)) or not exported <= set(roots):
        found.append("a project has not one root of its outline")
    return found


def _formats(name: str, rows: Rows) -> Iterator[str]:
    for field in rows[0] if rows else ():
        forms = [form for key, form in FORMATS.items() if re.search(key, field)]
        if field == "status_code" and name in STATUS:
            forms.append(STATUS[name])
        for form in forms[:1]:
            bad = {row[field] for row in rows if row[field] and not re.fullmatch(form, row[field])}
            if bad:
                yield f"{field} says {sorted(bad)[:3]}"


def _keys(name: str, rows: Rows) -> Iterator[str]:
    key = KEYS.get(name, ())
    if rows and key:
        ids = [tuple(row[field] for field in key) for row in rows]
        if len(set(ids)) < len(ids) or any("" in one for one in ids):
            yield f"{', '.join(key)} is empty or there twice"


def _references(tables: Tables) -> list[str]:
    ids = {
        table: {row[KEYS[table][0]] if table in KEYS else row[next(iter(row))] for row in rows}
        for table, rows in tables.items()
    }
    found = []
    for name, rows in tables.items():
        for field in rows[0] if rows else ():
            table = REFERENCES.get(field)
            if table is None or (table == name and field in KEYS.get(name, ())):
                continue
            lost = {row[field] for row in rows} - ids.get(table, set()) - {""}
            if lost and name not in ("TASKPRED", "OBS"):  # links may lead out of the file
                found.append(f"{name}.{field} leads to no row of {table}: {sorted(lost)[:3]}")
    inner = ids.get("TASK", set())
    found += [
        f"link {row['task_pred_id']} touches no activity of the file"
        for row in tables.get("TASKPRED", [])
        if row["task_id"] not in inner and row["pred_task_id"] not in inner
    ]
    kinds = {row["udf_type_id"]: row["table_name"] for row in tables.get("UDFTYPE", [])}
    for row in tables.get("UDFVALUE", []):
        owner = kinds.get(row["udf_type_id"], "")
        if owner in OWNERS and row["fk_id"] not in ids.get(owner, set()):
            found.append(f"a value of {owner} hangs on no row: {row['fk_id']}")
    return found


def _calendars(rows: Rows) -> list[str]:
    return [
        f"calendar {row['clndr_id']} is not in the grammar"
        for row in rows
        if not CLNDR.fullmatch(
            re.sub(r"[\x7f\s]+(?=[()])|(?<=[()])[\x7f\s]+", "", row["clndr_data"])
        )
    ]


# ---------------------------------------------------------------- genuine exports

GENUINE = (
    "54069-baseline-2025-09-02", "54069-update-2025-11-21", "54069-update-2025-12-04",
    "construction-p6-6.0.0", "harbour-pointe-baseline", "harbour-pointe-update", "hotel",
    "sp10-cost-loaded", "start-to-finish-links-8.2", "summary-utf8-body",
    "johnstown-three-projects",
)  # fmt: skip

ACCEPTED = ("not in the grammar", "leads to no row", "hangs on no row", "no table")
"""What genuine exports have as well: empty calendars, rows that were left behind by an export of
one project, or no table of links in one without any."""


def genuine(shared: Path, name: str) -> bytes:
    return (shared / "corpus" / "p6" / f"{name}.xer").read_bytes()


@pytest.mark.parametrize("name", GENUINE)
def test_the_rules_are_those_of_p6(shared: Path, name: str) -> None:
    """Genuine exports keep every rule; of the accepted kinds few do otherwise."""
    found = faults(tables_of(genuine(shared, name)))
    assert [one for one in found if not any(word in one for word in ACCEPTED)] == []


def common_fields(shared: Path) -> dict[str, set[str]]:
    """The fields that a table has in every genuine export with rows of it."""
    found: dict[str, set[str]] = {}
    for name in GENUINE:
        for table, rows in tables_of(genuine(shared, name)).items():
            if rows:
                found[table] = found.get(table, set(rows[0])) & set(rows[0])
    return found


# ---------------------------------------------------------------- what planbench makes


def made_new(shared: Path) -> Iterator[tuple[str, bytes]]:
    for name in GENUINE:
        schedule = read_schedule(genuine(shared, name), name=f"{name}.xer").schedule
        yield f"new {name}", write_xer(schedule_to_document(schedule))
    for path in ("p6xml/percent-complete-types.xml", "converted/dcma_sample.mspdi.xml",
                 "msproject/timephased.xml"):  # fmt: skip
        schedule = read_schedule(shared / "corpus" / path).schedule
        yield f"from {path}", write_xer(schedule_to_document(schedule))
    yield "synthetic", write_xer(schedule_to_document(synthetic_schedule(300, 400)))


def made_of_several(shared: Path) -> tuple[str, bytes]:
    names = ("construction-p6-6.0.0", "harbour-pointe-update", "johnstown-three-projects")
    parts = [
        Part(read_schedule(genuine(shared, name), name=f"{name}.xer").schedule, name)
        for name in names
    ]
    return "merged", write_xer(schedule_to_document(merge(parts).schedule))


def made_by_edits(shared: Path) -> tuple[str, bytes]:
    data = genuine(shared, "harbour-pointe-update")
    schedule = read_schedule(data, name="plan.xer").schedule
    names = schedule.activities.name.copy()
    names[3] = "Renamed for a test"
    edited = _without_last(schedule.with_activities(name=names))
    return "edited", export(Document(edited), "xer", data).content


def _without_last(schedule: Schedule) -> Schedule:
    table = schedule.relationships
    return replace(schedule, relationships=table.take(np.arange(len(table) - 1)))


def test_what_is_made_keeps_every_rule_and_has_the_fields_of_p6(shared: Path) -> None:
    common = common_fields(shared)
    before = faults(tables_of(genuine(shared, "harbour-pointe-update")))
    for name, data in (*made_new(shared), made_of_several(shared)):
        tables = tables_of(data)
        assert faults(tables) == [], name
        for table, rows in tables.items():
            if rows and table in common:
                assert common[table] <= set(rows[0]), (name, table, common[table] - set(rows[0]))
    name, data = made_by_edits(shared)
    assert faults(tables_of(data)) == before, name


def test_a_broken_file_is_noticed(shared: Path) -> None:
    """The rules can fail: each of these breaks one."""
    whole = write_xer(schedule_to_document(synthetic_schedule(30, 40)))
    assert faults(tables_of(whole)) == []
    for table, field, value, words in (
        ("TASK", "clndr_id", "77", "leads to no row"),
        ("TASK", "task_id", "1", "there twice"),
        ("TASK", "act_start_date", "2026-01-05", "act_start_date says"),
        ("TASK", "remain_drtn_hr_cnt", "8,5", "remain_drtn_hr_cnt says"),
        ("TASKPRED", "pred_type", "FS", "pred_type says"),
        ("CALENDAR", "clndr_data", "(0||CalendarData()())", "grammar"),
        ("PROJWBS", "proj_node_flag", "N", "root"),
    ):
        tables = tables_of(whole)
        for row in tables[table][:2]:
            row[field] = value
        assert any(words in one for one in faults(tables)), (table, field)


def test_xer_reader_finds_all_that_it_requires(shared: Path, tmp_path: Path) -> None:
    """Every row is found, no required table is missing, nor one that another depends on."""
    from xer_reader import XerReader
    from xer_reader.src.reader import REQUIRED_TABLES

    path = tmp_path / "made.xer"
    for name, data in (*made_new(shared), made_of_several(shared), made_by_edits(shared)):
        path.write_bytes(data)
        counts = {table: len(rows) for table, rows in tables_of(data).items()}
        found = XerReader(path).to_dict()
        assert {table: len(one.entries()) for table, one in found.items()} == {
            table: counts[table] for table in found
        }, name
        assert set(REQUIRED_TABLES) <= found.keys(), name
        assert {need for one in found.values() for need in one.depends} <= counts.keys(), name


@pytest.mark.skipif(
    importlib.util.find_spec("mpxj") is None or shutil.which("java") is None,
    reason="needs the extra planbench[mpp] and a Java runtime",
)
def test_mpxj_reads_what_is_made(shared: Path) -> None:
    from planbench.exchange.mpp.reader import read_mpp

    small = [one for one in made_new(shared) if len(one[1]) < 60_000]
    assert len(small) >= 3
    for name, data in (*small[-2:], made_of_several(shared), made_by_edits(shared)):
        other = read_mpp(data, "made.xer").schedule
        plan = read_schedule(data, name="made.xer").schedule
        assert other.activities.code.size, name
        assert set(other.activities.code.tolist()) <= set(plan.activities.code.tolist()), name
