"""A one-page summary of an analysed schedule: a single HTML file that needs nothing else."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path

from planbench import __version__
from planbench.domain.times import to_iso
from planbench.engines.quality.result import QualityReport
from planbench.services.document import Document

_STYLE = """
body { font: 14px/1.5 Inter, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; color: #161b25;
  max-width: 1080px; margin: 32px auto; padding: 0 24px; }
h1 { font-size: 22px; margin: 0 } h2 { font-size: 15px; margin: 28px 0 8px }
p.note { color: #5b6675; margin: 4px 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100% }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #dfe3ea; font-weight: 400 }
th { color: #5b6675 } td.n { text-align: right }
img { width: 100%; border: 1px solid #dfe3ea; border-radius: 8px; margin: 8px 0 }
"""

_STATES = {
    "meets": "✓ Meets",
    "flag": "⚑ Flag",
    "not-applicable": "Not applicable",
    "not-run": "Not run",
}


def summary_html(document: Document, pictures: Sequence[Path] = ()) -> str:
    """Dates, agreement, metrics and risk of a document, with pictures built in as data.

    Parts that were not calculated are left out. Raises OSError when a picture cannot be read.
    """
    schedule, source = document.schedule, document.schedule.source
    data_date = to_iso(schedule.data_date) or "none"
    parts = [
        f"<h1>{html.escape(document.title)}</h1>",
        f'<p class="note">Data date {_moment(data_date)}. Source {html.escape(source.name)}, '
        f"SHA-256 {source.sha256[:16]}. planbench {__version__}.</p>",
        *_dates(document),
    ]
    for report in document.quality:
        parts += _quality(report)
    parts += _risk(document)
    for picture in pictures:
        data = base64.b64encode(picture.read_bytes()).decode("ascii")
        name = html.escape(picture.stem.split("-")[0].capitalize())
        parts.append(f'<h2>{name}</h2><img alt="{name}" src="data:image/png;base64,{data}">')
    body = "\n".join(parts)
    title = html.escape(document.title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _moment(iso: str) -> str:
    return iso.replace("T", " ")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """An HTML table; columns in `right` hold numbers."""
    cells = "".join(f"<th>{html.escape(word)}</th>" for word in head)
    lines = [f"<table><tr>{cells}</tr>"]
    for row in rows:
        words = [
            f"<td{' class=n' if number in right else ''}>{html.escape(word)}</td>"
            for number, word in enumerate(row)
        ]
        lines.append(f"<tr>{''.join(words)}</tr>")
    return "".join([*lines, "</table>"])


def _dates(document: Document) -> list[str]:
    schedule, cpm, agreement = document.schedule, document.cpm, document.agreement
    if cpm is None:
        return [f"<p>{html.escape(document.problem)}</p>"] if document.problem else []
    finish = to_iso(int(cpm.project_finish[schedule.main_project])) or "none"
    rows = [
        ("Activities", f"{len(schedule):,}"),
        ("Relationships", f"{len(schedule.relationships):,}"),
        ("Finish", _moment(finish)),
        ("Critical activities", f"{int(cpm.critical.sum()):,}"),
        ("On the longest path", f"{int(cpm.longest_path.sum()):,}"),
    ]
    if agreement is not None:
        counts = agreement.as_json(schedule.main_project)
        rows.append(
            ("Stored dates that agree in full", f"{counts['all_five']} of {counts['population']}")
        )
    return ["<h2>Dates</h2>", _table(("", ""), rows, right=(1,))]


def _quality(report: QualityReport) -> list[str]:
    rows = []
    for metric in report.metrics:
        value = "—"
        if metric.value is not None:
            ratio = metric.unit == "ratio"
            value = f"{100 * metric.value:.1f} %" if ratio else f"{metric.value:g}"
        state = _STATES.get(metric.state, metric.state)
        rows.append((metric.id, metric.name, state, value, metric.reason or ""))
    head = ("Id", "Metric", "State", "Value", "Remark")
    return [f"<h2>Quality: {html.escape(report.ruleset_id)}</h2>", _table(head, rows, right=(3,))]


def _risk(document: Document) -> list[str]:
    result = document.risk
    if result is None:
        return []
    rows = [
        (f"P{level}", _moment(to_iso(result.percentile(level)) or "none"))
        for level in (10, 50, 80, 90)
    ]
    words = f"Risk: finish after {result.iterations:,} iterations, seed {result.seed}"
    return [f"<h2>{words}</h2>", _table(("Confidence", "Finish"), rows, right=(1,))]
