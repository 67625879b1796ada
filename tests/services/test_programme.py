"""Projects of a library summed: indices from sums, currencies apart, why one is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planbench.engines.control.indices import Values
from planbench.services.control import library_report
from planbench.services.control_history import Point
from planbench.services.library import Library
from planbench.services.programme import NO_BASELINE, Member, Programme, programme_of
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder: Path = tmp_path_factory.mktemp("programme")
    with Library.open(folder / "l.planbench", Recents(folder / "r.json")) as made:
        ensure_sample(made)
        yield made


def member(name: str, currency: str, values: Values | None) -> Member:
    point = None if values is None else Point(0, "U1", values, 0.9, currency)
    return Member(1, 1, name, name, currency, point, "" if values else NO_BASELINE)


def test_indices_come_from_sums_and_are_never_averaged() -> None:
    """Earned 100 for 50 and 10 for 20: 110 / 70 = 1.571, where the mean would be 1.25."""
    one = member("A", "EUR", Values(200.0, 100.0, 100.0, 50.0))
    other = member("B", "EUR", Values(50.0, 25.0, 10.0, 20.0))
    (total,) = Programme((one, other)).sums.values()
    assert total.cpi == pytest.approx(110 / 70)
    assert total.spi == pytest.approx(110 / 125)
    assert total.bac == 250.0


def test_currencies_stay_apart_and_projects_without_a_plan_add_nothing() -> None:
    programme = Programme(
        (
            member("A", "EUR", Values(10.0, 5.0, 5.0, 5.0)),
            member("B", "NOK", Values(900.0, 90.0, 90.0, 90.0)),
            member("C", "EUR", None),
        )
    )
    assert {name: total.bac for name, total in programme.sums.items()} == {
        "EUR": 10.0,
        "NOK": 900.0,
    }
    assert [one.name for one in programme.measured] == ["A", "B"]


def test_a_project_stands_where_control_says_it_stands(library: Library) -> None:
    (found,) = programme_of(library).members
    document = library.open_update(found.update)
    recalculate(document)
    report = library_report(document, library)
    assert found.point is not None
    assert found.point.values == report.measured.values
    assert (found.currency, found.point.spi_t) == (report.currency, report.measured.spi_t)
    again = programme_of(library)  # from what was kept
    assert again.members == (found,)


def test_a_project_without_a_baseline_says_so(library: Library) -> None:
    project = library.projects()[0]
    library.file.set_baseline(project.id, None)
    try:
        (found,) = programme_of(library).members
    finally:
        library.file.set_baseline(project.id, project.baseline)
    assert (found.point, found.why_not) == (None, NO_BASELINE)
