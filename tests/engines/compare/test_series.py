"""A target of one's own, pairs of ids that people settled, and activities through the updates."""

from __future__ import annotations

import pytest

from planbench.domain.schedule import NO_ROW, Schedule, Status
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.compare.compare import ENTERS, ON, compare
from planbench.engines.compare.halfstep import half_step
from planbench.engines.compare.matching import leftover_pairs, match
from planbench.engines.compare.narrative import narrative
from planbench.engines.compare.revert import finish_effect
from planbench.engines.compare.series import ABSENT, DONE, OFF_PATH, ON_PATH, series_of
from planbench.engines.cpm import schedule_network
from planbench.services.sample import sample_schedules


@pytest.fixture(scope="module")
def updates() -> list[Schedule]:
    return list(sample_schedules().values())


def renamed(schedule: Schedule, was: str, now: str, name: str = "") -> Schedule:
    """The schedule with another id (and uid) for an activity."""
    row = schedule.row_of_code[was]
    columns = {one: getattr(schedule.activities, one).copy() for one in ("code", "uid", "name")}
    columns["code"][row], columns["uid"][row] = now, "new-uid"
    columns["name"][row] = name or columns["name"][row]
    return schedule.with_activities(**columns)


def test_a_target_takes_the_place_of_the_project_finish(updates: list[Schedule]) -> None:
    pair = (updates[1], updates[3])
    found = compare(*pair, target="TS-3050")
    rows = [s.row_of_code["TS-3050"] for s in pair]
    finishes = tuple(
        int(schedule_network(s).finish[row]) for s, row in zip(pair, rows, strict=True)
    )
    assert found.finishes == finishes
    half = half_step(found)
    assert half is not None
    assert (half.before, half.after) == finishes
    assert sum(step.days for step in half.steps) == pytest.approx(half.total_days)
    assert narrative(found)[0].startswith("The finish of TS-3050 moves")
    # On the path is what leads to it: the target itself, and nothing that comes after it.
    assert found.path[rows[1]] in (ON, ENTERS)
    assert not found.path[found.new.row_of_code["CO-9000"]]
    changes = found.changes
    k = next(k for k in changes.of_type("duration").tolist() if changes.id[k] == "YC-1050")
    assert finish_effect(found, [k]) == 0, "what does not lead to the target cannot move it"


def test_a_target_that_one_side_does_not_have_has_no_movement(updates: list[Schedule]) -> None:
    found = compare(updates[1], updates[2], target="TS-2135")  # deleted in between
    assert found.finishes[1] == NO_TIME
    assert found.movement_days is None
    assert half_step(found) is None
    assert narrative(found)[0] == "One of the schedules has no finish of TS-2135."


def test_a_refused_pair_is_not_proposed_again(updates: list[Schedule]) -> None:
    new = renamed(updates[1], "TS-2120", "ZZ-1")
    (proposal,) = match(updates[1], new).renames
    assert new.activities.code[proposal.new] == "ZZ-1"
    assert match(updates[1], new, refused={("TS-2120", "ZZ-1")}).renames == ()
    settled = match(updates[1], new, {"TS-2120": "ZZ-1"})
    assert settled.renames == ()
    assert settled.by_user == 1


def test_what_was_settled_for_two_updates_is_not_read_into_others(
    updates: list[Schedule],
) -> None:
    new = renamed(updates[1], "TS-2120", "ZZ-1")
    pairs = {"TS-2120": "ZZ-1", "CO-9000": "TS-3050", "nobody": "ZZ-1"}
    assert leftover_pairs(updates[1], new, pairs) == {"TS-2120": "ZZ-1"}
    assert leftover_pairs(new, updates[1], {"TS-2120": "ZZ-1"}) == {}
    assert leftover_pairs(updates[1], updates[2], pairs) == {}


def test_a_milestone_is_followed_through_another_id(updates: list[Schedule]) -> None:
    plans = [updates[0], *(renamed(plan, "CO-9000", "CO-9999") for plan in updates[1:])]
    straight = next(t for t in series_of(updates).milestones if t.id == "CO-9000")
    lost = next(t for t in series_of(plans).milestones if t.id == "CO-9999")
    assert lost.dates[0] == NO_TIME, "two ids are two activities until someone says otherwise"
    series = series_of(plans, mapping={"CO-9000": "CO-9999"}, target="CO-9999")
    kept = next(t for t in series.milestones if t.id == "CO-9999")
    assert kept.dates == straight.dates
    assert [w.comparison.movement_days for w in series.windows] == [14, 8, 13]


def test_the_path_by_update_against_a_loop_over_every_update(updates: list[Schedule]) -> None:
    series = series_of(updates)
    lines = {line.id: line for line in series.path_lines}
    on = [set(path) for path in series.paths]
    assert set(lines) == set().union(*on)
    for id_, line in lines.items():
        for u, (plan, cpm) in enumerate(zip(series.schedules, series.cpms, strict=True)):
            row = plan.row_of_code.get(id_, NO_ROW)
            if row == NO_ROW:
                expected = ABSENT
            elif plan.activities.status[row] == Status.COMPLETE:
                expected = DONE
            else:
                expected = ON_PATH if id_ in on[u] else OFF_PATH
            assert line.stands[u] == expected
            if expected in (ON_PATH, OFF_PATH):
                per_day = plan.calendars[int(plan.activities.calendar[row])].minutes_per_day
                assert line.float_days[u] == pytest.approx(int(cpm.total_float[row]) / per_day)
            else:
                assert line.float_days[u] is None


def test_milestones_that_are_no_longer_there_stay_in_the_trend(updates: list[Schedule]) -> None:
    shorter = renamed(updates[3], "CO-9000", "QQ", "Something else entirely")
    found = next(
        t for t in series_of([updates[1], updates[2], shorter]).milestones if t.id == "CO-9000"
    )
    assert found.dates[2] == NO_TIME
    assert (found.dates[1] - found.dates[0]) // DAY == 8
