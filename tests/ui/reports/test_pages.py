"""Reports on paper: nothing is lost between the pages, nothing beyond their margins."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.reports.blocks import Bars, Chart, Column, Report, Section, Table
from planbench.services.document import Document
from planbench.services.reports.compose import make_report, template_of
from planbench.services.reports.snapshot import Given
from planbench.services.scheduling import recalculate
from planbench.ui.reports.batch import annex_of, write_report_pdf
from planbench.ui.reports.pages import Measures, ReportPage, build_pages


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(synthetic_schedule(400, 600), title="Works", update_label="March")
    recalculate(made)
    return made


@pytest.fixture(scope="module")
def report(document: Document) -> Report:
    return make_report(template_of("programme"), Given(document))


def texts_of(pages: list[ReportPage]) -> list[str]:
    return [cell.text for page in pages for cell in page.cells]


def test_everything_stands_inside_the_margins(themed: Any, report: Report) -> None:
    pages = build_pages(report)
    for page in pages:
        for cell in page.cells:
            assert cell.x >= 50
            assert cell.x + cell.width <= page.width - 50
            assert cell.y >= 40
            assert cell.y + cell.height <= page.height - 20
        for x, y, wide, high, _ in page.pictures:
            assert x >= 50
            assert x + wide <= page.width - 50
            assert y + high <= page.height - 50


def test_no_texts_lie_over_each_other(themed: Any, report: Report) -> None:
    measure = Measures()
    for page in build_pages(report):
        seen: dict[float, list[tuple[float, float]]] = {}
        for cell in page.cells:
            wide = min(measure.wide(cell.text, cell.style), cell.width)
            left = cell.x + cell.width - wide if cell.right else cell.x
            seen.setdefault(cell.y, []).append((left, left + wide))
        for spans in seen.values():
            spans.sort()
            for (_, end), (begin, _) in pairwise(spans):
                assert end <= begin + 1.0


def test_every_row_of_every_table_is_there(themed: Any, report: Report) -> None:
    written = "".join(texts_of(build_pages(report))).replace(" ", "")
    for _, block in report.blocks():
        if isinstance(block, Table):
            for row in block.texts:
                for text in row:
                    assert "".join(text.split(" ")) in written or len(text) > 24


def test_a_long_table_repeats_its_head_and_is_numbered(themed: Any) -> None:
    rows = tuple((f"row {k:04}", k) for k in range(500))
    texts = tuple((name, str(k)) for name, k in rows)
    table = Table("Long", (Column("Name of it"), Column("N", "number")), rows, texts)
    made = Report("t", "P", "S", (), None, "", (Section("t", "Long table", (table,)),), ())
    pages = build_pages(made)
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        told = [cell.text for cell in page.cells]
        assert told.count("Name of it") == 1
        assert told[-1].endswith(f"{number} of {len(pages)}")
    assert [text for text in texts_of(pages) if text.startswith("row ")] == [n for n, _ in rows]


def test_contents_name_the_pages(themed: Any, report: Report) -> None:
    pages = build_pages(report)
    first = [cell.text for cell in pages[0].cells]
    for section in report.sections:
        place = len(first) - 1 - first[::-1].index(section.title)  # written last of all
        page = int(first[place + 1])
        assert section.title in [cell.text for cell in pages[page - 1].cells]


def test_pictures_are_drawn_where_the_report_has_them(themed: Any, report: Report) -> None:
    wanted = sum(isinstance(block, Chart | Bars) for _, block in report.blocks())
    pictures = [one for page in build_pages(report) for one in page.pictures]
    assert len(pictures) >= wanted > 0


def test_words_break_into_lines_that_fit(themed: Any) -> None:
    measure = Measures()
    text = "A sentence of some words and one Donaudampfschifffahrtsgesellschaftskapitänsmütze"
    lines = measure.lines(text, "small", 90.0)
    assert all(measure.wide(line, "small") <= 90.0 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert measure.lines(text, "small", 90.0, 2)[-1].endswith("…")


def test_the_same_report_gives_the_same_pdf(
    themed: Any, report: Report, document: Document, tmp_path: Path
) -> None:
    one, other = tmp_path / "one.pdf", tmp_path / "other.pdf"
    count = write_report_pdf(report, one, document)
    write_report_pdf(report, other, document)
    content = one.read_bytes()
    assert content == other.read_bytes()
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) == count
    assert not re.search(rb"CreationDate \(D:20", content)
    annex = annex_of(report, document)
    assert annex is not None
    assert count == len(build_pages(report)) + len(annex.layout.sheets)
