"""What a model may say in short: templates of ranges by name, activities by a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError
from planbench.services.document import Document
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.engines.risk.distributions import Distribution
    from planbench.services.library import Library

TEMPLATES: dict[str, dict[str, Any]] = {
    name: {
        "distribution": "triangular",
        "as": "percent",
        "parameters": {"low": low, "mode": 100, "high": high},
    }
    for name, low, high in (
        ("Very sure", 95, 105),
        ("Sure", 90, 112),
        ("Fair", 85, 125),
        ("Unsure", 75, 150),
        ("Very unsure", 65, 190),
    )
}
"""Five levels of confidence as percent of the remaining duration; no standard says these figures:
a model's own `templates` replace them by name."""


TEMPLATE = "risk-template"
"""Kind of the library's entries that hold a user's own template, known by its name."""


def templates_of(library: Library | None) -> dict[str, dict[str, Any]]:
    """Templates by name: the five levels, and the library's own, which replace them by name."""
    own = library.entries(TEMPLATE) if library is not None else ()
    return {**TEMPLATES, **{entry.uid: dict(entry.body) for entry in own}}


def keep_template(library: Library, name: str, law: Distribution, unit: str) -> None:
    """Keep a range as a template for all projects of the library.

    Raises ModelError without a name, and StoreError when the library cannot be written.
    """
    from planbench.engines.risk.reading import law_json

    name = " ".join(name.split())
    if not name:
        raise ModelError("a template needs a name", "template")
    entry = Entry(TEMPLATE, name, law_json(law, unit))
    library.put_entries([entry], f"template of ranges {name}")


def forget_template(library: Library, name: str) -> None:
    """Take a template out of the library. Raises StoreError when it cannot be written."""
    library.delete_entries([Entry(TEMPLATE, name, {})], f"template of ranges {name}")


def in_full(given: Any, document: Document, library: Library | None = None) -> Any:
    """The JSON of a model with every template and every filter written out.

    Templates are the model's own, those of the library, and the five levels.

    Raises ModelError for a template that nobody knows, and for a filter that cannot be read or
    lets nothing pass.
    """
    if not isinstance(given, dict):
        return given
    own = given.get("templates", {})
    if not isinstance(own, dict):
        raise ModelError("must be an object of ranges by name", "templates")
    known = {**templates_of(library), **own}
    rest = {key: value for key, value in given.items() if key != "templates"}
    return _written_out(rest, known, document)


def _written_out(given: Any, templates: Mapping[str, Any], document: Document) -> Any:
    if isinstance(given, list):
        return [_written_out(item, templates, document) for item in given]
    if not isinstance(given, dict):
        return given
    if set(given) == {"filter"} and isinstance(given["filter"], str):
        return {"ids": list(ids_of_filter(document, given["filter"]))}
    made = {key: _written_out(item, templates, document) for key, item in given.items()}
    name = made.pop("template", None)
    if name is None:
        return made
    if name not in templates:
        raise ModelError(
            f"there is no template “{name}”", "template", f"Use {', '.join(templates)}."
        )
    return {**templates[name], **made}


def ids_of_filter(document: Document, words: str) -> tuple[str, ...]:
    """Ids of the activities that a filter of Schedule lets pass now.

    Raises ModelError for a filter that cannot be read or lets nothing pass.
    """
    from planbench.scenes.columns import flat_table
    from planbench.scenes.facts import activity_facts
    from planbench.scenes.fields import columns_of
    from planbench.scenes.filters import FilterError, matching, read_filter

    schedule = document.schedule
    columns = columns_of(schedule)
    table = flat_table(schedule, activity_facts(schedule, document.cpm, document.baseline))
    try:
        mask = matching(read_filter(words, columns), table, columns)
    except FilterError as error:
        raise ModelError(error.line, "where filter") from None
    if not mask.any():
        raise ModelError(f"no activity passes {words}", "where filter", "Change the filter.")
    return tuple(schedule.activities.code[mask].tolist())
