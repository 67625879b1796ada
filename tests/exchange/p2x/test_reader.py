"""ProTrack projects, and their earned value against the table the program itself published."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ImportRefused
from planbench.engines.control.measure import measure, summed
from planbench.exchange.p2x.reader import looks_like_p2x, read_updates
from planbench.exchange.registry import read_schedule
from planbench.services.control import scope_of

BUILDING = "C2011-12-Claeys-Verhelst-Premises.p2x"


@pytest.mark.parametrize("period", range(8))
def test_every_figure_of_the_published_table(shared: Path, period: int) -> None:
    data = (shared / "oracles" / "dslib" / BUILDING).read_bytes()
    text = (shared / "oracles" / "earned-schedule-C2011-12.json").read_text(encoding="utf-8")
    table = json.loads(text)
    told = table["rows"][period]
    plan, *updates = read_updates(data)
    found = measure(scope_of(updates[period], plan)[0])
    assert found.values.bac == pytest.approx(table["BAC"], abs=0.01)
    assert found.values.pv == pytest.approx(told["PV"], abs=1.0)
    assert found.values.ev == pytest.approx(told["EV"], abs=1.0)
    assert found.values.ac == pytest.approx(told["AC"], abs=1.0)
    assert found.planned_hours == table["PD_h"]
    assert found.actual_hours == told["AT_h"]
    assert found.earned_hours == pytest.approx(told["ES_h"], abs=1.0)
    assert found.p_factor == pytest.approx(float(told["p"].rstrip("%")) / 100, abs=0.0051)


def test_sums_hold_in_every_period_of_every_project(shared: Path) -> None:
    files = sorted((shared / "oracles" / "dslib").glob("*.p2x"))
    periods = 0
    for path in files:
        data = path.read_bytes()
        assert looks_like_p2x(data)
        plan, *updates = read_updates(data, path.name)
        for update in updates:
            scope = scope_of(update, plan)[0]
            found = measure(scope)
            values = found.values
            rows = summed(scope.item_activity, scope, found, len(plan))
            for name in ("bac", "pv", "ev", "ac"):
                total = sum(getattr(row, name) for row in rows)
                assert total == pytest.approx(getattr(values, name), abs=0.01)
            assert -1e-6 <= values.pv <= values.bac + 1e-6
            assert -1e-6 <= values.ev <= values.bac + 1e-6
            assert 0 <= found.earned_hours <= found.planned_hours
            assert found.p_factor is None or 0 <= found.p_factor <= 1 + 1e-9
            periods += 1
    assert (len(files), periods) == (13, 224)


def test_it_is_read_like_any_other_file(shared: Path) -> None:
    schedule = read_schedule(shared / "oracles" / "dslib" / BUILDING).schedule
    assert schedule.source.format == "p2x"
    assert len(schedule) == 49
    assert len(schedule.relationships) == 67
    assert np.unique(schedule.activities.status).tolist() == [2]


@pytest.mark.parametrize("data", [b"<Project/>", b"<Project", b"<!DOCTYPE x><Project/>"])
def test_what_is_no_project_is_refused(data: bytes) -> None:
    with pytest.raises(ImportRefused):
        read_updates(data, "x.p2x")


def test_numbers_beyond_any_plan_are_refused(shared: Path) -> None:
    data = (shared / "oracles" / "dslib" / BUILDING).read_bytes()
    text = data.decode("utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else "utf-8")
    name = "BaselineCostByUnit"
    for value in ("1e300", "-INF", "NaN"):
        there = text.index(f"<{name}>") + len(name) + 2
        spoilt = text[:there] + value + text[text.index(f"</{name}>", there) :]
        with pytest.raises(ImportRefused):
            read_updates(spoilt.encode(), "x.p2x")
