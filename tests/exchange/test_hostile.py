"""Files that somebody made to hurt: refused or survived, in one line and in bounded time.

Each size is one at which work that grows with its square, or a tree that is built of it, would be
felt; tests that do not end are what failure looks like here. More is done by `tests/fuzz/run.py`.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from planbench.domain.errors import ImportRefused, LoopError, ScheduleError
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.exchange.p6xml import baselines
from planbench.exchange.registry import read_schedule
from planbench.exchange.tables.sheets import read_xlsx

Tables = dict[str, list[list[str]]]
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'
ROOTS = ("APIBusinessObjects", "Project")


def refused(data: bytes, name: str) -> str:
    with pytest.raises(ImportRefused) as error:
        read_schedule(data, name=name)
    line = error.value.line
    assert line.startswith(name)
    assert "\n" not in line
    assert len(line) < 500
    return line


def codes(data: bytes, name: str = "plan.xer") -> set[str]:
    return {repair.code for repair in read_schedule(data, name=name).repairs}


# ---------------------------------------------------------------- XML


@pytest.mark.parametrize("root", ROOTS)
def test_entities_are_never_expanded(root: str) -> None:
    laughs = b'<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">'.encode()
        for before, after in zip("abcdefghi", "bcdefghij", strict=True)
    )
    for kind in (laughs, b'<!ENTITY j SYSTEM "file:///etc/passwd">', b'<!ENTITY % j "x">'):
        data = XML + b"<!DOCTYPE x [" + kind + f"]><{root}><Name>&j;</Name></{root}>".encode()
        assert "document type" in refused(data, "bomb.xml")
        wide = data.decode().replace("UTF-8", "UTF-16").encode("utf-16")
        assert "document type" in refused(wide, "bomb.xml")


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_long_comment_before_the_root_hides_nothing(root: str, encoding: str) -> None:
    words = f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- {"exported " * 2000}-->\n'
    words += "<?tool x?><!---->"
    inside = {
        "Project": "<Tasks><Task><UID>1</UID><Name>Dredge</Name></Task></Tasks>",
        "APIBusinessObjects": "<Project><ObjectId>1</ObjectId><Id>P</Id><Activity><ObjectId>2"
        "</ObjectId><Id>A</Id></Activity></Project>",
    }[root]
    data = f"{words}<{root}>{inside}</{root}>".encode(encoding)
    schedule = read_schedule(data, name="plan.xml").schedule
    assert schedule.source.format == {"Project": "mspdi"}.get(root, "p6xml")
    assert len(schedule.activities) == 1


@pytest.mark.parametrize("root", ROOTS)
def test_deep_nesting_is_refused(root: str) -> None:
    assert "nested" in refused(XML + f"<{root}>".encode() + b"<a>" * 500_000, "deep.xml")


@pytest.mark.parametrize("root", ROOTS)
def test_a_field_without_end_is_refused(root: str) -> None:
    data = XML + f"<{root}><Name>{'x' * (1 << 24 | 1)}</Name></{root}>".encode()
    assert "longer than" in refused(data, "long.xml")


@pytest.mark.parametrize("encoding", ["zlib_codec", "base64", "hex", "rot13", "no-such-thing"])
def test_what_is_no_encoding_of_text_is_refused(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><Project><Tasks/></Project>'.encode()
    assert encoding in refused(data, "codec.xml")


def test_periods_of_centuries_by_the_thousand_are_cut_off(mspdi_calendar) -> None:
    period = (
        "<Exception><TimePeriod><FromDate>1900-01-01T00:00:00</FromDate>"
        "<ToDate>9999-12-31T23:59:00</ToDate></TimePeriod><Type>1</Type></Exception>"
    )
    data = mspdi_calendar(f"<Exceptions>{period * 20_000}</Exceptions>")
    assert {"long-period", "too-many-days"} <= codes(data, "plan.xml")


def test_a_calendar_that_is_its_own_base(mspdi_calendar) -> None:
    chain = "".join(
        f"<Calendar><UID>{k}</UID><Name>c</Name><BaseCalendarUID>{k % 3000 + 1}</BaseCalendarUID>"
        "</Calendar>"
        for k in range(1, 3001)
    )
    assert "calendar-loop" in codes(mspdi_calendar("", chain), "plan.xml")


def test_a_time_of_day_in_other_digits_is_no_time(mspdi_calendar) -> None:
    hours = "<WorkingTime><FromTime>1²:00:00</FromTime><ToTime>17:00:00</ToTime></WorkingTime>"
    week = (
        "<WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking>"
        f"<WorkingTimes>{hours}</WorkingTimes></WeekDay></WeekDays>"
    )
    schedule = read_schedule(mspdi_calendar(week), name="plan.xml").schedule
    assert schedule.calendars[0].week[0] == ((480, 720), (780, 1020))  # the usual hours


def test_tasks_that_are_all_blank_rows() -> None:
    blank = "<Task><UID>1</UID><IsNull>1</IsNull></Task>" * 3
    data = XML + f"<Project><Tasks>{blank}</Tasks></Project>".encode()
    assert len(read_schedule(data, name="blank.xml").schedule.activities) == 0


def test_more_baselines_than_memory_would_hold() -> None:
    one = "<BaselineProject><Name>B</Name><OriginalProjectObjectId>1</OriginalProjectObjectId>"
    data = (
        "<APIBusinessObjects><Project><ObjectId>1</ObjectId><Id>P</Id><Activity><ObjectId>2"
        f"</ObjectId><Id>A</Id></Activity></Project>{(one + '</BaselineProject>') * 3000}"
        "</APIBusinessObjects>"
    ).encode()
    imported = read_schedule(XML + data, name="many.xml")
    assert len(imported.schedule.baselines) == baselines.MAX_BASELINES
    assert "too-many-baselines" in {repair.code for repair in imported.repairs}


@pytest.fixture
def mspdi_calendar() -> Callable[..., bytes]:
    """A Project XML of one task, with something in its calendar and more calendars after it."""

    def make(inside: str, after: str = "") -> bytes:
        return (
            XML.decode() + "<Project><CalendarUID>9001</CalendarUID><Calendars><Calendar>"
            f"<UID>9001</UID><Name>Site</Name>{inside}</Calendar>{after}</Calendars>"
            "<Tasks><Task><UID>1</UID><Name>Dredge</Name><OutlineLevel>1</OutlineLevel>"
            "<CalendarUID>1</CalendarUID><Duration>PT8H0M0S</Duration></Task></Tasks></Project>"
        ).encode()

    return make


def test_a_ring_of_outline_codes_is_opened() -> None:
    values = "".join(
        f"<Value><ValueID>{k}</ValueID><ParentValueID>{k % 50 + 1}</ParentValueID>"
        f"<Value>{k}</Value></Value>"
        for k in range(1, 51)
    )
    data = (
        "<Project><OutlineCodes><OutlineCode><FieldID>188744096</FieldID><Values>"
        f"{values}</Values></OutlineCode></OutlineCodes>"
        "<Tasks><Task><UID>1</UID><Name>Dredge</Name></Task></Tasks></Project>"
    ).encode()
    imported = read_schedule(XML + data, name="plan.xml")
    assert "parent-loop" in {repair.code for repair in imported.repairs}
    parents = imported.schedule.code_values.parent.tolist()
    assert len(parents) == 50
    _going_up_ends(parents)


# ---------------------------------------------------------------- XER


@pytest.mark.parametrize("line", [b"%T\n", b"%T\tTASK\n", b"%T\tTASK\n%F\ttask_id\n%R\t5\n"])
def test_tables_by_the_thousand_are_refused(make_xer, line: bytes) -> None:
    assert "tables, more than" in refused(make_xer() + line * 50_000, "tables.xer")


@pytest.mark.parametrize(
    "lines",
    [b"\n" * 2_000_000, b"\t" * 5_000_000, b"%E\n" * 500_000, b"hello\n" * 500_000],
    ids=["blank", "tabs", "ends", "untagged"],
)
def test_lines_of_nothing_change_nothing(make_xer, lines: bytes) -> None:
    plain = read_schedule(make_xer()).schedule.digest
    assert read_schedule(make_xer() + lines, name="plan.xer").schedule.digest == plain


@pytest.mark.parametrize(
    "field",
    ["A" * (10 << 20), '"' * (10 << 20), "\x7f\x7f" * (5 << 20), "\u00e4" * (5 << 20)],
    ids=["letters", "quotes", "breaks", "accents"],
)
def test_a_field_of_ten_megabytes_is_read(make_xer, field: str) -> None:
    data = make_xer().replace(b"Dredge basin", field.encode("cp1252"))
    schedule = read_schedule(data, name="plan.xer").schedule
    assert len(schedule.activities.name[0]) >= 5 << 20
    assert schedule.activities.name[1] == "Drive piles"


@pytest.mark.parametrize("hours", ["(" * 3_000_000, "(0||1()" * 300_000, "||" * 1_000_000])
def test_hours_of_a_calendar_without_end(make_xer, hours: str) -> None:
    def change(tables: Tables) -> None:
        tables["CALENDAR"][1][-1] = hours

    assert "bad-calendar" in codes(make_xer(change))


def test_numbers_without_end_are_no_numbers(make_xer) -> None:
    digits = "9" * (1 << 20)

    def change(tables: Tables) -> None:
        tables["TASK"][1][0] = digits  # the id, a text like any other
        tables["TASK"][2][9] = digits
        tables["TASK"][3][16] = digits

    imported = read_schedule(make_xer(change))
    assert "bad-number" in {repair.code for repair in imported.repairs}
    assert imported.schedule.activities.uid[0] == digits


def test_nul_bytes(make_xer) -> None:
    assert len(read_schedule(make_xer() + bytes(1 << 20)).schedule.activities) == 3
    assert "empty" in refused(bytes(1 << 20), "nul.xer")
    holed = read_schedule(make_xer().replace(b"e basin", b"\x00 basin"), name="nul.xer")
    assert len(holed.schedule.activities) == 3


@pytest.mark.parametrize("year", ["0000", "0001", "1066", "9999"])
def test_dates_of_year_0_and_9999(make_xer, year: str) -> None:
    imported = read_schedule(make_xer().replace(b"2026-01-0", f"{year}-01-0".encode()))
    assert "bad-date" in {repair.code for repair in imported.repairs}
    assert imported.schedule.projects[0].data_date == NO_TIME


def test_an_id_that_repeats_by_the_ten_thousand(make_xer) -> None:
    def change(tables: Tables) -> None:
        tables["TASK"] += [list(tables["TASK"][1]) for _ in range(40_000)]

    uids = read_schedule(make_xer(change)).schedule.activities.uid.tolist()
    assert len(set(uids)) == 40_003


def _chain(tables: Tables, n: int, hours: str, lag: str = "0") -> None:
    task, link = tables["TASK"][2], tables["TASKPRED"][1]
    duration = tables["TASK"][0].index("remain_drtn_hr_cnt")
    rows = [[str(1000 + k), *task[1:]] for k in range(n)]
    for row in rows:
        row[duration] = hours
    tables["TASK"][1:] = rows
    tables["TASKPRED"][1:] = [
        [str(k), str(1001 + k), str(1000 + k), *link[3:5], "PR_FS", lag] for k in range(n - 1)
    ]


def test_a_loop_of_many_is_told_by_its_first_activities(make_xer) -> None:
    def change(tables: Tables) -> None:
        _chain(tables, 20_000, "8")
        tables["TASKPRED"].append(["0", "1000", "20999", "10", "10", "PR_FS", "0"])

    imported = read_schedule(make_xer(change))
    (loop,) = (repair for repair in imported.repairs if repair.code == "loop")
    assert "20000 activities" in loop.message
    assert len(loop.message) < 1000
    with pytest.raises(LoopError) as error:
        schedule_network(imported.schedule)
    assert len(error.value.cycle) == 20_000
    assert len(error.value.line) < 1000


def test_durations_beyond_any_horizon_are_refused_when_scheduling(make_xer) -> None:
    imported = read_schedule(make_xer(lambda tables: _chain(tables, 3000, "900000")))
    with pytest.raises(ScheduleError, match="years"):
        schedule_network(imported.schedule)


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("RSRC", ("rsrc_id", "parent_rsrc_id")),
        ("ACCOUNT", ("acct_id", "parent_acct_id")),
        ("PROJWBS", ("wbs_id", "parent_wbs_id")),
        ("CALENDAR", ("clndr_id", "base_clndr_id")),
    ],
)
def test_rings_of_parents_are_opened(make_xer, table: str, fields: tuple[str, str]) -> None:
    n = 2_000

    def change(tables: Tables) -> None:
        titles = [*fields, "proj_id"]
        rows = [[str(500 + k), str(500 + (k + 1) % n), "10"] for k in range(n)]
        tables[table] = [titles, *rows]

    imported = read_schedule(make_xer(change))
    expected = {"PROJWBS": "wbs-loop", "CALENDAR": "calendar-loop"}.get(table, "parent-loop")
    assert expected in {repair.code for repair in imported.repairs}
    for name in ("resources", "accounts", "wbs"):
        _going_up_ends(getattr(imported.schedule, name).parent.tolist())


def _going_up_ends(parent: list[int]) -> None:
    ends = [False] * len(parent)
    for first in range(len(parent)):
        way, row = [], first
        while row >= 0 and not ends[row]:
            assert len(way) <= len(parent)
            way.append(row)
            row = parent[row]
        for row in way:
            ends[row] = True


# ---------------------------------------------------------------- names and archives


@pytest.mark.parametrize(
    "path", ["../../../etc/passwd", "C:\\Windows\\win.ini", "/dev/zero", "|ls"]
)
def test_paths_inside_a_file_are_text(
    make_xer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)

    def change(tables: Tables) -> None:
        tables["PROJECT"][1][1] = path
        tables["TASK"][1][8] = path
        tables["DOCUMENT"] = [["doc_id", "private_loc", "public_loc"], ["1", path, path]]

    imported = read_schedule(make_xer(change), name=path)
    assert imported.schedule.projects[0].code == path
    assert imported.schedule.activities.name[0] == path
    assert os.listdir(tmp_path) == []


def test_an_archive_is_no_schedule(tmp_path: Path) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../plan.xer", bytes(50 << 20))
    for name in ("bomb.xer", "bomb.xml", "bomb.zip"):
        refused(packed.getvalue(), name)


def _workbook(part: str, content: bytes) -> bytes:
    """A workbook with one of its parts replaced."""
    from openpyxl import Workbook

    book, plain, made = Workbook(), BytesIO(), BytesIO()
    book.active.append(["Id", "Name"])
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item, content if item.filename == part else old.read(item))
    return made.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"
_SPACE = b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ROW = b"<worksheet" + _SPACE + b'><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
_WIDE = b"".join(b'<c t="inlineStr"><is><t>c%d</t></is></c>' % k for k in range(1000))


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (_SHEET, b"<worksheet" + _SPACE + b'><sheetData><row r="1">' + _WIDE + b"</row>"
         b'<row r="1000000"><c><v>1</v></c></row></sheetData></worksheet>'),
        (_SHEET, b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 10_000 + b'">]><worksheet' + _SPACE
         + b'><sheetData><row><c t="inlineStr"><is><t>' + b"&a;" * 100_000
         + b"</t></is></c></row></sheetData></worksheet>"),
        (_SHEET, b"<a>" * 200_000),
        (_SHEET, b"<worksheet><sheetData><row><c><v>" + b"9" * 6000 + b"</v></c>"),
        (_SHEET, _ROW + b"<row>" + b"<c/>" * 5_000_000 + b"</row></sheetData></worksheet>"),
        ("xl/styles.xml", b"<styleSheet" + _SPACE + b"><cellXfs>" + b"<xf/>" * 100_000
         + b"</cellXfs></styleSheet>"),
        ("xl/workbook.xml", b"<workbook" + _SPACE + b"><sheets>" + b"<sheet name='x'/>" * 20_000
         + b"</sheets></workbook>"),
    ],
    ids=["cells", "entities", "deep", "digits", "swell", "formats", "sheets"],
)  # fmt: skip
def test_workbooks_that_swell_are_refused(part: str, content: bytes) -> None:
    with pytest.raises(ImportRefused) as error:
        read_xlsx(_workbook(part, content), "bomb.xlsx")
    assert "\n" not in error.value.line
