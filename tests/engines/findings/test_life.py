"""The life of findings over updates, told by plain records; no schedule is involved."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.engines.findings.life import Found, Outcome, Seen, next_round
from planbench.engines.findings.record import by_hand, changed, waived
from planbench.engines.findings.rounds import STANDINGS, Place, Review, round_from

DAY = 1440
AT = "2026-01-01T00:00:00"
LOGIC = (("in", "A0900", "FS", 0), ("out", "A1100", "FS", 0))


def place(key: str, value: float | None = 50.0, **more: object) -> Place:
    fields = {"said": f"Total float {value:g} d" if value is not None else "", "worse": 1}
    return Place(key, f"Activity {key}", value, **{**fields, "links": LOGIC, **more})  # type: ignore[arg-type]


def seen(
    number: int,
    places: Iterable[Place],
    *,
    rules: Iterable[str] = ("R",),
    renamed: dict[tuple[str, str], str] | None = None,
    there: Iterable[Place] = (),
) -> Seen:
    places = tuple(places)
    objects = {one.key: one for one in (*places, *there)}
    return Seen(
        f"digest{number}",
        f"Update {number}",
        number * 30 * DAY,
        {rule: {"title": rule} for rule in rules},
        tuple(Found("R", "activity", one, "High float") for one in places),
        lambda _kind, key: objects.get(key),
        lambda _rule, _kind, key: f"{key} is complete",
        renamed or {},
    )


def play(*updates: Seen, review: Review | None = None) -> tuple[Review, list[Outcome]]:
    review, outcomes = review or Review(), []
    for update in updates:
        review, outcome = next_round(review, update)
        outcomes.append(outcome)
    return review, outcomes


def history(review: Review, uid: str) -> list[str]:
    return [sight.standing for _, sight in review.sights_of(uid)]


def only(review: Review) -> str:
    (uid,) = review.findings
    return uid


def test_new_persisting_changed_resolved_and_back_again() -> None:
    review, _ = play(
        seen(1, [place("A1000")]),
        seen(2, [place("A1000")]),
        seen(3, [place("A1000", 60.0)]),
        seen(4, []),
        seen(5, []),
        seen(6, [place("A1000")]),
    )
    uid = only(review)
    assert history(review, uid) == ["new", "persisting", "changed", "resolved", "regressed"]
    whys = [sight.why for _, sight in review.sights_of(uid)]
    assert whys[2] == "A1000: Total float 50 d became Total float 60 d"
    assert whys[3] == "A1000 is complete"


def test_a_rule_that_was_not_measured_resolves_nothing() -> None:
    review, _ = play(seen(1, [place("A1000")]), seen(2, [], rules=()), seen(3, [place("A1000")]))
    assert history(review, only(review)) == ["new", "unchecked", "persisting"]


def test_a_renamed_object_keeps_its_finding_and_the_old_name_is_free_again() -> None:
    review, outcomes = play(
        seen(1, [place("A1000")]),
        seen(
            2,
            [place("B1000"), place("A1000", 70.0)],
            renamed={("activity", "A1000"): "B1000"},
        ),
        seen(3, [place("B1000"), place("A1000", 70.0)]),
    )
    first = outcomes[0].standings["new"][0]
    assert outcomes[1].renamed == (first,)
    assert review.findings[first].objects == (("activity", "B1000"),)
    assert history(review, first) == ["new", "persisting", "persisting"]
    (other,) = outcomes[1].standings["new"]
    assert review.findings[other].objects == (("activity", "A1000"),)
    assert history(review, other) == ["new", "persisting"]


def test_the_same_update_again_changes_nothing() -> None:
    updates = [seen(1, [place("A1000"), place("A2000")]), seen(2, [place("A1000")])]
    once, _ = play(*updates)
    twice, _ = play(updates[1], review=once)
    assert twice == once


def waive(review: Review, **options: object) -> Review:
    uid = only(review)
    sight = review.sights_of(uid)[-1][1]
    evidence = [one.plain() for one in sight.places]
    made = waived(review.findings[uid], "agreed", "mo", AT, seen=evidence, **options)  # type: ignore[arg-type]
    return review.with_findings(made)


def ended(review: Review, update: Seen) -> str:
    """Why the waiver ended with an update, "" while it holds."""
    after, (outcome,) = play(update, review=review)
    uid = only(review)
    assert (after.findings[uid].state == "open") == bool(outcome.lapsed)
    return outcome.lapsed.get(uid, "")


def test_a_waiver_ends_with_its_value_its_logic_or_its_date() -> None:
    review = waive(play(seen(1, [place("A1000")]))[0], expires="1970-04-01")
    assert ended(review, seen(2, [place("A1000")])) == ""
    assert ended(review, seen(2, [place("A1000", 40.0)])) == "", "less float is no worse"
    worse = ended(review, seen(2, [place("A1000", 51.0)]))
    assert worse == "the waiver ended: A1000: Total float 50 d became Total float 51 d"
    rewired = (("in", "A0900", "SS", 480), LOGIC[1])
    logic = ended(review, seen(2, [place("A1000", links=rewired)]))
    assert "without FS from A0900, with SS from A0900 +8 h" in logic
    assert ended(review, seen(3, [place("A1000")])) == "", "the last day still counts"
    assert ended(review, seen(4, [place("A1000")])) == "the waiver ended: it expired on 1970-04-01"


def at(number: int, start: int, finish: int) -> Seen:
    """An update in which the object has these dates, in days."""
    return seen(number, [place("A1000", start=start * DAY, finish=finish * DAY)])


def test_dates_end_a_waiver_when_they_move_beyond_what_it_allows() -> None:
    review = waive(play(at(1, 20, 40))[0])
    assert ended(review, at(2, 20, 50)) == "", "ten days are the usual wobble"
    late = "the waiver ended: A1000: finish 1970-02-10 became 1970-02-21"
    assert ended(review, at(2, 25, 51)) == late
    assert "start 1970-01-21 became 1970-01-10" in ended(review, at(2, 9, 40)), "earlier too"
    strict = waive(play(at(1, 20, 40))[0], slip_days=0)
    assert "finish 1970-02-10 became 1970-02-11" in ended(strict, at(2, 20, 41))
    without = waive(play(at(1, 20, 40))[0], watch=["value", "logic"])
    assert ended(without, at(2, 20, 400)) == ""


def test_small_moves_add_up_from_the_moment_of_the_waiver() -> None:
    review = waive(play(at(1, 20, 40))[0])
    review, (outcome,) = play(at(2, 20, 47), review=review)
    assert not outcome.lapsed
    assert ended(review, at(3, 20, 54)).endswith("finish 1970-02-10 became 1970-02-24")


def test_a_waiver_of_an_earlier_version_ends_with_any_move_where_it_watches_dates() -> None:
    review = play(at(1, 20, 40))[0]
    uid = only(review)
    (sight,) = [one.places for _, one in review.sights_of(uid)]
    old = {"reason": "agreed", "expires": "", "watch": ["dates"]}
    held = changed(
        review.findings[uid],
        "waiver",
        {**old, "seen": [one.plain() for one in sight]},
        "mo",
        AT,
    )
    review = review.with_findings(changed(held, "state", "waived", "mo", AT))
    assert "finish 1970-02-10 became 1970-02-11" in ended(review, at(2, 20, 41))


def test_a_waiver_goes_with_its_object_to_another_id() -> None:
    neighbour = (("in", "B0900", "FS", 0), LOGIC[1])
    names = {("activity", "A1000"): "B1000", ("activity", "A0900"): "B0900"}
    review = waive(play(seen(1, [place("A1000")]))[0])
    assert ended(review, seen(2, [place("B1000", links=neighbour)], renamed=names)) == ""


def test_what_was_reported_as_corrected_and_is_still_found_is_open_again() -> None:
    review, _ = play(seen(1, [place("A1000")]))
    uid = only(review)
    for disposition, state in (("corrected", "open"), ("justified", "closed")):
        made = changed(review.findings[uid], "disposition", disposition, "mo", AT)
        made = changed(made, "state", "closed", "mo", AT)
        after, (outcome,) = play(seen(2, [place("A1000")]), review=review.with_findings(made))
        assert after.findings[uid].state == state
        assert outcome.still_there == ((uid,) if state == "open" else ())


def test_what_was_decided_in_view_of_an_update_stands_when_it_is_looked_at_again() -> None:
    update = seen(2, [place("A1000", 60.0)])
    review, _ = play(seen(1, [place("A1000")]), update)
    uid = only(review)
    made = changed(review.findings[uid], "disposition", "corrected", "mo", AT)
    made = changed(made, "state", "closed", "mo", AT)
    after, (outcome,) = play(update, review=review.with_findings(made))
    assert after.findings[uid].state == "closed"
    assert not outcome.still_there


def test_what_comes_back_is_open_again() -> None:
    review, _ = play(seen(1, [place("A1000")]), seen(2, []))
    uid = only(review)
    for state, then in (("closed", "open"), ("responded", "open"), ("disputed", "disputed")):
        made = changed(review.findings[uid], "state", state, "mo", AT)
        after, _ = play(seen(3, [place("A1000")]), review=review.with_findings(made))
        assert after.findings[uid].state == then
        assert history(after, uid)[-1] == "regressed"


def test_a_finding_by_hand_tells_what_became_of_its_objects() -> None:
    about = [("activity", "A1000"), ("activity", "A2000")]
    finding = by_hand("Odd", about, "mo", AT)
    both = [place("A1000", None), place("A2000", None)]
    review = Review({finding.uid: finding})
    review, _ = play(
        seen(1, [], there=both),
        seen(2, [], there=both),
        seen(3, [], there=[place("A1000", None, links=LOGIC[:1])]),
        seen(4, []),
        review=review,
    )
    assert history(review, finding.uid) == ["new", "persisting", "changed", "resolved"]
    why = review.sights_of(finding.uid)[2][1].why
    assert why == "A2000 is no longer in the schedule; A1000: logic changed, without FS to A1100"


def test_one_finding_for_many_lives_as_long_as_one_of_them_is_found() -> None:
    about = [("activity", "A1000"), ("activity", "A2000")]
    whole = by_hand("Much float", about, "mo", AT, rule="R")
    review, _ = play(
        seen(1, [place("A1000"), place("A2000")]),
        seen(2, [place("A1000")]),
        seen(3, []),
        review=Review({whole.uid: whole}),
    )
    assert history(review, whole.uid) == ["new", "changed", "resolved"]
    assert len(review.findings) == 3, "each object keeps its own finding beside it"


def test_an_earlier_update_that_comes_late_moves_no_states() -> None:
    review = waive(play(seen(3, [place("A1000")]))[0])
    after, (outcome,) = play(seen(2, [place("A1000", 99.0)]), review=review)
    assert after.findings[only(review)].state == "waived"
    assert not outcome.lapsed


FLAGS = st.lists(st.sets(st.sampled_from(["A", "B", "C"])), min_size=1, max_size=7)


@settings(max_examples=60, deadline=None)
@given(FLAGS)
def test_standings_say_exactly_what_the_updates_show(flags: list[set[str]]) -> None:
    """The slow obvious reading: an object's standing follows from its flags alone."""
    updates = [seen(n, [place(key) for key in sorted(now)]) for n, now in enumerate(flags, 1)]
    review, _ = play(*updates)
    by_key = {finding.objects[0][1]: uid for uid, finding in review.findings.items()}
    assert set(by_key) == set().union(*flags)
    for key, uid in by_key.items():
        expected, before = [], ""
        for now in flags:
            if key in now:
                word = {"": "new", "resolved": "regressed"}.get(before, "persisting")
            elif before in ("", "resolved"):
                continue
            else:
                word = "resolved"
            expected.append(word)
            before = word
        assert history(review, uid) == expected
    for found in review.rounds.values():
        assert round_from(found.plain()) == found
        assert sum(found.counts().values()) == len(found.sights)
        assert set(found.counts()) == set(STANDINGS)
