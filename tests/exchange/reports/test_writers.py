"""The writers: read back by other programs' readers, deterministic, and safe."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook  # noqa: TID253
from pptx import Presentation  # noqa: TID253

from planbench.domain.times import DAY
from planbench.engines.reports.blocks import (
    DATE,
    MONEY,
    Bar,
    Bars,
    Chart,
    Column,
    Fact,
    Facts,
    Mark,
    Paragraph,
    Report,
    Section,
    Series,
    Sheets,
    Source,
    Table,
    around_one,
)
from planbench.exchange.reports.html import write_html
from planbench.exchange.reports.pptx import write_pptx
from planbench.exchange.reports.svg import bars_svg, chart_svg, date_ticks, number, ticks
from planbench.exchange.reports.xlsx import write_xlsx

NOW = 20_700 * DAY


def report() -> Report:
    columns = (Column("Id"), Column("Due", DATE), Column("Cost", MONEY, total=True))
    rows = (("=1+1", NOW, 10.5), ("<b>&", None, 20.0), ("A", NOW + DAY, None))
    texts = (("=1+1", "04-Sep-26", "10.5"), ("<b>&", "—", "20.0"), ("A", "05-Sep-26", "—"))
    table = Table("Costs", columns, rows, texts, (0, 1, 1), ("Total", "", "30.5"), "A note")
    dates = (float(NOW), float(NOW + 40 * DAY), float(NOW + 90 * DAY))
    line = Series("Planned", dates, (0.0, 5.0, 9.0), "planned")
    dots = Series("Earned", dates[:2], (0.0, None), "earned", dots=True)
    names = ("One", "Two")
    charts = (
        Chart("Over time", "line", "date", (line, dots), "M€", marks=(Mark(NOW + 5 * DAY, "DD"),)),
        Chart("Stacked", "columns", "category", (Series("a", names, (1.0, 2.0), "one"),
              Series("b", names, (3.0, None), "two")), stacked=True),
        Chart("Across", "bars", "category", (Series("a", names, (-1.0, 2.0), "late"),), "d"),
        Chart("Quadrants", "scatter", "number",
              (Series("u", (0.9, 1.1), (1.0, 0.9), dots=True),), "CPI", "SPI(t)"),
    )  # fmt: skip
    bars = Bars(
        "Plan",
        (
            Bar("", "All", 0, "summary", NOW, NOW + 90 * DAY, None, NOW, NOW + 80 * DAY, False),
            Bar("A", "Work", 1, "task", NOW, NOW + 30 * DAY, NOW + 9 * DAY, None, None, True),
            Bar("M", "End", 1, "milestone", NOW + 90 * DAY, NOW + 90 * DAY, None, None, None, True),
        ),
        NOW + 9 * DAY,
    )
    facts = Facts((Fact("CPI", "0.95", "was 0.96", True), Fact("Finish", "15-May-2029")))
    none = Paragraph("none", "missing")
    sections = (
        Section("text", "Words", (Paragraph("Fine & <good>."), facts, none)),
        Section("table", "Costs", (table,)),
        Section("chart", "Charts", (*charts, bars)),
        Section("all", "All", (Sheets("All", table),)),
    )  # fmt: skip
    source = Source("CPI", "0.95", "EV / AC", "Update 3", "planbench")
    about = (("Update", "Update 3"),)
    return Report("t", "Project", "Monthly", about, NOW, "abc", sections, (source,))


class _Pages(HTMLParser):
    """Open tags, and all tags and texts that were met."""

    void = frozenset({"meta", "br", "img", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_stands_alone_and_is_well_formed() -> None:
    content = write_html(report()).decode("utf-8")
    reader = _Pages()
    reader.feed(content)
    assert not reader.open
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "iframe", "img", "object"}
    for _, attributes in reader.tags:
        for key, value in attributes.items():
            assert key not in ("src", "srcset", "onclick", "onload")
            if key == "href":
                assert str(value).startswith("#s")
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", content)
    assert {"Fine & <good>.", "<b>&", "=1+1", "30.5"} <= set(reader.texts)
    assert sum(tag == "svg" for tag, _ in reader.tags) == 5


def test_the_workbook_is_live_and_keeps_texts_as_texts() -> None:
    book = load_workbook(io.BytesIO(write_xlsx(report())))
    sheet = book["Costs"]
    assert next(iter(sheet.tables.values())).ref == "A4:C7"
    assert (sheet["A5"].value, sheet["A5"].data_type) == ("=1+1", "s")
    assert sheet["B5"].is_date
    assert (sheet["C5"].value, sheet["C6"].value, sheet["C7"].value) == (10.5, 20.0, None)
    assert sheet["C9"].value == "=SUBTOTAL(109,C5:C7)"
    assert not any(one.merged_cells.ranges for one in book.worksheets)
    assert sum(len(one._charts) for one in book.worksheets) == 4
    assert len({one.title.casefold() for one in book.worksheets}) == len(book.worksheets)
    words = [cell.value for row in book["Report"].iter_rows() for cell in row if cell.value]
    assert {"Fine & <good>.", "0.95", "none"} <= set(words)


def test_every_cell_tells_how_it_was_made_and_from_what() -> None:
    """In a workbook at the head of its column, in HTML at the cell; long tables at their heads."""
    columns = (Column("Id", formula="as in the update"), Column("CV", MONEY, formula="EV < AC"))
    texts = tuple((f"A{k}", "1.0") for k in range(301))
    rows = tuple((f"A{k}", 1.0) for k in range(301))
    short = Table("Short", columns, rows[:2], texts[:2])
    section = Section("breakdown", "Costs", (short, Table("Long", columns, rows, texts)), ("CV",))
    source = Source("CV", "", "EV - AC", "March against Baseline", "planbench 1, control")
    made = Report("t", "P", "S", (), None, "", (section,), (source,))
    book = load_workbook(io.BytesIO(write_xlsx(made)))
    notes = [cell.comment for cell in book["Short"][4]]
    told = "EV < AC\nMarch against Baseline\nplanbench 1, control"
    assert [note.text for note in notes if note][1] == told
    html = write_html(made).decode()
    assert html.count(' title="EV &lt; AC"') == 1 + 2 + 1


def test_slides_have_tables_and_charts_of_their_own() -> None:
    made = Presentation(io.BytesIO(write_pptx(report())))
    shapes = [shape for slide in made.slides for shape in slide.shapes]
    charts = [shape.chart for shape in shapes if shape.has_chart]
    assert [[series.name for series in one.plots[0].series] for one in charts] == [
        ["Planned", "Earned"], ["a", "b"], ["a"], ["u"],
    ]  # fmt: skip
    tables = [shape.table for shape in shapes if shape.has_table]
    cells = [[cell.text for cell in row.cells] for row in tables[0].rows]
    assert cells[0] == ["Id", "Due", "Cost"]
    assert cells[-1] == ["Total", "", "30.5"]
    assert len(cells) == 5
    width, height = made.slide_width or 0, made.slide_height or 0
    for shape in shapes:
        assert shape.left >= 0
        assert shape.left + shape.width <= width
        assert shape.top + shape.height <= height * 1.001


def test_slides_take_the_design_of_a_master(tmp_path: Path) -> None:
    master = Presentation()
    master.slides.add_slide(master.slide_layouts[0])
    master.save(str(tmp_path / "m.pptx"))
    made = Presentation(io.BytesIO(write_pptx(report(), tmp_path / "m.pptx")))
    assert made.slide_width == master.slide_width  # 4:3 of the master, not our own
    first = [s.text_frame.text for s in made.slides[0].shapes if s.has_text_frame]
    assert first[0] == "Project"


@pytest.mark.parametrize("write", [write_xlsx, write_pptx])
def test_office_files_do_not_know_the_time(write: object) -> None:
    assert callable(write)

    def look(content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for item in packed.infolist():
                assert item.date_time == (1980, 1, 1, 0, 0, 0)
                if item.filename.endswith(".xlsx"):
                    look(packed.read(item))
                if item.filename == "docProps/core.xml":
                    times = re.findall(rb">(\d{4}-[^<]*)<", packed.read(item))
                    assert set(times) <= {b"1980-01-01T00:00:00Z"}

    content = write(report())
    look(content)
    assert content == write(report())


def test_a_chart_without_values_is_told_in_words() -> None:
    for kind in ("category", "date"):
        empty = Chart("E", "columns", kind, (Series("s", (), ()),))
        one = Report("t", "P", "S", (), None, "", (Section("t", "Empty", (empty,)),), ())
        made = Presentation(io.BytesIO(write_pptx(one)))
        words = [s.text_frame.text for s in made.slides[1].shapes if s.has_text_frame]
        assert "There is nothing to draw." in words
        assert write_xlsx(one)
        assert write_html(one)


def test_long_tables_continue_on_further_slides() -> None:
    rows = tuple((f"row {k}", k) for k in range(40))
    texts = tuple((name, str(k)) for name, k in rows)
    table = Table("", (Column("Name"), Column("N", "number")), rows, texts)
    long = Report("t", "P", "S", (), None, "", (Section("t", "Long", (table,)),), ())
    made = Presentation(io.BytesIO(write_pptx(long)))
    seen = [
        row.cells[0].text
        for slide in made.slides
        for shape in slide.shapes
        if shape.has_table
        for row in list(shape.table.rows)[1:]
    ]
    assert seen == [name for name, _ in rows]


# ------------------------------------------------------------------ pictures

numbers = st.one_of(st.none(), st.floats(-1e7, 1e7, allow_subnormal=False))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([("line", "date"), ("line", "number"), ("scatter", "number"),
                     ("columns", "category"), ("bars", "category")]),
    st.lists(numbers, min_size=1, max_size=12),
    st.booleans(),
)  # fmt: skip
def test_charts_stay_inside_their_picture(
    kind: tuple[str, str], values: list[float | None], stacked: bool
) -> None:
    across = tuple(
        f"name {k}" if kind[1] == "category" else float(NOW + 30 * k * DAY)
        for k in range(len(values))
    )
    both = (Series("one <", across, tuple(values), dots=True), Series("two", across, tuple(values)))
    chart = Chart("C", kind[0], kind[1], both, "d", stacked=stacked and kind[0] == "columns")
    svg, high = chart_svg(chart, 640.0)
    root = ElementTree.fromstring(svg)
    for one in root.iter():
        for name in ("y", "y1", "y2", "cy"):
            if name in one.attrib:
                assert -6 <= float(one.attrib[name]) <= high + 6
        for name in ("x", "x1", "x2", "cx"):
            if name in one.attrib:
                assert -1 <= float(one.attrib[name]) <= 641


def test_bars_are_where_their_dates_are() -> None:
    bars = next(b for _, b in report().blocks() if isinstance(b, Bars))
    root = ElementTree.fromstring(bars_svg(bars, 700.0)[0])
    boxes = [one for one in root.iter() if one.tag.endswith("rect")]
    wide = [float(one.attrib["width"]) for one in boxes]
    base, whole, work, done = wide[0], wide[1], wide[2], wide[3]
    assert work / whole == pytest.approx(30 / 90, abs=0.005)
    assert done / whole == pytest.approx(9 / 90, abs=0.005)
    assert base / whole == pytest.approx(80 / 90, abs=0.005)


@settings(max_examples=80, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_lie_inside_and_are_even(low: float, span: float) -> None:
    found = ticks(low, low + span)
    slack = 1e-6 * max(span, abs(low), 1.0)
    assert all(low - slack <= one <= low + span + slack for one in found)
    assert len(found) <= 9
    gaps = [b - a for a, b in pairwise(found)]
    assert all(gap == pytest.approx(gaps[0], rel=1e-3) for gap in gaps)


def test_indices_are_shown_around_one_and_nothing_else_is() -> None:
    charts = {b.title: b for _, b in report().blocks() if isinstance(b, Chart)}
    assert around_one(charts["Over time"]) is None
    assert around_one(charts["Over time"], True) is None
    assert around_one(charts["Quadrants"]) == pytest.approx((0.89, 1.11))
    assert around_one(charts["Quadrants"], True) == pytest.approx((0.89, 1.11))
    root = ElementTree.fromstring(chart_svg(charts["Over time"], 640.0)[0])
    words = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert {"0", "2", "4", "6", "8", "M€", "DD"} <= set(words)


def test_numbers_and_dates_of_axes() -> None:
    assert number(1500.0, 500.0) == "1\u202f500"
    assert number(-2.5, 2.5) == "\u22122.5"
    assert number(0.25, 0.05) == "0.25"
    years = date_ticks(0.0, 20 * 365.25 * DAY)
    assert years[0] == (0.0, "1970")
    months = date_ticks(0.0, 100.0 * DAY)
    assert [words for _, words in months] == ["Jan 70", "Feb 70", "Mar 70", "Apr 70"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_all_without_repair(tmp_path: Path) -> None:
    made = {"xlsx": write_xlsx, "pptx": write_pptx, "html": write_html}
    for ending, write in made.items():
        (tmp_path / f"{ending}.{ending}").write_bytes(write(report()))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir"]
    files = [str(tmp_path / f"{ending}.{ending}") for ending in made]
    subprocess.run([*command, str(tmp_path), *files], check=True, timeout=180, capture_output=True)
    for ending in made:
        assert (tmp_path / f"{ending}.pdf").read_bytes().startswith(b"%PDF")
