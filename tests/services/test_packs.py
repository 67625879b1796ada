"""Standards packs: what is missing is listed, versions stay, export and import lose nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.services import packs
from planbench.services.control import control_report
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.packs import CodeRule, Kpi, Node, Standards
from planbench.services.recents import Recents
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate


def test_exactly_the_activities_without_a_mandatory_code() -> None:
    schedule = sample_schedules()["baseline"]
    given = schedule.code_assignments
    types = schedule.code_types.name.tolist()
    area = np.isin(schedule.code_values.type[given.value], [types.index("Area")])
    drop = np.flatnonzero(area)[[3, 40, 77]]
    kept = np.delete(np.arange(given.activity.size), drop)
    lacking = replace(schedule, code_assignments=given.take(kept))
    names = {schedule.activities.code[row] for row in given.activity[drop]}
    pack = Standards("x", 1, "X", codes=(CodeRule("Area", True),))
    planted = {one.subject for one in packs.deviations(schedule, pack)}
    assert len(planted) == 3  # the sample lacks three itself
    found = [one.subject for one in packs.deviations(lacking, pack)]
    assert set(found) == planted | names
    assert len(found) == 6


def test_a_project_complies_with_the_pack_made_of_it() -> None:
    schedule = sample_schedules()["baseline"]
    pack = packs.pack_of_project(schedule, "own", "Own")
    assert packs.deviations(schedule, pack) == ()
    assert {node.code for node in pack.wbs} >= {"1", "4", "8"}
    assert len(pack.calendars) == 6
    other = replace(
        pack,
        wbs=(*(node for node in pack.wbs if node.code != "4"), Node("9", "Handover")),
        cbs=(*pack.cbs[1:], Node("X", "Extra")),
        codes=tuple(replace(rule, values=rule.values[1:]) for rule in pack.codes),
        calendars=pack.calendars[1:],
    )
    found = [(one.kind, one.subject) for one in packs.deviations(schedule, other)]
    assert ("wbs", "4") in found
    assert ("wbs", "9") in found
    assert ("cbs", "X") in found
    assert ("calendar", pack.calendars[0]) in found
    assert sum(kind == "code" for kind, _ in found) == len(pack.codes)
    assert len(found) == 5 + len(pack.codes)


def test_a_change_makes_a_version_and_projects_keep_theirs(tmp_path: Path) -> None:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        project = library.new_project("A", "A")
        first = packs.shipped()[0]
        packs.bind(library, project, first)
        assert packs.keep_pack(library, first) == first
        stricter = replace(first, kpis=(replace(first.kpis[0], red=0.97), *first.kpis[1:]))
        second = packs.keep_pack(library, stricter)
        assert second.version == 2
        assert packs.keep_pack(library, stricter) == second  # not a third one
        assert packs.bound(library, project) == first
        packs.bind(library, project, second)
        assert packs.bound(library, project) == second
        assert len(library.journal(packs.BINDING, project)) == 2


def test_a_pack_goes_out_and_comes_back_the_same(tmp_path: Path) -> None:
    pack = packs.pack_of_project(sample_schedules()["baseline"], "own", "Größe")
    path = tmp_path / "own.json"
    packs.write_pack(pack, path)
    assert packs.read_pack(path) == pack
    assert packs.read_pack(path).digest == pack.digest


def test_kpis_turn_amber_and_red_where_the_pack_says() -> None:
    document = Document(sample_schedules()["2026-09-30"])
    recalculate(document)
    report = control_report(document, None)
    cpi = report.measured.values.cpi
    assert cpi is not None
    for amber, red, state in (
        (cpi - 0.02, cpi - 0.04, "green"),
        (cpi + 0.01, cpi - 0.01, "amber"),
        (cpi + 0.02, cpi + 0.01, "red"),
    ):
        pack = Standards("x", 1, "X", kpis=(Kpi("c", "C", "cpi", amber, red),))
        (found,) = packs.kpi_values(report, pack)
        assert (found.value, found.state) == (cpi, state)


UNKNOWN = {"id": "a", "title": "", "measure": "x", "amber": 1, "red": 0}
TURNED = {"id": "a", "title": "", "measure": "cpi", "amber": 0, "red": 1}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "x"}, "no standards pack"),
        ({"version": 0}, "version from 1"),
        ({"kpis": [{"id": "a"}]}, "cannot be understood"),
        (
            {"kpis": [UNKNOWN]},
            "not measured",
        ),
        (
            {"kpis": [TURNED]},
            "before red",
        ),
    ],
)
def test_bad_packs_are_refused(change: dict[str, object], words: str) -> None:
    given = {**json.loads(json.dumps(packs.pack_json(packs.shipped()[0]))), **change}
    with pytest.raises(ModelError, match=words):
        packs.pack_from(given, "bad.json")
