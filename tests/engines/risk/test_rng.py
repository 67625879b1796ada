"""The generator against the published known answer, and the strata against their definition."""

from __future__ import annotations

import numpy as np

from planbench.engines.risk.rng import REPLICATE, draw, philox, stable_hash

Z = np.uint32(0)


def test_known_answers_of_the_random123_library() -> None:
    assert [hex(w) for w in philox(Z, Z, Z, Z, Z, Z)] == [
        "0x6627e8d5",
        "0xe169c58d",
        "0xbc57ac4c",
        "0x9b00dbd8",
    ]
    f = np.uint32(0xFFFFFFFF)
    assert [hex(w) for w in philox(f, f, f, f, f, f)] == [
        "0x408f276d",
        "0x41c83b0e",
        "0xa20bc7c6",
        "0x6d5451fd",
    ]


def _numbers(name: str, n: int, width: int, strata: bool, seed: int = 3) -> np.ndarray:
    h = stable_hash(name)
    low, high = np.uint32(h & 0xFFFFFFFF), np.uint32(h >> 32)
    out = np.zeros(n, dtype=np.uint32)
    for first in range(0, n, width):
        draw(out[first : first + width], first, low, high, Z, np.uint32(seed), Z, strata)
    return out


def test_each_stratum_comes_once_in_a_replicate() -> None:
    for name in ("a", "b", "activity 1200", "ω"):
        numbers = _numbers(name, 3 * REPLICATE, 64, True)
        for part in numbers.reshape(3, REPLICATE):
            assert sorted((part >> 22).tolist()) == list(range(REPLICATE))


def test_strata_of_different_variables_and_replicates_are_independent() -> None:
    columns = [_numbers(str(k), REPLICATE, 64, True).astype(float) for k in range(60)]
    matrix = np.corrcoef(columns)
    off = matrix[np.triu_indices(60, 1)]
    assert abs(off.mean()) < 0.005
    assert 0.027 < off.std() < 0.036  # 1 / sqrt(1023) = 0.0313 for independent permutations


def test_numbers_do_not_depend_on_the_width_of_the_blocks() -> None:
    for strata in (True, False):
        wide, narrow = (_numbers("x", 2048, width, strata) for width in (64, 32))
        assert np.array_equal(wide, narrow)


def test_plain_numbers_are_uniform() -> None:
    u = _numbers("x", 65536, 64, False) / 2**32
    counts = np.bincount((u * 64).astype(int), minlength=64)
    chi2 = ((counts - 1024) ** 2 / 1024).sum()
    assert 30 < chi2 < 110  # 63 degrees of freedom
    assert not np.array_equal(u[:10], _numbers("x", 64, 64, False, seed=4)[:10] / 2**32)
