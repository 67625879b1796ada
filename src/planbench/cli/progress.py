"""`progress`: what rules of credit measure, with sheets out to the site and back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.project import add_source, given_out, money, opened
from planbench.domain.errors import PlanbenchError
from planbench.engines.control.rules import measurement_from
from planbench.exchange.tables.sheets import write_xlsx
from planbench.services import progress
from planbench.services.contract import read_json
from planbench.services.control import library_report
from planbench.services.convert import save
from planbench.services.library import Library
from planbench.services.tables import read_grid


def add_command(commands: Any) -> None:
    """Add `progress` to the command line."""
    words = "progress by rules of credit, and sheets for the site"
    made = commands.add_parser("progress", help=words, description=words)
    add_source(made)
    made.add_argument("--rules", type=Path, metavar="JSON", help="measurements, kept as drafts")
    made.add_argument("--sheet-out", type=Path, metavar="XLSX", help="write a sheet to fill in")
    made.add_argument("--sheet-in", type=Path, metavar="FILE", help="read a filled sheet: drafts")
    made.set_defaults(run=_progress)


def _progress(options: argparse.Namespace) -> int:
    with opened(options) as (library, project, document):
        control = library_report(document, library)
        if options.rules:
            _take_rules(options.rules, library, project)
        held = progress.measurements_of(library, project)
        if options.sheet_in:
            try:
                content = options.sheet_in.read_bytes()
            except OSError as error:
                told = f"cannot be read: {error.strerror}"
                raise PlanbenchError(told, str(options.sheet_in)) from error
            grid = read_grid(content, options.sheet_in.name, "progress")
            new = progress.from_sheet(grid, held)
            progress.keep(library, project, new, f"sheet {options.sheet_in.name}")
            held = progress.measurements_of(library, project)
        if options.sheet_out:
            save(write_xlsx([progress.sheet(document, held)]), options.sheet_out)
        found = progress.progress_report(document, library, control)
    body = progress.progress_json(found, control.currency)
    if given_out(options, document, body, {"activities": body["activities"]}):
        print(
            f"{document.title}: {money(found.earned)} of {money(found.budget)} earned, "
            f"{100 * found.ruled:.1f} % of the budget measured by a rule"
        )
        for line in found.lines:
            if line.measurement is not None:
                measured = "-" if line.measured is None else f"{line.measured:.1f}"
                print(
                    f"  {line.code:14}{line.measurement.technique:22}{measured:>7} %"
                    f"{line.percent:8.1f} %  {line.measurement.state} {line.trouble}".rstrip()
                )
        for remark in found.remarks:
            print(remark)
    return 0


def _take_rules(path: Path, library: Library, project: int) -> None:
    given = read_json(path)
    if not isinstance(given, list):
        raise PlanbenchError("this is no list of measurements", str(path))
    try:
        new = [measurement_from({**one, "state": "draft"}) for one in given]
    except (TypeError, KeyError, AttributeError) as error:
        raise PlanbenchError(f"a measurement cannot be read: {error}", str(path)) from error
    progress.keep(library, project, new, f"rules of {path.name}")
