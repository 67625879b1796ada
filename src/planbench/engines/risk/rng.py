"""Random numbers that can be replayed: Philox4x32-10 and Latin hypercube strata.

Every number is a pure function of (seed, variable, iteration): the variable is a stable hash of
what is sampled (an activity's uid, a risk's id), so a new activity does not change the draws of
the others, and any block of iterations can be drawn by any thread in any order.

Philox: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from planbench.engines.kernel import row_kernel

REPLICATE = 1024
"""Iterations of one Latin hypercube; replicates are independent of each other."""

CHUNK = 32
"""Iterations that share a run of eight counters; blocks are multiples of it."""

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)

# what a stream of one variable is for
VALUE, OCCURS, FACTOR = 0, 1, 2
_STRATA = np.uint32(0x80000000)  # set in the purpose word when strata are drawn, not numbers


def stable_hash(text: str) -> int:
    """64 bits that stand for a name on every machine and in every version."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


@row_kernel
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Four 32-bit words of Philox4x32-10 for a counter of four words and a key of two."""
    for _ in range(10):
        p0 = np.uint64(c0) * _M0
        p1 = np.uint64(c2) * _M1
        n0 = np.uint32(np.uint32(p1 >> _S32) ^ c1 ^ k0)
        n2 = np.uint32(np.uint32(p0 >> _S32) ^ c3 ^ k1)
        c1 = np.uint32(p1 & _LOW)
        c3 = np.uint32(p0 & _LOW)
        c0 = n0
        c2 = n2
        k0 = np.uint32(k0 + _W0)
        k1 = np.uint32(k1 + _W1)
    return c0, c1, c2, c3


@row_kernel
def uniforms(out: Any, first: Any, low: Any, high: Any, purpose: Any, k0: Any, k1: Any) -> None:
    """Fill `out` (uint32) for iterations first, first + 1, ...

    `first` and the size of `out` are multiples of CHUNK; low and high are the halves of the
    variable's hash.
    """
    for base in range(0, out.size, CHUNK):
        c0 = np.uint32((first + base) // 4)
        for v in range(CHUNK // 4):
            a, b, c, d = philox(np.uint32(c0 + np.uint32(v)), low, high, purpose, k0, k1)
            out[base + v] = a
            out[base + CHUNK // 4 + v] = b
            out[base + CHUNK // 2 + v] = c
            out[base + CHUNK * 3 // 4 + v] = d


@row_kernel
def stratify(out: Any, first: Any, low: Any, high: Any, purpose: Any, k0: Any, k1: Any) -> None:
    """Turn plain numbers into one replicate's strata: each of the 1,024 strata comes once.

    The stratum of an iteration is a keyed bijection of its index within the replicate, so no
    permutation is stored. The plain number stays as the position within the stratum.
    """
    mask = np.uint32(REPLICATE - 1)
    replicate = np.uint32(first // REPLICATE)
    a, b, c, d = philox(replicate, low, high, np.uint32(purpose | _STRATA), k0, k1)
    five, ten, twenty = np.uint32(5), np.uint32(10), np.uint32(22)
    m1 = np.uint32(b | np.uint32(1))
    m2 = np.uint32(c | np.uint32(1))
    m3 = np.uint32(d | np.uint32(1))
    x1 = np.uint32(b >> twenty)
    x2 = np.uint32(c >> twenty)
    x3 = np.uint32(d >> twenty)
    start = np.uint32(first % REPLICATE)
    for v in range(out.size):
        x = np.uint32(np.uint32(start + np.uint32(v)) ^ a) & mask
        x = np.uint32(x * m1) & mask
        x = np.uint32(x ^ (x >> five) ^ x1)
        x = np.uint32(x * m2) & mask
        x = np.uint32(x ^ (x >> five) ^ x2)
        x = np.uint32(x * m3) & mask
        x = np.uint32(x ^ (x >> five) ^ x3)
        out[v] = np.uint32((x << twenty) | (out[v] >> ten))


@row_kernel
def draw(
    out: Any, first: Any, low: Any, high: Any, purpose: Any, k0: Any, k1: Any, strata: Any
) -> None:
    """Uniform 32-bit numbers of one variable, stratified when `strata` is true."""
    uniforms(out, first, low, high, purpose, k0, k1)
    if strata:
        stratify(out, first, low, high, purpose, k0, k1)
