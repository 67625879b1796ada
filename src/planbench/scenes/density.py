"""A plan with more rows than pixels: strips that each stand for many rows."""

from __future__ import annotations

import numpy as np

from planbench.domain.times import NO_TIME
from planbench.scenes.facts import BAND
from planbench.scenes.gantt import GanttPlan
from planbench.scenes.primitives import Scene


def build_density(
    plan: GanttPlan, width: float, height: float, first: int, last: int, ratio: float = 1.0
) -> Scene:
    """All rows squeezed into one picture: a strip a pixel row, red where something is critical.

    Each strip spans the earliest start and the latest finish of the rows it stands for.
    """
    scene = Scene(width, height)
    scene.add("rects", "paper", [(0.0, 0.0, width, height)])
    n = len(plan.rows)
    strips = min(n, int(height * ratio))
    if not strips or last <= first:
        return scene
    nodes = plan.rows.nodes
    start, finish = plan.facts.start[nodes], plan.facts.finish[nodes]
    band = (plan.facts.kind[nodes] == BAND) | (start == NO_TIME) | (finish == NO_TIME)
    top = np.iinfo(np.int64).max
    cuts = np.arange(strips) * n // strips
    low = np.minimum.reduceat(np.where(band, top, start), cuts)
    high = np.maximum.reduceat(np.where(band, NO_TIME, finish), cuts)
    critical = np.logical_or.reduceat(plan.facts.critical[nodes] & ~band, cuts)
    there = (high != NO_TIME) & (low != top)
    scale = width / (last - first)
    left = np.where(there, (low - first) * scale, 0.0)
    wide = np.maximum(np.where(there, (high - low) * scale, 0.0), 1.0 / ratio)
    y, step = np.arange(strips) * (height / strips), max(height / strips, 1.0 / ratio)
    for style, chosen in (("strip", there & ~critical), ("strip-critical", there & critical)):
        columns = (left[chosen], y[chosen], wide[chosen])
        rects = zip(*(column.tolist() for column in columns), strict=True)
        scene.add("rects", style, [(a, b, w, step) for a, b, w in rects])
    return scene
