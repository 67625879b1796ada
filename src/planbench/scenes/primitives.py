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
