import pytest

from planbench.domain.times import from_iso
from planbench.scenes.density import build_density


def test_the_density_strip_spans_all_rows_it_stands_for(plan):
    first, last = from_iso("2026-01-01"), from_iso("2026-04-01")
    scene = build_density(plan, 90.0, 2.0, first, last)
    strips = scene.items("strip") + scene.items("strip-critical")
    assert len(strips) == 2
    # rows 0-4: A30 and A10; rows 5-9: A20 to L10, where something is critical
    [(x, y, wide, _)] = scene.items("strip")
    assert (x, x + wide) == (pytest.approx(4), pytest.approx(63))
    assert y == 0
    [(x, y, wide, _)] = scene.items("strip-critical")
    assert (x, x + wide) == (pytest.approx(11), pytest.approx(63))
    assert y == 1
