"""The schedule log as text: what was scheduled, with which options, and what it found."""

from __future__ import annotations

from collections.abc import Iterator

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Constraint, LinkType, Schedule, ScheduleOptions
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.cpm.log import Entry, ScheduleLog, options_in_words, schedule_log
from planbench.engines.trace.words import CONSTRAINT_WORDS, amount
from planbench.services.document import Document


def log_of(document: Document) -> ScheduleLog:
    """The log of the document's calculation. Raises PlanbenchError where there is none."""
    if document.cpm is None:
        raise PlanbenchError(
            document.problem or "the schedule was not calculated", document.schedule.source.name
        )
    return schedule_log(document.schedule, document.cpm)


def log_lines(document: Document) -> list[str]:
    """The log for a printer or a mail: figures and options by project, then the findings.

    Raises PlanbenchError without a calculation.
    """
    from planbench import __version__

    log, schedule = log_of(document), document.schedule
    source = schedule.source.name or document.title
    lines = [f"Schedule log of {source}", f"planbench {__version__}", ""]
    for figures, options in zip(log.statistics, log.options, strict=True):
        if not figures.activities:
            continue
        lines += _project(schedule, figures.project)
        lines += [f"  {name:<28}{value}" for name, value in _figures(figures)]
        lines += ["", "  Options"]
        lines += [f"    {name:<26}{value}" for name, value in option_words(options).items()]
        lines.append("")
    lines.append("Findings")
    for entry in log.entries:
        lines.append(f"  {entry.title}: {len(entry.rows)}")
        lines += [f"    {line}" for line in entry_lines(document, entry)]
    if not log.entries:
        lines.append("  None.")
    return lines


def option_words(options: ScheduleOptions) -> dict[str, str]:
    """Options by name in words, the critical threshold in hours."""
    words = options_in_words(options)
    words["critical threshold"] = f"{options.critical_threshold / 60:g} h"
    return words


def log_json(document: Document) -> list[dict[str, object]]:
    """The findings as data: what was found, how often, and the lines behind it."""
    return [
        {
            "finding": entry.finding,
            "title": entry.title,
            "count": len(entry.rows),
            "rows": list(entry_lines(document, entry)),
        }
        for entry in log_of(document).entries
    ]


def _project(schedule: Schedule, number: int) -> list[str]:
    project = schedule.projects[number]
    return [f"Project {project.code}  {project.name}".rstrip()]


def _figures(figures: object) -> Iterator[tuple[str, str]]:
    from planbench.engines.cpm.log import Statistics

    assert isinstance(figures, Statistics)
    for name, value in (
        ("Data date", figures.data_date),
        ("Calculated finish", figures.finish),
        ("Must finish by", figures.must_finish_by),
    ):
        yield name, (to_iso(value) or "none").replace("T", " ")
    yield "Activities", str(figures.activities)
    yield "  not started", str(figures.not_started)
    yield "  in progress", str(figures.in_progress)
    yield "  complete", str(figures.complete)
    yield "Relationships", str(figures.relationships)
    yield "Critical", str(figures.critical)
    yield "On the longest path", str(figures.longest_path)


def entry_lines(document: Document, entry: Entry) -> Iterator[str]:
    """One line for each row of a finding."""
    schedule = document.schedule
    acts = schedule.activities
    if entry.of == "relationships":
        links = schedule.relationships
        for link in entry.rows:
            a, b = int(links.predecessor[link]), int(links.successor[link])
            kind = LinkType(int(links.type[link])).name
            yield f"{acts.code[a]} to {acts.code[b]}  {kind}"
    elif entry.of == "external_links":
        outer = schedule.external_links
        for link in entry.rows:
            way = "from" if outer.incoming[link] else "to"
            other = f"{outer.other_project[link]} {outer.other_uid[link]}".strip()
            yield f"{acts.code[outer.activity[link]]}  {way} {other}"
    else:
        for row in entry.rows:
            yield f"{acts.code[row]}  {acts.name[row]}{_more(document, entry, row)}"


def _more(document: Document, entry: Entry, row: int) -> str:
    """What a finding says of one activity beyond its name."""
    acts, cpm = document.schedule.activities, document.cpm
    if entry.finding == "constraint":
        told = []
        for name in ("constraint", "constraint2"):
            kind = Constraint(int(getattr(acts, name)[row]))
            if kind:
                when = to_iso(int(getattr(acts, f"{name}_date")[row]))
                told.append(f"{CONSTRAINT_WORDS[kind]} {(when or '').replace('T', ' ')}".strip())
        return f"  ({'; '.join(told)})"
    if entry.finding == "negative-float" and cpm is not None:
        return f"  ({amount(document.schedule, row, int(cpm.total_float[row]))})"
    if entry.finding == "expected-finish-ignored" and acts.expected_finish[row] != NO_TIME:
        return f"  ({(to_iso(int(acts.expected_finish[row])) or '').replace('T', ' ')})"
    if entry.finding == "actual-after-data-date":
        dates = (int(acts.actual_start[row]), int(acts.actual_finish[row]))
        shown = [(to_iso(one) or "").replace("T", " ") for one in dates if one != NO_TIME]
        return f"  ({' to '.join(shown)})"
    return ""
