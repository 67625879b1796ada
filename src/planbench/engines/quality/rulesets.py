"""Rulesets from data: what a ruleset file says, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.quality.measures import MEASURES
from planbench.engines.quality.result import UNITS, Metric, Ruleset

AUTHORITIES = ("standard", "vendor", "contract", "house")

_TEXTS = ("id", "title", "measure", "question", "formula", "population", "unit", "better")
_KNOWN = {*_TEXTS, "threshold", "authority", "source", "options", "weight"}


def ruleset_from(data: Mapping[str, Any], where: str = "") -> Ruleset:
    """A ruleset from the content of its file.

    Raises ModelError, naming the metric, for anything missing, unknown or of the wrong kind.
    """
    for name in ("id", "version", "title", "summary", "authority", "source", "metric"):
        if name not in data:
            raise ModelError(f"a ruleset needs '{name}'", where)
    authority = str(data["authority"])
    metrics = tuple(_metric(item, authority, str(data["source"]), where) for item in data["metric"])
    ids = [metric.id for metric in metrics]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ModelError(f"metric {twice[0]} is there twice", where)
    return Ruleset(
        str(data["id"]),
        str(data["version"]),
        str(data["title"]),
        str(data["summary"]),
        authority,
        str(data["source"]),
        metrics,
    )


def _metric(item: Mapping[str, Any], authority: str, source: str, where: str) -> Metric:
    place = f"{where}, metric {item.get('id', '?')}"
    for name in _TEXTS:
        if not isinstance(item.get(name), str):
            raise ModelError(f"'{name}' is missing or not a text", place)
    unknown = sorted(set(item) - _KNOWN)
    if unknown:
        raise ModelError(f"'{unknown[0]}' is not known", place)
    if item["measure"] not in MEASURES:
        raise ModelError(f"there is no measure '{item['measure']}'", place)
    _among("unit", item["unit"], UNITS, place)
    _among("better", item["better"], ("lower", "higher"), place)
    _among("authority", item.get("authority", authority), AUTHORITIES, place)
    if not item["id"].strip() or not item["title"].strip():
        raise ModelError("a metric needs an id and a title", place)
    threshold = item.get("threshold")
    if threshold is not None and (
        isinstance(threshold, bool)
        or not isinstance(threshold, int | float)
        or not math.isfinite(threshold)
    ):
        raise ModelError("'threshold' is not a number", place)
    options = dict(item.get("options", {}))
    if item["measure"] == "expression" and not str(options.get("count", "")).strip():
        raise ModelError("'count' says nothing: write what is counted", place)
    weight = item.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1000:
        raise ModelError("'weight' is not a number from 0 to 1000", place)
    return Metric(
        **{name: item[name] for name in _TEXTS},
        threshold=None if threshold is None else float(threshold),
        authority=item.get("authority", authority),
        source=item.get("source", source),
        options=options,
        weight=float(weight),
    )


def _among(name: str, value: str, choices: tuple[str, ...], place: str) -> None:
    if value not in choices:
        raise ModelError(
            f"'{name}' cannot be '{value}'", place, f"Use one of {', '.join(choices)}."
        )
