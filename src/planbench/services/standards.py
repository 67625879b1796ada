"""What binding a project to a standards pack drives: its check profile and its report templates.

A pack names rulesets and report templates by id. Those that do not ship travel inside the pack,
so that a project looks the same on another computer.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from planbench.domain.errors import ModelError
from planbench.services.document import Document
from planbench.services.packs import Deviation, Standards, bound
from planbench.services.rulesets import is_own, load_rulesets, ruleset_of, ruleset_text

if TYPE_CHECKING:
    from planbench.engines.quality.result import Ruleset
    from planbench.engines.reports.template import Template
    from planbench.services.library import Library


def rulesets_in(pack: Standards) -> tuple[Ruleset, ...]:
    """The check profile of a pack in its order; ids that nobody knows are left out."""
    held = {one.id: one for one in (ruleset_of(text, pack.title) for text in pack.rulesets)}
    known = {one.id: one for one in load_rulesets()} | held
    return tuple(known[name] for name in pack.checks if name in known)


def templates_in(pack: Standards, library: Library | None = None) -> tuple[Template, ...]:
    """The report templates of a pack in its order; ids that nobody knows are left out."""
    from planbench.services.reports.compose import checked
    from planbench.services.reports.kept import templates_of

    held = [checked(json.loads(text), pack.title) for text in pack.templates]
    known = {one.id: one for one in templates_of(library)} | {one.id: one for one in held}
    return tuple(known[name] for name in pack.reports if name in known)


def profile(library: Library | None, project: int | None) -> tuple[Ruleset, ...]:
    """The check profile of the pack that a project is bound to, () without one."""
    pack = bound(library, project)
    return () if pack is None else rulesets_in(pack)


def rulesets_for(library: Library | None, project: int | None) -> tuple[Ruleset, ...]:
    """All rulesets to hold against a project: those of its pack first, then the others."""
    mine = profile(library, project)
    taken = {one.id for one in mine}
    return (*mine, *(one for one in load_rulesets() if one.id not in taken))


def report_templates(
    library: Library | None, project: int | None
) -> tuple[tuple[Template, ...], tuple[str, ...]]:
    """(all templates to choose from, ids of those that the project's pack wants, its first first).

    Raises StoreError when the library cannot be read.
    """
    from planbench.services.reports.kept import templates_of

    found = templates_of(library)
    pack = bound(library, project)
    if pack is None:
        return found, ()
    mine = {one.id: one for one in templates_in(pack, library)}
    there = {one.id for one in found}
    merged = [mine.get(one.id, one) for one in found]
    return (*merged, *(one for name, one in mine.items() if name not in there)), tuple(mine)


def complete(pack: Standards, library: Library | None) -> Standards:
    """The pack with the text of every ruleset and template that it names and that does not ship.

    Raises ModelError for an id that is neither in the pack nor on this computer.
    """
    from planbench.engines.reports.template import template_json
    from planbench.services.reports.compose import PRESETS

    rules = {one.id: one for one in rulesets_in(pack)}
    forms = {one.id: one for one in templates_in(pack, library)}
    lost = [name for name in pack.checks if name not in rules]
    lost += [name for name in pack.reports if name not in forms]
    if lost:
        raise ModelError(f"there is no ruleset or template “{lost[0]}”", pack.title)
    texts = [ruleset_text(rules[name]) for name in pack.checks if is_own(name)]
    bodies = [template_json(forms[name]) for name in pack.reports if name not in PRESETS]
    return replace(
        pack,
        rulesets=tuple(texts),
        templates=tuple(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in bodies),
    )


def profile_deviations(
    document: Document, pack: Standards, library: Library | None
) -> tuple[Deviation, ...]:
    """Where a document does not pass the pack's check profile, and what of the pack is missing.

    A ruleset tells what it flags as Quality measured it last; one that was not measured on this
    very schedule says so.
    """
    from planbench.engines.quality.result import FLAG

    found = []
    rules = {one.id: one for one in rulesets_in(pack)}
    main, digest = document.schedule.main_project, document.schedule.digest
    reports = {
        one.ruleset_id: one
        for one in document.quality
        if one.project == main and one.digest == digest
    }
    for name in pack.checks:
        report = reports.get(name)
        if name not in rules:
            words = "is neither in the pack nor on this computer"
            found.append(Deviation("check", name, words))
        elif report is None or report.version != rules[name].version:
            words = "has not been checked yet: open Quality"
            found.append(Deviation("check", rules[name].title, words))
        else:
            for metric in report.metrics:
                if metric.state == FLAG:
                    words = f"flags {metric.metric.title}"
                    found.append(Deviation("check", f"{report.ruleset.title}, {metric.id}", words))
    there = {one.id for one in templates_in(pack, library)}
    words = "is neither in the pack nor in the library"
    found += [Deviation("report", name, words) for name in pack.reports if name not in there]
    return tuple(found)
