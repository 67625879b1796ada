from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ImportRefused, StoreError
from planbench.domain.schedule import (
    Assignments,
    Baseline,
    Project,
    Schedule,
    Source,
    empty_baseline,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME, from_iso
from planbench.engines.cpm import prepare, schedule_network
from planbench.services.baselines import aligned_baseline
from planbench.services.document import Document
from planbench.services.library import Library, default_path
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample, export_sample, sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    recents = Recents(tmp_path / "state" / "recents.json")
    with Library.open(tmp_path / "new folder" / "plans.planbench", recents) as opened:
        yield opened


def coded(schedule: Schedule, code: str) -> Schedule:
    return replace(schedule, projects=(replace(schedule.projects[0], code=code, name=code + "!"),))


PLAN = synthetic_schedule(40, 60)


# ---------------------------------------------------------------- filing


def test_updates_find_their_project_by_code(library: Library) -> None:
    library.add_schedule(coded(PLAN, "A"), label="one")
    library.add_schedule(coded(PLAN, "B"), label="two")
    library.add_schedule(coded(PLAN, "A"), label="three")
    listed = {p.code: [u.label for u in p.updates] for p in library.projects()}
    assert listed == {"A": ["one", "three"], "B": ["two"]}
    assert [p.name for p in library.projects()] == ["A!", "B!"]


def test_updates_stand_in_the_order_of_their_data_dates(library: Library) -> None:
    for date in ("2026-03-01", "2026-01-01", "2026-02-01"):
        project = replace(PLAN.projects[0], data_date=from_iso(date))
        library.add_schedule(replace(PLAN, projects=(project,)))
    project_record = library.projects()[0]
    labels = [update.label for update in project_record.updates]
    assert labels == ["2026-01-01T00:00", "2026-02-01T00:00", "2026-03-01T00:00"]
    assert project_record.latest is not None
    assert project_record.latest.label == "2026-03-01T00:00"


def test_a_schedule_without_a_project_is_filed_under_its_name(library: Library) -> None:
    update = library.add_schedule(Schedule(source=Source(name="loose.xer")))
    record = library.update(update)
    assert library.project(record.project).code == "loose"
    assert record.data_date == NO_TIME


def test_figures_are_counted_from_the_file(library: Library) -> None:
    acts = PLAN.activities
    status, finish = acts.status.copy(), acts.stored_early_finish.copy()
    status[:5], status[5] = 2, 1
    finish[3] = from_iso("2027-04-05 16:00")
    plan = PLAN.with_activities(status=status, stored_early_finish=finish)
    figures = library.update(library.add_schedule(plan)).figures
    assert (figures["complete"], figures["in_progress"], figures["not_started"]) == (5, 1, 34)
    assert figures["finish"] == from_iso("2027-04-05 16:00")
    assert figures["must_finish_by"] is None


def test_importing_files(library: Library, tmp_path: Path) -> None:
    files = export_sample(tmp_path)
    ids = [library.import_file(file) for file in files]
    (project,) = library.projects()
    assert [update.id for update in project.updates] == ids
    assert [update.source_name for update in project.updates] == [file.name for file in files]
    assert library.original_file(ids[1]) == files[1].read_bytes()
    assert library.update(ids[1]).sha256 == hashlib.sha256(files[1].read_bytes()).hexdigest()

    moved = tmp_path / "the same under another name.xer"
    moved.write_bytes(files[2].read_bytes())
    assert library.import_file(moved) == ids[2]
    assert library.imported_before(files[2].read_bytes()) == ids[2]
    assert library.imported_before(b"never seen") is None

    document = library.open_update(ids[-1])
    expected = sample_schedules()["2026-09-30"]
    assert document.schedule.activities.code.tolist() == expected.activities.code.tolist()
    assert document.library_project == project.id
    assert document.update == ids[-1]
    assert document.baseline is None


def test_files_that_cannot_be_read_leave_nothing(library: Library, tmp_path: Path) -> None:
    junk = tmp_path / "junk.xer"
    junk.write_bytes(b"\x00\x01 nothing")
    with pytest.raises(ImportRefused):
        library.import_file(junk)
    with pytest.raises(ImportRefused, match="cannot be read"):
        library.import_file(tmp_path / "missing.xer")
    assert library.projects() == ()


@pytest.mark.corpus
def test_a_real_file_keeps_its_repairs(library: Library, shared: Path) -> None:
    from planbench.exchange.registry import read_schedule

    file = shared / "corpus" / "faults" / "fault20_short_and_long_rows.xer"
    imported = read_schedule(file)
    assert imported.repairs
    document = library.open_update(library.import_file(file))
    assert document.repairs == imported.repairs
    assert document.schedule.digest == imported.schedule.digest


@pytest.mark.corpus
def test_real_files_come_back(library: Library, shared: Path) -> None:
    from planbench.exchange.registry import read_schedule

    kept = 0
    for file in sorted((shared / "corpus").rglob("*.xer")):
        if file.stat().st_size > 400_000:
            continue
        try:
            schedule = read_schedule(file).schedule
        except ImportRefused:
            continue
        found = library.file.load_schedule(library.import_file(file))
        assert found.digest == schedule.digest, file.name
        kept += 1
    assert kept > 20


def test_two_threads_import_the_same_file_once(library: Library, tmp_path: Path) -> None:
    file = export_sample(tmp_path)[0]
    ids: list[int] = []
    threads = [
        threading.Thread(target=lambda: ids.append(library.import_file(file))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


def test_reading_while_another_thread_saves(library: Library) -> None:
    first = library.add_schedule(PLAN)
    failed: list[BaseException] = []

    def work(step: Callable[[], object]) -> None:
        try:
            for _ in range(8):
                step()
        except BaseException as error:
            failed.append(error)

    def save() -> object:
        return library.add_schedule(coded(PLAN, "B"))

    def read() -> object:
        assert library.open_update(first).schedule.digest == PLAN.digest
        return library.projects()

    threads = [threading.Thread(target=work, args=(step,)) for step in (save, read, save, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert {p.code: len(p.updates) for p in library.projects()} == {"SYN": 1, "B": 16}


# ---------------------------------------------------------------- changing


def test_renaming_moving_deleting(library: Library) -> None:
    one = library.add_schedule(coded(PLAN, "A"), label="one", kind="baseline")
    two = library.add_schedule(coded(PLAN, "A"), label="two")
    a = library.update(one).project
    b = library.new_project("B", "Second")
    library.rename_project(a, "First")
    library.rename_update(two, "renamed")
    library.move_update(one, b)
    assert library.project(a).name == "First"
    assert library.project(a).baseline is None
    assert [u.label for u in library.project(a).updates] == ["renamed"]
    assert [u.id for u in library.project(b).updates] == [one]
    library.delete_update(two)
    with pytest.raises(StoreError, match="no longer"):
        library.open_update(two)
    with pytest.raises(StoreError, match="no longer"):
        library.rename_update(two, "x")
    library.delete_project(b)
    with pytest.raises(StoreError, match="no longer"):
        library.project(b)
    with pytest.raises(StoreError, match="already"):
        library.new_project("A", "again")


def test_deleting_takes_everything_along(library: Library, tmp_path: Path) -> None:
    file = export_sample(tmp_path)[0]
    update = library.import_file(file)
    document = library.open_update(update)
    recalculate(document)
    library.save_results(document)
    library.add_note(document.library_project or 0, "a note", update)
    library.delete_update(update)
    with library.file._reading() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).scalars()
        left = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in tables.all()
        }
    assert {name for name, count in left.items() if count} == {"projects"}
    assert library.import_file(file) != update  # an id is never used again


def test_notes(library: Library) -> None:
    update = library.add_schedule(PLAN)
    project = library.update(update).project
    first = library.add_note(project, "ask for the crane plan")
    library.add_note(project, "no successor", update, "A0000010")
    assert [(n.text, n.update, n.subject) for n in library.notes(project)] == [
        ("ask for the crane plan", None, ""),
        ("no successor", update, "A0000010"),
    ]
    library.delete_note(first)
    assert len(library.notes(project)) == 1


def test_recents_without_touching_the_library(library: Library, tmp_path: Path) -> None:
    one, two = library.add_schedule(coded(PLAN, "A")), library.add_schedule(coded(PLAN, "B"))
    before = library.path.read_bytes()
    for update in (one, two, one):
        library.open_update(update)
    assert [entry.update for entry in library.recents()] == [one, two]
    assert library.path.read_bytes() == before
    library.delete_update(one)
    assert [entry.update for entry in library.recents()] == [two]
    (tmp_path / "state" / "recents.json").write_text("{spoilt")
    assert library.recents() == ()
    library.open_update(two)
    assert [entry.project for entry in library.recents()] == ["B!"]


def test_save_as(library: Library, tmp_path: Path) -> None:
    update = library.add_schedule(PLAN)
    library.save_as(tmp_path / "copy.planbench")
    with Library.open(tmp_path / "copy.planbench", Recents(tmp_path / "r.json")) as copy:
        assert copy.open_update(update).schedule.digest == PLAN.digest


def test_the_user_has_a_library_without_choosing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    assert default_path().suffix == ".planbench"
    monkeypatch.setattr("planbench.services.library.default_path", lambda: tmp_path / "a" / "b.p")
    with Library.open(recents=Recents(tmp_path / "r.json")) as opened:
        assert opened.path == tmp_path / "a" / "b.p"


# ---------------------------------------------------------------- baselines


def test_the_first_baseline_is_the_one_to_measure_against(library: Library) -> None:
    first = library.add_schedule(PLAN, kind="baseline", label="BL 0")
    library.add_schedule(PLAN, kind="baseline", label="BL 1")
    update = library.add_schedule(PLAN)
    document = library.open_update(update)
    assert document.baseline_label == "BL 0"
    project = library.update(first).project
    library.set_baseline(project, None)
    library.attach_baseline(document)
    assert (document.baseline, document.baseline_label) == (None, "")
    library.set_baseline(project, update)
    library.delete_update(update)
    assert library.project(project).baseline is None
    with pytest.raises(StoreError, match="no longer"):
        library.set_baseline(project, update)


def test_a_baseline_that_came_with_the_file_is_used_where_none_was_chosen(library: Library) -> None:
    brought = Baseline("from the file", NO_TIME, empty_baseline(len(PLAN)))
    document = library.open_update(library.add_schedule(replace(PLAN, baselines=(brought,))))
    assert document.baseline_label == "from the file"


def test_alignment_by_activity_id() -> None:
    """Against an obvious search for every activity."""
    other = synthetic_schedule(60, 100, seed=3)
    order = np.random.default_rng(1).permutation(60)[:30]
    acts = other.activities
    current = Schedule(
        projects=other.projects,
        calendars=other.calendars,
        activities=replace(
            acts.take(order), code=np.array([*acts.code[order][:-1], "NEW"], dtype=object)
        ),
    )
    actual = acts.actual_start.copy()
    actual[7] = from_iso("2026-02-02 08:00")
    costs = make_table(Assignments, 3, activity=[4, 4, 9], budget_cost=[100.0, 50.0, 0.0])
    other = replace(other, activities=acts.with_columns(actual_start=actual), assignments=costs)
    cpm = schedule_network(other)
    found = aligned_baseline(current, other, "BL").columns
    for row, code in enumerate(current.activities.code.tolist()):
        there = [r for r, c in enumerate(other.activities.code.tolist()) if c == code]
        if not there:
            assert found.start[row] == found.finish[row] == found.duration[row] == NO_TIME
            assert np.isnan(found.cost[row])
            continue
        place = there[0]
        expected = actual[place] if place == 7 else cpm.early_start[place]
        assert found.start[row] == expected
        assert found.finish[row] == cpm.early_finish[place]
        assert found.duration[row] == other.activities.original_duration[place]
        assert np.nan_to_num(found.cost[row], nan=-1) == {4: 150.0, 9: 0.0}.get(place, -1)


def test_stored_dates_are_preferred_and_a_loop_leaves_gaps() -> None:
    acts = PLAN.activities
    stored = acts.stored_early_finish.copy()
    stored[:] = from_iso("2030-01-01")
    with_dates = PLAN.with_activities(stored_early_finish=stored, stored_early_start=stored - 480)
    columns = aligned_baseline(PLAN, with_dates, "BL").columns
    assert set(columns.finish.tolist()) == {from_iso("2030-01-01")}
    assert set(columns.start.tolist()) == {from_iso("2030-01-01") - 480}
    links = PLAN.relationships
    loop = replace(
        PLAN,
        relationships=links.with_columns(
            predecessor=np.append(links.predecessor[:-1], links.successor[0]).astype(np.int32),
            successor=np.append(links.successor[:-1], links.predecessor[0]).astype(np.int32),
        ),
    )
    assert set(aligned_baseline(PLAN, loop, "BL").columns.finish.tolist()) == {NO_TIME}


def test_an_empty_baseline_has_no_dates() -> None:
    columns = aligned_baseline(PLAN, Schedule(projects=(Project("1", "P", "P"),)), "BL").columns
    assert set(columns.start.tolist()) == {NO_TIME}
    assert np.isnan(columns.cost).all()


def test_the_sample_in_a_library(library: Library) -> None:
    project = ensure_sample(library)
    assert ensure_sample(library) == project
    record = library.project(project)
    assert [update.kind for update in record.updates] == ["baseline", "update", "update", "update"]
    assert record.baseline == record.updates[0].id
    document = library.open_update(record.updates[-1].id)
    assert document.baseline is not None
    known = document.baseline.columns.finish != NO_TIME
    assert known.sum() > 400


# ---------------------------------------------------------------- results


def test_results_are_kept_and_come_back(library: Library) -> None:
    update = library.add_schedule(PLAN)
    document = library.open_update(update)
    assert document.cpm is None
    recalculate(document)
    library.save_results(document)
    cpm = document.cpm
    assert cpm is not None
    again = library.open_update(update).cpm
    assert again is not None
    np.testing.assert_array_equal(again.early_finish, cpm.early_finish)
    np.testing.assert_array_equal(again.driving, cpm.driving)
    head = library.update(update).result("cpm")
    assert head is not None
    assert head.meta["finish"] == int(cpm.early_finish.max())
    assert head.meta["critical"] == int(cpm.critical.sum())
    library.save_results(document)
    assert [kept.kind for kept in library.results(update)] == ["cpm"]


def test_results_of_another_schedule_are_not_taken_for_its_own(library: Library) -> None:
    update = library.add_schedule(PLAN)
    document = library.open_update(update)
    changed = PLAN.with_activities(remaining_duration=PLAN.activities.remaining_duration * 2)
    document.schedule = changed
    recalculate(document)
    library.save_results(document)
    assert library.open_update(update).cpm is None
    assert library.update(update).result("cpm") is None
    with pytest.raises(ValueError, match="library"):
        library.save_results(Document(PLAN))


def test_a_risk_model_of_another_kind_does_not_keep_the_update_shut(library: Library) -> None:
    update = library.add_schedule(PLAN)
    library.file.save_result(update, "risk-model", PLAN.digest, {"uncertainty": "much"}, {})
    document = library.open_update(update)
    assert document.risk_model is None
    assert "risk model" in document.history[0]


def test_quality_and_risk_are_kept(library: Library) -> None:
    from planbench.engines.risk.model import model_json, parse_model
    from planbench.engines.risk.simulate import RunOptions, simulate
    from planbench.services.quality import check_document

    update = library.add_schedule(PLAN)
    document = library.open_update(update)
    recalculate(document)
    check_document(document, None)
    law = {"distribution": "triangular", "parameters": {"low": 90, "mode": 100, "high": 130}}
    given = {"uncertainty": [{"where": {"all": True}, "of": "remaining", "as": "percent", **law}]}
    document.risk_model = parse_model(given)
    assert document.cpm is not None
    options = RunOptions(iterations=200, seed=7)
    document.risk = simulate(prepare(PLAN), document.cpm, document.risk_model, options)
    document.risk_label = "run A"
    library.save_results(document)
    kept = library.file.load_result(update, "risk", "run A")
    assert kept is not None
    np.testing.assert_array_equal(kept.columns["finish"], document.risk.finish)
    assert kept.head.meta["seed"] == 7
    assert kept.head.meta["p80"] == int(np.sort(document.risk.finish)[159])
    model = library.open_update(update).risk_model
    assert model is not None
    assert model_json(model) == model_json(document.risk_model)
    reports = [head for head in library.results(update) if head.kind == "quality"]
    assert [head.meta["counts"] for head in reports] == [r.counts() for r in document.quality]
    first = document.quality[0].metrics[0]
    rows = library.file.load_result(update, "quality", reports[0].label)
    assert rows is not None
    np.testing.assert_array_equal(rows.columns[first.id], first.rows)


def test_a_run_with_a_register_is_kept(library: Library) -> None:
    """The effects of risks are records; they come to rest as JSON beside the columns."""
    from planbench.services.risk import run_risk, sample_model
    from planbench.services.sample import ensure_sample
    from planbench.services.scheduling import recalculate

    latest = library.project(ensure_sample(library)).latest
    assert latest is not None
    document = library.open_update(latest.id)
    recalculate(document)
    run_risk(document, sample_model(document), iterations=64, seed=1)
    assert document.risk is not None
    assert document.risk.effects
    library.save_results(document)
    kept = library.file.load_result(latest.id, "risk", document.risk_label)
    assert kept is not None
    assert [effect["id"] for effect in kept.head.meta["effects"]] == [
        effect.id for effect in document.risk.effects
    ]
