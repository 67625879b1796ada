"""`contract`: a programme held against what a form of contract asks of it, and its deadlines."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, repairs_json, show_progress, write_json
from planbench.domain.errors import PlanbenchError
from planbench.engines.contract.deadlines import Deadline
from planbench.engines.contract.result import Assessment
from planbench.engines.contract.terms import data_from
from planbench.services.contract import (
    Binding,
    Evidence,
    assess_document,
    contract_json,
    pack_of,
    previous_schedule,
    read_events,
    read_json,
    starting_data,
    today,
)
from planbench.services.deadlines import deadlines_ics, deadlines_json, project_deadlines
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.services.jobs import JobContext
from planbench.services.quality import baseline_from_file
from planbench.services.scheduling import recalculate


def add_command(commands: Any) -> None:
    """Add `contract` to the command line."""
    words = "programme compliance with a rule pack (FIDIC, NEC, an owner's specification)"
    made = commands.add_parser("contract", help=words, description=words)
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--pack", required=True, metavar="ID", help="id of a pack, or its JSON file")
    made.add_argument(
        "--data",
        type=Path,
        metavar="JSON",
        help="contract data, and evidence by rule; without it what the schedule itself says",
    )
    made.add_argument("--events", type=Path, metavar="JSON", help="events that start deadlines")
    made.add_argument("--previous", type=Path, metavar="FILE", help="the programme before")
    made.add_argument("--baseline", type=Path, metavar="FILE", help="the baseline as a file")
    made.add_argument("--as-of", metavar="DATE", help="day of the clock, by default today")
    made.add_argument("--encoding", help="code page of the file, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.add_argument("--xlsx", type=Path, metavar="PATH", help="write the report as a workbook")
    made.add_argument("--html", type=Path, metavar="PATH", help="write the report as one HTML file")
    made.add_argument("--ics", type=Path, metavar="PATH", help="write the deadlines as a calendar")
    made.set_defaults(run=_contract)


def _contract(options: argparse.Namespace) -> int:
    from planbench.services.contract_report import compliance_html, compliance_xlsx

    day = _day(options.as_of)
    pack = pack_of(options.pack)
    document = open_file(options.file, options.encoding)
    recalculate(document)
    if options.baseline:
        baseline_from_file(document, options.baseline)
    binding = _binding(options, document, pack)
    previous = previous_schedule(options.previous) if options.previous else None
    result = assess_document(document, binding, previous, JobContext(show_progress))
    due = project_deadlines(document, binding, day)
    body = {
        "repairs": repairs_json(document),
        **contract_json(document, binding, result),
        **deadlines_json(due, day),
    }
    if options.json:
        write_json(envelope("contract", [document], body), options.json)
    if options.xlsx:
        _write(options.xlsx, lambda: compliance_xlsx(document, binding, result, due))
    if options.html:
        page = compliance_html(document, binding, result, due, day)
        _write(options.html, lambda: page.encode("utf-8"))
    if options.ics:
        stamp = dt.datetime.now(dt.UTC)
        _write(options.ics, lambda: deadlines_ics(document, due, stamp))
    if options.json != "-":
        _tell(binding, result, due, day)
    return 0


def _binding(options: argparse.Namespace, document: Document, pack: Any) -> Binding:
    events = read_events(read_json(options.events), options.events.name) if options.events else ()
    if not options.data:
        return Binding(pack, starting_data(document), events)
    content, where = read_json(options.data), options.data.name
    if not isinstance(content, dict):
        raise PlanbenchError("contract data is not an object", where)
    given = content.pop("evidence", {})
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise PlanbenchError("'evidence' is not an object of texts by rule", where)
    others = sorted(set(given) - {rule.id for rule in pack.rules})
    if others:
        told = f"{where} has evidence for {', '.join(others)}, no items of {pack.id}"
        print(f"planbench contract: note: {told}", file=sys.stderr)
    evidence = {rule: Evidence(rule, text) for rule, text in given.items() if text.strip()}
    return Binding(pack, data_from(content, where), events, evidence)


def _day(text: str | None) -> dt.date:
    if text is None:
        return today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise PlanbenchError(f"no date: {text!r}", "--as-of", "Write YYYY-MM-DD.") from None


def _write(path: Path, content: Callable[[], bytes]) -> None:
    try:
        path.write_bytes(content())
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(path)) from error


def _tell(
    binding: Binding, result: Assessment, deadlines: tuple[Deadline, ...], day: dt.date
) -> None:
    print(f"{binding.pack.title} ({binding.pack.edition})")
    print("The items are paraphrases; the contract itself governs.")
    for one in result.results:
        print(f"  {one.rule.id:15}{one.state:16}{one.rule.title}")
        if one.state in ("not-met", "needs-evidence"):
            print(f"{'':33}{one.words}")
    counts = result.counts()
    print(", ".join(f"{number} {state}" for state, number in counts.items()))
    if deadlines:
        print(f"Deadlines as of {day.isoformat()}")
    for due in deadlines:
        left = f"{due.days_left:+d} d" if due.pending else ""
        print(f"  {due.due.isoformat()}  {due.state:12}{left:>8}  {due.rule.title}, {due.event.id}")
