"""XML files as records, read in one pass and safely.

Only elements and their text count: no document type, no entities, no external references are
followed, and depth and sizes are bounded. An element without children is a field of its parent, any
other one a record of its own, so that a schedule of a hundred thousand activities never becomes a
tree of ten million nodes. Names lose their namespace.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from planbench.domain.errors import ImportRefused
from planbench.exchange.imported import Progress
from planbench.exchange.repairs import Repairs

MAX_BYTES = 1 << 30
"""A larger file is refused."""

MAX_DEPTH = 64
"""Elements within elements; schedule formats need ten."""

MAX_TEXT = 1 << 24
"""Characters of one field."""

_NIL = ["xsi:nil", "true"]
"""The attributes of an empty field, by far the most frequent ones."""

_CHUNK = 1 << 20
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BEFORE_ROOT = re.compile(
    rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)", re.DOTALL
)
_ROOT = re.compile(rb"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_HEAD = 4096
"""Bytes in which a file in two bytes a letter shows itself by its zeros."""

_WIDE_HEAD = 1 << 20
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)


@dataclass(slots=True)
class Record:
    """An element with children: its fields by name (the last one where a name repeats)."""

    tag: str
    fields: dict[str, str] = field(default_factory=dict)
    children: list[Record] = field(default_factory=list)

    def get(self, *names: str) -> str:
        """The first of these fields that is not empty, "" without any."""
        fields = self.fields
        for name in names:
            text = fields.get(name)
            if text:
                return text
        return ""

    def all(self, tag: str) -> Iterator[Record]:
        """The children of this name."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Record | None:
        """The first child of this name."""
        return next(self.all(tag), None)


Keep = Callable[[Record, Record], bool]
"""Whether a finished record stays in its parent (record, parent)."""


def root_tag(data: bytes) -> str:
    """Name of the outermost element without its namespace, "" where the bytes are no XML.

    Comments and instructions before it may be of any length.
    """
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = data.removeprefix(mark) if data.startswith(mark) else data
    if b"\x00" in data[:_HEAD]:
        data = data[:_WIDE_HEAD].replace(b"\x00", b"")
    at = 0
    while (skipped := _BEFORE_ROOT.match(data, at)) is not None:
        at = skipped.end()
    found = _ROOT.match(data, at)
    return found[1].decode() if found else ""


def read_records(
    data: bytes,
    repairs: Repairs,
    wanted: frozenset[str] | None = None,
    keep: Keep | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> tuple[Record, str]:
    """(the outermost element, the encoding of the file).

    Fields not in `wanted` are left out. Attributes without a prefix become fields. Characters that
    XML forbids are taken out and listed. Raises ImportRefused for anything that is not well-formed
    XML, declares a document type, or goes beyond the bounds.
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused(
            f"the file has {len(data) >> 20} MiB, more than {MAX_BYTES >> 20}",
            mend="Export fewer projects at a time.",
        )
    text, name = _as_utf8(data, encoding, repairs)
    return _parse(text, repairs, wanted, keep, progress), name


def _as_utf8(data: bytes, encoding: str | None, repairs: Repairs) -> tuple[bytes, str]:
    """The file in UTF-8 and the encoding it had."""
    name = encoding or _encoding_of(data)
    try:
        "a".encode(name)  # refuses what is a codec but no encoding of text
        name = codecs.lookup(name).name
    except LookupError:
        raise ImportRefused(
            f"{name!r} is no known encoding of text", mend="Choose the encoding by hand."
        ) from None
    if name == "utf-8":
        data = data.removeprefix(codecs.BOM_UTF8)
        if _is_utf8(data):
            return data, name
    try:
        text = data.decode(name)
    except UnicodeError:
        fallback = "cp1252" if name == "utf-8" else name
        repairs.add(
            "undecodable-bytes",
            "warning",
            "file",
            f"some bytes are no {name}",
            f"read as {fallback}, what it does not have as the replacement character",
        )
        name, text = fallback, data.decode(fallback, errors="replace")
    return text.encode("utf-8", errors="replace"), name


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8, without making one text of them all."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), _CHUNK):
            decoder.decode(data[at : at + _CHUNK], at + _CHUNK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _encoding_of(data: bytes) -> str:
    """By the byte order mark, the XML declaration, else UTF-8 as the standard has it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:400]
    if head[:2] == b"<\x00":
        return "utf-16-le"
    if head[:2] == b"\x00<":
        return "utf-16-be"
    found = _DECLARED.search(head)
    if found is None or data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    name = found[1].decode().lower()
    return "utf-8" if name.replace("_", "-").startswith("utf-16") else name


def _parse(
    text: bytes,
    repairs: Repairs,
    wanted: frozenset[str] | None,
    keep: Keep | None,
    progress: Progress | None,
) -> Record:
    builder = _Builder(wanted, keep)
    try:
        return builder.parse(text, progress)
    except expat.ExpatError as error:
        mended, n = _FORBIDDEN.subn(b"", text)
        if not n:
            raise _broken(error) from error
    repairs.add(
        "forbidden-characters",
        "warning",
        "file",
        f"{n} control characters that XML does not allow",
        "left out",
    )
    try:
        return _Builder(wanted, keep).parse(mended, progress)
    except expat.ExpatError as error:
        raise _broken(error) from error


def _broken(error: expat.ExpatError) -> ImportRefused:
    reason = expat.ErrorString(error.code) if error.code else str(error)
    return ImportRefused(
        f"the XML is broken at line {error.lineno}, column {error.offset + 1}: {reason}",
        mend="Export the file again, or mend that place.",
    )


class _Builder:
    """Records from the events of the parser."""

    def __init__(self, wanted: frozenset[str] | None, keep: Keep | None) -> None:
        self.wanted = wanted
        self.keep = keep
        self.root = Record("")
        self.open = [self.root]  # records, and None for an element not known to be one yet
        self.tags: list[str] = []
        self.text: list[str] = []
        self.length = 0
        self.fresh = False  # the innermost element has had no child yet
        self.local: dict[str, str] = {}
        self.values: dict[str, str] = {}

    def parse(self, data: bytes, progress: Progress | None) -> Record:
        """Feed all bytes; the outermost element."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        for at in range(0, max(len(data), 1), _CHUNK):
            if progress is not None:
                progress(5 * at // max(len(data), 1), 10, "Reading the file")
            parser.Parse(data[at : at + _CHUNK], at + _CHUNK >= len(data))
        if not self.root.children:  # an outermost element without any child
            return Record(next(iter(self.root.fields), ""))
        return self.root.children[0]

    def _doctype(self, *_: object) -> None:
        raise ImportRefused(
            "it declares a document type, which schedule files never need and attacks use",
            mend="Take the DOCTYPE out, or export the file again.",
        )

    def _start(self, name: str, attributes: list[str]) -> None:
        tag = self.local.get(name)
        if tag is None:
            tag = self.local[name] = name.rpartition(":")[2]
        if self.fresh:  # so its parent is a record
            record = Record(self.tags[-1])
            self.open.append(record)
        if len(self.tags) >= MAX_DEPTH:
            raise ImportRefused(
                f"its elements are nested more than {MAX_DEPTH} deep",
                mend="This is no file of a scheduling program.",
            )
        self.tags.append(tag)
        self.text.clear()
        self.length = 0
        self.fresh = True
        if attributes and attributes != _NIL:
            plain = {
                key: value
                for key, value in zip(attributes[::2], attributes[1::2], strict=True)
                if ":" not in key and key != "xmlns"
            }
            if len(self.tags) == 1:
                plain |= _version(attributes)
            if plain:
                self.open.append(Record(tag, plain))
                self.fresh = False

    def _characters(self, text: str) -> None:
        if self.fresh:
            self.length += len(text)
            if self.length > MAX_TEXT:
                raise ImportRefused(
                    f"the field {self.tags[-1]} is longer than {MAX_TEXT} characters",
                    mend="This is no file of a scheduling program.",
                )
            self.text.append(text)

    def _end(self, _: str) -> None:
        tag = self.tags.pop()
        if self.fresh:
            self.fresh = False
            if self.wanted is None or tag in self.wanted or not self.tags:
                value = self.text[0] if len(self.text) == 1 else "".join(self.text)
                value = "" if value.isspace() else value.strip("\r\n\t")
                self.open[-1].fields[tag] = self.values.setdefault(value, value)
            if len(self.values) > 1 << 16:
                self.values.clear()
            return
        record = self.open.pop()
        parent = self.open[-1]
        if self.keep is None or self.keep(record, parent):
            parent.children.append(record)


def _version(attributes: list[str]) -> dict[str, str]:
    """The addresses of the outermost element's schema, which tell the exporter's version."""
    pairs = zip(attributes[::2], attributes[1::2], strict=True)
    return {
        "schema": " ".join(
            value
            for key, value in pairs
            if key == "xmlns" or key.startswith("xmlns:") or key.endswith(":schemaLocation")
        )
    }
