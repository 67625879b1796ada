"""Comment sheets as Word documents: one numbered row a finding, with room for the answer."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from planbench.domain.errors import ImportRefused
from planbench.engines.findings.record import clean
from planbench.exchange.comments.sheet import Response, Sheet, SheetRow, response_of, uid_in

_HEADS = ("No.", "Finding", "Comment", "Response", "Disposition", "Responded by")
_WIDTHS_CM = (1.0, 6.0, 8.2, 6.6, 2.4, 2.4)
_MOST_BYTES = 64 * 1024 * 1024
_HINT = (
    "Fill in Response, Disposition (corrected, justified, not applicable, deferred or rejected) "
    "and Responded by, and send the document back. The ids lead each answer to its finding."
)


def write_comment_docx(sheet: Sheet) -> bytes:
    """The sheet as a document in landscape: a table with a row a finding, then the threads."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.5)
    document.styles["Normal"].font.size = Pt(9)
    document.core_properties.title = clean(sheet.title)[:255]
    document.core_properties.author = "planbench"
    document.add_heading(clean(sheet.title), level=1)
    document.add_paragraph(clean("\n".join(f"{label}: {words}" for label, words in sheet.facts)))
    document.add_paragraph(_HINT)
    table = document.add_table(rows=1, cols=len(_HEADS))
    table.style = "Table Grid"
    table.autofit = False
    for cell, head in zip(table.rows[0].cells, _HEADS, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(head).bold = True
    _repeat(table.rows[0])
    for row in sheet.rows:
        _add_row(table, row)
    for column, width in zip(table.columns, _WIDTHS_CM, strict=True):
        column.width = Cm(width)  # office programs differ in whether column or cells count
    for line in table.rows:
        for cell, width in zip(line.cells, _WIDTHS_CM, strict=True):
            cell.width = Cm(width)
    if sheet.talk:
        document.add_heading("Discussion", level=2)
        for one in sheet.talk:
            paragraph = document.add_paragraph()
            paragraph.add_run(
                clean(f"{one.uid}, {one.author}, {one.at}, {one.kind}:") + " "
            ).bold = True
            paragraph.add_run(clean(one.text))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_row(table: Any, row: SheetRow) -> None:
    cells = table.add_row().cells
    about = [row.uid, row.reference, row.subject, f"{row.severity}, {row.standing}, {row.state}"]
    about += [f"Owner: {row.owner}"] if row.owner else []
    about += [f"Due: {row.due}"] if row.due else []
    comment = [row.title, row.measured, row.comment]
    comment += [f"Asked for: {row.action}"] if row.action else []
    texts = (
        str(row.number),
        "\n".join(part for part in about if part),
        "\n".join(part for part in comment if part),
        row.response,
        row.disposition,
        row.responded_by,
    )
    for cell, text in zip(cells, texts, strict=True):
        cell.text = clean(text)


def _repeat(row: Any) -> None:
    """The head stands on every page."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))


def read_comment_docx(content: bytes, name: str) -> tuple[Response, ...]:
    """The responses in a document that went out as a comment sheet.

    Raises ImportRefused when it is no Word document or has no table of findings.
    """
    from docx import Document

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(item.file_size for item in packed.infolist())
        found = []
        if size <= _MOST_BYTES:
            tables = Document(io.BytesIO(content)).tables
            found = [_responses(table, name) for table in tables]
    except Exception as error:  # python-docx raises whatever a damaged part provokes
        raise ImportRefused("this is no Word document that can be read", name) from error
    if size > _MOST_BYTES:
        raise ImportRefused("the document unpacks to too much", name, "Split it.")
    sheets = [one for one in found if one is not None]
    if not sheets:
        raise ImportRefused(
            "there is no table with the columns Finding and Response",
            name,
            "Send the comment sheet that was exported, with the responses filled in.",
        )
    return tuple(response for one in sheets for response in one)


def _responses(table: Any, name: str) -> list[Response] | None:
    """What a table says, None for a table of something else."""
    lines = [_texts(row) for row in table.rows]
    if not lines or not {"Finding", "Response"} <= set(lines[0]):
        return None
    places = {head: lines[0].index(head) for head in _HEADS if head in lines[0]}
    found = []
    for number, line in enumerate(lines[1:], start=1):

        def cell(head: str, line: list[str] = line) -> str:
            place = places.get(head, len(line))
            return line[place] if place < len(line) else ""

        text, disposition, by = (cell(head) for head in _HEADS[-3:])
        where = f"{name}, row {number}"
        response = response_of(uid_in(cell("Finding")), text, disposition, by, where)
        if response is not None:
            found.append(response)
    return found


def _texts(row: Any) -> list[str]:
    return [str(cell.text) for cell in row.cells]
