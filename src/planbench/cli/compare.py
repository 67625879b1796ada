"""`compare`: what changed between two or more updates, and what it did."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, show_progress, write_json, write_xlsx
from planbench.services.compare import (
    ISOLATED,
    calculated,
    compare_documents,
    compare_json,
    series_json,
    series_of_documents,
)
from planbench.services.compare_sheets import sheets
from planbench.services.files import open_file
from planbench.services.jobs import JobContext


def add_command(commands: Any) -> None:
    """Add `compare` to the command line."""
    words = "what changed from one schedule to another, and what it did"
    made = commands.add_parser("compare", help=words, description=words)
    made.add_argument("old", type=Path, metavar="OLD")
    made.add_argument("new", type=Path, metavar="NEW")
    made.add_argument("more", type=Path, nargs="*", metavar="LATER", help="further updates")
    made.add_argument(
        "--map", action="append", default=[], metavar="OLD=NEW", type=pair, help="same activity"
    )
    made.add_argument(
        "--isolate",
        type=_count,
        default=ISOLATED,
        metavar="N",
        help=f"undo N changes one at a time to see their effect on the finish ({ISOLATED})",
    )
    made.add_argument(
        "--target", default="", metavar="ID", help="the activity whose finish counts (project's)"
    )
    made.add_argument("--encoding", help="code page of the files, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.add_argument("--xlsx", metavar="PATH", help="write the register as a workbook")
    made.set_defaults(run=_compare)


def pair(text: str) -> tuple[str, str]:
    """An OLD=NEW of the command line. Raises ArgumentTypeError for anything else."""
    old, separator, new = text.partition("=")
    if not separator or not old.strip() or not new.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is not OLD=NEW")
    return old.strip(), new.strip()


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _compare(options: argparse.Namespace) -> int:
    paths = [options.old, options.new, *options.more]
    documents = [calculated(open_file(path, options.encoding)) for path in paths]
    review = compare_documents(
        documents[0],
        documents[-1],
        mapping=dict(options.map),
        target=options.target,
        isolate=options.isolate,
        context=JobContext(show_progress),
    )
    series = None
    if len(documents) > 2:
        series = series_of_documents(documents, dict(options.map), target=options.target)
    if options.json:
        body = compare_json(review)
        if series is not None:
            body["series"] = series_json(series)
        write_json(envelope("compare", documents, body), options.json)
    if options.xlsx:
        write_xlsx(sheets(review, series), options.xlsx)
    if options.json == "-":
        return 0
    print(f"{options.old.name} > {paths[-1].name}")
    for line in (*review.words, review.trouble):
        if line:
            print(f"  {line}")
    changes = review.comparison.changes
    moved = sorted(review.undone.items(), key=lambda item: -abs(item[1]))
    for k, days in moved[:15]:
        if days:
            row = changes.row(k)
            print(f"  without {row['type']} {row['id']}: finish {days:+.1f} days")
    return 0
