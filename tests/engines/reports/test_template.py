"""Templates as data: read back as written, and refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.reports.template import (
    SCHEMA,
    filled,
    placeholders,
    template_from,
    template_json,
)

KINDS: dict[str, dict[str, Any]] = {"text": {}, "list": {"most": 5, "days": 2.0, "all": False}}


def given(**more: Any) -> dict[str, Any]:
    sections = [{"kind": "text", "title": "One", "text": "a {b} c"}]
    return {"schema": SCHEMA, "id": "mine", "title": "Mine", "sections": sections, **more}


def test_written_and_read_is_the_same() -> None:
    sections = [{"kind": "list", "on": False, "options": {"most": 9, "days": 3, "all": True}}]
    one = template_from(given(paper="A3", landscape=True, sections=sections), KINDS, "here")
    assert template_from(template_json(one), KINDS, "there") == one
    assert not one.parts[0].on
    assert one.parts[0].options["days"] == 3


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"schema": "x"}, "no report template"),
        ({"id": "No Good"}, "small letters"),
        ({"paper": "A9"}, "A4, A3"),
        ({"sections": []}, "no sections"),
        ({"other": 1}, "'other' is not known"),
        ({"sections": [{"kind": "nope"}]}, "section 1: there is no section 'nope'"),
        ({"sections": [{"kind": "list", "options": {"most": "x"}}]}, "'most' is of the wrong kind"),
        ({"sections": [{"kind": "list", "options": {"most": True}}]}, "of the wrong kind"),
        ({"sections": [{"kind": "list", "options": {"x": 1}}]}, "no option of 'list'"),
        ({"sections": [{"kind": "text", "text": "a } b"}]}, "a brace stands alone"),
        ({"sections": [{"kind": "text", "text": "{ }"}]}, "no name"),
        ({"sections": ["text"]}, "must be an object"),
    ],
)
def test_refusals(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        template_from(given(**more), KINDS, "mine.json")
    assert caught.value.line.startswith("mine.json")


def test_placeholders_are_filled_and_double_braces_stay() -> None:
    assert placeholders("{a} {{b}} { c }") == ("a", "c")
    assert filled("{a} {{b}} { c }", {"a": "1", "c": "3"}.__getitem__) == "1 {b} 3"
