"""A report as a single HTML file that needs neither network nor script."""

from __future__ import annotations

from html import escape

from planbench import __version__
from planbench.engines.reports.blocks import (
    LEFT,
    Bars,
    Block,
    Chart,
    Facts,
    Paragraph,
    Report,
    Sheets,
    Table,
)
from planbench.exchange.reports.svg import bars_svg, chart_svg

_TOLD_ROWS = 300
"""Rows up to which every cell tells its formula; above that the heads of the columns do."""

_STYLE = """
body{font:14px/1.5 Inter,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif;color:#161b25;
max-width:1040px;margin:32px auto;padding:0 24px;font-variant-numeric:tabular-nums}
h1{font-size:24px;margin:0}h2{font-size:17px;margin:36px 0 8px;border-bottom:1px solid #dfe3ea;
padding-bottom:4px}h3{font-size:13px;margin:18px 0 4px}
p{margin:6px 0;max-width:80ch}.note,.about{color:#5b6675;font-size:12px}
.missing{color:#5b6675;border-left:3px solid #c3cad6;padding-left:10px}
nav{columns:2;margin:20px 0}nav a{display:block;color:#3451c6;text-decoration:none}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px}
.facts div{border-top:2px solid #dfe3ea;padding-top:6px}.facts span{color:#5b6675;font-size:12px;
display:block}.facts b{font-size:20px;font-weight:600}.facts .warn b{color:#9a3412}
table{border-collapse:collapse;width:100%;font-size:12.5px;margin:6px 0}
th{text-align:left;color:#5b6675;font-weight:400;vertical-align:bottom;background:#f1f3f7}
th,td{padding:3px 8px;border-bottom:1px solid #dfe3ea;vertical-align:top}
.n{text-align:right;white-space:nowrap}tfoot td{font-weight:600}
.wide{overflow-x:auto}svg{max-width:100%;height:auto;display:block;margin:8px 0}
@media print{body{margin:0;max-width:none}h2,h3{break-after:avoid}tr,svg,.facts{break-inside:avoid}
thead{display:table-header-group}}
"""


def write_html(report: Report) -> bytes:
    """The report as HTML in UTF-8."""
    title = escape(f"{report.title}: {report.subtitle}")
    about = " · ".join(f"{escape(name)} {escape(text)}" for name, text in report.about if text)
    index = "".join(
        f'<a href="#s{number}">{escape(section.title)}</a>'
        for number, section in enumerate(report.sections, 1)
    )
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta name="generator" content="planbench {__version__}">'
        f'<meta name="report-identity" content="{report.identity}">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(report.title)}</h1><p class='about'>{escape(report.subtitle)} · {about}</p>",
        f"<nav>{index}</nav>",
    ]
    for number, section in enumerate(report.sections, 1):
        parts.append(f'<section id="s{number}"><h2>{escape(section.title)}</h2>')
        parts += [_block(block) for block in section.blocks]
        parts.append("</section>")
    parts.append(f"<p class='note'>Report {report.identity[:16]}</p></body></html>\n")
    return "\n".join(parts).encode("utf-8")


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f'<p class="{block.role}">{escape(block.text)}</p>'
    if isinstance(block, Facts):
        cells = "".join(
            f"<div{' class=warn' if fact.warn else ''}><span>{escape(fact.title)}</span>"
            f"<b>{escape(fact.text)}</b><span>{escape(fact.note)}</span></div>"
            for fact in block.facts
        )
        return f'<div class="facts">{cells}</div>'
    if isinstance(block, Sheets):
        return _table(block.table)
    if isinstance(block, Table):
        return _table(block)
    drawn = bars_svg(block, 980.0)[0] if isinstance(block, Bars) else _chart(block)
    return _head(block.title) + drawn + _note(block.note)


def _chart(chart: Chart) -> str:
    return chart_svg(chart, 980.0)[0]


def _head(title: str) -> str:
    return f"<h3>{escape(title)}</h3>" if title else ""


def _note(note: str) -> str:
    return f'<p class="note">{escape(note)}</p>' if note else ""


def _told(formula: str) -> str:
    """The attribute that tells a cell's formula when it is pointed at."""
    return f' title="{escape(formula)}"' if formula else ""


def _table(table: Table) -> str:
    marks = ["" if column.kind in LEFT else " class=n" for column in table.columns]
    told = [_told(column.formula) for column in table.columns]
    few = len(table.texts) <= _TOLD_ROWS
    head = "".join(
        f"<th{mark}{tip}>{escape(column.title)}</th>"
        for column, mark, tip in zip(table.columns, marks, told, strict=True)
    )
    named = next((k for k, c in enumerate(table.columns) if c.title in ("Name", "Activity")), 0)
    lines = []
    for number, row in enumerate(table.texts):
        cells = []
        for place, (text, mark) in enumerate(zip(row, marks, strict=True)):
            shift = ""
            if table.levels and place == named and table.levels[number]:
                shift = f' style="padding-left:{8 + 14 * table.levels[number]}px"'
            tip = told[place] if few else ""
            cells.append(f"<td{mark}{shift}{tip}>{escape(text)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    foot = ""
    if table.totals:
        cells = [
            f"<td{mark}>{escape(text)}</td>" for text, mark in zip(table.totals, marks, strict=True)
        ]
        foot = f"<tfoot><tr>{''.join(cells)}</tr></tfoot>"
    body = "".join(lines)
    made = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
    return f'{_head(table.title)}<div class="wide">{made}</div>{_note(table.note)}'
