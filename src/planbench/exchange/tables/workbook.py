"""Workbooks of plain grids, written part by part as ECMA-376 (Office Open XML) lays them out.

Only what tables of values need: shared strings, five looks of cells, a fixed first row. It takes a
fraction of the time of a library that makes an object of every cell. Equal grids give equal bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from html import escape as escaped

LOOKS = {"plain": 0, "title": 1, "date": 2, "quoted": 3, "locked": 4}
"""Looks of cells: `quoted` stays a text when it is edited, `locked` titles a column to look at."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OLDEST = (1980, 1, 1, 0, 0, 0)
_DAY_ZERO = dt.datetime(1899, 12, 30)
_LEAP = dt.datetime(1900, 3, 1)  # spreadsheets count a 29 February 1900 before it
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")

_STYLES = f"""{_HEAD}<styleSheet xmlns="{_MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>
<fonts count="3"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>
<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font>
<font><i/><sz val="11"/><color rgb="FF6B7280"/><name val="Calibri"/><family val="2"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0"
 applyNumberFormat="1" quotePrefix="1"/>
<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""

Plain = str | float | int | bool | dt.datetime | None


def coded(text: str) -> str:
    """A text with what XML cannot hold as `_xHHHH_`, as spreadsheets write it."""
    return _FORBIDDEN.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def decoded(text: str) -> str:
    """A text as it was before `coded`."""
    return _CODED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def read_strings(data: bytes) -> list[str] | None:
    """The shared strings of a workbook as they stand in it, still coded; None without any.

    Raises ParseError or BadZipFile for a damaged one.
    """
    from xml.etree.ElementTree import iterparse

    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = {name.casefold(): name for name in book.namelist()}
        if "xl/sharedstrings.xml" not in names:
            return None
        with book.open(names["xl/sharedstrings.xml"]) as part:
            for _, item in iterparse(part):
                if item.tag.endswith("}si"):
                    runs = [
                        one if one.tag.endswith("}t") else one.find("{*}t")
                        for one in item
                        if one.tag.endswith(("}t", "}r"))  # not how a text is pronounced
                    ]
                    found.append("".join(one.text or "" for one in runs if one is not None))
                    item.clear()
    return found


def serial(moment: dt.datetime) -> str:
    """A moment as the day number that spreadsheets keep."""
    days = (moment - _DAY_ZERO) / dt.timedelta(days=1)
    return repr(days - 1.0 if days > 0.0 and moment < _LEAP else days)


class Strings:
    """The shared strings of a workbook: each text once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def part(self) -> str:
        """The part `sharedStrings.xml`."""
        items = "".join(
            f'<si><t xml:space="preserve">{escaped(coded(text), quote=False)}</t></si>'
            for text in self.places
        )
        return f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(self.places)}">{items}</sst>'


def column_name(number: int) -> str:
    """Letters of a column, 0 is A."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheet_part(
    rows: Iterable[Sequence[Plain]],
    looks: Sequence[str],
    risky: Callable[[str], object],
    strings: Strings,
) -> str:
    """The part of one sheet; `looks` are those of the titles, `risky` tells texts to be quoted."""
    letters = [column_name(number) for number in range(len(looks))]
    places, moments, lines = strings.places, dict[dt.datetime, str](), []
    quoted: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        cells = []
        for column, value in enumerate(row):
            if value is None or value != value:
                continue
            at = f'<c r="{letters[column]}{number}"'
            if isinstance(value, str):
                look = f' s="{LOOKS[looks[column]]}"' if number == 1 else quoted.get(value)
                if look is None:
                    look = quoted[value] = f' s="{LOOKS["quoted"]}"' if risky(value) else ""
                place = places.setdefault(value, len(places))
                cells.append(f'{at}{look} t="s"><v>{place}</v></c>')
            elif isinstance(value, bool):
                cells.append(f'{at} t="b"><v>{int(value)}</v></c>')
            elif isinstance(value, dt.datetime):
                day = moments.get(value)
                if day is None:
                    day = moments[value] = serial(value)
                cells.append(f'{at} s="{LOOKS["date"]}"><v>{day}</v></c>')
            else:
                cells.append(f"{at}><v>{value!r}</v></c>")
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    data = f"<sheetData>{''.join(lines)}</sheetData>"
    return f'{_HEAD}<worksheet xmlns="{_MAIN}">{view}{data}</worksheet>'


def packed(names: Sequence[str], sheets: Sequence[str], strings: Strings) -> bytes:
    """The workbook of these sheets."""
    count = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _types(count),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(names),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(("worksheet", f"worksheets/sheet{k}.xml") for k in count),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ]
        ),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": strings.part(),
        **{f"xl/worksheets/sheet{k}.xml": sheets[k - 1] for k in count},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as book:
        for name, text in parts.items():
            item = zipfile.ZipInfo(name, _OLDEST)
            item.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(item, text.encode())
    return out.getvalue()


def _types(count: Iterable[int]) -> str:
    kinds = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    kinds.append(("/xl/sharedStrings.xml", "sharedStrings"))
    kinds += [(f"/xl/worksheets/sheet{k}.xml", "worksheet") for k in count]
    lines = "".join(
        f'<Override PartName="{part}" ContentType="{_SHEETML}.{kind}+xml"/>' for part, kind in kinds
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    usual = f'<Default Extension="rels" ContentType="{relations}"/>'
    usual += '<Default Extension="xml" ContentType="application/xml"/>'
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{usual}{lines}</Types>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{k}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for k, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _book(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escaped(name[:31])}" sheetId="{k}" r:id="rId{k}"/>'
        for k, name in enumerate(names, 1)
    )
    head = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    views = "<bookViews><workbookView/></bookViews>"
    return f"{_HEAD}{head}{views}<sheets>{sheets}</sheets></workbook>"
