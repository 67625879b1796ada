"""Binding a project, what is kept with whom and when, and the report of the sample."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.contract.deadlines import OVERDUE, Event
from planbench.engines.contract.result import MET, NEEDS_EVIDENCE, NOT_MET
from planbench.engines.contract.terms import data_from, data_json
from planbench.services import contract as service
from planbench.services.contract import Binding, Decision, Evidence
from planbench.services.contract_report import compliance_grids, compliance_html
from planbench.services.contract_view import contract_report
from planbench.services.deadlines import contract_calendar, with_data_date
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample, sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "recents.json")) as made:
        yield made


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Document]]:
    place = tmp_path_factory.mktemp("sample")
    with Library.open(place / "l.planbench", Recents(place / "recents.json")) as made:
        project = made.project(ensure_sample(made))
        update = max(project.updates, key=lambda one: one.data_date)
        document = made.open_update(update.id)
        recalculate(document)
        yield made, document


def test_sample_is_bound_and_tells_its_story(sample: tuple[Library, Document]) -> None:
    library, document = sample
    report = contract_report(document, library, now=dt.date(2026, 11, 24))
    assert report.bound
    assert report.binding.pack.id == "nec4"
    assert report.as_of == dt.date(2026, 9, 30)  # an old update is read as of its data date
    assert report.completion is not None
    assert report.completion.spare == 16
    states = {one.rule.id: one.state for one in report.assessment.results}
    assert states["31.2-2"] == MET
    assert states["31.2-3"] == NOT_MET
    assert states["32.1-2"] == NEEDS_EVIDENCE
    overdue = [one for one in report.deadlines if one.state == OVERDUE]
    assert [(one.event.id, one.due) for one in overdue] == [("CE-014", dt.date(2026, 8, 10))]
    recent = contract_report(document, library, now=dt.date(2026, 10, 20))
    assert recent.as_of == dt.date(2026, 10, 20)
    missed = {one.event.id for one in recent.deadlines if one.state == OVERDUE}
    assert missed == {"CE-014", "CE-016", "PR-03"}


def test_another_pack_on_the_same_project_keeps_its_own_evidence(
    sample: tuple[Library, Document],
) -> None:
    library, document = sample
    other = contract_report(document, library, "fidic-2017")
    assert other.binding.pack.id == "fidic-2017"
    assert other.binding.data.milestones
    assert not other.binding.evidence
    assert contract_report(document, library).binding.evidence.keys() == {"31.2-8", "31.2-9"}


def test_keeping_sample_twice_changes_nothing(sample: tuple[Library, Document]) -> None:
    library, document = sample
    assert document.library_project is not None
    before = library.journal(service.BINDING, document.library_project)
    service.keep_sample(library, document.library_project)
    assert library.journal(service.BINDING, document.library_project) == before


def test_what_is_written_down_comes_back_with_its_journal(library: Library) -> None:
    project = library.new_project("P", "Plan")
    assert service.load_binding(library, project) is None
    data = data_from({"milestones": [], "calendar": "Office"})
    service.bind(library, project, "nec4", data)
    service.keep_evidence(library, project, "nec4", Evidence("31.2-9", "Letter 1"))
    service.keep_evidence(library, project, "nec4", Evidence("31.2-9", "Letter 2", "signed"))
    service.keep_decision(library, project, "nec4", Decision("31.2-3", "comment", "Link them."))
    event = Event("E1", "compensation event", "Rock", dates={"aware": dt.date(2026, 3, 2)})
    service.keep_event(library, project, event)
    binding = service.load_binding(library, project)
    assert binding is not None
    assert binding.data == data
    assert binding.evidence == {"31.2-9": Evidence("31.2-9", "Letter 2", "signed")}
    assert binding.decisions == {"31.2-3": Decision("31.2-3", "comment", "Link them.")}
    assert binding.events == (event,)
    lines = service.history_of(library, project, "nec4", "31.2-9")
    assert [line.after["evidence"]["reference"] for line in lines if line.after] == [
        "Letter 1",
        "Letter 2",
    ]
    assert all(line.who and line.at for line in lines)
    service.keep_evidence(library, project, "nec4", Evidence("31.2-9", " "))
    service.keep_decision(library, project, "nec4", Decision("31.2-3", "comment", ""))
    service.drop_event(library, project, "E1")
    empty = service.load_binding(library, project)
    assert empty is not None
    assert not empty.evidence
    assert not empty.decisions
    assert not empty.events
    assert len(service.history_of(library, project, "nec4", "31.2-9")) == 3  # nothing is lost


def test_an_edited_pack_is_the_projects_own(library: Library, tmp_path: Path) -> None:
    project, other = library.new_project("P", "Plan"), library.new_project("Q", "Other")
    pack = service.pack_of("fidic-2017")
    edited = pack.with_rule(replace(pack.rule("8.3-f"), title="Repairs"))
    service.keep_pack(library, project, edited)
    assert service.pack_of("fidic-2017", service.packs(library, project)) == edited
    assert service.pack_of("fidic-2017", service.packs(library, other)) == pack
    service.write_pack(edited, tmp_path / "own.json")
    assert service.pack_of(str(tmp_path / "own.json")) == edited
    service.drop_pack(library, project, "fidic-2017")
    assert service.packs(library, project) == service.shipped_packs()


def test_unbound_projects_get_a_proposal_and_no_invented_dates() -> None:
    document = Document(sample_schedules()["2026-09-30"])
    recalculate(document)
    report = contract_report(document, None)
    assert not report.bound
    kinds = {one.activity: one.kind for one in report.binding.data.milestones}
    assert kinds["KD-0030"] == "key-date"
    # nothing dates CO-9000: the plan's own date is no contract date
    assert "CO-9000" not in kinds
    assert report.binding.data.terms["review"].values == ("REV",)


def test_contract_data_survives_json() -> None:
    _, data, events, _ = service.sample_binding()
    assert data_from(data_json(data)) == data
    assert len(data.milestones) == 15
    assert {one.id for one in events} == {"CE-009", "CE-014", "CE-016", "EW-021", "PR-03"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"milestones": [{"kind": "party", "name": "x", "date": "2026-01-01"}]}, "'kind'"),
        ({"milestones": [{"kind": "section", "name": "x", "date": "soon"}]}, "no date"),
        ({"milestones": [{"kind": "section", "name": "x"}]}, "lacks 'date'"),
        ({"milestones": 7}, "cannot be read"),
        ({"terms": ["review"]}, "cannot be read"),
        ({"rest_days": [9]}, "1 \\(Monday\\) to 7"),
        ({"price": "much"}, "cannot be read"),
        ({"price": float("nan")}, "no sensible amount"),
        ({"milestones": [{"kind": "section", "name": "x", "date": "9999-12-31"}]}, "no sensible"),
        ({"milestones": [5]}, "cannot be read"),
        ({"milestones": [{"kind": [], "name": "x", "date": "2026-01-01"}]}, "'kind'"),
        ({"deliveries": [{"activity": "A"}]}, "lacks 'name'"),
        ({"facts": 3}, "cannot be read"),
        ({"holidays": "2026-05-01"}, "no date"),
        ({"colour": 1}, "'colour' is not known"),
        ([], "not an object"),
    ],
)
def test_wrong_contract_data_is_named(data: object, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        data_from(data, "data.json")


def test_report_keeps_gaps_apart_and_escapes(sample: tuple[Library, Document]) -> None:
    library, document = sample
    report = contract_report(document, library)
    binding = replace(
        report.binding,
        decisions={"31.2-3": Decision("31.2-3", "comment", "<b>Link & report</b>")},
    )
    args = (document, binding, report.assessment, report.deadlines)
    grids = {grid.name: grid for grid in compliance_grids(*args)}
    states = [row[3] for row in grids["Items"].rows]
    assert states.count("Needs evidence") == len(grids["Evidence gaps"].rows) == 3
    page = compliance_html(*args, report.as_of)
    assert "&lt;b&gt;Link &amp; report&lt;/b&gt;" in page
    assert "<script" not in page
    assert "src=" not in page


def test_data_date_starts_deadlines_once() -> None:
    schedule = sample_schedules()["2026-09-30"]
    own = Event("mine", "data date", "Month end", dates={"date": dt.date(2026, 9, 30)})
    assert [one.id for one in with_data_date(schedule, [])] == ["DD-20260930"]
    assert with_data_date(schedule, [own]) == (own,)


def test_contract_calendar_by_name() -> None:
    schedule = sample_schedules()["2026-09-30"]
    found = contract_calendar(schedule, "onshore 5-day 8h")
    assert found is not None
    assert found.name == "Onshore 5-day 8h"
    with pytest.raises(ModelError, match="there is no calendar"):
        contract_calendar(schedule, "Moon")


def test_a_calendar_that_is_gone_is_told_and_the_checks_still_run() -> None:
    document = Document(sample_schedules()["2026-09-30"])
    recalculate(document)
    from planbench.services.deadlines import project_deadlines

    binding = Binding(service.pack_of("nec4"), data_from({"calendar": "Moon"}))
    with pytest.raises(ModelError, match="there is no calendar 'Moon'"):
        project_deadlines(document, binding, dt.date(2026, 9, 30))
    assert service.assess_document(document, binding).results


@pytest.mark.corpus
def test_real_files_are_held_against_every_pack(shared: Path) -> None:
    """No file breaks a check; every count of rows stands behind a state that it explains."""
    from planbench.domain.errors import PlanbenchError
    from planbench.services.files import open_file

    files = sorted(p for p in (shared / "corpus").rglob("*.xer") if p.stat().st_size < 250_000)
    _, data, events, _ = service.sample_binding()
    checked = 0
    for path in files[::8]:
        try:
            document = open_file(path)
        except PlanbenchError:
            continue
        recalculate(document)
        for pack in service.shipped_packs():
            found = service.assess_document(
                document, Binding(pack, data, events), document.schedule
            )
            for one in found.results:
                assert one.words
                assert one.state != NOT_MET or one.shown
                rows = [each.row for each in one.shown]
                assert all(-1 <= row < len(document.schedule) for row in rows)
        checked += 1
    assert checked > 3
