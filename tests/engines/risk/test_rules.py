"""Schedules of Microsoft Project run only where the rules of the simulation date them alike."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.errors import ScheduleError
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.rules import network_for_runs
from planbench.engines.risk.simulate import RunOptions, simulate
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.services.scheduling import recalculate, with_options


def read(shared, name) -> Document:
    document = open_file(shared / "corpus" / "msproject" / name)
    recalculate(document)
    return document


@pytest.fixture(scope="module")
def names(shared):
    return sorted(path.name for path in (shared / "corpus" / "msproject").glob("*.xml"))


def test_a_run_without_ranges_is_the_calculation_or_is_refused(shared, names) -> None:
    ran, refused = 0, []
    for name in names:
        document = read(shared, name)
        try:
            network, dates = network_for_runs(document.schedule, document.cpm)
        except ScheduleError as error:
            refused.append(str(error))
            continue
        result = simulate(network, dates, RiskModel(), RunOptions(64, 1))
        assert set(result.finish.tolist()) == {result.deterministic}
        rows = np.flatnonzero(result.simulated & (document.schedule.activities.status != 2))
        theirs = document.cpm.early_finish[rows]
        assert np.abs(result.finish_mean[rows] - theirs).max() <= 4 * 1440  # a long weekend
        assert np.array_equal(dates.project_finish, document.cpm.project_finish)
        ran += 1
    assert ran
    assert refused
    assert all("Microsoft Project's rules date" in line for line in refused)


def test_a_refused_schedule_runs_with_the_rules_of_p6(shared, names) -> None:
    document = read(shared, "timephased.xml")
    with pytest.raises(ScheduleError, match=r"Calculate the schedule with the rules of P6"):
        network_for_runs(document.schedule, document.cpm)
    document.schedule = with_options(document.schedule, (), "p6")
    recalculate(document)
    network, dates = network_for_runs(document.schedule, document.cpm)
    result = simulate(network, dates, RiskModel(), RunOptions(64, 1))
    assert result.deterministic == int(document.cpm.project_finish[0])


def test_the_dates_of_the_other_rules_are_found_where_none_are_given(shared) -> None:
    document = read(shared, "task-links-2019.xml")
    _, dates = network_for_runs(document.schedule, None)
    assert np.array_equal(dates.project_finish, document.cpm.project_finish)
