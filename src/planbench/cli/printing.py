"""`print`: the table and Gantt of a schedule on paper, as PDF or PNG."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import NO_TIME, from_iso
from planbench.scenes.print_setup import PAPERS, PageSetup
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.services.layouts import Layout, read_layout
from planbench.services.scheduling import recalculate


def add_command(commands: Any) -> None:
    """Add `print` to the command line."""
    words = "the table and Gantt of a schedule on paper, as PDF or PNG"
    made = commands.add_parser("print", help=words, description=words)
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help=".pdf, .png")
    made.add_argument("--layout", type=Path, metavar="JSON", help="a layout exported by the window")
    made.add_argument("--baseline", type=Path, metavar="FILE", help="the baseline as a file")
    made.add_argument("--paper", choices=tuple(PAPERS), default="A3")
    made.add_argument("--portrait", action="store_true", help="upright instead of across")
    made.add_argument("--wide", type=int, default=1, metavar="N", help="sheets across, 1")
    made.add_argument("--tall", type=int, default=0, metavar="N", help="sheets down, as needed")
    made.add_argument("--columns-once", action="store_true", help="columns on the first sheet only")
    made.add_argument("--from", dest="start", type=_date, default=NO_TIME, metavar="DATE")
    made.add_argument("--to", dest="finish", type=_date, default=NO_TIME, metavar="DATE")
    made.add_argument("--stored", action="store_true", help="the dates of the file, not calculated")
    for name in ("title", "subtitle", "document", "revision", "prepared", "checked", "approved"):
        made.add_argument(f"--{name}", default="", metavar="TEXT")
    made.add_argument("--logo", type=Path, metavar="PICTURE")
    made.add_argument("--encoding", help="code page of the file, where it is guessed wrong")
    made.set_defaults(run=_print)


def _date(text: str) -> int:
    try:
        return from_iso(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date like 2026-12-31") from None


def _print(options: argparse.Namespace) -> int:
    document = open_file(options.file, options.encoding)
    if not options.stored:
        recalculate(document)
        if document.cpm is None:
            raise PlanbenchError(document.problem, str(options.file), "--stored prints as stored.")
    if options.baseline:
        _measure_against(document, options.baseline)
    layout = read_layout(str(options.layout))[1] if options.layout else Layout()
    setup = PageSetup(
        paper=options.paper,
        landscape=not options.portrait,
        pages_wide=options.wide,
        pages_tall=options.tall,
        repeat_columns=not options.columns_once,
        start=options.start,
        finish=options.finish,
        names=layout.names or options.layout is None,
        logo=str(options.logo or ""),
    )
    texts = ("title", "subtitle", "document", "revision", "prepared", "checked", "approved")
    setup = replace(setup, **{name: getattr(options, name) for name in texts})
    from planbench.ui.printing.batch import print_document

    for path in print_document(document, layout, setup, options.output):
        print(path)
    return 0


def _measure_against(document: Document, path: Path) -> None:
    from planbench.services.baselines import aligned_baseline

    other = open_file(path)
    document.baseline = aligned_baseline(document.schedule, other.schedule, path.stem)
    document.baseline_label = path.stem
