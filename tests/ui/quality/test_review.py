"""The Review side as a reviewer uses it: look, triage by keyboard, talk, waive, send, merge."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from planbench.engines.findings.record import SEVERITIES, changed
from planbench.exchange.comments.bundle import write_bundle
from planbench.exchange.comments.sheet import SheetRow
from planbench.exchange.comments.xlsx import write_comment_xlsx
from planbench.services.comments import comment_sheet, read_responses
from planbench.services.findings import FINDING, load_review, take_open_rounds
from planbench.services.library import Library
from planbench.services.sample import ensure_sample, sample_schedules, with_dates
from planbench.services.scheduling import recalculate
from planbench.ui.quality.neighbours import Neighbours
from planbench.ui.quality.review.dialogs import (
    FindingDialog,
    LetterDialog,
    WaiveDialog,
    WordsDialog,
)
from planbench.ui.quality.review.page import ReviewPage
from planbench.ui.state import AppState
from planbench.ui.widgets import Button


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the sample, whose first two updates were looked at; made once, copied."""
    path = tmp_path_factory.mktemp("review") / "l.planbench"
    with Library.open(path) as made:
        project = ensure_sample(made)
        document = made.open_update(made.project(project).updates[1].id)
        recalculate(document)
        take_open_rounds(made, document)
    return path


@pytest.fixture
def library(reviewed: Path, tmp_path: Path) -> Iterator[Library]:
    copied = shutil.copy(reviewed, tmp_path / "l.planbench")
    with Library.open(copied) as made:
        yield made


@pytest.fixture
def state(qapp: QApplication, library: Library) -> Iterator[AppState]:
    made = AppState()
    made.library = library
    yield made
    made.close()


def open_update(state: AppState, number: int) -> None:
    project = state.library.projects()[0]
    document = state.library.open_update(project.updates[number].id)
    recalculate(document)
    state.open_document(document)


def still(qtbot: Any, state: AppState) -> None:
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)


@pytest.fixture
def page(themed: QApplication, qtbot: Any, state: AppState) -> ReviewPage:
    """The review after the first two updates of the sample, the second one open."""
    made = ReviewPage(state)
    qtbot.addWidget(made)
    made.resize(1800, 900)
    made.show()
    open_update(state, 1)
    made.desk.load()
    still(qtbot, state)
    made.desk.author = "mo"
    made.table.setFocus()
    return made


def choose(page: ReviewPage, *places: int) -> list[str]:
    """Select shown rows; the ids of their findings."""
    page.table.clearSelection()
    mode = page.table.selectionModel()
    for place in places:
        index = page.model.index(place, 0)
        page.table.setCurrentIndex(index)
    for place in places:
        mode.select(page.model.index(place, 0), mode.SelectionFlag.Select | mode.SelectionFlag.Rows)
    return page.chosen()


def dialog(page: QWidget, kind: type[QDialog]) -> Any:
    (found,) = [one for one in page.findChildren(kind) if one.isVisible()]
    return found


def stage_of(page: ReviewPage, uid: str) -> str:
    return next(line.stage for line in page.desk.lines() if line.finding.uid == uid)


def test_before_the_first_look_the_page_says_what_a_look_does(
    themed: QApplication, qtbot: Any, state: AppState
) -> None:
    made = ReviewPage(state)
    qtbot.addWidget(made)
    made.show()
    made.desk.load()
    assert made._pages.currentIndex() == 0
    schedule = sample_schedules()["baseline"]
    project = state.library.new_project("OTHER", "Another project")
    state.library.add_schedule(with_dates(schedule), project=project, label="First")
    (update,) = state.library.project(project).updates
    document = state.library.open_update(update.id)
    recalculate(document)
    state.open_document(document)
    made.desk.load()
    still(qtbot, state)
    assert made._pages.currentIndex() == 1
    assert not made.desk.up_to_date
    looks = [one for one in made.findChildren(Button) if one.isVisible()]
    qtbot.mouseClick(looks[0], Qt.MouseButton.LeftButton)
    still(qtbot, state)
    assert made._pages.currentIndex() == 2
    assert made.desk.up_to_date
    assert len(made.rounds_model.rounds) == 1


def test_the_list_shows_what_is_not_closed(page: ReviewPage, library: Library) -> None:
    assert page._pages.currentIndex() == 2
    assert page.desk.up_to_date
    (project,) = library.projects()
    assert load_review(library, project.id) == page.desk.review
    live = [one for one in page.desk.lines() if one.stage not in ("closed", "waived", "resolved")]
    assert page.model.rowCount() == len(live) > 100
    assert len(page.rounds_model.rounds) == 2


def test_keys_judge_all_that_is_selected_and_z_takes_it_back(page: ReviewPage, qtbot: Any) -> None:
    uids = choose(page, 0, 1, 2)
    qtbot.keyClick(page.table, Qt.Key.Key_D)
    assert {stage_of(page, uid) for uid in uids} == {"disputed"}
    qtbot.keyClick(page.table, Qt.Key.Key_Z)
    assert {stage_of(page, uid) for uid in uids} == {"open"}
    uids = choose(page, 0)
    qtbot.keyClick(page.table, Qt.Key.Key_1)
    assert page.desk.review.findings[uids[0]].severity == "critical"


def test_j_and_k_move_and_what_is_closed_leaves_the_list(page: ReviewPage, qtbot: Any) -> None:
    first, second, third = (choose(page, place)[0] for place in (0, 1, 2))
    choose(page, 0)
    qtbot.keyClick(page.table, Qt.Key.Key_J)
    assert page.uid() == second
    qtbot.keyClick(page.table, Qt.Key.Key_C)
    assert stage_of(page, second) == "closed"
    assert page.uid() == third, "the next one took its place"
    qtbot.keyClick(page.table, Qt.Key.Key_K)
    assert page.uid() == first


def test_a_waiver_needs_a_reason_and_keeps_the_evidence(page: ReviewPage, qtbot: Any) -> None:
    uids = choose(page, 0, 1)
    qtbot.keyClick(page.table, Qt.Key.Key_W)
    asked = dialog(page, WaiveDialog)
    qtbot.mouseClick(asked.go, Qt.MouseButton.LeftButton)
    assert asked.isVisible(), "no reason yet"
    qtbot.keyClicks(asked.reason.field, "The charter date is fixed")
    qtbot.keyClicks(asked.expires.field, "31.12.2026")
    qtbot.mouseClick(asked.go, Qt.MouseButton.LeftButton)
    assert asked.isVisible(), "that is no date"
    asked.expires.field.clear()
    qtbot.keyClicks(asked.expires.field, "2026-12-31")
    qtbot.mouseClick(asked.go, Qt.MouseButton.LeftButton)
    for uid in uids:
        waiver = page.desk.review.findings[uid].waiver
        assert waiver is not None
        assert waiver["expires"] == "2026-12-31"
        assert waiver["watch"] == ["value", "logic", "dates"]
        assert waiver["slip_days"] == 10
        assert waiver["seen"]


def test_words_go_into_the_thread_and_into_the_audit_trail(
    page: ReviewPage, qtbot: Any, library: Library
) -> None:
    (uid,) = choose(page, 0)
    qtbot.keyClick(page.table, Qt.Key.Key_X)
    qtbot.keyClicks(page.pane.reply, "Why so much float?")
    qtbot.keyClick(page.pane.reply, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not page.pane.reply.toPlainText()
    page.pane.kind.setCurrentIndex(1)
    qtbot.keyClicks(page.pane.reply, "A successor follows.")
    qtbot.mouseClick(page.pane.send, Qt.MouseButton.LeftButton)
    finding = page.desk.review.findings[uid]
    assert [act.value for act in finding.talk] == ["Why so much float?", "A successor follows."]
    assert finding.state == "responded"
    (project,) = library.projects()
    trail = library.journal(FINDING, project.id, uid)
    assert [line.what for line in trail[1:]] == ["comment", "response"]
    assert trail[-1].who == "mo"


def test_private_findings_and_what_is_asked_for(page: ReviewPage, qtbot: Any) -> None:
    (uid,) = choose(page, 0)
    page.pane.kind.setCurrentText("Asked for")
    qtbot.keyClicks(page.pane.reply, "Add a successor")
    qtbot.mouseClick(page.pane.send, Qt.MouseButton.LeftButton)
    assert page.desk.review.findings[uid].value("action") == "Add a successor"
    (row,) = (row for row in comment_sheet(page.desk.review, "x").rows if row.uid == uid)
    assert row.action == "Add a successor"
    qtbot.keyClick(page.table, Qt.Key.Key_P)
    assert uid not in {row.uid for row in comment_sheet(page.desk.review, "x").rows}
    qtbot.keyClick(page.table, Qt.Key.Key_P)
    assert uid in {row.uid for row in comment_sheet(page.desk.review, "x").rows}


def test_owner_and_due_are_written_where_they_are_shown(page: ReviewPage, qtbot: Any) -> None:
    (uid,) = choose(page, 0)
    qtbot.keyClicks(page.pane.owner.field, "Contractor")
    qtbot.keyClick(page.pane.owner.field, Qt.Key.Key_Return)
    qtbot.keyClicks(page.pane.due.field, "soon")
    qtbot.keyClick(page.pane.due.field, Qt.Key.Key_Return)
    finding = page.desk.review.findings[uid]
    assert (finding.value("owner"), finding.value("due")) == ("Contractor", "")
    assert page.pane.due.field.property("error")


def test_one_finding_for_many(page: ReviewPage, qtbot: Any) -> None:
    uids = choose(page, 0, 1, 2, 3)
    count = page.model.rowCount()
    qtbot.keyClick(page.table, Qt.Key.Key_G)
    asked = dialog(page, WordsDialog)
    asked.words.field.clear()
    qtbot.keyClicks(asked.words.field, "Leads everywhere")
    qtbot.mouseClick(asked.go, Qt.MouseButton.LeftButton)
    assert page.model.rowCount() == count - 3
    whole = page.desk.review.findings[page.uid()]
    assert whole.title == "Leads everywhere"
    assert {page.desk.review.findings[uid].part_of for uid in uids} == {whole.uid}


def test_a_finding_is_made_on_activities(page: ReviewPage, qtbot: Any) -> None:
    page.commands.make_finding([3, 4])
    asked = dialog(page, FindingDialog)
    qtbot.keyClicks(asked.name.field, "Sequence is odd")
    asked.severity.setCurrentIndex(1)
    qtbot.keyClicks(asked.comment, "See the method statement.")
    qtbot.mouseClick(asked.go, Qt.MouseButton.LeftButton)
    finding = page.desk.review.findings[page.uid()]
    assert (finding.title, finding.severity, len(finding.objects)) == (
        "Sequence is odd",
        "major",
        2,
    )
    assert [act.value for act in finding.talk] == ["See the method statement."]


def test_the_next_update_tells_what_happened(page: ReviewPage, qtbot: Any, state: AppState) -> None:
    (uid,) = choose(page, 0)
    page.desk.comment(uid, "Still here?", response=False, private=False)
    open_update(state, 2)
    page.desk.load()
    still(qtbot, state)
    assert page.banner.isVisible()
    qtbot.mouseClick(page.banner._action, Qt.MouseButton.LeftButton)
    still(qtbot, state)
    assert not page.banner.isVisible()
    assert len(page.rounds_model.rounds) == 3
    counts = page.desk.review.ordered_rounds[-1].counts()
    assert all(counts[name] for name in ("new", "resolved", "persisting"))
    assert page.desk.review.findings[uid].talk
    page.show_view(rounds=True)
    listed = page.changes_model.rowCount()
    assert listed == sum(n for name, n in counts.items() if name != "persisting")


def test_sheets_go_out_and_responses_come_back(
    page: ReviewPage, qtbot: Any, state: AppState, tmp_path: Path
) -> None:
    for kind in ("xlsx", "docx", "pdf"):
        page.desk.save_sheet(str(tmp_path / f"c.{kind}"))
        still(qtbot, state)
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    assert read_responses((tmp_path / "c.docx").read_bytes(), "c.docx") == ()
    sheet = comment_sheet(page.desk.review, "x")
    first = SheetRow(*sheet.rows[0].cells()[:-3], "Done.", "corrected", "C")  # type: ignore[arg-type]
    (tmp_path / "back.xlsx").write_bytes(write_comment_xlsx(type(sheet)("x", (), (first,))))
    page.desk.take_responses(str(tmp_path / "back.xlsx"))
    still(qtbot, state)
    assert stage_of(page, first.uid) == "responded"
    told: list[str] = []
    state.message.connect(lambda _kind, words: told.append(words))
    page.desk.take_responses(str(tmp_path / "c.pdf"))
    still(qtbot, state)
    assert ".xlsx or .docx" in told[-1]


def test_conflicts_of_a_merge_are_shown_and_settled(
    page: ReviewPage, qtbot: Any, state: AppState, tmp_path: Path
) -> None:
    uid = choose(page, 5)[0]
    theirs = page.desk.review.with_findings(
        changed(page.desk.review.findings[uid], "owner", "Designer", "ih", "2026-10-01T08:00:00")
    )
    page.desk.set_field([uid], "owner", "Contractor")
    path = tmp_path / "ih.pbreview.json"
    path.write_bytes(write_bundle(theirs, page.desk.code, "ih"))
    page.desk.merge_bundle(str(path))
    still(qtbot, state)
    assert page.uid() == uid

    def takes() -> list[Button]:
        found = page.pane.findChildren(Button)
        return [one for one in found if one.text() == "Take" and one.isVisible()]

    qtbot.waitUntil(lambda: len(takes()) == 2)
    chosen = next(one for one in takes() if "Designer" in one.toolTip())
    qtbot.mouseClick(chosen, Qt.MouseButton.LeftButton)
    finding = page.desk.review.findings[uid]
    assert not finding.conflicts
    assert finding.value("owner") == "Designer"


def test_filters_and_counts_lead_to_findings(page: ReviewPage, qtbot: Any) -> None:
    uids = choose(page, 0, 1)
    page.desk.set_field(uids, "state", "disputed")
    page.stage.setCurrentText("Disputed")
    page.stage.activated.emit(page.stage.currentIndex())
    assert page.model.rowCount() == 2
    qtbot.keyClicks(page.search, "nothing has these words")
    assert page.model.rowCount() == 0
    page.show_finding(uids[0])
    assert page.uid() == uids[0]
    page._stat_opened(0)
    assert page.stage.currentText() == "Not closed"


def test_every_control_is_named_and_does_something(
    page: ReviewPage,
    nameless: Callable[[QWidget], list[str]],
    dead_buttons: Callable[[QWidget], list[str]],
) -> None:
    choose(page, 0)
    assert not nameless(page)
    assert not dead_buttons(page)


def test_the_record_takes_severity_with_a_reason_tags_links_and_sign_offs(
    page: ReviewPage, qtbot: Any
) -> None:
    (uid,) = choose(page, 0)
    page.pane._tabs.setCurrentIndex(2)
    form = page.pane.record

    def typed(field: Any, words: str) -> None:
        field.field.clear()
        qtbot.keyClicks(field.field, words)
        qtbot.keyClick(field.field, Qt.Key.Key_Return)

    def value(name: str) -> Any:
        return page.desk.review.findings[uid].value(name)

    before = value("severity")
    index = 0 if before != "critical" else 1
    form.severity.setCurrentIndex(index)
    form.severity.activated.emit(index)
    assert value("severity") == before, "not without a reason"
    assert form.why.field.property("error")
    typed(form.why, "It holds up the key date")
    assert value("severity") == SEVERITIES[index]
    (act,) = page.desk.review.findings[uid].heads("severity")
    assert act.why == "It holds up the key date"
    typed(form.tags, "key date, handover, key date")
    assert value("tags") == ["handover", "key date"]
    typed(form.linked, "Q-NOTHING")
    assert form.linked.field.property("error")
    assert value("linked") == []
    other = next(one for one in page.desk.review.findings if one != uid)
    typed(form.linked, other.lower())
    assert value("linked") == [other]
    for name, words in (
        ("justification", "Handed over outside the plan"),
        ("category", "Logic"),
        ("reviewed", "M. Ortega"),
        ("approved", "L. Chen"),
    ):
        typed(form.texts[name], words)
        assert value(name) == words
    qtbot.keyClick(page.table, Qt.Key.Key_Z)
    assert value("approved") == "", "the last judgement is taken back"


def test_evidence_keeps_a_picture_of_its_moment(page: ReviewPage, library: Library) -> None:
    (uid,) = choose(page, 0)
    (project,) = library.projects()
    kept = load_review(library, project.id)
    (place, *_) = kept.sights_of(uid)[-1][1].places
    (chosen,) = [one for one in place.near if one.chosen]
    assert chosen.key in place.key
    assert (chosen.start, chosen.finish) == (place.start, place.finish)
    assert all(one.start <= one.finish for one in place.near)
    page.pane._tabs.setCurrentIndex(0)
    (picture,) = [one for one in page.pane.findChildren(Neighbours) if one.isVisible()]
    assert chosen.key in picture.accessibleName()


def test_what_they_call_corrected_and_is_still_found_is_a_list_of_its_own(
    page: ReviewPage, qtbot: Any
) -> None:
    (uid,) = choose(page, 0)
    page.pane.disposition.setCurrentText("corrected")
    page.pane.disposition.activated.emit(page.pane.disposition.currentIndex())
    page.stage.setCurrentText("Corrected, they say")
    page.stage.activated.emit(page.stage.currentIndex())
    assert [page.model.lines[row].finding.uid for row in page.model.rows.tolist()] == [uid]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_summary_letter_says_what_is_recommended_and_what_it_rests_on(
    page: ReviewPage, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    from docx import Document as Word

    path = tmp_path / "letter.docx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    (hidden,) = choose(page, 0)
    qtbot.keyClick(page.table, Qt.Key.Key_P)
    page.commands._ask_letter()
    ask = dialog(page, LetterDialog)
    ask.recommendation.setCurrentIndex(place)
    qtbot.keyClicks(ask.remarks, "See the key dates.")
    qtbot.mouseClick(ask.go, Qt.MouseButton.LeftButton)
    still(qtbot, page.state)
    made = Word(str(path))
    said = "\n".join(one.text for one in made.paragraphs)
    wanted = ("accepting the schedule.", "with the comments listed.", "submitted again.")[place]
    assert wanted in said
    assert "See the key dates." in said
    counts, named, figures = ([[c.text for c in r.cells] for r in t.rows[1:]] for t in made.tables)
    public = [one for one in page.desk.lines() if one.finding.uid != hidden]
    assert sum(int(number.replace(",", "")) for _, number in counts) == len(public)
    open_ = [one for one in public if one.stage not in ("closed", "waived", "resolved")]
    assert [row[0] for row in named] == [one.finding.uid for one in open_[:20]]
    latest = page.desk.review.latest
    assert latest is not None
    assert [row[0] for row in figures] == sorted(latest.rules)
