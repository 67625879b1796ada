"""Minutes of a workshop as HTML or DOCX: who was heard, what was agreed, what stays open."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planbench.services.register import write_file
from planbench.services.workshop import Card, Session, outlier

Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs, and a table whose first row are its titles."""

    title: str
    words: tuple[str, ...] = ()
    table: tuple[Row, ...] = ()


def minutes(session: Session, outcome: Sequence[str], names: bool = True) -> tuple[Section, ...]:
    """The minutes; `outcome` are lines on the finish. Without `names` people are numbered."""
    people = _people(session, names)
    done = [card for card in session.cards if card.agreed is not None]
    titles = ("Activity", "Best", "Likely", "Worst", "Voices", "Outlier")
    table = [_agreed_row(card, people) for card in done]
    voices = [
        (f"{card.code} {card.name}", people[one.who], *_days(one.best, one.likely, one.worst),
         one.why)
        for card in session.cards
        for one in card.opinions
    ]  # fmt: skip
    dissent = [f"{c.code} {c.name}: {words}" for c in session.cards for words in c.dissent]
    waiting = [f"{card.code} {card.name}" for card in session.parked]
    unseen = [f"{c.code} {c.name}" for c in session.cards if c.agreed is None and not c.parked]
    heard = ", ".join(people.values()) or "nobody by name"
    sections = [
        Section("Outcome", (f"Heard: {heard}.", *outcome)),
        Section("Agreed ranges, days", () if done else ("None.",), (titles, *table)),
        Section("Dissent", tuple(dissent) or ("None was recorded.",)),
        Section("Parked", tuple(waiting) or ("Nothing.",)),
        Section("Not reached", tuple(unseen) or ("Nothing.",)),
    ]
    if voices:
        head = ("Activity", "Voice", "Best", "Likely", "Worst", "Reason")
        sections.append(Section("Opinions", (), (head, *voices)))
    log = log_lines(session, names)
    sections.append(Section("Log", log or ("Nothing was decided.",)))
    return tuple(sections)


def log_lines(session: Session, names: bool = True) -> tuple[str, ...]:
    """What was decided when, oldest first. Without `names` people are numbered."""
    people = _people(session, names)
    return tuple(_named(line, people) for line in session.log)


def _people(session: Session, names: bool) -> dict[str, str]:
    """How everybody is called."""
    return {who: who if names else f"Voice {k}" for k, who in enumerate(session.people, 1)}


def _agreed_row(card: Card, people: dict[str, str]) -> Row:
    assert card.agreed is not None
    far = outlier(card)
    words = "" if far is None else f"{people[far.who]}: {far.worst:g} d {far.why}".strip()
    days = _days(card.agreed.best, card.agreed.likely, card.agreed.worst)
    return (f"{card.code} {card.name}", *days, str(len(card.opinions)), words)


def _days(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:g}" for value in values)


def _named(line: str, people: dict[str, str]) -> str:
    for who, shown in people.items():
        line = line.replace(f": {who} says", f": {shown} says")
    return line


def minutes_html(title: str, sections: Sequence[Section]) -> str:
    """One page without anything from elsewhere."""
    style = (
        "body{font:15px/1.45 Inter,'Segoe UI',sans-serif;max-width:900px;margin:40px auto;"
        "color:#1b1f27}table{border-collapse:collapse;width:100%}th,td{text-align:left;"
        "padding:4px 10px 4px 0;border-bottom:1px solid #dfe3ea;vertical-align:top}"
        "h2{font-size:18px;margin-top:28px}"
    )
    parts = [
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{html.escape(title)}"
        f"</title><style>{style}</style><h1>{html.escape(title)}</h1>"
    ]
    for section in sections:
        parts.append(f"<h2>{html.escape(section.title)}</h2>")
        parts += [f"<p>{html.escape(words)}</p>" for words in section.words]
        if len(section.table) > 1:
            parts.append("<table>")
            for number, row in enumerate(section.table):
                tag = "th" if number == 0 else "td"
                cells = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
                parts.append(f"<tr>{cells}</tr>")
            parts.append("</table>")
    return "\n".join(parts) + "</html>\n"


def minutes_docx(title: str, sections: Sequence[Section]) -> bytes:
    """A Word document with the same content."""
    from docx import Document as Docx

    document = Docx()
    document.add_heading(title, 0)
    for section in sections:
        document.add_heading(section.title, 1)
        for words in section.words:
            document.add_paragraph(words)
        if len(section.table) > 1:
            table = document.add_table(rows=0, cols=len(section.table[0]))
            table.style = "Light Grid Accent 1"
            for row in section.table:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def write_minutes(session: Session, outcome: Sequence[str], path: Path, names: bool = True) -> None:
    """Write minutes as DOCX where the name ends so, else as HTML.

    Raises PlanbenchError when they cannot be written.
    """
    title = f"{session.title}: minutes of the risk workshop"
    sections = minutes(session, outcome, names)
    if path.suffix.lower() == ".docx":
        write_file(path, minutes_docx(title, sections))
    else:
        write_file(path, minutes_html(title, sections).encode("utf-8"))
