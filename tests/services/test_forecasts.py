"""Estimates at completion beside the performance factors, worked out by hand; order of work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.schedule import ActivityType
from planbench.engines.control.indices import Values
from planbench.services.control import ControlReport, library_report
from planbench.services.control_history import Point
from planbench.services.document import Document
from planbench.services.forecasts import (
    Forecast,
    effort_share,
    forecasts_of,
    keep_manual,
    manual_of,
    remarks_of,
    work_order,
)
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate

Sample = tuple[Library, Document, ControlReport]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder: Path = tmp_path_factory.mktemp("forecasts")
    with Library.open(folder / "l.planbench", Recents(folder / "r.json")) as library:
        ensure_sample(library)
        latest = library.projects()[0].latest
        assert latest is not None
        document = library.open_update(latest.id)
        recalculate(document)
        yield library, document, library_report(document, library)


def named(found: tuple[Forecast, ...]) -> dict[str, Forecast]:
    return {one.name: one for one in found}


def test_the_recent_index_counts_what_the_last_updates_gained(sample: Sample) -> None:
    """EV 10, 20, 40, 70 and AC 10, 25, 50, 90: the last three earned 60 for 80, CPI 0.75."""
    library, document, report = sample
    run = [(10.0, 10.0), (20.0, 25.0), (40.0, 50.0), (70.0, 90.0)]
    values = [Values(100.0, 50.0, ev, ac) for ev, ac in run]
    points = tuple(Point(k, "", one, 1.0) for k, one in enumerate(values))
    measured = replace(report.measured, values=Values(100.0, 50.0, 70.0, 90.0))
    made = named(
        forecasts_of(document, library, replace(report, measured=measured, history=points))
    )
    assert made["CPI of the last 3 updates"].eac == pytest.approx(90 + 30 / 0.75)
    assert made["CPI of the last 6 updates"].eac is None


def test_bottom_up_adds_what_the_schedule_still_holds(sample: Sample) -> None:
    library, document, report = sample
    schedule = document.schedule
    left = 0.0
    for table in (schedule.assignments, schedule.expenses):
        for activity, cost in zip(table.activity, table.remaining_cost, strict=True):
            left += float(cost) if activity >= 0 else 0.0
    made = named(forecasts_of(document, library, report))
    assert made["Bottom-up"].eac == pytest.approx(report.measured.values.ac + left)
    assert made["PF CPI"].eac == report.eac


def test_an_estimate_set_by_hand_needs_a_reason_and_can_be_taken_back(sample: Sample) -> None:
    library, document, report = sample
    project = document.library_project
    with pytest.raises(ModelError, match="reason"):
        keep_manual(library, project, 5e8, " ")
    with pytest.raises(ModelError, match="below zero"):
        keep_manual(library, project, -1.0, "x")
    keep_manual(library, project, 4e8, "Claim settled")
    found = named(forecasts_of(document, library, report))["Set by hand"]
    assert (found.eac, found.formula) == (4e8, "Claim settled")
    assert "The forecast is below what is already spent." in found.flags
    keep_manual(library, project, 0.0, "")
    assert manual_of(library, project) is None


def test_the_order_of_work_makes_the_p_factor(sample: Sample) -> None:
    """1 - p is what was impeded, as a share of all that the plan had at ES."""
    library, document, report = sample
    lines = work_order(document, library, report)
    impeded = sum(one.planned - one.earned for one in lines if one.reading == "impeded")
    assert report.measured.p_factor is not None
    assert impeded == pytest.approx(
        (1 - report.measured.p_factor) * report.measured.values.ev, rel=1e-4
    )
    apart = [abs(one.planned - one.earned) for one in lines]
    assert apart == sorted(apart, reverse=True)


def test_much_level_of_effort_is_remarked(sample: Sample) -> None:
    """One of ten activities of equal budget is 10 %, two are 20 %: more than 15 %."""
    _, document, report = sample
    ten = tuple(replace(report.activities[k], row=k, values=Values(bac=1.0)) for k in range(10))
    measured = replace(report.measured, values=Values(bac=10.0))
    made = replace(report, activities=ten, measured=measured)
    for count, told in ((1, False), (2, True)):
        kinds = np.zeros(len(document.schedule), dtype=np.int8)
        kinds[:count] = ActivityType.LEVEL_OF_EFFORT
        schedule = replace(
            document.schedule, activities=replace(document.schedule.activities, type=kinds)
        )
        changed = replace(document, schedule=schedule)
        assert effort_share(changed, made) == pytest.approx(count / 10)
        words = [one for one in remarks_of(changed, made) if one.startswith("Level of effort")]
        assert bool(words) == told
