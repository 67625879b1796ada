"""The programme compliance report: one HTML file that needs nothing else, or a workbook.

Gaps of evidence are listed apart from what is not met. Both forms are made from the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from planbench import __version__
from planbench.domain.times import to_iso
from planbench.engines.contract.deadlines import Deadline
from planbench.engines.contract.result import (
    MET,
    NEEDS_EVIDENCE,
    NOT_APPLICABLE,
    NOT_MET,
    Assessment,
    RuleResult,
)
from planbench.services.contract import Binding
from planbench.services.deadlines import deadline_json
from planbench.services.document import Document

if TYPE_CHECKING:
    from planbench.exchange.tables.sheets import Grid

Line = tuple[Any, ...]

STATE_WORDS = {
    NOT_MET: "Not met",
    NEEDS_EVIDENCE: "Needs evidence",
    MET: "Met",
    NOT_APPLICABLE: "Not applicable",
}
"""What a state is called in reports."""

_TITLES = (
    *("Item", "Clause", "Title", "State", "Weight", "How", "What was found", "Rows"),
    *("Evidence", "Review", "Words"),
)

_DATED = (
    *("due", "state", "days_left", "title", "who", "clause", "event", "subject", "starts"),
    *("days", "day_rule", "met", "expiry"),
)

_MOST = 40
"""Rows that show a finding in the HTML file; the workbook has all."""


def compliance_grids(
    document: Document,
    binding: Binding,
    assessment: Assessment,
    deadlines: Sequence[Deadline],
) -> list[Grid]:
    """Sheets: the items, what shows them, gaps of evidence, deadlines, and what this rests on."""
    from planbench.exchange.tables.sheets import Grid

    names = document.schedule.activities.name
    items: list[Line] = [_item(one, binding) for one in assessment.results]
    shown: list[Line] = [
        (one.rule.id, one.state, each.id, str(names[each.row]) if each.row >= 0 else "", each.note)
        for one in assessment.results
        for each in one.shown
    ]
    gaps: list[Line] = [
        (one.rule.id, one.rule.clause, one.rule.title, one.words)
        for one in assessment.results
        if one.state == NEEDS_EVIDENCE
    ]
    dated = [deadline_json(one) for one in deadlines]
    return [
        Grid(
            "Items",
            _TITLES,
            items,
        ),
        Grid("Findings", ("Item", "State", "Id", "Activity", "Note"), shown),
        Grid("Evidence gaps", ("Item", "Clause", "Title", "What is asked"), gaps),
        Grid("Deadlines", _DATED, [tuple(row[name] for name in _DATED) for row in dated]),
        Grid("About", ("What", "Value"), _about(document, binding)),
    ]


def _item(result: RuleResult, binding: Binding) -> tuple[Any, ...]:
    rule = result.rule
    evidence, decision = binding.evidence.get(rule.id), binding.decisions.get(rule.id)
    return (
        rule.id,
        rule.clause,
        rule.title,
        STATE_WORDS[result.state],
        rule.weight,
        rule.kind,
        result.words,
        len(result.shown),
        evidence.reference if evidence else "",
        decision.decision if decision else "",
        decision.words if decision else "",
    )


def _about(document: Document, binding: Binding) -> list[Line]:
    source, pack = document.schedule.source, binding.pack
    return [
        ("Project", document.title),
        ("Update", document.update_label),
        ("Data date", (to_iso(document.schedule.data_date) or "none")[:10]),
        ("Pack", f"{pack.title}, version {pack.version}"),
        ("Edition", pack.edition),
        ("Note", pack.note),
        ("Source", source.name),
        ("SHA-256", source.sha256 or document.schedule.digest),
        ("Made by", f"planbench {__version__}"),
    ]


def compliance_xlsx(
    document: Document,
    binding: Binding,
    assessment: Assessment,
    deadlines: Sequence[Deadline],
) -> bytes:
    """The report as a workbook. Raises PlanbenchError for what a sheet cannot hold."""
    from planbench.exchange.tables.sheets import write_xlsx

    return write_xlsx(compliance_grids(document, binding, assessment, deadlines))


_STYLE = """
body{font:14px/1.45 Inter,"Segoe UI",Helvetica,Arial,sans-serif;color:#1d2433;margin:32px auto;
max-width:1040px;padding:0 24px}h1{font-size:24px;margin:0}h2{font-size:17px;margin:30px 0 8px}
h3{font-size:14px;margin:18px 0 4px}table{border-collapse:collapse;width:100%}
th{text-align:left;color:#5b6475;font-weight:600;border-bottom:1px solid #c9cfda;padding:5px 8px}
td{border-bottom:1px solid #e4e8ef;padding:5px 8px;vertical-align:top}.n{text-align:right}
.s{white-space:nowrap;font-weight:600}.not-met{color:#8a4b00}.needs-evidence{color:#0b5c86}
.met{color:#0b6b4f}.not-applicable{color:#5b6475}.overdue{color:#a12622}.soon{color:#8a4b00}
.quiet{color:#5b6475}.note{background:#f3f5f9;border-left:3px solid #4050c0;padding:8px 12px}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
"""


def compliance_html(
    document: Document,
    binding: Binding,
    assessment: Assessment,
    deadlines: Sequence[Deadline],
    as_of: dt.date,
) -> str:
    """The report as one HTML file without anything to load from elsewhere."""
    results = assessment.results
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>{escape(document.title)}: programme compliance</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{escape(document.title)}</h1>",
        f"<p class='quiet'>Programme compliance, {escape(binding.pack.title)}<br>"
        f"{escape(binding.pack.edition)}</p>",
        f"<p class='note'>{escape(binding.pack.note)}</p>",
        _summary(assessment),
        "<h2>Items</h2>",
        _table(
            ("Item", "Title", "State", "What was found"),
            [_html_item(one, binding) for one in results],
        ),
    ]
    parts += _findings(document, "What is not met", results, NOT_MET)
    parts += _findings(document, "Evidence that is missing", results, NEEDS_EVIDENCE)
    parts += [f"<h2>Deadlines as of {as_of.isoformat()}</h2>", _deadline_table(deadlines)]
    about = [tuple(map(escape, row)) for row in _about(document, binding) if row[0] != "Note"]
    parts += ["<h2>What this rests on</h2>", _table(("What", "Value"), about), "</body></html>"]
    return "\n".join(parts) + "\n"


def _summary(assessment: Assessment) -> str:
    counts = assessment.counts()
    told = [
        f"<span class='{state}'>{counts[state]} {STATE_WORDS[state].lower()}</span>"
        for state in (MET, NOT_MET, NEEDS_EVIDENCE, NOT_APPLICABLE)
        if counts[state]
    ]
    return f"<p class='s'>{len(assessment.results)} items: {', '.join(told)}</p>"


def _html_item(result: RuleResult, binding: Binding) -> tuple[str, ...]:
    rule = result.rule
    words = escape(result.words)
    evidence, decision = binding.evidence.get(rule.id), binding.decisions.get(rule.id)
    if evidence:
        file = f" ({evidence.file}, SHA-256 {evidence.sha256})" if evidence.file else ""
        told = escape(evidence.reference + file)
        words += f"<br><span class='quiet'>Evidence: {told}</span>"
    if decision:
        words += f"<br><b>{decision.decision.capitalize()}:</b> {escape(decision.words)}"
    weight = "" if rule.weight == "requirement" else " <span class='quiet'>(good practice)</span>"
    state = f"<span class='s {result.state}'>{STATE_WORDS[result.state]}</span>"
    return escape(rule.clause), escape(rule.title) + weight, state, words


def _findings(
    document: Document, title: str, results: Iterable[RuleResult], state: str
) -> list[str]:
    wanted = [one for one in results if one.state == state]
    parts = [f"<h2>{title}</h2>"]
    if not wanted:
        return [*parts, "<p>Nothing.</p>"]
    names = document.schedule.activities.name
    for one in wanted:
        parts.append(f"<h3>{escape(one.rule.clause)} {escape(one.rule.title)}</h3>")
        parts.append(f"<p class='quiet'>{escape(one.rule.text)}</p><p>{escape(one.words)}</p>")
        rows = [
            tuple(
                escape(cell)
                for cell in (each.id, str(names[each.row]) if each.row >= 0 else "", each.note)
            )
            for each in one.shown[:_MOST]
        ]
        if rows:
            parts.append(_table(("Id", "Activity", "Note"), rows))
        if len(one.shown) > _MOST:
            parts.append(f"<p class='quiet'>and {len(one.shown) - _MOST} more</p>")
    return parts


def _deadline_table(deadlines: Sequence[Deadline]) -> str:
    if not deadlines:
        return "<p>No event starts a deadline.</p>"
    rows = [
        (
            one.due.isoformat(),
            f"<span class='s {one.state}'>{one.state.replace('-', ' ')}</span>",
            escape(one.rule.title),
            escape(f"{one.event.id} {one.event.subject}"),
            escape(one.rule.who),
            escape(one.rule.clause),
        )
        for one in deadlines
    ]
    return _table(("Due", "State", "What", "Event", "Who", "Clause"), rows)


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{title}</th>" for title in titles)
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
