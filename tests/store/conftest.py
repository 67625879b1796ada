"""Schedules with something in every table, made by hypothesis or by hand."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from planbench.domain import schedule as domain
from planbench.domain.calendars import Calendar
from planbench.domain.schedule import (
    Baseline,
    BaselineColumns,
    Critical,
    FloatType,
    LagCalendar,
    Logic,
    Project,
    Schedule,
    ScheduleOptions,
    Source,
)
from planbench.domain.times import NO_TIME
from planbench.store.library_file import LibraryFile
from planbench.store.records import NewUpdate

minutes = st.one_of(st.just(NO_TIME), st.integers(-(2**62), 2**62))
texts = st.text(max_size=4)

_VALUES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "Minutes": (np.int64, minutes),
    "Rows": (np.int32, st.integers(-1, 5)),
    "Codes": (np.int8, st.integers(-1, 9)),
    "Numbers": (np.float64, st.one_of(st.just(float("nan")), st.floats(0, 1e12))),
    "Flags": (np.bool_, st.booleans()),
}


@st.composite
def tables(draw: st.DrawFn, kind: type[domain.Table]) -> domain.Table:
    n = draw(st.integers(0, 3))
    columns: dict[str, Any] = {}
    for item in fields(kind):
        name = str(item.type)
        if name == "Texts":
            columns[item.name] = draw(st.lists(texts, min_size=n, max_size=n))
        else:
            dtype, values = _VALUES[name]
            columns[item.name] = draw(arrays.arrays(dtype, n, elements=values))
    return domain.make_table(kind, n, **columns)


options = st.builds(
    ScheduleOptions,
    logic=st.sampled_from(Logic),
    lag_calendar=st.sampled_from(LagCalendar),
    float_type=st.sampled_from(FloatType),
    critical=st.sampled_from(Critical),
    critical_threshold=minutes,
    open_ends_critical=st.booleans(),
    engine=st.sampled_from(["p6", "msp"]),
)
projects = st.builds(
    Project,
    uid=texts,
    code=texts,
    name=texts,
    data_date=minutes,
    must_finish_by=minutes,
    calendar=st.integers(-1, 3),
    exported=st.booleans(),
    options=options,
)
shifts = st.lists(st.tuples(st.integers(0, 700), st.integers(701, 1440)), max_size=2).map(tuple)
calendars = st.builds(
    Calendar,
    uid=texts,
    name=texts,
    week=st.tuples(*[shifts] * 7),
    exceptions=st.dictionaries(st.integers(-9000, 30_000), shifts, max_size=3),
    hours_per_day=st.floats(0, 24),
    base_uid=texts,
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Schedules whose values make no sense together: the store must not care."""
    made = {name: draw(tables(type(getattr(Schedule(), name)))) for name in domain.TABLES}
    baselines = draw(
        st.lists(st.builds(Baseline, texts, minutes, tables(BaselineColumns)), max_size=2)
    )
    return Schedule(
        projects=tuple(draw(st.lists(projects, max_size=2))),
        calendars=tuple(draw(st.lists(calendars, max_size=2))),
        baselines=tuple(baselines),
        source=draw(st.builds(Source, name=texts, format=texts, exported=minutes)),
        **made,
    )


@pytest.fixture(scope="session")
def any_schedule() -> st.SearchStrategy[Schedule]:
    return schedules()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plans.planbench"


@pytest.fixture
def library(path: Path) -> Iterator[LibraryFile]:
    with LibraryFile.open(path, create=True) as file:
        yield file


@pytest.fixture
def filled(path: Path) -> Callable[[Schedule], int]:
    """Makes a library with one update and closes it again; the update's id."""

    def fill(schedule: Schedule) -> int:
        with LibraryFile.open(path, create=True) as file:
            project = file.add_project("P1", "First")
            return file.add_update(project, schedule, NewUpdate("one"))

    return fill


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that this user may read but not write, also where the tests run as root."""
    if not hasattr(os, "geteuid"):
        pytest.skip("folders are not protected by mode bits here")
    folder = Path(tempfile.mkdtemp(prefix="planbench-test-"))
    try:
        yield folder
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


@pytest.fixture
def protect(foreign_folder: Path) -> Callable[[], None]:
    """Takes away the right to write the folder; root becomes nobody for the rest of the test."""

    def take_away() -> None:
        foreign_folder.chmod(0o555)
        if os.geteuid() == 0:
            os.seteuid(65534)

    return take_away
