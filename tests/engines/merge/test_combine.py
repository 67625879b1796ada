"""Merging schedules, against slow reckoning by hand and the files of the corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import STANDARD_WEEK, Calendar
from planbench.domain.errors import LoopError, ModelError
from planbench.domain.schedule import (
    TABLES,
    Accounts,
    Assignments,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    ExternalLinks,
    LinkType,
    Resources,
    Schedule,
    UdfTypes,
    UdfValues,
    make_table,
)
from planbench.domain.times import DAY, NO_TIME, from_iso
from planbench.engines.cpm import schedule_network
from planbench.engines.merge import CodeRule, LinkRequest, MergeOptions, Part, merge
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.reader import read_xer
from planbench.exchange.xer.writer import schedule_to_document, write_xer

Plan = Callable[..., Schedule]

DATES = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")


def _codes(merged: Any) -> list[str]:
    return [repair.code for repair in merged.repairs]


# ------------------------------------------------------------ identity


def test_ids_are_unique_and_say_where_they_came_from(plan: Plan) -> None:
    one, two = plan("NORTH", [1, 2]), plan("SOUTH", [3, 4], prefix="A")
    two = two.with_activities(code=np.array(["A1", "B9"], dtype=object))
    merged = merge([Part(one, "n.xer"), Part(two, "s.xer")])
    schedule = merged.schedule
    assert schedule.activities.code.tolist() == ["A0", "NORTH:A1", "SOUTH:A1", "B9"]
    assert len(set(schedule.activities.uid)) == 4
    assert [p.code for p in schedule.projects] == ["NORTH", "SOUTH"]
    assert len({p.uid for p in schedule.projects}) == 2
    told = {
        (schedule.udf_types.name[kind], subject): value
        for kind, subject, value in zip(
            schedule.udf_values.type,
            schedule.udf_values.subject,
            schedule.udf_values.value,
            strict=True,
        )
    }
    uid = schedule.activities.uid[2]
    assert told["Source file", uid] == "s.xer"
    assert told["Source project", uid] == "SOUTH"
    assert told["Source activity ID", uid] == "A1"
    assert told["Source unique ID", uid] == "100"
    assert ("Source unique ID", schedule.activities.uid[0]) not in told
    assert [(o.file, o.code, o.activities, o.renamed) for o in merged.origins] == [
        ("n.xer", "NORTH", 2, 1),
        ("s.xer", "SOUTH", 2, 1),
    ]


def test_a_merge_of_a_merge_keeps_the_first_source(plan: Plan) -> None:
    inner = merge([Part(plan("A", [1]), "a"), Part(plan("B", [1], prefix="B"), "b")]).schedule
    outer = merge([Part(inner, "ab"), Part(plan("C", [1], prefix="C"), "c")]).schedule
    files = outer.udf_values.value[outer.udf_types.name[outer.udf_values.type] == "Source file"]
    assert sorted(files.tolist()) == ["a", "b", "c"]


def test_two_updates_of_one_project_are_told(plan: Plan) -> None:
    merged = merge([Part(plan("P", [1]), "one.xer"), Part(plan("P", [2]), "two.xer")])
    assert [p.code for p in merged.schedule.projects] == ["P", "P (two)"]
    assert "project-renamed" in [repair.code for repair in merged.conflicts]
    assert merged.schedule.activities.code.tolist() == ["P:A0", "P (two):A0"]


def test_ids_stay_as_short_as_p6_takes_them(plan: Plan) -> None:
    names = ["PROGRAMME-OF-THE-NORTHERN-SECTION-" + k for k in ("A", "B", "C")]
    long = np.array(["WORK-PACKAGE-0001"], dtype=object)
    parts = [Part(plan(name, [1]).with_activities(code=long), name) for name in names]
    codes = merge(parts).schedule.activities.code.tolist()
    assert len(set(codes)) == 3
    assert all(len(code) <= 40 for code in codes)
    assert all(code.endswith(":WORK-PACKAGE-0001") for code in codes)


def test_one_schedule_cannot_be_merged(plan: Plan) -> None:
    with pytest.raises(ModelError, match="alone"):
        merge([Part(plan("P", [1]), "one")])


# ------------------------------------------------------------ dictionaries


def test_calendars_are_matched_by_what_they_work(plan: Plan) -> None:
    day = from_iso("2026-03-02") // DAY
    week = Calendar("7", "Site", STANDARD_WEEK, {day: ()})
    same = Calendar("8", "Our week", STANDARD_WEEK, {day: (), day + 5: ()})  # a Saturday off
    other = Calendar("7", "Site", STANDARD_WEEK, {day + 1: ()})
    long_ago = Calendar("9", "Old", STANDARD_WEEK, {day: (), day - 20000: ()})
    hours = replace(week, uid="10", name="Ten hours", hours_per_day=10.0)
    one = plan("A", [1], calendars=[week])
    two = plan("B", [1, 1, 1, 1], prefix="B", calendars=[same, other, long_ago, hours],
               calendar=[0, 1, 2, 3])  # fmt: skip
    merged = merge([Part(one, "a"), Part(two, "b")])
    assert [c.name for c in merged.schedule.calendars] == ["Site", "Site (B)", "Ten hours"]
    assert merged.schedule.activities.calendar.tolist() == [0, 0, 1, 0, 2]
    assert _codes(merged).count("calendar-shared") == 2
    assert _codes(merged).count("calendar-renamed") == 1
    apart = merge([Part(one, "a"), Part(two, "b")], (), MergeOptions(match_calendars=False))
    assert len(apart.schedule.calendars) == 5


def _coded(schedule: Schedule, kind: str, values: list[tuple[str, str]]) -> Schedule:
    """The schedule with a code; activity k carries its value k."""
    n = len(values)
    return replace(
        schedule,
        code_types=make_table(CodeTypes, 1, uid=["5"], name=[kind], scope=["project"]),
        code_values=make_table(
            CodeValues, n, uid=[str(k + 50) for k in range(n)], type=[0] * n,
            code=[code for code, _ in values], name=[name for _, name in values], parent=[-1] * n,
        ),
        code_assignments=make_table(
            CodeAssignments, n, activity=list(range(n)), value=list(range(n))
        ),
    )  # fmt: skip


def _carried(schedule: Schedule) -> list[tuple[str, str, str]]:
    return sorted(
        (
            schedule.activities.code[a],
            schedule.code_types.name[schedule.code_values.type[v]],
            schedule.code_values.code[v],
        )
        for a, v in zip(
            schedule.code_assignments.activity, schedule.code_assignments.value, strict=True
        )
    )


def test_codes_are_matched_by_name_and_value(plan: Plan) -> None:
    one = _coded(plan("A", [1, 1]), "Area", [("N", "North"), ("S", "South")])
    two = _coded(plan("B", [1, 1], prefix="B"), "AREA ", [("S", "Southern"), ("W", "West")])
    merged = merge([Part(one, "a"), Part(two, "b")])
    assert merged.schedule.code_types.name.tolist() == ["Area"]
    assert merged.schedule.code_types.scope.tolist() == ["global"]
    assert merged.schedule.code_values.code.tolist() == ["N", "S", "W"]
    assert _carried(merged.schedule) == [
        ("A0", "Area", "N"), ("A1", "Area", "S"), ("B0", "Area", "S"), ("B1", "Area", "W"),
    ]  # fmt: skip
    assert "code-value-differs" in [repair.code for repair in merged.conflicts]


def test_a_rule_maps_codes_of_other_names(plan: Plan) -> None:
    one = _coded(plan("A", [1, 1]), "Area", [("N", "North"), ("S", "South")])
    two = _coded(plan("B", [1, 1], prefix="B"), "Zone", [("10", "North"), ("W", "West")])
    rules = (CodeRule("zone", "10", "Area", "N"), CodeRule("Zone", "*", "Area"))
    merged = merge([Part(one, "a"), Part(two, "b")], (), MergeOptions(codes=rules))
    assert _carried(merged.schedule)[2:] == [("B0", "Area", "N"), ("B1", "Area", "W")]


def test_rules_by_the_beginning_of_values_and_those_that_none_takes(plan: Plan) -> None:
    names = ("CIV", "CIV-1", "MEC-07", "ELE", "STEEL")
    coded = _coded(plan("A", [1] * 5), "Trade", [(name, name) for name in names])
    rules = (
        CodeRule("trade", "civ*", "Discipline", "C"),
        CodeRule("Trade", "CIV", "Discipline", "CW"),
        CodeRule("Trade", "MEC-*", "Discipline", "M*"),
        CodeRule("Trade", "M*", "Discipline", "other"),
        CodeRule("Trade", "S*", "Trade", "ELE"),
    )
    merged = merge([Part(coded, "a"), Part(plan("B", [1], prefix="B"), "b")], (),
                   MergeOptions(codes=rules))  # fmt: skip
    assert _carried(merged.schedule) == [
        ("A0", "Discipline", "CW"), ("A1", "Discipline", "C"), ("A2", "Discipline", "M07"),
        ("A3", "Trade", "ELE"), ("A4", "Trade", "ELE"),
    ]  # fmt: skip
    without = MergeOptions(codes=rules[:4])
    merged = merge([Part(coded, "a"), Part(plan("B", [1], prefix="B"), "b")], (), without)
    told = [one.where for one in merged.conflicts if one.code == "code-unmapped"]
    assert told == ["a, Trade ELE", "a, Trade STEEL"]


def _staffed(schedule: Schedule, *people: tuple[str, str, str, float]) -> Schedule:
    n = len(people)
    return replace(
        schedule,
        resources=make_table(
            Resources, n, uid=[str(k + 1) for k in range(n)], code=[p[0] for p in people],
            name=[p[1] for p in people], kind=[p[2] for p in people], parent=[-1] * n,
            calendar=[0] * n, price=[p[3] for p in people],
        ),
        accounts=make_table(
            Accounts, 2, uid=["1", "2"], code=["C", "C1"], name=["Cost", "Steel"], parent=[-1, 0]
        ),
        assignments=make_table(
            Assignments, n, uid=[str(k + 1) for k in range(n)], activity=[0] * n,
            resource=list(range(n)), account=[1] * n, budget_units=[8.0] * n,
        ),
    )  # fmt: skip


def test_resources_are_matched_and_conflicts_listed(plan: Plan) -> None:
    one = _staffed(
        plan("A", [1]), ("WELD", "Welder", "labor", 50.0), ("CR", "Crane", "nonlabor", 9.0)
    )
    two = _staffed(
        plan("B", [1], prefix="B"),
        ("weld", "Welder", "labor", 60.0),
        ("CR", "Crew", "labor", 1.0),
        ("KRAN", "Crane", "nonlabor", 9.0),
    )
    merged = merge([Part(one, "a"), Part(two, "b")])
    table = merged.schedule.resources
    assert table.code.tolist() == ["WELD", "CR", "CR (B)", "KRAN"]
    assert table.price.tolist() == [50.0, 9.0, 1.0, 9.0]
    assert merged.schedule.assignments.resource.tolist() == [0, 1, 0, 2, 3]
    assert merged.schedule.accounts.code.tolist() == ["C", "C1"]
    assert merged.schedule.assignments.account.tolist() == [1, 1, 1, 1, 1]
    assert {"resource-differs", "resource-renamed"} <= {r.code for r in merged.conflicts}
    assert "resource-alike" in _codes(merged)
    named = merge([Part(one, "a"), Part(two, "b")], (), MergeOptions(resources_by_name=True))
    assert named.schedule.resources.code.tolist() == ["WELD", "CR", "CR (B)"]
    assert named.schedule.assignments.resource.tolist() == [0, 1, 0, 2, 1]


def test_user_fields_follow_their_rows(plan: Plan) -> None:
    def with_field(schedule: Schedule, kind: str, value: str) -> Schedule:
        return replace(
            schedule,
            udf_types=make_table(
                UdfTypes, 1, uid=["3"], table=["TASK"], name=["Permit"], kind=[kind]
            ),
            udf_values=make_table(UdfValues, 1, type=[0], subject=["100"], value=[value]),
        )

    one, two = with_field(plan("A", [1]), "text", "x"), with_field(plan("B", [1]), "number", "4")
    schedule = merge([Part(one, "a"), Part(two, "b")]).schedule
    values = schedule.udf_values
    own = [
        (schedule.udf_types.name[k], schedule.udf_types.kind[k], subject, value)
        for k, subject, value in zip(values.type, values.subject, values.value, strict=True)
        if not schedule.udf_types.name[k].startswith("Source")
    ]
    assert own == [
        ("Permit", "text", schedule.activities.uid[0], "x"),
        ("Permit (B)", "number", schedule.activities.uid[1], "4"),
    ]


# ------------------------------------------------------------ links


def test_external_links_become_relationships(plan: Plan) -> None:
    stand_in = [from_iso("2026-01-04"), NO_TIME]
    one = plan("A", [5, 2], uid="1", external=[(0, False, "2", "200")])
    two = plan("B", [3, 1], uid="2", first_uid=200, prefix="B",
               external=[(0, True, "1", "100"), (1, True, "7", "700")],
               external_early_start=stand_in)  # fmt: skip
    merged = merge([Part(one, "a"), Part(two, "b")])
    schedule = merged.schedule
    assert schedule.relationships.predecessor.tolist() == [0]
    assert schedule.relationships.successor.tolist() == [2]
    (crossing,) = merged.crossings
    assert crossing.both_sides
    assert crossing.stand_in == stand_in[0]
    assert schedule.activities.external_early_start.tolist() == [NO_TIME] * 4
    assert schedule.external_links.other_uid.tolist() == ["700"]
    assert "external-open" in _codes(merged)
    dates = schedule_network(schedule)
    assert dates.early_start[2] == from_iso("2026-01-06")


def test_a_stand_in_date_stays_while_a_link_leads_outside(plan: Plan) -> None:
    one = plan("A", [5], uid="1")
    two = plan("B", [3], uid="2", first_uid=200, prefix="B",
               external=[(0, True, "1", "100"), (0, True, "7", "700")],
               external_early_start=[from_iso("2026-02-01")])  # fmt: skip
    merged = merge([Part(one, "a"), Part(two, "b")])
    assert not merged.crossings[0].both_sides
    assert merged.schedule.activities.external_early_start[1] == from_iso("2026-02-01")


@pytest.mark.parametrize(("named", "linked"), [("A", 1), ("ELSEWHERE", 0)])
def test_numbers_that_meet_by_chance_are_no_link(plan: Plan, named: str, linked: int) -> None:
    one = plan("A", [5], uid="1")
    two = plan("B", [3], uid="2", first_uid=200, prefix="B", external=[(0, True, "1", "100")])
    stub = replace(one.projects[0], code=named, exported=False)
    two = replace(two, projects=(*two.projects, stub))
    merged = merge([Part(one, "a"), Part(two, "b")])
    assert len(merged.schedule.relationships) == linked
    assert len(merged.schedule.external_links) == 1 - linked


def test_far_ends_do_not_take_the_id_of_a_merged_activity(plan: Plan) -> None:
    one = plan("A", [5], uid="1")
    two = plan("B", [3], uid="2", first_uid=200, prefix="B", external=[(0, True, "9", "100")])
    merged = merge([Part(one, "a"), Part(two, "b")])
    assert len(merged.schedule.external_links) == 1
    back = read_xer(write_xer(schedule_to_document(merged.schedule)), "x.xer").schedule
    assert len(back.external_links) == 1
    assert len(back.relationships) == 0


def test_a_stub_gives_way_to_the_whole_project(plan: Plan) -> None:
    one = plan("A", [5], uid="1")
    both = plan("B", [3, 5], [(1, 0, 0, 0)], uid="2", first_uid=200, prefix="B")
    stub = replace(one.projects[0], exported=False)
    both = replace(both, projects=(both.projects[0], stub)).with_activities(
        project=np.array([0, 1], dtype=np.int32), code=np.array(["B0", "A0"], dtype=object)
    )
    merged = merge([Part(one, "a"), Part(both, "b")])
    schedule = merged.schedule
    assert schedule.activities.code.tolist() == ["A0", "B0"]
    assert (schedule.relationships.predecessor[0], schedule.relationships.successor[0]) == (0, 1)
    assert "stub-replaced" in _codes(merged)


def test_listed_links_are_made(plan: Plan) -> None:
    one, two = plan("A", [5, 1]), plan("B", [3], prefix="B")
    wanted = [
        LinkRequest("A", "a1", "b.xer", "B0", LinkType.SS, 2.0),
        LinkRequest("", "A0", "", "B0", LinkType.FS, 12.0, "h"),
        LinkRequest("", "A0", "", "B0", LinkType.FS, 1.0),
    ]
    merged = merge([Part(one, "a.xer"), Part(two, "b.xer")], wanted)
    assert merged.schedule.relationships.lag.tolist() == [2 * DAY, 720]
    assert "link-there" in _codes(merged)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (LinkRequest("X", "A0", "B", "A0"), "no project 'X'"),
        (LinkRequest("A", "Q", "B", "A0"), "no activity 'Q' in A"),
        (LinkRequest("", "A0", "B", "A0"), "2 activities have the id 'A0'"),
        (LinkRequest("A", "A0", "A", "A0"), "cannot precede itself"),
    ],
)
def test_bad_links_are_refused_in_words(plan: Plan, link: LinkRequest, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        merge([Part(plan("A", [1]), "a"), Part(plan("B", [1]), "b")], [link])


def test_a_loop_across_projects_is_named(plan: Plan) -> None:
    one, two = plan("A", [1, 1], [(0, 1, 0, 0)]), plan("B", [1, 1], [(0, 1, 0, 0)], prefix="B")
    wanted = [LinkRequest("A", "A1", "B", "B0"), LinkRequest("B", "B1", "A", "A0")]
    merged = merge([Part(one, "a"), Part(two, "b")], wanted)
    with pytest.raises(LoopError) as caught:
        schedule_network(merged.schedule)
    assert set(caught.value.cycle) == {"A0", "A1", "B0", "B1"}


# ------------------------------------------------------------ dates


def _by_hand(schedule: Schedule) -> list[int]:
    """Early starts round the clock: again and again over all links until nothing moves."""
    acts, links = schedule.activities, schedule.relationships
    duration = acts.remaining_duration.tolist()
    start = [schedule.projects[p].data_date for p in acts.project.tolist()]
    rows = list(
        zip(links.predecessor.tolist(), links.successor.tolist(), links.type.tolist(),
            links.lag.tolist(), strict=True)
    )  # fmt: skip
    moved = True
    while moved:
        moved = False
        for before, after, kind, lag in rows:
            give = start[before] + (0 if kind in (1, 3) else duration[before]) + lag
            need = give - (duration[after] if kind in (2, 3) else 0)
            if need > start[after]:
                start[after], moved = need, True
    return start


_LINKS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)),
    max_size=8,
).map(lambda found: [link for link in found if link[0] < link[1]])


@settings(max_examples=40, deadline=None)
@given(
    days=st.lists(st.lists(st.integers(1, 9), min_size=5, max_size=5), min_size=3, max_size=3),
    own=st.lists(_LINKS, min_size=3, max_size=3),
    across=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 4), st.integers(0, 3),
                  st.integers(0, 3)), max_size=6),
    begins=st.lists(st.integers(1, 28), min_size=3, max_size=3),
)  # fmt: skip
def test_dates_with_links_across_are_those_reckoned_by_hand(
    plan: Plan, days: Any, own: Any, across: Any, begins: Any
) -> None:
    parts = [
        Part(
            plan(f"P{k}", days[k], own[k], uid=str(k), data_date=f"2026-02-{begins[k]:02d}"),
            f"f{k}",
        )
        for k in range(3)
    ]
    wanted = [
        LinkRequest(f"P{k}", f"A{a}", f"P{k + 1}", f"A{b}", kind, float(lag))
        for k, a, b, kind, lag in across
    ]
    merged = merge(parts, wanted).schedule
    assert schedule_network(merged).early_start.tolist() == _by_hand(merged)


SETS = [
    ("p6/hotel.xer", "p6/harbour-pointe-update.xer", "p6/sp10-cost-loaded.xer"),
    ("p6/54069-update-2025-12-04.xer", "p6/construction-p6-6.0.0.xer", "p6/hotel.xer"),
    ("compare/demo-baseline.xer", "compare/demo-update2.xer"),
    ("compare/dcp03-rev8-update.xer", "p6xml/demo.xml", "p6/lag-calendar-successor.xer"),
    ("msproject/commercial-construction.xml", "msproject/task-links-2019.xml"),
]


@pytest.mark.parametrize("names", SETS)
def test_dates_of_real_files_stay_what_they_were(shared: Path, names: tuple[str, ...]) -> None:
    parts = [
        Part(read_schedule(shared / "corpus" / name).schedule, Path(name).name) for name in names
    ]
    merged = merge(parts)
    dates = schedule_network(merged.schedule)
    base = 0
    for part in parts:
        alone = schedule_network(part.schedule)
        rows = slice(base, base + len(part.schedule))
        for name in DATES:
            expected, found = getattr(alone, name), getattr(dates, name)[rows]
            assert (expected == found).all(), (part.name, name)
        base += len(part.schedule)


@pytest.mark.parametrize("names", SETS[:2])
def test_a_master_of_real_files_reads_back_equal(shared: Path, names: tuple[str, ...]) -> None:
    parts = [
        Part(read_schedule(shared / "corpus" / name).schedule, Path(name).name) for name in names
    ]
    master = merge(parts).schedule
    back = read_xer(write_xer(schedule_to_document(master)), "master.xer").schedule
    for name in TABLES:
        made, found = getattr(master, name), getattr(back, name)
        assert len(made) == len(found), name
        for column, values in made.columns():
            other = getattr(found, column)
            if values.dtype == np.float64:
                assert np.allclose(values, other, atol=1e-6, equal_nan=True), (name, column)
            elif name == "wbs" and column in ("code", "name"):  # a root is called as its project
                inner = made.parent >= 0
                assert (values[inner] == other[inner]).all()
            else:
                assert (values == other).all(), (name, column)
    for calendar, again in zip(master.calendars, back.calendars, strict=True):
        assert replace(calendar, base_uid="") == replace(again, base_uid="")
    for mine, theirs in zip(master.projects, back.projects, strict=True):
        # an XER has one currency for all, and no word for the habit of P6 before version 7
        options = replace(theirs.options, sf_one_minute=mine.options.sf_one_minute)
        assert mine == replace(theirs, currency=mine.currency, options=options)


def _alone(schedule: Schedule, project: int) -> Schedule:
    """One project of a schedule as a file of its own would have it, links to others external."""
    acts, links = schedule.activities, schedule.relationships
    mine = acts.project == project
    place = np.where(mine, np.cumsum(mine) - 1, -1)
    before, after = mine[links.predecessor], mine[links.successor]
    inner, outer = before & after, before ^ after
    into = after[outer]
    own = np.where(into, links.successor[outer], links.predecessor[outer])
    other = np.where(into, links.predecessor[outer], links.successor[outer])
    uids = np.array([p.uid for p in schedule.projects], dtype=object)
    nodes = schedule.wbs.project == project
    node = np.append(np.where(nodes, np.cumsum(nodes) - 1, -1), -1)
    wbs = schedule.wbs.take(nodes)
    taken = links.take(inner)
    only = acts.take(mine)
    return Schedule(
        projects=(schedule.projects[project],),
        calendars=schedule.calendars,
        activities=only.with_columns(
            project=np.zeros(int(mine.sum()), dtype=np.int32),
            wbs=node[only.wbs].astype(np.int32),
        ),
        relationships=taken.with_columns(
            predecessor=place[taken.predecessor].astype(np.int32),
            successor=place[taken.successor].astype(np.int32),
        ),
        external_links=make_table(
            ExternalLinks,
            int(outer.sum()),
            uid=links.uid[outer],
            activity=place[own],
            incoming=into,
            other_uid=acts.uid[other],
            other_project=uids[acts.project[other]],
            type=links.type[outer],
            lag=links.lag[outer],
        ),
        wbs=wbs.with_columns(
            parent=node[wbs.parent].astype(np.int32),
            project=np.zeros(len(wbs), dtype=np.int32),
        ),
    )


def test_projects_taken_apart_and_merged_again_are_dated_as_before(shared: Path) -> None:
    path = shared / "corpus" / "p6" / "johnstown-three-projects.xer"
    whole = read_schedule(path).schedule
    used = np.unique(whole.activities.project).tolist()
    merged = merge([Part(_alone(whole, row), f"{row}.xer") for row in used])
    assert len(merged.schedule) == len(whole)
    assert len(merged.schedule.relationships) == len(whole.relationships)
    assert len(merged.crossings) == 3
    assert all(crossing.both_sides for crossing in merged.crossings)
    place = {uid: row for row, uid in enumerate(merged.schedule.activities.uid.tolist())}
    rows = np.array([place[uid] for uid in whole.activities.uid.tolist()])
    expected, found = schedule_network(whole), schedule_network(merged.schedule)
    for name in DATES:
        assert (getattr(expected, name) == getattr(found, name)[rows]).all(), name
