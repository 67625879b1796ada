"""Templates, and composing a report from one and a snapshot."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.times import NO_TIME
from planbench.engines.reports.blocks import (
    Bars,
    Block,
    Chart,
    Column,
    Facts,
    Paragraph,
    Report,
    Section,
)
from planbench.engines.reports.template import (
    Part,
    Template,
    filled,
    placeholders,
    template_from,
    template_json,
)
from planbench.scenes.formats import long_date_text
from planbench.services.jobs import JobContext
from planbench.services.reports.figures import FIGURES, Desk
from planbench.services.reports.formulas import column_sources, with_formulas
from planbench.services.reports.kinds import KINDS, OPTIONS
from planbench.services.reports.snapshot import Given, Snapshot, gather
from planbench.services.reports.words import table
from planbench.services.resources import resource

PRESETS = ("status", "monthly", "planning", "programme", "ipmr", "board")
"""The templates that ship, in the order they are offered."""


DASHBOARDS = {
    f"dashboard-{name}": name for name in ("planner", "manager", "account", "pmo", "board")
}
"""The dashboards by audience, from those who plan to those who decide: their files by their ids."""


def shipped_templates() -> tuple[Template, ...]:
    """All templates of reports that ship with planbench."""
    return tuple(template_of(name) for name in PRESETS)


def dashboard_templates() -> tuple[Template, ...]:
    """The dashboards that ship, one an audience."""
    return tuple(template_of(name) for name in DASHBOARDS)


def read_template(path: Path) -> Template:
    """A template of a JSON file. Raises ModelError in one line."""
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror}", str(path)) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"is not JSON: {error}", str(path)) from error
    return checked(given, path.name)


def checked(given: Any, where: str) -> Template:
    """A template from JSON with every section, placeholder and figure known.

    Raises ModelError in one line.
    """
    template = template_from(given, OPTIONS, where)
    for number, part in enumerate(template.parts, 1):
        place = f"{where}, section {number}"
        for name in placeholders(part.text, place):
            _known_figure(name, place)
        for name in part.options.get("show", ()):
            _known_figure(str(name), place)
    return template


def _known_figure(name: str, where: str) -> None:
    if name in FIGURES:
        return
    alike = difflib.get_close_matches(name, FIGURES, 3, 0.5)
    mend = f"Did you mean {', '.join(alike)}?" if alike else f"Known are {', '.join(FIGURES)}."
    raise ModelError(f"there is no figure '{name}'", where, mend)


def template_of(name: str) -> Template:
    """A shipped template or dashboard by its id, or the template in a JSON file.

    Raises ModelError when there is none.
    """
    if name in PRESETS:
        return read_template(resource("reports", f"{name}.json"))
    if name in DASHBOARDS:
        return read_template(resource("reports", "dashboards", f"{DASHBOARDS[name]}.json"))
    path = Path(name)
    if path.suffix.lower() == ".json" or path.is_file():
        return read_template(path)
    raise ModelError(
        f"there is no template '{name}'",
        "--template",
        f"Known are {', '.join((*PRESETS, *DASHBOARDS))}.",
    )


def write_template(template: Template, path: Path) -> None:
    """Write a template as JSON. Raises PlanbenchError when it cannot be written."""
    from planbench.services.convert import save

    text = json.dumps(template_json(template), ensure_ascii=False, indent=1) + "\n"
    save(text.encode("utf-8"), path)


# ------------------------------------------------------------------ composing


def parts_of(template: Template) -> tuple[str, ...]:
    """Parts of a snapshot that a template asks for."""
    wanted: dict[str, None] = {}
    for part in template.parts:
        if not part.on:
            continue
        kind = KINDS[part.kind]
        names = [*placeholders(part.text), *_shown(part)]
        figures = [FIGURES[str(name)].part for name in names]
        for need in (*kind.needs, *kind.uses, *figures):
            wanted["risk" if need == "cost-risk" else need] = None
    if "actions" in wanted:
        wanted["control"] = None
    return tuple(wanted)


def _shown(part: Part) -> Iterable[str]:
    usual = KINDS[part.kind].options.get("show", ())
    return [str(name) for name in part.options.get("show", usual)]


def make_report(template: Template, given: Given, context: JobContext | None = None) -> Report:
    """Gather what a template asks for, and compose the report.

    Raises StoreError when a library cannot be read, Cancelled when the user stopped the job.
    """
    return compose(template, gather(given, parts_of(template), context))


def compose(template: Template, snapshot: Snapshot) -> Report:
    """The report of a snapshot: the same snapshot gives the same report.

    A section without its data says so in one line. Raises ModelError for an unknown figure.
    """
    desk = Desk(snapshot)
    sections = [_section(desk, part) for part in template.parts if part.on]
    document = snapshot.document
    title = desk.text_of("project") if document is not None else "Portfolio"
    about: list[tuple[str, str]] = []
    digest, date = "", None
    if document is not None:
        digest = document.schedule.digest
        date = None if document.schedule.data_date == NO_TIME else document.schedule.data_date
        about = [
            ("Update", document.update_label),
            ("Data date", long_date_text(document.schedule.data_date) or "none"),
            ("Baseline", document.baseline_label or "none"),
        ]
    elif snapshot.portfolio is not None:
        register = snapshot.portfolio.solved.register
        about = [("Valuation date", register.settings.valuation_date)]
        from planbench.services.portfolio_library import digest_of

        digest = digest_of(register)
    sources = tuple(desk.sources.values())
    sections.append(_sources(desk, digest, sections))
    return Report(
        template.id,
        title,
        template.title,
        tuple(about),
        date,
        digest,
        tuple(sections),
        sources,
        template.landscape,
        template.paper,
    )


def _section(desk: Desk, part: Part) -> Section:
    kind = KINDS[part.kind]
    title = part.title or kind.title
    desk.cited.clear()
    blocks: list[Block] = [
        Paragraph(filled(one, desk.text_of)) for one in part.text.split("\n\n") if one.strip()
    ]
    reasons = [reason for need in kind.needs if (reason := desk.snapshot.why_not(need))]
    if reasons:
        blocks.append(Paragraph(reasons[0], "missing"))
    elif kind.build is not None:
        options = {**kind.options, **part.options}
        try:
            blocks += kind.build(desk, options)
        except PlanbenchError as error:  # what a part cannot tell has its line in its place
            blocks.append(Paragraph(error.line, "missing"))
    told = with_formulas(part.kind, _without_echo(title, blocks))
    return Section(part.kind, title, told, tuple(desk.cited))


def _without_echo(title: str, blocks: list[Block]) -> tuple[Block, ...]:
    """The blocks, where a lone picture or one of the same words does not repeat the heading."""
    from dataclasses import replace

    titled = [k for k, one in enumerate(blocks) if not isinstance(one, Paragraph | Facts)]
    for k in titled:
        block = blocks[k]
        assert not isinstance(block, Paragraph | Facts)
        alone = len(titled) == 1 and isinstance(block, Chart | Bars)
        if alone or block.title == title:
            blocks[k] = replace(block, title="")
    return tuple(blocks)


def _sources(desk: Desk, digest: str, sections: Sequence[Section]) -> Section:
    """Where every figure and every column comes from; the last section of every report."""
    columns = [
        Column("Figure", weight=1.5), Column("Value", weight=1.1), Column("Formula", weight=2.6),
        Column("From", weight=1.9), Column("Computed by", weight=1.2),
    ]  # fmt: skip
    rows = [
        [one.figure, one.text, one.formula, one.data, one.engine] for one in desk.sources.values()
    ]
    note = f"Digest of the update: {digest}" if digest else ""
    made = table("", columns, rows, note=note)
    return Section(
        "sources", "Where the figures come from", (made, *column_sources(desk.sources, sections))
    )
