"""A report as data: its sections in order, each a kind with a title, words and choices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from planbench.domain.errors import ModelError

SCHEMA = "planbench/report-template/1"

PAPERS = ("A4", "A3")

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_FORMAT = {
    "schema": str, "id": str, "title": str, "about": str,
    "paper": str, "landscape": bool, "sections": list,
}  # fmt: skip
_SECTION = {"kind": str, "title": str, "text": str, "on": bool, "options": dict}


@dataclass(frozen=True)
class Part:
    """One section of a template. `text` may have placeholders such as {finish}."""

    kind: str
    title: str
    text: str = ""
    on: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    """A kind of report."""

    id: str
    title: str
    about: str
    parts: tuple[Part, ...]
    paper: str = "A4"
    landscape: bool = False

    def with_parts(self, parts: tuple[Part, ...]) -> Template:
        """The same template with other sections."""
        return replace(self, parts=parts)


def template_from(given: Any, kinds: Mapping[str, Mapping[str, Any]], where: str) -> Template:
    """A template from JSON. `kinds` holds the options of every kind of section with defaults.

    Raises ModelError that names the section and what is wrong with it.
    """
    data = _checked(given, _FORMAT, where)
    if data.get("schema") != SCHEMA:
        raise ModelError(f"is no report template: 'schema' is not {SCHEMA}", where)
    if not _NAME.fullmatch(data.get("id", "")):
        raise ModelError("'id' must be small letters, digits and hyphens", where)
    paper = data.get("paper", "A4")
    if paper not in PAPERS:
        raise ModelError(f"'paper' must be one of {', '.join(PAPERS)}", where)
    sections = data.get("sections", [])
    if not sections:
        raise ModelError("has no sections", where)
    parts = tuple(
        _part(one, kinds, f"{where}, section {number}") for number, one in enumerate(sections, 1)
    )
    title = data.get("title") or data["id"]
    return Template(
        data["id"], title, data.get("about", ""), parts, paper, data.get("landscape", False)
    )


def _checked(given: Any, shape: Mapping[str, type], where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ModelError("must be an object", where)
    for key, value in given.items():
        if key not in shape:
            raise ModelError(f"'{key}' is not known", where, f"Known are {', '.join(shape)}.")
        if not isinstance(value, shape[key]):
            raise ModelError(f"'{key}' is of the wrong kind", where)
    return given


def _part(given: Any, kinds: Mapping[str, Mapping[str, Any]], where: str) -> Part:
    data = _checked(given, _SECTION, where)
    kind = data.get("kind", "")
    if kind not in kinds:
        raise ModelError(f"there is no section '{kind}'", where, f"Known are {', '.join(kinds)}.")
    options = data.get("options", {})
    for key, value in options.items():
        if key not in kinds[kind]:
            known = ", ".join(kinds[kind]) or "none"
            raise ModelError(f"'{key}' is no option of '{kind}'", where, f"Known: {known}.")
        usual = kinds[kind][key]
        alike = isinstance(value, type(usual)) or (
            isinstance(usual, float) and isinstance(value, int)
        )
        if not alike or isinstance(value, bool) != isinstance(usual, bool):
            raise ModelError(f"option '{key}' is of the wrong kind", where)
    text = data.get("text", "")
    for name in placeholders(text, where):
        if not name:
            raise ModelError("a placeholder has no name", where)
    return Part(kind, data.get("title", ""), text, data.get("on", True), dict(options))


def template_json(template: Template) -> dict[str, Any]:
    """The template as JSON, which `template_from` reads back as the same."""
    return {
        "schema": SCHEMA,
        "id": template.id,
        "title": template.title,
        "about": template.about,
        "paper": template.paper,
        "landscape": template.landscape,
        "sections": [
            {
                "kind": part.kind,
                "title": part.title,
                "text": part.text,
                "on": part.on,
                "options": dict(part.options),
            }
            for part in template.parts
        ],
    }


def placeholders(text: str, where: str = "") -> tuple[str, ...]:
    """Names in single braces, in order. Raises ModelError for a brace that stands alone."""
    found = []
    for match in _PLACE.finditer(text):
        if match[0] in ("{", "}"):
            raise ModelError(
                "a brace stands alone", where or text[:40], "Write {name}, or {{ for a brace."
            )
        if match[1] is not None:
            found.append(match[1].strip())
    return tuple(found)


def filled(text: str, value: Callable[[str], str]) -> str:
    """The text with every {name} replaced by `value(name)`, and double braces made single."""

    def one(match: re.Match[str]) -> str:
        if match[1] is not None:
            return value(match[1].strip())
        return match[0][0]

    return _PLACE.sub(one, text)
