"""A programme without fault under every pack, and the ways to break it, one for each check."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planbench.domain.calendars import STANDARD_WEEK, Calendar
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Assignments,
    Baseline,
    BaselineColumns,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Constraint,
    LinkType,
    PercentType,
    Project,
    Relationships,
    Resources,
    Schedule,
    Status,
    UdfTypes,
    UdfValues,
    make_table,
)
from planbench.domain.times import NO_TIME, day_number, from_iso
from planbench.engines.contract.assess import assess
from planbench.engines.contract.facts import Facts
from planbench.engines.contract.pack import Pack, pack_from
from planbench.engines.contract.result import Assessment
from planbench.engines.contract.terms import ContractData, Delivery, Milestone, Term
from planbench.engines.cpm import schedule_network
from planbench.services.resources import resource

DATA_DATE = from_iso("2026-03-02 08:00")
LINES = range(1, 7)
MAY_DAY = dt.date(2026, 5, 1)
PACKS = ("fidic-2017", "fidic-1999", "nec4", "nec3", "owner-specification")


@dataclass(frozen=True)
class World:
    """A schedule with all that it is held against; `rows` finds activities by id."""

    schedule: Schedule
    data: ContractData
    previous: Schedule | None
    baseline: Baseline | None
    evidence: frozenset[str] = frozenset()
    stale: frozenset[str] = field(default_factory=frozenset)  # activities whose dates are not kept

    def row(self, code: str) -> int:
        return self.schedule.row_of_code[code]

    def put(self, code: str, **values: Any) -> World:
        """The same with other values in an activity's columns."""
        columns = {}
        for name, value in values.items():
            column = getattr(self.schedule.activities, name).copy()
            column[self.row(code)] = value
            columns[name] = column
        return replace(self, schedule=self.schedule.with_activities(**columns))

    def link(self, before: str, after: str, **values: Any) -> World:
        """The same with other values in one link."""
        links = self.schedule.relationships
        here = (links.predecessor == self.row(before)) & (links.successor == self.row(after))
        assert here.sum() == 1
        columns = {}
        for name, value in values.items():
            columns[name] = np.where(here, value, getattr(links, name)).astype(
                getattr(links, name).dtype
            )
        return replace(
            self, schedule=replace(self.schedule, relationships=links.with_columns(**columns))
        )

    def unlink(self, keep: Callable[[str, str], bool]) -> World:
        """The same with only the links for which `keep(before, after)` holds."""
        links, code = self.schedule.relationships, self.schedule.activities.code
        ends = zip(links.predecessor.tolist(), links.successor.tolist(), strict=True)
        mask = np.array([keep(code[a], code[b]) for a, b in ends])
        return replace(self, schedule=replace(self.schedule, relationships=links.take(mask)))

    def uncode(self, code: str, value: str) -> World:
        """The same without one code of an activity."""
        given, values = self.schedule.code_assignments, self.schedule.code_values.code
        mask = (given.activity != self.row(code)) | (values[given.value] != value)
        return replace(self, schedule=replace(self.schedule, code_assignments=given.take(mask)))

    def without(self, **columns: Any) -> World:
        """The same with other contract data."""
        return replace(self, data=replace(self.data, **columns))

    def assess(self, pack: Pack) -> Assessment:
        schedule, cpm = self.schedule, schedule_network(self.schedule)
        schedule = dated(schedule, cpm, self.stale)
        facts = Facts(schedule, cpm, self.data, self.previous, self.baseline)
        return assess(facts, pack, self.evidence)


def dated(schedule: Schedule, cpm: Any, stale: frozenset[str] = frozenset()) -> Schedule:
    """The schedule with the calculated dates stored, as an exporter would."""
    old = np.isin(schedule.activities.code.astype(str), list(stale))
    names = ("early_start", "early_finish", "late_start", "late_finish", "total_float")
    columns = {
        f"stored_{name}": np.where(
            old, getattr(schedule.activities, f"stored_{name}"), getattr(cpm, name)
        )
        for name in names
    }
    return schedule.with_activities(**columns)


def _network() -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Six lines of work between commencement and completion, and plain work beside them."""
    acts: list[dict[str, Any]] = [
        {"code": "COM", "kind": ActivityType.START_MILESTONE, "done": ("2026-01-05", "2026-01-05")},
        {"code": "ACC", "kind": ActivityType.START_MILESTONE, "resp": "CLIENT"},
        {"code": "SAFE", "days": 5, "disc": "HSE"},
        {"code": "NEED", "days": 5, "resp": "CLIENT"},
        {"code": "D1", "days": 300, "phase": "DES", "done": ("2026-01-05", "2026-02-13")},
        {"code": "KD1", "kind": ActivityType.FINISH_MILESTONE},
        {"code": "SC1", "kind": ActivityType.FINISH_MILESTONE},
        {"code": "CPL", "kind": ActivityType.FINISH_MILESTONE},
    ]
    links = [("COM", "D1"), ("D1", "SAFE"), ("D1", "NEED"), ("KD1", "CPL"), ("SC1", "CPL")]
    links += [("SAFE", "CPL"), ("NEED", "CPL")]
    for n in LINES:
        begun = {"begun": "2026-02-16", "left": 5}
        line = [
            {"code": f"D2{n}", "days": 15, "phase": "DES", **begun},
            {"code": f"REV{n}", "days": 15, "phase": "REV"},
            {"code": f"PRC{n}", "days": 20, "phase": "PRC"},
            {"code": f"MFG{n}", "days": 20, "phase": "MFG"},
            {"code": f"DLV{n}", "kind": ActivityType.FINISH_MILESTONE, "phase": "DEL"},
            {"code": f"INS{n}", "days": 15, "phase": "INS"},
            {"code": f"TST{n}", "days": 10, "phase": "TST"},
        ]
        acts += line
        codes = ["D1", *(one["code"] for one in line)]
        links += list(itertools.pairwise(codes))
        links += [("ACC", f"INS{n}"), (f"TST{n}", "SC1"), (f"REV{n}", "KD1")]
    for n in range(1, 10):
        acts.append({"code": f"W{n}", "days": 10})
        links += [("D1", f"W{n}"), (f"W{n}", "CPL")]
    return acts, links


@pytest.fixture(scope="session")
def good() -> World:
    """The programme without fault."""
    acts, pairs = _network()
    codes = [one["code"] for one in acts]
    schedule = _schedule(acts, pairs)
    cpm = schedule_network(schedule)
    due = {"KD1": "2026-11-30", "SC1": "2026-11-30"}
    schedule = _with_contract_dates(schedule, due)
    names = {"COM": "commencement", "ACC": "access", "KD1": "key-date", "SC1": "section"}
    names["CPL"] = "completion"
    days = {**due, "COM": "2026-01-05", "ACC": "2026-03-16", "CPL": "2026-12-31"}
    data = ContractData(
        tuple(
            Milestone(kind, kind.title(), code, dt.date.fromisoformat(days[code]))
            for code, kind in names.items()
        ),
        tuple(Delivery(f"Item {n}", f"DLV{n}", dt.date(2026, 8, 30)) for n in LINES),
        {
            "review": Term("Phase", ("REV",)),
            "test": Term("Phase", ("TST",)),
            "stage": Term("Phase"),
            "procurement": Term("Phase", ("PRC", "MFG")),
            "others": Term("Responsibility", ("CLIENT",)),
            "need-by": Term("Responsibility", ("CLIENT",)),
            "safety": Term("Disc", ("HSE",)),
            "risk-allowance": Term(field="TRA"),
        },
        ("DES", "PRC", "MFG", "INS", "TST"),
        (MAY_DAY,),
        (7,),
        "Office",
        1000.0 * len(codes),
    )
    previous = dated(schedule, cpm).with_activities(
        status=np.zeros(len(codes), dtype=np.int8),
        actual_start=np.where(
            np.isin(codes, ["COM", "D1"]), schedule.activities.actual_start, NO_TIME
        ),
        actual_finish=np.where(np.isin(codes, ["COM"]), schedule.activities.actual_finish, NO_TIME),
    )
    project = replace(previous.projects[0], data_date=from_iso("2026-02-02 08:00"))
    previous = replace(previous, projects=(project,))
    baseline = Baseline(
        "Contract",
        0,
        BaselineColumns(
            cpm.start, cpm.finish, schedule.activities.original_duration, np.zeros(len(codes))
        ),
    )
    every = {rule.id for name in PACKS for rule in _pack(name).rules}
    return World(schedule, data, previous, baseline, frozenset(every))


def _with_contract_dates(schedule: Schedule, due: dict[str, str]) -> Schedule:
    acts = schedule.activities
    kind, date = acts.constraint.copy(), acts.constraint_date.copy()
    for code, day in due.items():
        row = schedule.row_of_code[code]
        kind[row], date[row] = Constraint.FINISH_ON_OR_BEFORE, from_iso(f"{day} 16:00")
    return schedule.with_activities(constraint=kind, constraint_date=date)


def _schedule(acts: list[dict[str, Any]], pairs: list[tuple[str, str]]) -> Schedule:
    n, codes = len(acts), [one["code"] for one in acts]
    original = np.array([one.get("days", 0) * 480 for one in acts])
    status = [
        Status.COMPLETE if "done" in one else Status.IN_PROGRESS if "begun" in one else 0
        for one in acts
    ]
    left = [one.get("left", one.get("days", 0)) * 480 * ("done" not in one) for one in acts]

    def moment(one: dict[str, Any], finish: bool) -> int:
        if "done" in one:
            return from_iso(
                f"{one['done'][finish]} {'16:00' if one.get('days') and finish else '08:00'}"
            )
        return from_iso(f"{one['begun']} 08:00") if "begun" in one and not finish else NO_TIME

    access = [one["code"] == "ACC" for one in acts]
    table = make_table(
        Activities,
        n,
        uid=[str(k + 1) for k in range(n)],
        code=codes,
        name=[f"Work {code}" for code in codes],
        project=np.zeros(n),
        wbs=np.full(n, -1),
        calendar=np.zeros(n),
        type=[one.get("kind", ActivityType.TASK) for one in acts],
        status=status,
        original_duration=original,
        remaining_duration=left,
        actual_start=[moment(one, False) for one in acts],
        actual_finish=[moment(one, True) for one in acts],
        percent_type=np.full(n, PercentType.PHYSICAL),
        constraint=[Constraint.START_ON_OR_AFTER if one else 0 for one in access],
        constraint_date=[from_iso("2026-03-16 08:00") if one else NO_TIME for one in access],
    )
    links = make_table(
        Relationships,
        len(pairs),
        uid=[str(k + 1) for k in range(len(pairs))],
        predecessor=[codes.index(a) for a, _ in pairs],
        successor=[codes.index(b) for _, b in pairs],
        lag=np.zeros(len(pairs)),
    )
    week = Calendar("1", "Office", STANDARD_WEEK, {day_number(MAY_DAY): ()})
    schedule = Schedule(
        projects=(Project("1", "P", "Plan", data_date=DATA_DATE, calendar=0),),
        calendars=(week,),
        activities=table,
        relationships=links,
        resources=make_table(Resources, 1, uid=["1"], code=["CREW"], name=["Crew"], kind=["labor"]),
        assignments=make_table(
            Assignments,
            n,
            uid=[str(k) for k in range(n)],
            activity=np.arange(n),
            resource=np.zeros(n),
            account=np.full(n, -1),
            budget_units=np.ones(n),
            remaining_units=np.ones(n),
            budget_cost=np.full(n, 1000.0),
        ),
        udf_types=make_table(UdfTypes, 1, uid=["9"], table=["TASK"], name=["TRA"], kind=["number"]),
        udf_values=make_table(UdfValues, n, type=np.zeros(n), subject=table.uid, value=["8"] * n),
    )
    return _with_codes(schedule, acts)


def _with_codes(schedule: Schedule, acts: list[dict[str, Any]]) -> Schedule:
    dictionary = {
        "Phase": ["MGT", "DES", "REV", "PRC", "MFG", "DEL", "INS", "TST"],
        "Area": ["ALL"],
        "Responsibility": ["CON", "CLIENT"],
        "Disc": ["GEN", "HSE"],
    }
    types = list(dictionary)
    values = [(types.index(name), value) for name in types for value in dictionary[name]]
    given = []
    for row, one in enumerate(acts):
        own = [one.get("phase", "MGT"), "ALL", one.get("resp", "CON"), one.get("disc", "GEN")]
        given += [(row, values.index((kind, value))) for kind, value in enumerate(own)]
    return replace(
        schedule,
        code_types=make_table(CodeTypes, 4, uid=list("1234"), name=types, scope=["global"] * 4),
        code_values=make_table(
            CodeValues,
            len(values),
            uid=[str(k) for k in range(len(values))],
            type=[kind for kind, _ in values],
            code=[value for _, value in values],
            name=[value for _, value in values],
            parent=np.full(len(values), -1),
        ),
        code_assignments=make_table(
            CodeAssignments,
            len(given),
            activity=[row for row, _ in given],
            value=[value for _, value in given],
        ),
    )


def _pack(name: str) -> Pack:
    path: Path = resource("packs", "contract", f"{name}.json")
    return pack_from(json.loads(path.read_text(encoding="utf-8")), name)


@pytest.fixture(scope="session")
def packs() -> dict[str, Pack]:
    """Every pack that ships."""
    return {name: _pack(name) for name in PACKS}


def _moved(world: World, kind: str, days: int) -> World:
    """The contract date of a kind of milestone that many days later."""
    changed = tuple(
        replace(one, extension=days) if one.kind == kind else one for one in world.data.milestones
    )
    return world.without(milestones=changed)


def _of(parameters: Any, *order: str) -> str:
    return next(kind for kind in order if kind in parameters["kinds"])


CODE = {"access": "ACC", "commencement": "COM", "key-date": "KD1", "section": "SC1"}
CODE["completion"] = "CPL"
MAYBE = ("section", "key-date", "completion", "access", "commencement")


def _imposed(world: World, code: str, kind: Constraint, date: str) -> World:
    return world.put(code, constraint=kind, constraint_date=from_iso(date))


def _previous(world: World, code: str, **values: Any) -> World:
    assert world.previous is not None
    columns = {}
    for name, value in values.items():
        column = getattr(world.previous.activities, name).copy()
        column[world.row(code)] = value
        columns[name] = column
    return replace(world, previous=world.previous.with_activities(**columns))


def _no_resources(world: World) -> World:
    empty = world.schedule.assignments.take(np.zeros(len(world.schedule.assignments), dtype=bool))
    return replace(world, schedule=replace(world.schedule, assignments=empty))


def _option(world: World) -> World:
    project = world.schedule.projects[0]
    options = replace(project.options, logic=1)
    changed = replace(project, options=options)
    return replace(world, schedule=replace(world.schedule, projects=(changed,)))


def _working(world: World) -> World:
    busy = replace(world.schedule.calendars[0], exceptions={})
    return replace(world, schedule=replace(world.schedule, calendars=(busy,)))


def _dated_previous(world: World, day: str) -> World:
    assert world.previous is not None
    project = replace(world.previous.projects[0], data_date=from_iso(f"{day} 08:00"))
    return replace(world, previous=replace(world.previous, projects=(project,)))


def _term(world: World, name: str) -> World:
    """The word of the contract means a value that no activity carries."""
    terms = {**world.data.terms, name: Term(world.data.terms[name].code or "Phase", ("NONE",))}
    return world.without(terms=terms)


Break = Callable[[World, Any], tuple[World, str]]

BREAKS: dict[str, Break] = {
    # check: the broken world and the id that has to show it
    "contract-dates": lambda w, p: (
        (_moved(w, "access", 9), "ACC")
        if p["kinds"] == ["access"]
        else (_moved(w, _of(p, *MAYBE), 9), CODE[_of(p, *MAYBE)])
    ),
    "access-planned": lambda w, p: (_moved(w, "access", 30), "ACC"),
    "milestones-linked": lambda w, p: (
        (w.unlink(lambda a, b: a != "ACC"), "ACC")
        if p["kinds"] == ["access"]
        else (w.unlink(lambda a, b: b != "SC1"), "SC1")
    ),
    "completion-met": lambda w, p: (_moved(w, _of(p, *MAYBE), -250), CODE[_of(p, *MAYBE)]),
    "by-logic": lambda w, p: (
        _imposed(w, "CPL", Constraint.MANDATORY_FINISH, "2026-12-31 16:00"),
        "CPL",
    ),
    "key-dates-driven": lambda w, p: (w.unlink(lambda a, b: b != "KD1"), "KD1"),
    "deliveries": lambda w, p: (w.unlink(lambda a, b: a != "DLV3"), "DLV3"),
    "rest-days": lambda w, p: (_working(w), "Office"),
    "data-date": lambda w, p: (_dated_previous(w, "2026-01-12"), "02-Mar-2026"),
    "open-ends": lambda w, p: (w.unlink(lambda a, b: a != "W1"), "W1"),
    "constraints": lambda w, p: (
        _imposed(w, "W2", Constraint.MANDATORY_START, "2026-03-09 08:00"),
        "W2",
    ),
    "negative-float": lambda w, p: (
        (w.put("W3", deadline=from_iso("2026-03-06 16:00")), "W3")
        if False
        else (_imposed(w, "W3", Constraint.FINISH_ON_OR_BEFORE, "2026-03-06 16:00"), "W3")
    ),
    "dates-shown": lambda w, p: (replace(w, stale=frozenset(["W4"])), "W4"),
    "longest-path": lambda w, p: (
        _imposed(w, "W5", Constraint.START_ON_OR_AFTER, "2026-10-05 08:00"),
        "W5",
    ),
    "out-of-sequence": lambda w, p: (
        w.put("REV2", status=Status.IN_PROGRESS, actual_start=from_iso("2026-02-23 08:00")),
        "REV2",
    ),
    "long-durations": lambda w, p: (
        w.put("W6", original_duration=100 * 480, remaining_duration=100 * 480),
        "W6",
    ),
    "lags": lambda w, p: (w.link("D1", "W7", lag=-960), "W7"),
    "start-to-finish": lambda w, p: (w.link("D1", "W8", type=LinkType.SF), "W8"),
    "retained-logic": lambda w, p: (_option(w), "scheduling options"),
    "tests-before-completion": lambda w, p: (
        w.unlink(lambda a, b: (a, b) != ("TST4", "SC1")),
        "TST4",
    ),
    "stages": lambda w, p: (
        w.unlink(lambda a, b: (a, b) != ("DLV5", "INS5")),
        "INS5",
    ),
    "review-periods": lambda w, p: (
        w.put("REV6", original_duration=5 * 480, remaining_duration=5 * 480),
        "REV6",
    ),
    "term-present": lambda w, p: (_term(w, p["term"]), p["term"]),
    "risk-allowance": lambda w, p: (_term(w, "risk-allowance"), "W1"),
    "resourced": lambda w, p: (_no_resources(w), "W1"),
    "costed": lambda w, p: (_no_resources(w), "W1"),
    "price": lambda w, p: (w.without(price=5.0), "contract price"),
    "codes": lambda w, p: (w.uncode("W9", "ALL"), "W9"),
    "activity-count": lambda w, p: (
        replace(
            w,
            schedule=w.schedule.with_activities(
                type=np.where(
                    np.arange(len(w.schedule)) > 20,
                    np.int8(ActivityType.WBS_SUMMARY),
                    w.schedule.activities.type,
                )
            ),
        ),
        "level of detail",
    ),
    "percent-types": lambda w, p: (w.put("W1", percent_type=PercentType.DURATION), "W1"),
    "baseline": lambda w, p: (replace(w, baseline=None), "baseline"),
    "statused": lambda w, p: (
        replace(
            w.put("W2", stored_early_start=from_iso("2026-02-16 08:00")), stale=frozenset(["W2"])
        ),
        "W2",
    ),
    "future-actuals": lambda w, p: (
        w.put("D21", actual_start=from_iso("2026-03-05 08:00")),
        "D21",
    ),
    "actuals-kept": lambda w, p: (
        _previous(w, "D1", actual_start=from_iso("2026-01-08 08:00")),
        "D1",
    ),
    "delays-explained": lambda w, p: (
        replace(
            _previous(w, "W3", stored_early_finish=from_iso("2026-03-02 16:00")),
            evidence=frozenset(),
        ),
        "W3",
    ),
    "changes-described": lambda w, p: (
        replace(w.put("W4", original_duration=480 * 9), evidence=frozenset()),
        "W4",
    ),
    "realistic-rate": lambda w, p: (
        w.put("D1", original_duration=480, remaining_duration=0),
        "pace",
    ),
    "recovery": lambda w, p: (
        replace(_moved(w, "completion", -260), evidence=frozenset()),
        "CPL",
    ),
}


@pytest.fixture(scope="session")
def breaks() -> dict[str, Break]:
    """For each check a way to break the good programme, and the id that then shows it."""
    return BREAKS
