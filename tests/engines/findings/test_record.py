"""Findings as sets of acts: fields, threads, disagreements, JSON there and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.findings.merge import merge_findings
from planbench.engines.findings.record import (
    FIELDS,
    MOST_LETTERS,
    Finding,
    Origin,
    by_hand,
    changed,
    clean,
    finding_from,
    said,
    waived,
)

AT, LATER = "2026-09-30T08:00:00", "2026-09-30T09:00:00"


def finding() -> Finding:
    return Finding(Origin("DCMA-06", (("activity", "A1000"),), "High float", "minor"))


def test_a_rule_finds_the_same_id_for_every_reviewer_whatever_it_is_called() -> None:
    renamed = Finding(Origin("DCMA-06", (("activity", "A1000"),), "Much float", "major"))
    other = Finding(Origin("DCMA-06", (("activity", "A1010"),), "High float"))
    assert finding().uid == renamed.uid != other.uid


def test_fields_start_with_what_the_rule_says_and_the_newest_act_counts() -> None:
    made = finding()
    assert (made.state, made.severity, made.title) == ("open", "minor", "High float")
    made = changed(made, "owner", "Contractor", "mo", AT)
    made = changed(made, "owner", "Designer", "ih", LATER)
    made = changed(made, "severity", "major", "ih", LATER, "drives the sail-out")
    assert (made.value("owner"), made.severity) == ("Designer", "major")
    assert made.heads("severity")[0].why == "drives the sail-out"
    assert [act.value for act in made.acts if act.field == "owner"] == ["Contractor", "Designer"]
    assert not made.conflicts


def test_the_same_value_again_is_no_act() -> None:
    made = changed(finding(), "owner", "Contractor", "mo", AT)
    assert changed(made, "owner", "Contractor", "ih", LATER) is made


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "done"),
        ("severity", "huge"),
        ("disposition", "maybe"),
        ("owner", 3),
        ("objects", [["activity"]]),
        ("waiver", {"reason": 1}),
        ("colour", "red"),
        ("tags", "one"),
        ("linked", [3]),
        ("approved", None),
    ],
)
def test_values_that_a_field_cannot_hold_are_refused(name: str, value: object) -> None:
    with pytest.raises(ModelError):
        changed(finding(), name, value, "mo", AT)


def test_two_who_do_not_know_of_each_other_disagree_until_one_value_is_chosen() -> None:
    base = changed(finding(), "owner", "Nobody yet", "mo", AT)
    mine = changed(base, "owner", "Contractor", "mo", LATER)
    theirs = changed(base, "owner", "Designer", "ih", LATER)
    both = Finding(base.origin, (*mine.acts, *theirs.acts))
    assert {act.value for act in both.conflicts["owner"]} == {"Contractor", "Designer"}
    settled = changed(both, "owner", both.value("owner"), "mo", "2026-09-30T10:00:00")
    assert not settled.conflicts
    assert settled.value("owner") == both.value("owner")


def test_the_same_decision_of_two_is_no_conflict() -> None:
    mine = changed(finding(), "state", "closed", "mo", AT)
    theirs = changed(finding(), "state", "closed", "ih", LATER)
    both = Finding(mine.origin, (*mine.acts, *theirs.acts))
    assert not both.conflicts
    assert both.state == "closed"


def test_words_said_twice_stay_twice_and_empty_or_endless_ones_are_refused() -> None:
    made = said(said(finding(), "Why?", "mo", AT), "Why?", "mo", AT)
    assert [act.value for act in made.talk] == ["Why?", "Why?"]
    with pytest.raises(ModelError):
        said(made, " \x00 ", "mo", AT)
    with pytest.raises(ModelError):
        said(made, "x" * (MOST_LETTERS + 1), "mo", AT)


def test_answers_stand_after_questions_of_the_same_second() -> None:
    for words in ("a", "b", "c", "d", "e"):  # ids fall in any order
        made = said(said(finding(), words, "mo", AT), f"{words}?", "ih", AT, response=True)
        made = said(made, f"{words}!", "mo", AT)
        assert [act.value for act in made.talk] == [words, f"{words}?", f"{words}!"]


def test_clean_keeps_lines_and_drops_what_no_file_holds() -> None:
    assert clean(" a\r\nb\rc\x07\ud800\ufffe \n") == "a\nb\nc"


def test_private_words_stay_at_home_and_nothing_public_rests_on_them() -> None:
    made = said(finding(), "between us", "mo", AT, private=True)
    made = said(made, "for all", "mo", LATER)
    outside = finding_from(made.plain(private=False))
    assert [act.value for act in outside.talk] == ["for all"]
    assert all(one in {act.id for act in outside.acts} for a in outside.acts for one in a.after)


def test_json_there_and_back_and_altered_files_are_refused() -> None:
    made = waived(finding(), "agreed with the client", "mo", AT, expires="2026-12-31")
    made = said(made, "ok", "ih", LATER)
    data = json.loads(json.dumps(made.plain()))
    assert finding_from(data) == made
    assert finding_from(data).waiver == made.waiver
    data["objects"] = [["activity", "A9999"]]
    with pytest.raises(ModelError):
        finding_from(data)
    with pytest.raises(ModelError):
        finding_from({"uid": made.uid})
    with pytest.raises(ModelError):
        finding_from(None)


def test_a_finding_by_hand_needs_a_title_and_an_object() -> None:
    about = [("activity", "A1000"), ("activity", "A1010"), ("activity", "A1000")]
    made = by_hand("Durations do not fit", about, "mo", AT)
    assert made.objects == (("activity", "A1000"), ("activity", "A1010"))
    assert made.origin.by_hand
    assert made.uid != by_hand("Durations do not fit", about, "mo", LATER).uid
    for title, objects in (("", about), ("x", [])):
        with pytest.raises(ModelError):
            by_hand(title, objects, "mo", AT)


def test_a_waiver_needs_a_reason_and_is_over_when_the_state_is_another() -> None:
    with pytest.raises(ModelError):
        waived(finding(), " ", "mo", AT)
    made = waived(finding(), "agreed", "mo", AT)
    assert made.waiver is not None
    assert changed(made, "state", "open", "mo", LATER).waiver is None


def test_acts_are_known_by_what_they_say() -> None:
    act = changed(finding(), "owner", "Contractor", "mo", AT).acts[0]
    assert replace(act).id == act.id
    assert replace(act, author="ih").id != act.id


RECORD: dict[str, tuple[object, object]] = {
    # field: what it holds at first, and what somebody puts there
    "state": ("open", "assigned"),
    "severity": ("minor", "major"),
    "owner": ("", "Contractor: planning office"),
    "due": ("", "2026-10-31"),
    "title": ("No successor", "Nothing waits for it"),
    "action": ("", "Add a successor"),
    "disposition": ("", "justified"),
    "waiver": (None, {"reason": "agreed", "expires": "2026-12-31", "watch": ["value"], "seen": []}),
    "objects": ([["activity", "A1000"]], [["activity", "A1000"], ["activity", "B"]]),
    "part_of": ("", "Q-0000000000"),
    "private": (False, True),
    "justification": ("", "Handed over outside the plan"),
    "category": ("", "Logic"),
    "tags": ([], ["handover", "key date"]),
    "linked": ([], ["Q-1111111111"]),
    "reviewed": ("", "M. Ortega"),
    "approved": ("", "L. Chen"),
}


def test_the_table_names_every_field() -> None:
    assert set(RECORD) == set(FIELDS)


@pytest.mark.parametrize("name", RECORD)
def test_every_field_of_the_record_is_kept_signed_and_travels(name: str) -> None:
    """First value, changed with author, time and reason, there and back as JSON, merged."""
    first, value = RECORD[name]
    start = by_hand("No successor", [("activity", "A1000")], "mo", AT)
    assert start.value(name) == first
    made = changed(start, name, value, "li", "2026-10-02T08:00:00", "because")
    assert made.value(name) == value
    (act,) = made.heads(name)
    assert (act.author, act.at, act.why) == ("li", "2026-10-02T08:00:00", "because")
    back = finding_from(json.loads(json.dumps(made.plain())))
    assert back == made
    joined = merge_findings(start, back)
    assert (joined.value(name), joined.conflicts) == (value, {})
