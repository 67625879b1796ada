"""Drawing the durations of a block of iterations, compiled.

`lawhead`, `values` and `chances` are the pool of laws; `xi` and `xf` the whole numbers and the
fractions of each activity's range (see `planbench.engines.risk.variables`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from planbench.engines.kernel import row_kernel
from planbench.engines.risk.correlation import (
    GROUP_FIRST,
    GROUP_HIGH,
    GROUP_LOW,
    GROUP_WEIGHTS,
)
from planbench.engines.risk.distributions import STEPS, TABLE
from planbench.engines.risk.occurrence import (
    RISK_FROM,
    RISK_GROUP,
    RISK_HIGH,
    RISK_IF,
    RISK_LOW,
    RISK_PARENT,
    RISK_TO,
)
from planbench.engines.risk.rng import FACTOR, OCCURS, VALUE, draw
from planbench.engines.risk.variables import (
    GROUP,
    HIGH,
    LAW,
    LAW_COUNT,
    LAW_KIND,
    LAW_OFFSET,
    LOCATION,
    LOW,
    OWN,
    PARALLEL,
    RISK,
    SCALE,
    SHARED,
    SIGN,
    THRESHOLD,
)

SCORE_STEPS = 512
SCORE_END = 8
"""The normal distribution function is tabulated from -8 to 8 in steps of 1/512."""

_TWO32 = 4294967296.0
_ZERO = np.int32(0)
_VALUE, _OCCURS, _FACTOR = np.uint32(VALUE), np.uint32(OCCURS), np.uint32(FACTOR)


@row_kernel
def quantiles(lawhead: Any, values: Any, chances: Any, k: Any, word: Any, out: Any) -> None:
    """One row of 32-bit numbers as values of law k."""
    offset, count = lawhead[k, LAW_OFFSET], lawhead[k, LAW_COUNT]
    if lawhead[k, LAW_KIND] == TABLE:
        base = np.uint64(offset)
        mask = np.uint32(0x3FFFFF)
        for v in range(word.size):
            u = word[v]
            interval = np.uint64(u >> np.uint32(22))
            low = values[base + interval]
            share = (np.float64(u & mask) + 0.5) * (1.0 / 4194304.0)
            out[v] = low + share * (values[base + interval + np.uint64(1)] - low)
        for v in range(word.size):
            interval = word[v] >> np.uint32(22)
            if interval in (0, 1023):
                rest = word[v] & mask
                tail = np.uint64(1025) if interval == 0 else np.uint64(2050)
                at = base + tail + np.uint64(rest >> np.uint32(12))
                part = (np.float64(rest & np.uint32(0xFFF)) + 0.5) * (1.0 / 4096.0)
                out[v] = values[at] + part * (values[at + np.uint64(1)] - values[at])
        return
    stepped = lawhead[k, LAW_KIND] == STEPS
    for v in range(word.size):
        u = (np.float64(word[v]) + 0.5) / _TWO32
        a, b = offset, offset + count - 1
        while a < b:
            middle = (a + b) // 2
            if chances[middle] < u:
                a = middle + 1
            else:
                b = middle
        if stepped or a == offset:
            out[v] = values[a]
        else:
            width = chances[a] - chances[a - 1]
            portion = (u - chances[a - 1]) / width if width > 0 else 1.0
            out[v] = values[a - 1] + portion * (values[a] - values[a - 1])


@row_kernel
def _scaled(
    lawhead: Any,
    values: Any,
    chances: Any,
    xi: Any,
    xf: Any,
    row: Any,
    first: Any,
    purpose: Any,
    k0: Any,
    k1: Any,
    strata: Any,
    word: Any,
    out: Any,
) -> None:
    """Draws of location + scale * law; the location alone where there is no law."""
    k, location, scale = xi[row, LAW], xf[row, LOCATION], xf[row, SCALE]
    if k < 0:
        for v in range(out.size):
            out[v] = location
        return
    low, high = np.uint32(xi[row, LOW]), np.uint32(xi[row, HIGH])
    draw(word, first, low, high, purpose, k0, k1, strata)
    quantiles(lawhead, values, chances, k, word, out)
    for v in range(out.size):
        out[v] = location + scale * out[v]


@row_kernel
def shared_draws(x: Any, rows: Any, scores: Any, first: Any, k0: Any, k1: Any, strata: Any) -> None:
    """Scores of correlation groups, factors of drivers and impacts of risks for one block."""
    lawhead, values, chances, word = x.lawhead, x.values, x.chances, rows.word
    _group_scores(
        lawhead, values, chances, x.groups, x.mix, rows.score, word, first, k0, k1, strata
    )
    di, ii = x.driver_i, x.impact_i
    for d in range(di.shape[0]):
        out = rows.factor[d]
        _scaled(
            lawhead, values, chances, di, x.driver_f, d, first, _FACTOR, k0, k1, strata, word, out
        )
        low, high = np.uint32(di[d, LOW]), np.uint32(di[d, HIGH])
        draw(word, first, low, high, _OCCURS, k0, k1, strata)
        for v in range(out.size):
            if np.int64(word[v]) >= di[d, THRESHOLD]:
                out[v] = 1.0
    _occurrences(x, rows, scores, first, k0, k1, strata)
    for i in range(ii.shape[0]):
        out = rows.impact[i]
        _scaled(
            lawhead, values, chances, ii, x.impact_f, i, first, _VALUE, k0, k1, strata, word, out
        )
        occurs = rows.occurs[ii[i, RISK]]
        for v in range(out.size):
            if occurs[v] == 0:
                out[v] = 0.0


@row_kernel
def _group_scores(
    lawhead: Any,
    values: Any,
    chances: Any,
    groups: Any,
    mix: Any,
    score: Any,
    word: Any,
    first: Any,
    k0: Any,
    k1: Any,
    strata: Any,
) -> None:
    """One normal score a group; those of a matrix are mixed from the last row upwards, in place."""
    for g in range(groups.shape[0]):
        low, high = np.uint32(groups[g, GROUP_LOW]), np.uint32(groups[g, GROUP_HIGH])
        draw(word, first, low, high, _VALUE, k0, k1, strata)
        quantiles(lawhead, values, chances, 0, word, score[g])
    for g in range(groups.shape[0] - 1, -1, -1):
        start, weights = groups[g, GROUP_FIRST], groups[g, GROUP_WEIGHTS]
        if start >= 0:
            own, weight = score[g], mix[weights + g - start]
            for v in range(own.size):
                own[v] *= weight
            for k in range(start, g):
                other, weight = score[k], mix[weights + k - start]
                for v in range(own.size):
                    own[v] += weight * other[v]


@row_kernel
def _occurrences(x: Any, rows: Any, scores: Any, first: Any, k0: Any, k1: Any, strata: Any) -> None:
    """Which risks occur in which iterations; those that others depend on come first."""
    ri, rf, word, z = x.risk_i, x.risk_f, rows.word, rows.value[1]
    for r in range(ri.shape[0]):
        low, high = np.uint32(ri[r, RISK_LOW]), np.uint32(ri[r, RISK_HIGH])
        draw(word, first, low, high, _OCCURS, k0, k1, strata)
        if ri[r, RISK_GROUP] >= 0:
            quantiles(x.lawhead, x.values, x.chances, 0, word, z)
            _correlate(scores, rows.score[ri[r, RISK_GROUP]], rf[r, 0], rf[r, 1], z, word)
        out, start, end = rows.occurs[r], ri[r, RISK_FROM], ri[r, RISK_TO]
        for v in range(out.size):
            w = np.int64(word[v])
            out[v] = start <= w < end
        if ri[r, RISK_PARENT] >= 0:
            parent, end = rows.occurs[ri[r, RISK_PARENT]], ri[r, RISK_IF]
            for v in range(out.size):
                if parent[v] != 0:
                    out[v] = np.int64(word[v]) < end


@row_kernel
def draw_range(
    lawhead: Any,
    values: Any,
    chances: Any,
    scores: Any,
    xi: Any,
    xf: Any,
    j: Any,
    first: Any,
    k0: Any,
    k1: Any,
    strata: Any,
    score: Any,
    word: Any,
    value: Any,
    out: Any,
) -> None:
    """Durations of activity j by its range alone: into `value` in minutes, rounded into `out`."""
    k = xi[j, LAW]
    row = value[0]
    location, scale = xf[j, LOCATION], xf[j, SCALE]
    if k < 0:
        for v in range(out.size):
            row[v] = location
    else:
        low, high = np.uint32(xi[j, LOW]), np.uint32(xi[j, HIGH])
        draw(word, first, low, high, _VALUE, k0, k1, strata)
        if xi[j, GROUP] >= 0:
            quantiles(lawhead, values, chances, 0, word, value[1])
            _correlate(scores, score[xi[j, GROUP]], xf[j, SHARED], xf[j, OWN], value[1], word)
        quantiles(lawhead, values, chances, k, word, row)
        for v in range(out.size):
            row[v] = location + scale * row[v]
    for v in range(out.size):
        out[v] = max(np.int32(row[v] + 0.5), _ZERO)


@row_kernel
def _correlate(scores: Any, group: Any, shared: Any, own: Any, z: Any, word: Any) -> None:
    """Uniform numbers whose normal scores share the group's score."""
    for v in range(word.size):
        s = (shared * group[v] + own * z[v] + SCORE_END) * SCORE_STEPS
        s = min(max(s, 0.0), SCORE_STEPS * SCORE_END * 2.0 - 1.0)
        at = int(s)
        p = scores[at] + (s - at) * (scores[at + 1] - scores[at])
        word[v] = np.uint32(min(max(p * _TWO32, 0.0), _TWO32 - 1.0))


@row_kernel
def apply_risks(
    ii: Any,
    driver_start: Any,
    drivers: Any,
    impact_start: Any,
    impacts: Any,
    minutes: Any,
    factor: Any,
    impact: Any,
    j: Any,
    value: Any,
    out: Any,
) -> None:
    """Multiply the durations in `value[0]` by the factors of drivers and add impacts of risks."""
    row = value[0]
    for d in range(driver_start[j], driver_start[j + 1]):
        own = factor[drivers[d]]
        for v in range(out.size):
            row[v] *= own[v]
    for k in range(2, 6):
        for v in range(out.size):
            value[k, v] = 0.0
    for e in range(impact_start[j], impact_start[j + 1]):
        i = impacts[e]
        effect, unit = impact[i], minutes[e]
        side = 2 if ii[i, SIGN] > 0 else 4
        total, most = value[side], value[side + 1]
        for v in range(out.size):
            x = effect[v] * unit if unit > 0 else effect[v] * row[v] * 0.01
            if ii[i, PARALLEL]:
                most[v] = max(most[v], x)
            else:
                total[v] += x
    for v in range(out.size):
        x = row[v] + max(value[2, v], value[3, v]) - max(value[4, v], value[5, v])
        out[v] = max(np.int32(x + 0.5), _ZERO)
