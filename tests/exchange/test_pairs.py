"""The same project in two formats: the same model, and the same dates by the engine of its source.

The pairs are those of the corpus. What two formats hold differently is named with its reason; the
files of the `lag-calendar-*` names share an option and an activity id, not a project.
"""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.schedule import Schedule
from planbench.engines.cpm import schedule_network
from planbench.exchange.registry import read_schedule

pytestmark = pytest.mark.corpus

P6 = [
    ("p6/percent-complete-types.xer", "p6xml/percent-complete-types.xml"),
    ("p6/54069-baseline-2025-09-02.xer", "converted/BL-54069.pmxml.xml"),
    ("p6/construction-p6-6.0.0.xer", "converted/CONSRTRUCTION.pmxml.xml"),
    ("p6/harbour-pointe-update.xer", "converted/HarbourPointe.pmxml.xml"),
]
"""XER and P6 XML; the last three were converted, which loses what is stored."""

LAGS = ("24-hour", "predecessor", "project-default", "successor")

MICROSOFT = [
    ("msproject/task-links-2019.mpp", "msproject/task-links-2019.xml"),
    ("msproject/task-baselines-2019.mpp", "msproject/task-baselines-2019.xml"),
    ("msproject/timephased.mpp", "msproject/timephased.xml"),
    ("msproject/dcma-sample.mpp", "converted/dcma_sample.mspdi.xml"),
    ("msproject/student-4-progressed.mpp", "converted/MrZ_Project4.mspdi.xml"),
]

UNTOLD = ("sf_one_minute", "float_to_project_finish")
"""Scheduling options that an XER of P6 6.0 does not tell: they follow from the version."""

DATES = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")

WITH_MPXJ = pytest.mark.skipif(
    importlib.util.find_spec("mpxj") is None or shutil.which("java") is None,
    reason="needs the extra planbench[mpp] and a Java runtime",
)


def read(shared: Path, name: str) -> Schedule:
    return read_schedule(shared / "corpus" / name).schedule


def assert_same_network(one: Schedule, other: Schedule, skip: frozenset[str]) -> None:
    """Activities in one order, column by column, and the links between them."""
    assert one.activities.code.tolist() == other.activities.code.tolist()
    for name, values in one.activities.columns():
        if name in ("uid", "project", "wbs", "calendar") or name in skip:
            continue
        differing = np.flatnonzero(values != getattr(other.activities, name))
        assert not differing.size, (name, one.activities.code[differing[:3]].tolist())
    assert links(one) == links(other)
    calendars = [
        [plan.calendars[k].name for k in plan.activities.calendar] for plan in (one, other)
    ]
    assert calendars[0] == calendars[1]


def calendars(plan: Schedule) -> list[str]:
    return [plan.calendars[row].name for row in plan.activities.calendar.tolist()]


def links(plan: Schedule) -> list[tuple[object, ...]]:
    table, code = plan.relationships, plan.activities.code
    columns = (code[table.predecessor], code[table.successor], table.type, table.lag)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def in_order_of(one: Schedule, other: Schedule) -> Schedule:
    """The other schedule with its activities in the order of the first."""
    place = other.row_of_code
    rows = np.array([place[code] for code in one.activities.code], dtype=np.int32)
    assert sorted(rows.tolist()) == list(range(len(other)))
    back = np.argsort(rows).astype(np.int32)
    table = other.relationships
    return replace(
        other,
        activities=other.activities.take(rows),
        relationships=table.with_columns(
            predecessor=back[table.predecessor], successor=back[table.successor]
        ),
        assignments=other.assignments.with_columns(activity=back[other.assignments.activity]),
        splits=other.splits.with_columns(activity=back[other.splits.activity]),
        baselines=(),
    )


def assert_same_dates(one: Schedule, other: Schedule) -> None:
    found, again = schedule_network(one), schedule_network(other)
    for name in DATES:
        differing = np.flatnonzero(getattr(found, name) != getattr(again, name))
        assert not differing.size, (name, one.activities.code[differing[:5]].tolist())


def is_derived(name: str) -> bool:
    return name.startswith("converted/")


@pytest.mark.parametrize(("xer", "xml"), P6)
def test_xer_and_p6_xml_hold_one_model_and_give_one_set_of_dates(
    shared: Path, xer: str, xml: str
) -> None:
    one, other = read(shared, xer), read(shared, xml)
    other = in_order_of(one, other)
    # P6 XML has no flag of the longest path; the converter wrote only some calculated columns
    stored = {name for name, _ in one.activities.columns() if name.startswith("stored_")}
    lost = stored if is_derived(xml) else {"stored_longest_path"}
    assert_same_network(one, other, frozenset(lost))
    assert one.data_date == other.data_date
    options = [plan.projects[plan.main_project].options for plan in (one, other)]
    told = {name: getattr(options[0], name) for name in UNTOLD}
    if is_derived(xml):  # there the converter took its own instead, and dates follow the source
        options[1] = replace(options[1], **told)
        other = replace(other, projects=tuple(
            replace(project, options=options[1]) for project in other.projects
        ))  # fmt: skip
    assert options[0] == options[1]
    assert_same_dates(one, other)


@pytest.mark.parametrize("which", LAGS)
def test_the_calendar_of_lags_is_the_same_option_in_both(shared: Path, which: str) -> None:
    plans = [read(shared, f"{folder}/lag-calendar-{which}.{ending}")
             for folder, ending in (("p6", "xer"), ("p6xml", "xml"))]  # fmt: skip
    chosen = {plan.projects[plan.main_project].options.lag_calendar for plan in plans}
    assert len(chosen) == 1


def test_four_options_of_lags_are_four(shared: Path) -> None:
    plans = [read(shared, f"p6/lag-calendar-{which}.xer") for which in LAGS]
    assert len({plan.projects[plan.main_project].options.lag_calendar for plan in plans}) == 4


def test_a_p6_project_as_microsoft_xml_keeps_its_network(shared: Path) -> None:
    """Names stand for ids, which that format has none of; bands became summary tasks."""
    one = read(shared, "p6/harbour-pointe-update.xer")
    other = read(shared, "converted/HarbourPointe.mspdi.xml")
    names = set(one.activities.name.tolist())
    assert names <= set(other.activities.name.tolist())
    assert named_links(one) == named_links(other)


def test_microsoft_xml_as_xer_keeps_its_network(shared: Path) -> None:
    one = read(shared, "converted/dcma_sample.mspdi.xml")
    other = read(shared, "converted/dcma_sample.xer")
    assert named_links(one) == named_links(other)


def places_of(one: Schedule, other: Schedule) -> np.ndarray:
    """Row in `other` of each activity of `one`: found by id, and the names are the same."""
    rows = {uid: row for row, uid in enumerate(other.activities.uid.tolist())}
    place = np.array([rows[uid] for uid in one.activities.uid.tolist()], dtype=np.int32)
    assert one.activities.name.tolist() == other.activities.name[place].tolist()
    return place


def test_microsoft_xml_and_its_xer_give_one_set_of_dates_by_the_rules_of_the_source(
    shared: Path,
) -> None:
    """What an XER cannot say is put back: the rules of Microsoft Project, and two deadlines."""
    source = read(shared, "converted/dcma_sample.mspdi.xml")
    made = read(shared, "converted/dcma_sample.xer")
    place = places_of(made, source)
    by_own_rules = schedule_network(made)
    project = replace(made.projects[0], options=source.projects[0].options)
    deadline = source.activities.deadline[place]
    assert np.count_nonzero(deadline != made.activities.deadline) == 2
    found = schedule_network(source)
    again = schedule_network(
        replace(
            made, projects=(project,), activities=made.activities.with_columns(deadline=deadline)
        )
    )
    for name in DATES:
        assert np.array_equal(getattr(found, name)[place], getattr(again, name)), name
    # by the rules of P6 the lags are measured by the predecessor's calendar: two dates differ
    assert np.count_nonzero(found.early_start[place] != by_own_rules.early_start) == 2


def test_a_p6_project_and_its_microsoft_xml_give_one_set_of_dates_by_the_rules_of_the_source(
    shared: Path,
) -> None:
    """The summaries that stand for P6's bands are taken out, and P6's rules put back."""
    source = read(shared, "p6/harbour-pointe-update.xer")
    made = read(shared, "converted/HarbourPointe.mspdi.xml")
    place = places_of(source, made)
    back = np.full(len(made), -1, dtype=np.int32)
    back[place] = np.arange(place.size, dtype=np.int32)
    table = made.relationships
    kept = (back[table.predecessor] >= 0) & (back[table.successor] >= 0)
    table = table.take(np.flatnonzero(kept))
    network = replace(
        source,
        calendars=made.calendars,
        projects=(replace(source.projects[0], calendar=made.projects[0].calendar),),
        activities=made.activities.take(place).with_columns(
            project=source.activities.project, wbs=source.activities.wbs
        ),
        relationships=table.with_columns(
            predecessor=back[table.predecessor], successor=back[table.successor]
        ),
    )
    assert len(table) == len(source.relationships)
    assert_same_dates(source, network)


def named_links(plan: Schedule) -> list[tuple[object, ...]]:
    table, name = plan.relationships, plan.activities.name
    columns = (name[table.predecessor], name[table.successor], table.type, table.lag)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


@WITH_MPXJ
@pytest.mark.parametrize(("mpp", "xml"), MICROSOFT)
def test_mpp_and_microsoft_xml_hold_one_model_and_give_one_set_of_dates(
    shared: Path, mpp: str, xml: str
) -> None:
    one, other = read(shared, mpp), read(shared, xml)
    assert_same_network(one, in_order_of(one, other), frozenset())
    assert_same_dates(one, in_order_of(one, other))
