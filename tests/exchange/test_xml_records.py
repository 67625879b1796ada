"""Records out of XML, and what is refused before it can do harm."""

from __future__ import annotations

import pytest

from planbench.domain.errors import ImportRefused
from planbench.exchange import xml_records
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import read_records, root_tag
from planbench.exchange.xml_text import escaped, leaf


def read(text: str | bytes, **how: object) -> xml_records.Record:
    data = text.encode() if isinstance(text, str) else text
    return read_records(data, Repairs(), **how)[0]  # type: ignore[arg-type]


def test_elements_with_children_are_records_and_others_fields() -> None:
    root = read(
        '<a:Top xmlns:a="urn:x"><a:Id>7</a:Id><Empty/><Child n="1"/>'
        "<Child><Deep><X>1</X></Deep><X>2</X><X>3</X></Child></a:Top>"
    )
    assert (root.tag, root.get("Id"), root.get("Empty"), root.get("schema")) == (
        "Top",
        "7",
        "",
        "urn:x",
    )
    first, second = root.all("Child")
    assert first.fields == {"n": "1"}
    assert second.get("Y", "X") == "3"
    assert second.first("Deep").fields == {"X": "1"}  # type: ignore[union-attr]
    assert root.first("Nothing") is None


def test_text_is_kept_but_for_the_blanks_of_layout() -> None:
    root = read("<T><A>\n\t </A><B> two  words </B><C>\n\tx\n</C><D>a &amp; b&#10;c</D></T>")
    assert root.fields == {"A": "", "B": " two  words ", "C": "x", "D": "a & b\nc"}


def test_only_wanted_fields_and_kept_records_stay() -> None:
    root = read(
        "<T><A>1</A><B>2</B><R><A>3</A></R><S><A>4</A></S></T>",
        wanted=frozenset({"A"}),
        keep=lambda record, parent: not (parent.tag == "T" and record.tag == "S"),
    )
    assert root.fields == {"A": "1"}
    assert [child.tag for child in root.children] == ["R"]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><z><b>&i;</b></z>"
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "document type"),
        ('<!DOCTYPE z SYSTEM "file:///etc/passwd"><z><b>1</b></z>', "document type"),
        ("<a>" * 100 + "</a>" * 100, "deep"),
        ("<a><b>&unknown;</b></a>", "line 1"),
        ("<a>\n<b>1</c></a>", "line 2"),
        ("<a><b>1</b>", "line 1"),
        ("", "line 1"),
    ],
)
def test_unsafe_and_broken_xml_is_refused_in_one_line(text: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason) as refused:
        read(text)
    assert "\n" not in refused.value.line


def test_a_huge_field_and_a_huge_file_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "MAX_TEXT", 1000)
    with pytest.raises(ImportRefused, match="field b is longer"):
        read(f"<a><b>{'x' * 1001}</b></a>")
    assert len(read(f"<a><b>{'x' * 1000}</b></a>").get("b")) == 1000
    monkeypatch.setattr(xml_records, "MAX_BYTES", 100)
    with pytest.raises(ImportRefused, match="MiB"):
        read(f"<a><b>{'x' * 100}</b></a>")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", ""), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16"),
     ("cp1251", "windows-1251"), ("gbk", "GBK"), ("iso-8859-5", "iso-8859-5")],
)  # fmt: skip
def test_encodings_by_mark_and_declaration(encoding: str, declared: str) -> None:
    word = "管线" if encoding == "gbk" else "Свая"
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert read(f"{head}<a><b>{word}</b></a>".encode(encoding)).get("b") == word


def test_bytes_that_are_no_utf8_and_forbidden_characters_are_mended() -> None:
    repairs = Repairs()
    data = '<?xml version="1.0" encoding="UTF-8"?><a><b>K\u00f6ln\x02&#x1F;!</b></a>'.encode(
        "cp1252"
    )
    root, encoding = read_records(data, repairs)
    assert (root.get("b"), encoding) == ("Köln!", "cp1252")
    assert [r.code for r in repairs.result()] == ["undecodable-bytes", "forbidden-characters"]


def test_unknown_encodings_are_refused() -> None:
    for name in ("klingon", "base64"):
        with pytest.raises(ImportRefused, match=name):
            read_records(b"<a/>", Repairs(), encoding=name)


@pytest.mark.parametrize(
    ("data", "tag"),
    [(b"<Project/>", "Project"), (b"\xef\xbb\xbf<?xml version='1.0'?><!-- x -->\n<n:A>", "A"),
     ("<A><B/></A>".encode("utf-16"), "A"), (BOMB.encode(), "z"), (b"ERMHDR\t1", ""), (b"", "")],
)  # fmt: skip
def test_the_outermost_element_tells_the_format(data: bytes, tag: str) -> None:
    assert root_tag(data) == tag


def test_what_is_written_reads_back() -> None:
    text = " a<b>&\"c'\r\n]]>\té\U0001f600 "
    assert read(f"<r>{leaf('t', text)}<u>1</u></r>").get("t") == text
    assert escaped("a\x00\x0b\ufffeb") == "ab"
