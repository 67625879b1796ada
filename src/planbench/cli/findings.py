"""`findings`: the life of findings over a series of updates."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.compare import pair
from planbench.cli.output import envelope, repairs_json, show_progress, write_json
from planbench.services.comments import comment_sheet
from planbench.services.convert import save
from planbench.services.files import open_file
from planbench.services.findings import (
    DEFAULT_RULESETS,
    findings_json,
    replay,
)
from planbench.services.jobs import JobContext
from planbench.services.scheduling import recalculate


def add_command(commands: Any) -> None:
    """Add `findings` to the command line."""
    words = "what a review finds in a series of updates: new, persisting, resolved, come back"
    made = commands.add_parser("findings", help=words, description=words)
    made.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="the updates, oldest first"
    )
    made.add_argument(
        "--ruleset",
        action="append",
        default=[],
        metavar="ID",
        help=f"whose rows become findings ({', '.join(DEFAULT_RULESETS)}); may be repeated",
    )
    made.add_argument(
        "--map", action="append", default=[], metavar="OLD=NEW", type=pair, help="same activity"
    )
    made.add_argument("--encoding", help="code page of the files, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.add_argument("--xlsx", metavar="PATH", help="write the comment sheet as a workbook")
    made.add_argument("--docx", metavar="PATH", help="write the comment sheet as a Word document")
    made.set_defaults(run=_findings)


def _findings(options: argparse.Namespace) -> int:
    documents = [open_file(path, options.encoding) for path in options.files]
    for document in documents:
        recalculate(document)  # what needs dates is not measured where that is impossible
    rulesets = tuple(dict.fromkeys(options.ruleset)) or DEFAULT_RULESETS
    played = replay(
        documents,
        rulesets=rulesets,
        renames=dict(options.map),
        context=JobContext(show_progress),
    )
    result = findings_json(played.review, played.outcomes)
    if options.json:
        repairs = [one for document in documents for one in repairs_json(document)]
        body = {"rulesets": list(rulesets), "repairs": repairs, **result}
        write_json(envelope("findings", documents, body), options.json)
    if options.xlsx or options.docx:
        sheet = comment_sheet(played.review, f"Findings: {options.files[-1].stem}")
        if options.xlsx:
            from planbench.exchange.comments.xlsx import write_comment_xlsx

            save(write_comment_xlsx(sheet), options.xlsx)
        if options.docx:
            from planbench.exchange.comments.docx import write_comment_docx

            save(write_comment_docx(sheet), options.docx)
    if options.json == "-":
        return 0
    for found in result["rounds"]:
        counts = [f"{number} {name}" for name, number in found["counts"].items() if number]
        print(f"{found['update']} ({(found['data_date'] or '-')[:10]}): {', '.join(counts) or '-'}")
        for name in ("new", "changed", "regressed", "resolved"):
            _list(played.review, found, name)
    return 0


_SHOWN = 12


def _list(review: Any, found: dict[str, Any], standing: str) -> None:
    """The first findings of one standing, one a line."""
    for uid in found[standing][:_SHOWN]:
        finding = review.findings[uid]
        what = ", ".join(key for _, key in finding.objects[:4])
        print(f"  {standing:10}{uid}  {finding.rule or 'by hand':12}{what}: {finding.title}")
    if len(found[standing]) > _SHOWN:
        print(f"  {standing:10}and {len(found[standing]) - _SHOWN} more (--json lists all)")
