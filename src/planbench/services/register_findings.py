"""Findings on what is done about risks: raised by themselves, in Quality and in the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planbench.engines.register.mitigation import RULES, ActionLink
from planbench.services.document import Document
from planbench.services.findings import keep_review, load_review, now

if TYPE_CHECKING:
    from planbench.engines.findings.life import Seen
    from planbench.engines.findings.rounds import Review
    from planbench.services.library import Library


def with_actions(review: Review, document: Document, links: Sequence[ActionLink]) -> Review:
    """The review with findings on the actions of the register, as they stand in a document.

    A finding stands on the action's activity, on its risk where the programme has none.
    """
    from planbench.engines.findings.beside import beside

    return beside(review, _seen(document, links), now())


def raise_on_actions(library: Library, document: Document) -> bool:
    """Keep the findings on the actions of a document's register; whether any of them moved.

    A schedule with edits that were not filed, and a library that is only read, raise none. Raises
    StoreError when the library cannot be used, ModelError for what cannot be read.
    """
    from planbench.services.register import action_links, register_of

    project = document.library_project
    if project is None or library.read_only:
        return False
    kept = library.update(document.update) if document.update is not None else None
    if kept is not None and kept.digest != document.schedule.digest:
        return False
    before = load_review(library, project)
    links = action_links(document, register_of(document, library), library)
    after = with_actions(before, document, links)
    return keep_review(library, project, before, after, "actions of the risk register") > 0


def _seen(document: Document, links: Sequence[ActionLink]) -> Seen:
    from planbench.engines.findings.life import Found, Seen
    from planbench.engines.findings.observe import Evidence
    from planbench.engines.findings.rounds import Place

    schedule = document.schedule
    evidence = Evidence(schedule, document.cpm)
    said: dict[tuple[str, str, str], list[str]] = {}
    names: dict[str, str] = {}
    for link in links:
        at = ("risk", link.risk.id)
        if link.action.activity in evidence.row_of:
            at = ("activity", link.action.activity)
        names[link.risk.id] = link.risk.title
        for issue in link.issues:
            words = f"{link.risk.id}, {link.action.text}: {issue.words}"
            said.setdefault((issue.rule, *at), []).append(words)
    found = []
    for (rule, kind, key), told in said.items():
        place = evidence.look(kind, key) or Place(key, names.get(key, ""))
        shown = replace(place, said="; ".join(told))
        found.append(Found(rule, kind, shown, *RULES[rule]))
    counts = {rule: sum(rule == one for one, _, _ in said) for rule in RULES}
    figures: dict[str, dict[str, Any]] = {
        rule: {
            "title": title,
            "state": "flag" if counts[rule] else "pass",
            "value": float(counts[rule]),
            "limit": 0.0,
            "unit": "actions",
            "numerator": float(counts[rule]),
            "denominator": float(len(links)),
        }
        for rule, (title, _) in RULES.items()
    }

    def reason(rule: str, kind: str, key: str) -> str:
        return f"the register no longer shows it on {key}"

    label = document.update_label or document.title
    return Seen(
        schedule.digest, label, schedule.data_date, figures, tuple(found), evidence.look, reason
    )
