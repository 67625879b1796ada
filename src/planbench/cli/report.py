"""`report`: a report of updates or a portfolio as PDF, HTML, workbook or slides."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.output import show_progress
from planbench.domain.errors import PlanbenchError
from planbench.services.baselines import aligned_baseline
from planbench.services.jobs import JobContext
from planbench.services.reports.compose import (
    compose,
    dashboard_templates,
    parts_of,
    shipped_templates,
    template_of,
)
from planbench.services.reports.output import ending_of, report_bytes
from planbench.services.reports.snapshot import Given, analysed_file, gather


def add_command(commands: Any) -> None:
    """Add `report` to the command line."""
    words = "a report of updates or a portfolio as PDF, HTML, XLSX or PPTX"
    made = commands.add_parser("report", help=words, description=words)
    made.add_argument("files", type=Path, nargs="*", metavar="FILE", help="updates; the last tells")
    made.add_argument("--template", metavar="ID", help="a template's id or JSON file")
    made.add_argument("-o", "--output", type=Path, action="append", metavar="OUT", default=[])
    made.add_argument("--templates", action="store_true", help="list the templates that ship")
    made.add_argument("--baseline", type=Path, metavar="FILE", help="the baseline as a file")
    made.add_argument("--model", type=Path, metavar="MODEL", help="the risk model of the update")
    made.add_argument("--pack", default="", metavar="ID", help="the contract pack to check against")
    made.add_argument("--portfolio", type=Path, metavar="FILE", help="workbook or folder")
    made.add_argument("--master", type=Path, metavar="PPTX", help="slides in this file's design")
    made.add_argument("--encoding", help="code page of the files, where it is guessed wrong")
    made.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> int:
    if options.templates:
        for template in (*shipped_templates(), *dashboard_templates()):
            print(f"{template.id:19}{template.title}: {template.about}")
        return 0
    if not options.template or not options.output:
        raise PlanbenchError(
            "needs a template and an output", mend="Use --template ID -o OUT; --templates lists."
        )
    kinds = {path: ending_of(path) for path in options.output}
    template = template_of(options.template)
    if not options.files and options.portfolio is None:
        raise PlanbenchError("there is nothing to report on", mend="Name a FILE or --portfolio.")
    given = _given(options)
    snapshot = gather(given, parts_of(template), JobContext(show_progress))
    report = compose(template, snapshot)
    for path, kind in kinds.items():
        if kind == "pdf":
            from planbench.ui.reports.batch import write_report_pdf

            write_report_pdf(report, path, snapshot.document)
        else:
            from planbench.services.convert import save

            save(report_bytes(report, kind, options.master), path)
        print(path)
    return 0


def _given(options: argparse.Namespace) -> Given:
    documents = [analysed_file(path, options.encoding) for path in options.files]
    documents.sort(key=lambda document: document.schedule.data_date)
    register = None
    if options.portfolio is not None:
        from planbench.services.portfolio import open_portfolio

        register = open_portfolio(options.portfolio)
    if not documents:
        return Given(None, register=register)
    last = documents[-1]
    base = None
    if options.baseline is not None:
        base = analysed_file(options.baseline, options.encoding)
        last.baseline = aligned_baseline(last.schedule, base.schedule, base.update_label, base.cpm)
        last.baseline_label = base.update_label
    if options.model is not None:
        from planbench.services.risk import read_model

        last.risk_model = read_model(options.model, last)
    return Given(last, base, tuple(documents[:-1]), pack=options.pack, register=register)
