"""Reviews of real series: ids that survive renames, the library, sheets and exchange files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ImportRefused, ModelError
from planbench.domain.schedule import Schedule
from planbench.engines.findings.record import changed, said, waived
from planbench.engines.findings.rounds import PRESENT, Review
from planbench.exchange.comments.bundle import write_bundle
from planbench.exchange.comments.docx import write_comment_docx
from planbench.exchange.comments.xlsx import write_comment_xlsx
from planbench.services.comments import (
    comment_sheet,
    read_responses,
    take_bundle,
    take_responses,
)
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.services.findings import (
    FINDING,
    Replay,
    evidence_of,
    findings_json,
    keep_review,
    lines,
    load_review,
    merged_into_one,
    replay,
    stage,
    take_open_rounds,
    written_down,
)
from planbench.services.library import Library
from planbench.services.quality import quality_of
from planbench.services.sample import ensure_sample, sample_baseline, sample_schedules
from planbench.services.scheduling import recalculate

AT = "2026-10-01T08:00:00"
SERIES = {
    "54069": (
        "p6/54069-baseline-2025-09-02.xer",
        "p6/54069-update-2025-11-21.xer",
        "p6/54069-update-2025-12-04.xer",
    ),
    "dcp03": (
        "compare/dcp03-rev0-baseline.xer",
        "compare/dcp03-rev8-update.xer",
        "compare/dcp03-rev12-as-built.xer",
    ),
}
RULESETS = ("dcma-pam-2012", "planbench")


def documents(schedules: list[Schedule], **more: object) -> list[Document]:
    made = [Document(one, title=f"update {n}", **more) for n, one in enumerate(schedules)]  # type: ignore[arg-type]
    for one in made:
        recalculate(one)
    return made


@cache
def sample() -> Replay:
    schedules = list(sample_schedules().values())
    made = documents(schedules)
    for one in made:
        one.baseline = sample_baseline(one.schedule)
    return replay(made)


def renamed(schedule: Schedule, chosen: set[str]) -> Schedule:
    """The schedule with other ids for some activities; the source program's ids stay."""
    codes = [f"NEW-{code}" if code in chosen else code for code in schedule.activities.code]
    return schedule.with_activities(code=np.array(codes, dtype=object))


def pairs(document: Document, previous: Schedule | None) -> set[tuple[str, str, str]]:
    """(metric, kind, key) of the rows behind the metrics, read straight from the reports."""
    found = set()
    codes = document.schedule.activities.code
    for report in quality_of(document, RULESETS, previous):
        for result in report.metrics:
            if result.value is None or result.informative or result.kind != "activity":
                continue
            found |= {(result.id, "activity", str(codes[row])) for row in result.rows}
    return found


@pytest.mark.parametrize("series", SERIES)
def test_replays_of_real_series_show_what_the_metrics_show(series: str, shared: Path) -> None:
    made = [open_file(shared / "corpus" / name) for name in SERIES[series]]
    for one in made:
        recalculate(one)
    review = replay(made, rulesets=RULESETS).review
    previous = None
    for one, found in zip(made, review.ordered_rounds, strict=True):
        shown = {
            (review.findings[uid].rule, *review.findings[uid].objects[0])
            for uid, sight in found.sights.items()
            if sight.standing in PRESENT
        }
        assert {item for item in shown if item[1] == "activity"} == pairs(one, previous)
        previous = one.schedule


@pytest.mark.parametrize("series", SERIES)
def test_replays_of_real_series_keep_ids_through_renames(series: str, shared: Path) -> None:
    """A third of the activities gets other ids from the second update on: nothing else changes.

    In 54069 no export shares uids with another, so that names and neighbours alone tell.
    """
    made = [open_file(shared / "corpus" / name).schedule for name in SERIES[series]]
    chosen = {str(code) for code in made[0].activities.code[::3]}
    plain = replay(documents(made), rulesets=("dcma-pam-2012",))
    other = [made[0], *(renamed(one, chosen) for one in made[1:])]
    moved = replay(documents(other), rulesets=("dcma-pam-2012",))
    assert moved.outcomes[1].renamed
    assert not moved.outcomes[2].renamed
    before, after = plain.review, moved.review
    known = before.ordered_rounds[0].sights.keys()
    for uid in known:
        assert [(found.label, sight.standing) for found, sight in before.sights_of(uid)] == [
            (found.label, sight.standing) for found, sight in after.sights_of(uid)
        ]
    for one, two in zip(before.ordered_rounds, after.ordered_rounds, strict=True):
        assert one.counts() == two.counts()


def test_the_sample_shows_each_defect_first_in_the_update_that_brings_it(shared: Path) -> None:
    review = sample().review
    first = {
        (review.findings[uid].rule, review.findings[uid].objects[0][1]): place
        for place, found in enumerate(review.ordered_rounds)
        for uid, sight in found.sights.items()
        if sight.standing == "new"
    }
    labels = list(sample_schedules())
    with (shared / "sample" / "defects.csv").open(encoding="utf-8") as file:
        defects = list(csv.DictReader(file))
    checked = 0
    for defect in defects:
        for metric in defect["metric_ids"].split(";"):
            ids = defect["object_ids"].split(";")
            shown = [first[metric, name] for name in ids if (metric, name) in first]
            if shown:  # more objects may join the first in later updates
                expected = labels.index(defect["first_present_in"])
                assert min(shown) == expected, (defect["defect_id"], metric)
                checked += 1
    assert checked >= 10
    last = review.ordered_rounds[-1]
    floats = [
        uid
        for uid, sight in last.sights.items()
        if review.findings[uid].rule == "DCMA-06" and sight.standing in PRESENT
    ]
    assert len(floats) == 132, "the figure that was worked out independently"


def test_renames_that_nobody_can_know_are_taken_from_the_user() -> None:
    first, *_, last = sample_schedules().values()
    acts = last.activities
    row = last.row_of_code["PE-1540"]
    code, uid = acts.code.copy().astype(object), acts.uid.copy().astype(object)
    name = acts.name.copy().astype(object)
    code[row], uid[row], name[row] = "PE-9999", "another", "Zzz"
    other = last.with_activities(code=code, uid=uid, name=name)
    alone = replay(documents([last, replace_date(other)])).review
    told = replay(documents([last, replace_date(other)]), renames={"PE-1540": "PE-9999"}).review
    counts = alone.ordered_rounds[1].counts(), told.ordered_rounds[1].counts()
    assert counts[0]["new"] > counts[1]["new"]
    assert counts[1]["resolved"] < counts[0]["resolved"]
    assert len(first) < len(last)


def replace_date(schedule: Schedule) -> Schedule:
    """The same a minute later: another update."""
    project = replace(schedule.projects[0], data_date=schedule.projects[0].data_date + 1)
    return replace(schedule, projects=(project,))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "l.planbench") as made:
        yield made


def test_rounds_are_kept_in_the_library_with_an_audit_trail(library: Library) -> None:
    project = ensure_sample(library)
    updates = library.project(project).updates
    document = library.open_update(updates[1].id)
    recalculate(document)
    review, _ = take_open_rounds(library, document)
    assert [found.label for found in review.ordered_rounds] == [one.label for one in updates[:2]]
    assert load_review(library, project) == review
    uid = lines(review)[0].finding.uid
    answered = review.with_findings(said(review.findings[uid], "Why?", "mo", AT))
    assert keep_review(library, project, review, answered, "a comment", "mo") == 1
    (made, changed_) = library.journal(FINDING, project, uid)
    assert (made.before, changed_.who, changed_.what) == (None, "mo", "a comment")
    again, _ = take_open_rounds(library, document)
    assert again == answered, "the same update again changes nothing"
    last = library.open_update(updates[3].id)
    recalculate(last)
    review, outcome = take_open_rounds(library, last)
    assert len(review.rounds) == 4
    assert outcome is not None
    assert review.findings[uid].talk, "what was said is still there"


def test_a_file_of_no_library_has_no_review_of_its_own(library: Library) -> None:
    document = Document(sample_schedules()["baseline"])
    with pytest.raises(ModelError):
        take_open_rounds(library, document)


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_responses_come_back_and_change_the_state_once(kind: str) -> None:
    review = sample().review
    sheet = comment_sheet(review, "Comments")
    rows = list(sheet.rows)
    rows[0] = replace(
        rows[0], response="We added a successor.", disposition="corrected", responded_by="C"
    )
    rows[1] = replace(rows[1], uid="Q-ZZZZZZZZZZ", response="Whose is this?")
    write = {"xlsx": write_comment_xlsx, "docx": write_comment_docx}[kind]
    content = write(replace(sheet, rows=tuple(rows[:3])))
    back = read_responses(content, f"sheet.{kind}")
    made, taken = take_responses(review, back, AT)
    finding = made.findings[rows[0].uid]
    assert taken.answered == (finding.uid,)
    assert [one.text for one in taken.strangers] == ["Whose is this?"]
    assert (finding.state, finding.value("disposition")) == ("responded", "corrected")
    assert [(act.author, act.value) for act in finding.talk] == [("C", "We added a successor.")]
    again, taken = take_responses(made, back, AT)
    assert again == made
    assert (taken.answered, taken.unchanged) == ((), 1)
    with pytest.raises(ImportRefused):
        read_responses(content, "sheet.pdf")


def test_the_sheet_leaves_out_what_is_private_closed_or_waived() -> None:
    review = sample().review
    listed = [line.finding for line in lines(review) if line.stage == "open"]
    first, second, third, fourth = listed[:4]
    review = review.with_findings(
        changed(first, "private", True, "mo", AT),
        changed(second, "state", "closed", "mo", AT),
        waived(third, "agreed", "mo", AT, seen=evidence_of(review, None, third)),
        said(said(fourth, "between us", "mo", AT, private=True), "for all", "mo", AT),
    )
    sheet = comment_sheet(review, "Comments")
    rows = {row.uid: row for row in sheet.rows}
    assert not rows.keys() & {first.uid, second.uid, third.uid}
    assert rows[fourth.uid].comment == "for all"
    assert [one.text for one in sheet.talk] == ["for all"]
    assert [row.number for row in sheet.rows] == list(range(1, len(sheet.rows) + 1))


def test_exchange_files_merge_with_conflicts_shown() -> None:
    base = sample().review
    finding = lines(base)[0].finding
    mine = base.with_findings(changed(finding, "owner", "Designer", "mo", AT))
    theirs = base.with_findings(
        said(changed(finding, "owner", "Contractor", "ih", AT), "Theirs", "ih", AT)
    )
    content = write_bundle(theirs, "NORDLYS", "ih")
    merged, told = take_bundle(mine, content, "ih.json", "NORDLYS")
    assert (told.author, told.changed, told.conflicts) == ("ih", (finding.uid,), (finding.uid,))
    assert {act.value for act in merged.conflicts[finding.uid]["owner"]} == {
        "Designer",
        "Contractor",
    }
    assert [act.value for act in merged.findings[finding.uid].talk] == ["Theirs"]
    again, told = take_bundle(merged, content, "ih.json")
    assert again == merged
    assert told.acts == 0
    with pytest.raises(ImportRefused):
        take_bundle(mine, content, "ih.json", "OTHER")
    with pytest.raises(ImportRefused):
        take_bundle(mine, content.replace(b"Designer", b"X").replace(b'"Q-', b'"Q+', 1), "x")
    with pytest.raises(ImportRefused):
        take_bundle(mine, b"{}", "x.json")


def test_private_findings_stay_at_home() -> None:
    base = sample().review
    finding = lines(base)[0].finding
    base = base.with_findings(changed(finding, "private", True, "mo", AT))
    outside, _ = take_bundle(Review(), write_bundle(base, "NORDLYS", "mo"), "x.json")
    assert finding.uid not in outside.findings
    assert all(finding.uid not in found.sights for found in outside.rounds.values())
    whole, _ = take_bundle(Review(), write_bundle(base, "P", "mo", private=True), "x.json")
    assert whole == base


def test_one_finding_stands_for_many() -> None:
    review = sample().review
    chosen = [line.finding.uid for line in lines(review) if line.finding.rule == "DCMA-06"][:37]
    made, uid = merged_into_one(review, chosen, "Seasonal work floats", "mo", AT)
    listed = {line.finding.uid for line in lines(made)}
    assert uid in listed
    assert not listed & set(chosen)
    assert len(made.findings[uid].objects) == 37
    assert made.findings[uid].rule == "DCMA-06"
    with pytest.raises(ModelError):
        merged_into_one(review, chosen[:1], "x", "mo", AT)


def test_a_finding_is_written_down_on_activities() -> None:
    schedule = sample_schedules()["2026-09-30"]
    (document,) = documents([schedule])
    review = replay([document]).review
    rows = np.flatnonzero(schedule.activities.wbs == schedule.activities.wbs[5])[:3].tolist()
    made, uid = written_down(review, document, "Sequence is odd", rows, "mo", AT)
    line = next(one for one in lines(made) if one.finding.uid == uid)
    assert (line.stage, line.measured) == ("open", "3 objects")
    assert line.since is not None
    assert stage(line.finding, None) == "open"


def test_json_counts_what_it_lists() -> None:
    data = findings_json(sample().review, sample().outcomes)
    assert len(data["rounds"]) == 4
    for found in data["rounds"]:
        for name, number in found["counts"].items():
            assert len(found[name]) == number
    known = {one["id"] for one in data["findings"]}
    assert all(uid in known for found in data["rounds"] for uid in found["new"])
