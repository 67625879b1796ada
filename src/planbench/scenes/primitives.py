"""What a picture is made of: layers of one kind and one style, in paint order.

Coordinates are logical pixels with y downwards. Items are tuples of plain Python numbers and
texts, so that a painter never meets a numpy scalar. A style is a name such as "critical"; colours,
widths and fonts belong to the painter.

| kind | item |
|---|---|
| rects | (x, y, width, height) |
| lines | (x1, y1, x2, y2) |
| polygons | ((x, y), ...) closed and filled |
| wires | ((x, y), ...) open, horizontal and vertical stretches whose corners are rounded |
| texts | (x, baseline y, text); the style says how x is meant |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

KINDS = ("rects", "lines", "polygons", "wires", "texts")


@dataclass(frozen=True)
class Layer:
    """Items of one kind that are painted in one style; `opacity` is 0..1."""

    kind: str
    style: str
    items: list[Any]
    opacity: float = 1.0


@dataclass
class Scene:
    """A picture of `width` by `height` logical pixels."""

    width: float
    height: float
    layers: list[Layer] = field(default_factory=list)

    def add(self, kind: str, style: str, items: list[Any], opacity: float = 1.0) -> None:
        """Put a layer on top; nothing is added for no items."""
        if items:
            self.layers.append(Layer(kind, style, items, opacity))

    def items(self, style: str, kind: str | None = None) -> list[Any]:
        """All items of a style, in paint order."""
        return [
            item
            for layer in self.layers
            if layer.style == style and kind in (None, layer.kind)
            for item in layer.items
        ]

    def styles(self) -> list[str]:
        """Styles in paint order, each once."""
        return list(dict.fromkeys(layer.style for layer in self.layers))

    def between(self, top: float, bottom: float) -> Scene:
        """What of the picture reaches into a strip from side to side."""
        made = Scene(self.width, self.height)
        for layer in self.layers:
            reaches = (_reach(layer.kind, item) for item in layer.items)
            pairs = zip(layer.items, reaches, strict=True)
            items = [item for item, (low, high) in pairs if high >= top and low <= bottom]
            made.add(layer.kind, layer.style, items, layer.opacity)
        return made

    def strips_unlike(self, other: Scene) -> list[tuple[float, float]]:
        """(top, bottom) of whatever only one of two pictures has."""
        mine, theirs = self._by_style(), other._by_style()
        found = []
        for key in dict.fromkeys((*mine, *theirs)):
            one, two = mine.get(key, []), theirs.get(key, [])
            if one != two:
                found += [_reach(key[0], item) for item in set(one) ^ set(two)]
        return sorted(found)

    def _by_style(self) -> dict[tuple[str, str, float], list[Any]]:
        found: dict[tuple[str, str, float], list[Any]] = {}
        for layer in self.layers:
            found.setdefault((layer.kind, layer.style, layer.opacity), []).extend(layer.items)
        return found


_BEYOND = 16.0
"""Pixels that edges, letters and backings may reach above and below what an item says."""


def _reach(kind: str, item: Any) -> tuple[float, float]:
    """From where to where down the picture an item may be seen."""
    if kind == "rects":
        low, high = item[1], item[1] + item[3]
    elif kind == "lines":
        low, high = min(item[1], item[3]), max(item[1], item[3])
    elif kind == "texts":
        low = high = item[1]
    else:
        tops = [y for _, y in item]
        low, high = min(tops), max(tops)
    return low - _BEYOND, high + _BEYOND
