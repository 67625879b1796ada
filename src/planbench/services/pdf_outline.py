"""Bookmarks of a PDF, added to its end; Qt writes none.

A PDF may be extended by an incremental update (ISO 32000-1, 7.5.6): new and changed objects, a
cross-reference section for them, and a trailer that points to the section before. What was written
stays as it was, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s*(\d+)\s*%%EOF\s*$", re.DOTALL)
_PAGE = re.compile(rb"(?<!\d)(\d+) 0 obj\s*<<\s*/Type /Page\s")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_SIZE = re.compile(rb"/Size (\d+)")


class Bookmark(NamedTuple):
    """An entry of the outline: `level` 0 is the top, `page` counts from 0, `up` in points.

    `up` is the height on the page, from its lower edge.
    """

    title: str
    level: int
    page: int
    up: float


def with_outline(pdf: bytes, marks: Sequence[Bookmark]) -> bytes:
    """The document with an outline in the order of the marks; the same without any.

    A level may be at most one deeper than the mark before; it is taken as that otherwise. Raises
    ValueError where the bytes are no PDF with a plain cross-reference table, as Qt writes them.
    """
    trailer, pages = _TRAILER.search(pdf), [int(one) for one in _PAGE.findall(pdf)]
    if trailer is None or not pages:
        raise ValueError("no PDF with a plain cross-reference table")
    if not marks:
        return pdf
    root, size = _ROOT.search(trailer[1]), _SIZE.search(trailer[1])
    if root is None or size is None:
        raise ValueError("the trailer names no root or size")
    first = int(size[1])
    objects = {first: b""} | _entries(marks, pages, first)
    heads = [k for k, level in enumerate(_levels(marks)) if level == 0]
    objects[first] = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (
        first + 1 + heads[0],
        first + 1 + heads[-1],
        len(heads),
    )
    catalog = int(root[1])
    objects[catalog] = _catalog(pdf, catalog, first)
    return pdf + _update(objects, len(pdf), first + 1 + len(marks), trailer)


def _levels(marks: Sequence[Bookmark]) -> list[int]:
    levels: list[int] = []
    for mark in marks:
        levels.append(min(mark.level, levels[-1] + 1 if levels else 0))
    return levels


def _entries(marks: Sequence[Bookmark], pages: Sequence[int], root: int) -> dict[int, bytes]:
    """The entries as objects root + 1, root + 2 ...; branches are closed but for the first."""
    levels = _levels(marks)
    parents, sides = [-1] * len(marks), [[-1, -1] for _ in marks]
    below: list[list[int]] = [[] for _ in marks]
    last: dict[int, int] = {}
    for k, level in enumerate(levels):
        parents[k] = last[level - 1] if level else -1
        before = last.get(level, -1)
        if before >= 0 and parents[before] == parents[k]:
            sides[k][0], sides[before][1] = before, k
        if parents[k] >= 0:
            below[parents[k]].append(k)
        last[level] = k
    found = {}
    for k, mark in enumerate(marks):
        number = root + 1 + parents[k] if parents[k] >= 0 else root
        words = "\ufeff" + " ".join(mark.title.split())
        parts = [
            b"/Title <%s>" % words.encode("utf-16-be", "replace").hex().encode(),
            b"/Parent %d 0 R" % number,
            b"/Dest [%d 0 R /XYZ 0 %.2f null]" % (pages[mark.page], mark.up),
        ]
        for name, other in zip((b"/Prev", b"/Next"), sides[k], strict=True):
            if other >= 0:
                parts.append(b"%s %d 0 R" % (name, root + 1 + other))
        if below[k]:
            ends = (root + 1 + below[k][0], root + 1 + below[k][-1], -len(below[k]))
            parts.append(b"/First %d 0 R /Last %d 0 R /Count %d" % ends)
        found[root + 1 + k] = b"<< %s >>" % b" ".join(parts)
    return found


def _catalog(pdf: bytes, number: int, outline: int) -> bytes:
    """The catalogue with the outline in it, shown when the document opens."""
    found = re.search(rb"(?<!\d)%d 0 obj\s*<<(.*?)>>\s*endobj" % number, pdf, re.DOTALL)
    if found is None:
        raise ValueError("the document has no catalogue")
    return b"<<%s/Outlines %d 0 R\n/PageMode /UseOutlines\n>>" % (found[1], outline)


def _update(objects: dict[int, bytes], start: int, size: int, trailer: re.Match[bytes]) -> bytes:
    """The bytes after the end of the document: objects, cross-references, trailer."""
    out, table = bytearray(), bytearray(b"xref\n")
    for number in sorted(objects):
        table += b"%d 1\n%010d 00000 n \n" % (number, start + len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    inside = _SIZE.sub(b"/Size %d" % size, trailer[1])
    at = start + len(out)
    tail = b"trailer\n<<%s/Prev %s\n>>\nstartxref\n%d\n%%%%EOF\n" % (inside, trailer[2], at)
    return bytes(out + table + tail)
