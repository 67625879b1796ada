"""Every real and every faulty file of the corpus."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path
from typing import Any

import pytest

from planbench.domain.errors import ImportRefused
from planbench.domain.schedule import Logic
from planbench.domain.times import NO_TIME
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.document import XerTable
from planbench.exchange.xer.writer import schedule_to_document, write_xer

pytestmark = pytest.mark.corpus

SOUND: frozenset[str] = frozenset()
REFUSED = None

FAULTS: dict[str, frozenset[str] | None] = {
    "comprehensive": frozenset(
        {"stray-line", "row-too-long", "empty-calendar", "no-schedoptions", "unknown-project",
         "unknown-wbs", "unknown-calendar", "no-duration", "status-without-dates",
         "unknown-reference"}
    ),
    "corrupt": frozenset(
        {"empty-calendar", "unknown-project", "no-project", "no-wbs", "unknown-value",
         "bad-number", "dangling-link", "no-data-date"}
    ),
    "encodings": REFUSED,
    "fault01_upper_case_field_names": frozenset({"upper-case-fields"}),
    "fault02_utf8_bom": SOUND,
    "fault03_utf16le_bom": SOUND,
    "fault04_gbk_task_names_no_bom": frozenset({"guessed-encoding", "mixed-encoding"}),
    "fault05_cp1251_task_names_no_bom": frozenset({"guessed-encoding"}),
    "fault06_utf8_no_bom_task_names": frozenset({"guessed-encoding", "mixed-encoding"}),
    "fault07_truncated_mid_row": frozenset({"no-end-marker", "row-too-short"}),
    "fault08_other_eol": SOUND,
    "fault09_mixed_eol_blank_lines": SOUND,
    "fault10_no_schedoptions": frozenset({"no-schedoptions"}),
    "fault11_no_calendar_table": frozenset({"no-calendar"}),
    "fault12_no_projwbs": frozenset({"no-wbs"}),
    "fault13_no_ermhdr": frozenset({"no-header"}),
    "fault14_no_end_marker": frozenset({"no-end-marker"}),
    "fault15_two_node_cycle": frozenset({"loop"}),
    "fault16_self_link": frozenset({"self-link"}),
    "fault17_dangling_predecessor": frozenset({"dangling-link"}),
    "fault18_duplicate_task_id": frozenset(
        {"duplicate-id", "dangling-link", "unknown-reference"}
    ),
    "fault19_decimal_comma_numbers": frozenset({"decimal-comma"}),
    "fault20_short_and_long_rows": frozenset({"row-too-short", "row-too-long"}),
    "fault21_bad_clndr_data": frozenset({"bad-calendar"}),
    "fault22_12h_clock_calendar": SOUND,
    "fault23_finish_before_start_shift_f_then_s": SOUND,
    "fault24_embedded_tab_in_task_name": frozenset({"embedded-tab"}),
    "fault25_bad_dates": frozenset({"bad-date"}),
    "fault26_empty_file": REFUSED,
    "fault27_header_only": REFUSED,
    "fault28_not_an_xer": REFUSED,
    "invalid-calendar": frozenset({"bad-calendar", "no-schedoptions"}),
    "malformed": frozenset(
        {"empty-calendar", "dangling-link", "row-too-short", "no-fields", "row-too-long",
         "repeated-field", "bad-number", "unknown-project", "no-project", "no-wbs",
         "unknown-calendar", "no-duration", "no-data-date"}
    ),
    "third-party-sample": frozenset(
        {"row-too-short", "bad-date", "unknown-value", "empty-calendar", "no-schedoptions",
         "unknown-calendar", "no-data-date"}
    ),
}  # fmt: skip
"""What reading each faulty file has to mend; None where it has to be refused."""


def index(shared: Path, folder: str) -> list[dict[str, str]]:
    with (shared / "corpus" / "INDEX.csv").open(encoding="utf-8") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["file"].startswith(folder) and row["file"].endswith(".xer")
        ]


@pytest.mark.parametrize("folder", ["p6/", "compare/", "converted/"])
def test_real_files_have_the_counts_of_the_index(shared: Path, folder: str) -> None:
    rows = index(shared, folder)
    assert rows
    for row in rows:
        schedule = read_schedule(shared / "corpus" / row["file"]).schedule
        counts = (len(schedule), len(schedule.relationships), len(schedule.calendars))
        expected = tuple(int(row[f"n_{what}"]) for what in ("activities", "relationships",
                                                            "calendars"))  # fmt: skip
        assert counts == expected, row["file"]
        assert len(schedule.resources) == int(row["n_resources"]), row["file"]
        assert len(schedule.assignments) == int(row["n_assignments"]), row["file"]
        assert len(schedule.projects) == int(row["n_projects"].split()[0]), row["file"]


def test_clean_exports_need_no_repair(shared: Path) -> None:
    for name in ("54069-update-2025-11-21", "construction-p6-6.0.0", "sp10-cost-loaded",
                 "start-to-finish-links-8.2", "harbour-pointe-update"):  # fmt: skip
        assert read_schedule(shared / "corpus" / "p6" / f"{name}.xer").repairs == (), name


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_files_open_with_the_expected_repairs_or_are_refused(
    shared: Path, name: str
) -> None:
    path = shared / "corpus" / "faults" / f"{name}.xer"
    expected = FAULTS[name]
    if expected is REFUSED:
        with pytest.raises(ImportRefused) as refused:
            read_schedule(path)
        assert path.name in refused.value.line
        assert "\n" not in refused.value.line
        return
    found = read_schedule(path)
    assert {repair.code for repair in found.repairs} == expected
    if name.startswith("fault"):
        assert len(found.schedule) == 51


def test_every_faulty_file_is_expected(shared: Path) -> None:
    names = {path.stem for path in (shared / "corpus" / "faults").glob("*.xer")}
    assert names == set(FAULTS)


def test_faults_that_can_be_mended_leave_the_schedule_whole(shared: Path) -> None:
    whole = read_schedule(shared / "corpus" / "p6" / "construction-p6-6.0.0.xer").schedule
    for name in ("fault01_upper_case_field_names", "fault02_utf8_bom", "fault03_utf16le_bom",
                 "fault08_other_eol", "fault09_mixed_eol_blank_lines", "fault14_no_end_marker",
                 "fault20_short_and_long_rows",
                 "fault22_12h_clock_calendar",
                 "fault23_finish_before_start_shift_f_then_s"):  # fmt: skip
        found = read_schedule(shared / "corpus" / "faults" / f"{name}.xer").schedule
        assert found.digest == whole.digest, name


def test_a_decimal_comma_is_half_an_hour_not_five(shared: Path) -> None:
    whole = read_schedule(shared / "corpus" / "p6" / "construction-p6-6.0.0.xer").schedule
    path = shared / "corpus" / "faults" / "fault19_decimal_comma_numbers.xer"
    table = read_schedule(path).schedule.activities
    longer = table.remaining_duration - whole.activities.remaining_duration
    assert set(longer.tolist()) <= {0, 30}  # the file adds ",5" to whole hours
    assert 30 in longer


def test_names_in_other_alphabets(shared: Path) -> None:
    for name, start in (("fault04_gbk_task_names_no_bom", "混凝土浇筑"),
                        ("fault05_cp1251_task_names_no_bom", "Бетонирование плиты"),
                        ("fault06_utf8_no_bom_task_names", "Béton – phase Ω")):  # fmt: skip
        table = read_schedule(shared / "corpus" / "faults" / f"{name}.xer").schedule.activities
        assert all(text.startswith(start) for text in table.name), name


def test_every_document_goes_out_byte_for_byte(shared: Path) -> None:
    for path in sorted((shared / "corpus").glob("*/*.xer")):
        try:
            document = read_schedule(path).raw
        except ImportRefused:
            continue
        assert document is not None
        assert write_xer(document) == path.read_bytes(), path.name


def test_tables_agree_with_a_plain_splitting_of_the_file(shared: Path) -> None:
    """Cell by cell against the obvious reader, on files of each line ending."""
    for name in ("hotel", "harbour-pointe-update", "54069-update-2025-12-04"):
        path = shared / "corpus" / "p6" / f"{name}.xer"
        document = read_schedule(path).raw
        assert document is not None
        expected = plain_tables(path.read_bytes().decode("cp1252", errors="replace"))
        assert [table.name for table in document.tables] == list(expected)
        for table in document.tables:
            fields, rows = expected[table.name]
            assert list(table.fields) == fields
            assert columns(table) == [list(column) for column in zip(*rows, strict=True)]


def plain_tables(text: str) -> dict[str, tuple[list[str], list[list[str]]]]:
    tables: dict[str, tuple[list[str], list[list[str]]]] = {}
    name = ""
    for line in text.split("\n"):
        tag, *values = line.rstrip("\r").split("\t")
        if tag == "%T":
            name = values[0]
        elif tag == "%F":
            tables[name] = (values, [])
        elif tag == "%R":
            tables[name][1].append(values)
    return tables


def columns(table: XerTable) -> list[list[str]]:
    return [table.texts(name.strip().lower()) for name in table.fields]


def test_real_projects_survive_a_new_export(shared: Path) -> None:
    """What the domain holds of real projects is the same after writing and reading it again."""
    for name in ("54069-update-2025-11-21", "harbour-pointe-update", "start-to-finish-links-8.2"):
        before = read_schedule(shared / "corpus" / "p6" / f"{name}.xer").schedule
        document = schedule_to_document(before, version=before.source.version)
        after = read_schedule(write_xer(document)).schedule
        same = ("relationships", "expenses", "accounts", "notes", "code_assignments")
        for table in ("activities", *same):
            for column, values in getattr(before, table).columns():
                found = getattr(getattr(after, table), column)
                if column in ("topic", "planned_start", "planned_finish"):
                    continue
                if column.startswith("stored_"):
                    known = values != after.activities.stored_start * 0
                    assert found[known].tolist() == values[known].tolist(), (name, column)
                    continue
                assert found.tolist() == values.tolist(), (name, table, column)
        assert [c.week for c in after.calendars] == [c.week for c in before.calendars]
        assert [c.exceptions for c in after.calendars] == [c.exceptions for c in before.calendars]


def test_calendars_and_durations_agree_with_the_reference(shared: Path) -> None:
    """The reference scheduler has its own slow reader of the same files."""
    reference = load_reference(shared)
    for row in index(shared, "p6/"):
        path = shared / "corpus" / row["file"]
        schedule = read_schedule(path).schedule
        tables = reference.read_tables(path)
        rows = {item["clndr_id"]: item for item in tables["CALENDAR"]}
        for calendar in schedule.calendars:
            week, exceptions = reference.parse_calendar(rows[calendar.uid], rows)
            sunday_first = [list(calendar.week[(day + 6) % 7]) for day in range(7)]
            assert sunday_first == week, (row["file"], calendar.name)
            found = {day + 25569: list(shifts) for day, shifts in calendar.exceptions.items()}
            assert found == exceptions, (row["file"], calendar.name)
        table = schedule.activities
        for k, task in enumerate(tables["TASK"]):
            assert table.uid[k] == task["task_id"]
            minutes = reference.hours_to_minutes(task["target_drtn_hr_cnt"])
            assert table.original_duration[k] == minutes
            for column, name in (("actual_start", "act_start_date"),
                                 ("stored_late_finish", "late_end_date"),
                                 ("constraint_date", "cstr_date")):  # fmt: skip
                moment = reference.to_minute(task.get(name))
                found_minute = int(getattr(table, column)[k])
                assert found_minute == (NO_TIME if moment is None else moment - 25569 * 1440)


def load_reference(shared: Path) -> Any:
    path = shared / "prototypes" / "reference_cpm.py"
    spec = importlib.util.spec_from_file_location("reference_cpm", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.open = lambda path, mode: io.BytesIO(Path(path).read_bytes())  # it leaves files open
    return module


def test_options_of_real_projects(shared: Path) -> None:
    corpus = shared / "corpus"
    update = read_schedule(corpus / "compare" / "demo-update2.xer").schedule
    assert update.projects[0].options.logic == Logic.ACTUAL_DATES
    old = read_schedule(corpus / "p6" / "construction-p6-6.0.0.xer").schedule
    assert old.projects[0].options.sf_one_minute
