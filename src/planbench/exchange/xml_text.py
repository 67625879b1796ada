"""Writing XML as text: quicker than a tree and enough for files of plain records."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile("[&<>\r]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def escaped(text: str) -> str:
    """The text with markup escaped, without the characters that XML cannot hold."""
    if text.isalnum():
        return text
    return _MARKUP.sub(lambda found: _ENTITIES[found[0]], _FORBIDDEN.sub("", text))


def leaf(tag: str, text: str) -> str:
    """An element that holds text."""
    return f"<{tag}>{escaped(text)}</{tag}>"


def leaves(fields: Iterable[tuple[str, str]]) -> str:
    """Elements for the fields that are not empty."""
    return "".join([f"<{tag}>{escaped(text)}</{tag}>" for tag, text in fields if text])


def node(tag: str, *content: str) -> str:
    """An element around other ones, on a line of its own."""
    return f"<{tag}>{''.join(content)}</{tag}>\n"
