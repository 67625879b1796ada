"""The letter that goes out with a review: a recommendation, what it rests on, and the figures."""

from __future__ import annotations

import io
from dataclasses import dataclass

from planbench.engines.findings.record import clean

RECOMMENDATIONS = ("accept", "accept with comments", "revise and resubmit")
_SENTENCES = {
    "accept": "We recommend accepting the schedule.",
    "accept with comments": "We recommend accepting the schedule with the comments listed.",
    "revise and resubmit": "We recommend that the schedule is revised and submitted again.",
}


@dataclass(frozen=True)
class Letter:
    """What a summary letter says; tables are rows of texts in the order of their heads."""

    title: str
    facts: tuple[tuple[str, str], ...]
    recommendation: str
    remarks: str
    counts: tuple[tuple[str, str], ...]
    findings: tuple[tuple[str, ...], ...]  # id, subject, what was found, severity, state
    left_out: int  # findings that the letter does not name
    figures: tuple[tuple[str, ...], ...]  # rule, metric, value, limit, state
    author: str


def write_letter_docx(letter: Letter) -> bytes:
    """The letter as a Word document, to be edited and signed."""
    from docx import Document
    from docx.shared import Cm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    document.styles["Normal"].font.size = Pt(10)
    document.core_properties.title = clean(letter.title)[:255]
    document.core_properties.author = "planbench"
    document.add_heading(clean(letter.title), level=1)
    document.add_paragraph(clean("\n".join(f"{name}: {words}" for name, words in letter.facts)))
    said = document.add_paragraph()
    said.add_run(_SENTENCES[letter.recommendation]).bold = True
    if letter.remarks:
        document.add_paragraph(clean(letter.remarks))

    def table(title: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
        if not rows:
            return
        document.add_heading(title, level=2)
        made = document.add_table(rows=1, cols=len(heads))
        made.style = "Table Grid"
        for cell, head in zip(made.rows[0].cells, heads, strict=True):
            cell.text = ""
            cell.paragraphs[0].add_run(head).bold = True
        for row in rows:
            for cell, words in zip(made.add_row().cells, row, strict=True):
                cell.text = clean(words)

    table("Findings", ("Where they stand", "Number"), letter.counts)
    heads = ("Finding", "Subject", "What was found", "Severity", "State")
    table("What matters most", heads, letter.findings)
    if letter.left_out:
        document.add_paragraph(f"{letter.left_out:,} further findings stand on the comment sheet.")
    table("Figures", ("Rule", "Metric", "Value", "Limit", "Result"), letter.figures)
    document.add_paragraph()
    document.add_paragraph(clean(letter.author))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
