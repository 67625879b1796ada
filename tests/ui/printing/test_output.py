"""Sheets as pages of a PDF and as pictures."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from planbench.domain.errors import PlanbenchError
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import to_datetime
from planbench.scenes.print_page import PrintSource, build_page, laid_out
from planbench.scenes.print_setup import PageSetup, PrintLayout
from planbench.services.document import Document
from planbench.services.layouts import Layout
from planbench.services.scheduling import recalculate
from planbench.ui.printing.output import write_print
from planbench.ui.printing.source import source_by_layout, titled
from planbench.ui.theme import apply_theme


@pytest.fixture(scope="module")
def document() -> Document:
    document = Document(synthetic_schedule(300, 400), title="Line 7", update_label="March")
    recalculate(document)
    return document


def _made(
    plan: Document, qapp: QApplication, layout: Layout | None = None, **setup: object
) -> tuple[PrintSource, PrintLayout]:
    apply_theme(qapp, "light")
    source = source_by_layout(plan, layout or Layout())
    chosen = titled(PageSetup(**setup), plan)  # type: ignore[arg-type]
    return source, laid_out(source, chosen)


def test_a_pdf_has_all_sheets_as_vectors(
    document: Document, qapp: QApplication, tmp_path: Path
) -> None:
    source, layout = _made(document, qapp, pages_wide=2)
    told: list[tuple[int, int]] = []
    (path,) = write_print(
        source, layout, tmp_path / "plan.pdf", lambda done, total, _t: told.append((done, total))
    )
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == len(layout.sheets) > 4
    assert b"/Subtype /Image" not in content
    width, height = (297 * 72 / 25.4, 420 * 72 / 25.4)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert box is not None
    assert sorted(map(float, box.groups())) == pytest.approx([width, height], abs=1.0)
    assert told[-1] == (len(layout.sheets), len(layout.sheets))
    assert [p.name for p in tmp_path.iterdir()] == ["plan.pdf"]


def test_pictures_one_a_sheet(document: Document, qapp: QApplication, tmp_path: Path) -> None:
    source, layout = _made(document, qapp, paper="A4", pages_tall=0)
    paths = write_print(source, layout, tmp_path / "plan.png")
    assert len(paths) == len(layout.sheets) > 1
    assert paths[0].name == "plan-1.png"
    picture = QImage(str(paths[0]))
    assert (picture.width(), picture.height()) == (2970, 2100)
    assert picture.pixelColor(3, 3).name() == "#ffffff"
    colours = {
        picture.pixelColor(x, y).name() for x in range(0, 2970, 7) for y in range(0, 2100, 7)
    }
    assert len(colours) > 10


def test_a_sheet_carries_what_it_should(document: Document, qapp: QApplication) -> None:
    source, layout = _made(document, qapp, document="D-1", revision="B", prepared="Me")
    sheet = layout.sheets[1]
    page = build_page(source, layout, sheet)
    texts = [cell.text for cell in page.cells]
    for text in ("Line 7", "March", "D-1", "B", "Me", f"2 of {len(layout.sheets)}"):
        assert text in texts
    assert any(text.startswith("Data date 05-Jan-2026") for text in texts)
    nodes = source.plan.rows.nodes[sheet.first : sheet.last]
    bands = source.table.outline.bands
    names = {
        str(document.schedule.activities.name[n - bands]) for n in nodes.tolist() if n >= bands
    }
    assert names <= set(texts)
    for cell in page.cells:
        assert cell.x >= layout.margin - 1
        assert cell.y + cell.height <= layout.height - layout.margin + 1
    assert page.scenes[0][4].items("data-date-flag") or page.scenes[0][4].items("header-top")


def test_the_legend_names_the_marks_that_are_used_and_no_others(
    document: Document, qapp: QApplication
) -> None:
    source, layout = _made(document, qapp)
    page = build_page(source, layout, layout.sheets[0])
    gantt, legend = page.scenes[1][4], page.scenes[2][4]
    words = [item[2] for item in legend.items("label")]
    assert ("Critical" in words) == bool(gantt.items("critical"))
    assert "Remaining" in words
    assert "Actual work" not in words  # nothing has begun
    assert "Baseline" not in words


def test_labels_of_the_axis_are_never_cut(document: Document, qapp: QApplication) -> None:
    source, layout = _made(document, qapp, pages_wide=3)
    for sheet in layout.sheets[:3]:
        axis = build_page(source, layout, sheet).scenes[0][4]
        for x, _, text in axis.items("header-top"):
            assert x + source.plan.text_width(text) <= axis.width


def test_a_filter_crops_rows_and_time(document: Document, qapp: QApplication) -> None:
    whole, _ = _made(document, qapp)
    some, layout = _made(document, qapp, Layout(filter='[id] contains "A000001"'))
    assert 0 < len(some.plan.rows) < len(whole.plan.rows)
    chosen = np.char.find(document.schedule.activities.code.astype(str), "A000001") >= 0
    assert document.cpm is not None
    first = int(document.cpm.start[chosen].min())
    assert some.span[0] == first, to_datetime(first)
    assert layout.sheets[0].time.left <= first


@pytest.mark.parametrize("name", ["plan.txt", "missing/plan.pdf", "missing/plan.png"])
def test_what_cannot_be_written_is_told(
    document: Document, qapp: QApplication, tmp_path: Path, name: str
) -> None:
    source, layout = _made(document, qapp)
    with pytest.raises(PlanbenchError):
        write_print(source, layout, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_logo_that_is_no_picture(document: Document, qapp: QApplication, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"no picture")
    source, layout = _made(document, qapp, logo=str(logo))
    with pytest.raises(PlanbenchError, match="no picture"):
        write_print(source, layout, tmp_path / "plan.pdf")


def test_groups_say_whether_their_rows_follow(document: Document, qapp: QApplication) -> None:
    for level, signs in ((-1, {"open"}), (2, {"open", "closed"}), (0, {"closed"})):
        source, layout = _made(document, qapp, Layout(level=level), legend=False)
        pages = [build_page(source, layout, sheet) for sheet in layout.sheets]
        marks = [mark.kind for page in pages for mark in page.marks]
        assert set(marks) & {"open", "closed"} == signs
        bands = int((source.plan.rows.nodes < source.table.outline.bands).sum())
        assert marks.count("open") + marks.count("closed") == bands


def test_the_logo_stands_left_of_the_title(
    document: Document, qapp: QApplication, tmp_path: Path
) -> None:
    logo = QImage(60, 20, QImage.Format.Format_RGB32)
    logo.fill(0xFFFF0000)
    assert logo.save(str(tmp_path / "logo.png"))
    few = Layout(level=1)
    source, layout = _made(document, qapp, few, paper="A4", logo=str(tmp_path / "logo.png"))
    (path,) = write_print(source, layout, tmp_path / "plan.png")
    picture = QImage(str(path))
    scale = picture.width() / layout.width
    x, y = (layout.margin + 20) * scale, (layout.margin + 20) * scale
    assert picture.pixelColor(round(x), round(y)).name() == "#ff0000"
    page = build_page(source, layout, layout.sheets[0])
    (title,) = [cell for cell in page.cells if cell.text == "Line 7"]
    assert page.logo is not None
    assert title.x >= page.logo[0] + page.logo[2]


def test_the_pdf_has_a_bookmark_for_every_group(
    document: Document, qapp: QApplication, tmp_path: Path
) -> None:
    source, layout = _made(document, qapp, Layout(level=-1), pages_wide=2)
    (path,) = write_print(source, layout, tmp_path / "plan.pdf")
    content = path.read_bytes()
    titles = [bytes.fromhex(one.decode()) for one in re.findall(rb"/Title <([0-9a-f]+)>", content)]
    told = [one.decode("utf-16") for one in titles]
    wbs = document.schedule.wbs
    assert sorted(told) == sorted(map(str, wbs.name))
    # Each leads to the sheet that has its row, the left one of two, at the height of the row.
    pages = re.findall(rb"(\d+) 0 obj\s*<<\s*/Type /Page\s", content)
    aims = re.findall(rb"/Dest \[(\d+) 0 R /XYZ 0 ([\d.]+) null\]", content)
    for (page, up), name in zip(aims, told, strict=True):
        sheet = layout.sheets[pages.index(page)]
        assert sheet.columns
        assert (sheet.number - 1) % 2 == 0
        cells = build_page(source, layout, sheet).cells
        tops = {layout.height - one.y for one in cells if one.text == name}
        points = layout.scale * 72 / 25.4
        assert any(abs(float(up) - top * points) < 0.01 for top in tops)


def test_the_paper_counts_time_as_the_layout_does(document: Document, qapp: QApplication) -> None:
    plain, usual = _made(document, qapp)
    axis = Layout(tiers=3, fiscal_month=4, ordinal=True)
    source, layout = _made(document, qapp, axis)
    assert layout.axis == usual.axis * 1.5
    assert layout.top - layout.axis == usual.top - usual.axis
    assert layout.sheets[0].last < usual.sheets[0].last or len(layout.sheets) == 1

    def words(of: PrintSource, made: PrintLayout) -> set[str]:
        scene = build_page(of, made, made.sheets[0]).scenes[0][4]
        return {item[2] for part in scene.layers if part.kind == "texts" for item in part.items}

    told = words(source, layout)
    assert any(one.startswith("FY") for one in told), told
    assert "1" in {one.lstrip("QMWDY") for one in told}
    assert not any(one.startswith("FY") for one in words(plain, usual))
