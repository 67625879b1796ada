"""`convert`: a schedule file written in another format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, repairs_json, write_json
from planbench.domain.errors import PlanbenchError
from planbench.services.convert import FORMATS, exported, format_of, save
from planbench.services.files import open_file
from planbench.services.scheduling import recalculate


def add_command(commands: Any) -> None:
    """Add `convert` to the command line."""
    words = "write a schedule file in another format"
    made = commands.add_parser("convert", help=words, description=words)
    made.add_argument("file", type=Path, metavar="IN")
    made.add_argument("target", type=Path, metavar="OUT", help="the file to write")
    made.add_argument("--to", choices=tuple(FORMATS), help="the format, else by the ending of OUT")
    made.add_argument(
        "--calculate", action="store_true", help="with dates calculated anew, not the stored ones"
    )
    made.add_argument("--encoding", help="code page of the file, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="tell what was written, - for the screen")
    made.set_defaults(run=_convert)


def _convert(options: argparse.Namespace) -> int:
    kind = options.to or format_of(options.target)
    if options.target.exists() and options.target.samefile(options.file):
        raise PlanbenchError("this is the file that is read", str(options.target))
    document = open_file(options.file, options.encoding)
    original = options.file.read_bytes()
    if options.calculate:
        recalculate(document)
        if document.cpm is None:
            raise PlanbenchError(document.problem, str(options.file))
        original = None
    content = exported(document, kind, original)
    save(content, options.target)
    schedule = document.schedule
    counts = {
        "projects": len(schedule.projects),
        "activities": len(schedule),
        "relationships": len(schedule.relationships),
    }
    if options.json:
        body = {
            "repairs": repairs_json(document),
            "output": {"name": options.target.name, "format": kind, "bytes": len(content)},
            **counts,
        }
        write_json(envelope("convert", [document], body), options.json)
    if options.json != "-":
        print(f"{options.target}: {FORMATS[kind][0]}, {len(schedule):,} activities")
        if document.repairs:
            print(f"{len(document.repairs)} repairs while reading", file=sys.stderr)
    return 0
