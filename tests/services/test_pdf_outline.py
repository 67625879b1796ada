"""Bookmarks added to the end of a PDF, read back by a small reader of the format."""

from __future__ import annotations

import re

import pytest

from planbench.services.pdf_outline import Bookmark, with_outline


def small_pdf(pages: int) -> bytes:
    """A document with empty pages as Qt lays it out: objects, table, trailer."""
    kids = " ".join(f"{3 + k} 0 R" for k in range(pages))
    objects = [
        "<<\n/Type /Catalog\n/Pages 2 0 R\n>>",
        f"<<\n/Type /Pages\n/Kids [{kids}]\n/Count {pages}\n>>",
        *["<<\n/Type /Page\n/Parent 2 0 R\n/MediaBox [0 0 842 595]\n>>"] * pages,
    ]
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    table += "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"trailer\n<<\n/Size {len(objects) + 1}\n/Root 1 0 R\n>>\nstartxref\n{len(out)}\n%%EOF\n"
    return (out + table + tail).encode()


def read(pdf: bytes) -> dict[int, bytes]:
    """All objects by number, through the chain of cross-reference sections, the newest first."""
    found: dict[int, bytes] = {}
    at = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    while True:
        section = pdf[at:]
        assert section.startswith(b"xref")
        table, _, rest = section.partition(b"trailer")
        lines = table.split(b"\n")[1:]
        while lines and re.fullmatch(rb"\d+ \d+", lines[0]):
            first, count = map(int, lines[0].split())
            for k, line in enumerate(lines[1 : count + 1]):
                assert len(line) == 19  # twenty with its end of line
                place = int(line[:10])
                if line.endswith(b"n ") and first + k not in found:
                    head = b"%d 0 obj" % (first + k)
                    assert pdf[place : place + len(head)] == head
                    found[first + k] = pdf[place : pdf.index(b"endobj", place)]
            lines = lines[count + 1 :]
        before = re.search(rb"/Prev (\d+)", rest[: rest.index(b">>")])
        if before is None:
            return found
        at = int(before[1])


def ref(body: bytes, name: str) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % name.encode(), body)
    return int(found[1]) if found else 0


def outline(objects: dict[int, bytes]) -> list[tuple[str, int, int, float]]:
    """(title, level, object of the page, height) in reading order; sides are checked on the way."""
    rows: list[tuple[str, int, int, float]] = []

    def walk(number: int, level: int, parent: int) -> int:
        count, before = 0, 0
        while number:
            body = objects[number]
            assert ref(body, "Parent") == parent
            assert ref(body, "Prev") == before
            title = re.search(rb"/Title <(\w+)>", body)
            aim = re.search(rb"/Dest \[(\d+) 0 R /XYZ 0 ([\d.]+) null\]", body)
            assert title
            assert aim
            words = bytes.fromhex(title[1].decode()).decode("utf-16")
            rows.append((words, level, int(aim[1]), float(aim[2])))
            if ref(body, "First"):
                below = walk(ref(body, "First"), level + 1, number)
                assert b"/Count -%d " % below in body + b" "
            count, before, number = count + 1, number, ref(body, "Next")
        assert objects[parent] is not None
        assert ref(objects[parent], "Last") == before
        return count

    root = ref(objects[1], "Outlines")
    assert walk(ref(objects[root], "First"), 0, root) == int(
        re.findall(rb"/Count (\d+)", objects[root])[0]
    )
    return rows


def test_marks_come_back_as_a_tree() -> None:
    pdf = small_pdf(2)
    marks = [
        Bookmark("Platform", 0, 0, 500.0),
        Bookmark("Jacket (lot 1)", 1, 0, 420.5),
        Bookmark("Piles", 2, 0, 300.0),
        Bookmark("Topside", 1, 1, 500.0),
        Bookmark("\u041a\u0430\u0431\u0435\u043b\u044c \U0001f50c", 0, 1, 200.0),
    ]
    made = with_outline(pdf, marks)
    assert made.startswith(pdf)  # an update: nothing before it changes
    objects = read(made)
    assert b"/PageMode /UseOutlines" in objects[1]
    assert ref(objects[1], "Pages") == 2
    assert outline(objects) == [(mark.title, mark.level, 3 + mark.page, mark.up) for mark in marks]


def test_a_level_left_out_is_closed_up() -> None:
    marks = [Bookmark("a", 1, 0, 9.0), Bookmark("b", 3, 0, 8.0), Bookmark("c", 1, 0, 7.0)]
    levels = [row[1] for row in outline(read(with_outline(small_pdf(1), marks)))]
    assert levels == [0, 1, 1]


def test_without_marks_nothing_changes() -> None:
    assert with_outline(small_pdf(1), []) == small_pdf(1)


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="plain cross-reference"):
        with_outline(b"%PDF-1.4 and no more", [Bookmark("a", 0, 0, 1.0)])
