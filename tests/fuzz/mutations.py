"""Damaging files: blindly, byte by byte, and with the grammar of the formats in mind."""

from __future__ import annotations

import random
import re
import zipfile
import zlib
from io import BytesIO

NASTY = [
    b"", b" ", b"0", b"-1", b"1", b"-0.5", b"1e308", b"1e400", b"-1e19", b"NaN", b"inf", b"-inf",
    b"9" * 20, b"9" * 400, b"2147483648", b"-2147483649", b"9223372036854775807",
    b"-9223372036854775808", b"1_000", b"+5", b"5.", b".5", b"1,5", b"1.000,5", b"0x10", b"1E10",
    "１２".encode(), "²".encode(), "٣".encode(), "é".encode("cp1252"), "\u2028".encode(),
    b"0001-01-01 00:00", b"0000-00-00T00:00:00", b"9999-12-31 23:59", b"9999-12-31T24:00:00",
    b"2026-02-30 08:00", b"2026-13-45 25:61", b"1899-12-30", b"2026-01-05", b"2199-12-31 23:59",
    b"P9999999999D", b"PT1E9H", b"-PT8H0M0S", b"PT99999999999999999H0M0S", b"PT", b"PT8H0M-60S",
    b"24:00:00", b"99:99", b"00:00:00", b"-08:00",
    b"Y", b"N", b"true", b"TK_Complete", b"TT_LOE", b"TT_WBS", b"TT_Rsrc", b"CS_MANDFIN",
    b"CS_ALAP", b"PR_SF", b"CT_DrivPath", b"FT_Min", b"Level of Effort",
    b"Finish to Finish", b"Completed",
    b"\x00", b"\x7f\x7f", b"\x1a", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b"%T\tTASK",
    b"\n%E\n", b"\r", b"\n", b"\t", b"../../../etc/passwd", b"C:\\Windows\\x", b"=1+1",
    b"<b>", b"&amp;",
    b"&#0;", b"&x;", b"]]>", b"<![CDATA[x]]>", b"(0||1()())", b"(" * 300, b")" * 300, b"||",
    b"(0||0(d|99999999)())", b"(0||0(d|-1)())", b"A" * 3000,
]  # fmt: skip
"""Texts that readers have stumbled over: edges of numbers and dates, markup, other alphabets."""

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_LEAF = re.compile(rb"(<[\w.:-]+>)([^<>]*)(?=</)")
_ELEMENT = re.compile(rb"<([\w.:-]+)(?:\s[^>]*)?>.*?</\1>", re.DOTALL)
_JSON = re.compile(rb'(?<=[:\[])\s*("[^"\n]*"|[-\w.]+|\[\]|\{\})(?=\s*[,}\]])')
_TAG = re.compile(rb"</?([\w.:-]+)")


def mutated(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """The file with one to six things done to it."""
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 4, 6))):
        data = _once(data, others, dice)
    return data


def _once(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    if not data:
        return dice.choice(NASTY)
    if data.startswith(b"PK") and dice.random() < 0.85:
        return _in_workbook(data, others, dice)
    way = dice.random()
    if way < 0.55:
        way_in = {b"<": _in_xml, b"{": _in_json}.get(data.lstrip()[:1], _in_table)
        return way_in(data, dice)
    if way < 0.65:
        return _number(data, dice)
    return _blind(data, others, dice)


def _in_workbook(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """A part of a workbook, mostly a sheet; the archive stays sound where it was."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError):
        return _blind(data, others, dice)
    sheets = [name for name in parts if "sheet" in name]
    name = dice.choice(sheets if sheets and dice.random() < 0.7 else list(parts))
    parts[name] = _once(parts[name], others, dice)
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _in_table(data: bytes, dice: random.Random) -> bytes:
    """A cell, a row or a line of a file separated by tabs or commas."""
    mark = b"\t" if b"\t" in data[:2000] else b","
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    way = dice.random()
    if way < 0.70:
        cells = lines[at].split(mark)
        cells[dice.randrange(len(cells))] = _value(data, dice, mark)
        lines[at] = mark.join(cells)
    elif way < 0.78:
        lines[at] = lines[at] + mark + _value(data, dice, mark)
    elif way < 0.86:
        del lines[at]
    elif way < 0.94:
        lines.insert(dice.randrange(len(lines)), lines[at])
    else:
        lines[at] = lines[at].rpartition(mark)[0]
    return b"\n".join(lines)


def _value(data: bytes, dice: random.Random, separator: bytes) -> bytes:
    """Something nasty, or what stands elsewhere in the same file (ids that meet, loops)."""
    if dice.random() < 0.5:
        return dice.choice(NASTY)
    return dice.choice(data[:200_000].replace(b"\n", separator).split(separator))[:2000]


def _in_xml(data: bytes, dice: random.Random) -> bytes:
    """A field, a name or an element of an XML file."""
    way = dice.random()
    if way < 0.70:
        fields = list(_LEAF.finditer(data))
        if not fields:
            return data + dice.choice(NASTY)
        field = dice.choice(fields)
        text = dice.choice(NASTY) if dice.random() < 0.5 else dice.choice(fields)[2]
        return data[: field.start(2)] + text + data[field.end(2) :]
    if way < 0.80:
        names = list(_TAG.finditer(data))
        if not names:
            return data
        one, other = dice.choice(names), dice.choice(names)
        return data.replace(one[1], other[1], dice.choice((1, 2, -1)))
    start = dice.randrange(len(data))
    element = _ELEMENT.search(data, start)
    if element is None:
        return data
    if way < 0.88:
        return data[: element.start()] + data[element.end() :]
    if way < 0.96:
        return data[: element.end()] + element[0] + data[element.end() :]
    other = _ELEMENT.search(data, dice.randrange(len(data)))
    return data if other is None else data[: element.start()] + other[0] + data[element.end() :]


def _in_json(data: bytes, dice: random.Random) -> bytes:
    """A value of a JSON file, replaced by something nasty, another kind or one of its own."""
    fields = list(_JSON.finditer(data))
    if not fields:
        return data
    field = dice.choice(fields)
    nasty = b'"' + dice.choice(NASTY).replace(b'"', b"") + b'"'
    other = dice.choice([b"null", b"true", b"[]", b"{}", b"[[1]]", b"1e400", b"-1", b"NaN"])
    text = dice.choice([nasty, other, dice.choice(fields)[1]])
    return data[: field.start(1)] + text + data[field.end(1) :]


def _number(data: bytes, dice: random.Random) -> bytes:
    numbers = list(_NUMBER.finditer(data))
    if not numbers:
        return data
    one = dice.choice(numbers)
    return data[: one.start()] + dice.choice(NASTY) + data[one.end() :]


def _blind(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    at = dice.randrange(len(data))
    till = min(len(data), at + dice.choice((1, 1, 2, 4, 16, 64, 512)))
    way = dice.randrange(8)
    if way == 0:
        return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]
    if way == 1:
        return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
    if way == 2:
        return data[:at] + data[till:]
    if way == 3:
        return data[:till] + data[at:till] * dice.choice((1, 2, 20)) + data[till:]
    if way == 4:
        return data[:at] + dice.choice(NASTY) + data[at:]
    if way == 5:
        return data[:at]
    if way == 6:
        other = dice.choice(others)
        return data[:at] + other[dice.randrange(len(other) + 1) :]
    to = dice.randrange(len(data))
    return data[:to] + data[at:till] + data[to:]
