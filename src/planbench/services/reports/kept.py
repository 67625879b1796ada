"""Templates that users keep in their library, for all its projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planbench.domain.errors import ModelError, StoreError
from planbench.engines.reports.template import Template, template_json
from planbench.services.reports.compose import PRESETS, checked, shipped_templates
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

KIND = "report-template"


def templates_of(library: Library | None) -> tuple[Template, ...]:
    """The shipped templates, then those of the library by their titles.

    One that this program does not understand is left out. Raises StoreError when the library
    cannot be read.
    """
    own: list[Template] = []
    for entry in library.entries(KIND) if library is not None else ():
        try:
            own.append(checked(entry.body, entry.uid))
        except ModelError:
            continue  # made by a later program: it stays in the library as it is
    own.sort(key=lambda one: one.title.casefold())
    return (*shipped_templates(), *own)


def keep_template(library: Library | None, template: Template) -> None:
    """Keep a template of the user's own. Raises StoreError when it cannot be kept."""
    if library is None:
        raise StoreError("templates are kept in a library", mend="Open one first.")
    if library.read_only:
        raise StoreError(library.read_only)
    if template.id in PRESETS:
        raise StoreError(f"the template '{template.id}' ships with planbench", mend="Rename yours.")
    entry = Entry(KIND, template.id, template_json(template))
    library.put_entries([entry], f"report template {template.title}")


def drop_template(library: Library, template: Template) -> None:
    """Forget a template of the user's own. Raises StoreError when that is not possible."""
    found = [one for one in library.entries(KIND) if one.uid == template.id]
    library.delete_entries(found, f"report template {template.title} deleted")


def own_id(title: str, taken: set[str]) -> str:
    """An id for a template that no other has, made of its title."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in title.casefold())
    words = [word for word in plain.split("-") if word]
    stem = "-".join(words)[:48].strip("-") or "template"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
