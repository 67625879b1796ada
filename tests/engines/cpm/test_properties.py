"""Laws that hold for any network, checked on made-up schedules."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import LoopError
from planbench.domain.schedule import LinkType, Relationships, Schedule, make_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import prepare, run, schedule_network
from planbench.engines.cpm.ordering import shortest_loop

sizes = st.tuples(st.integers(1, 60), st.floats(0, 2), st.integers(0, 1000))


def made(size: tuple[int, float, int]) -> Schedule:
    n, density, seed = size
    return synthetic_schedule(n, min(int(density * n), n * (n - 1) // 2), seed)


def one_calendar(schedule: Schedule, calendar: int) -> Schedule:
    return schedule.with_activities(calendar=np.full(len(schedule), calendar, dtype=np.int32))


@settings(max_examples=40, deadline=None)
@given(sizes, st.integers(0, 3))
def test_without_constraints_no_float_is_negative_and_one_activity_has_none(
    size: tuple[int, float, int], calendar: int
) -> None:
    """On one calendar: across calendars a finish may count as met an hour after the other ends."""
    schedule = one_calendar(made(size), calendar)
    result = schedule_network(schedule)
    assert (result.total_float >= 0).all()
    assert (result.free_float >= 0).all()
    last = int(np.argmax(result.early_finish))
    assert result.total_float[last] == 0
    assert result.longest_path[last]
    assert result.project_finish[0] == result.early_finish.max()


@settings(max_examples=40, deadline=None)
@given(sizes, st.integers(0, 3))
def test_free_float_is_part_of_total_float(size: tuple[int, float, int], calendar: int) -> None:
    """On one calendar, with links from finishes alone and without leads.

    A start, or a finish before a lead, may slip beyond the end of the project.
    """
    schedule = one_calendar(made(size), calendar)
    links = schedule.relationships
    links = links.with_columns(
        type=np.where(links.type == LinkType.FF, 2, 0).astype(np.int8),
        lag=np.maximum(links.lag, 0),
    )
    result = schedule_network(replace(schedule, relationships=links))
    assert (result.free_float <= result.total_float).all()


@settings(max_examples=40, deadline=None)
@given(sizes)
def test_every_early_start_after_the_data_date_has_a_driving_link(
    size: tuple[int, float, int],
) -> None:
    schedule = made(size)
    result = schedule_network(schedule)
    driven = np.zeros(len(schedule), dtype=bool)
    driven[schedule.relationships.successor[result.driving]] = True
    first = schedule_network(
        replace(schedule, relationships=make_table(Relationships, 0))
    ).early_start
    assert (driven | (result.early_start == first)).all()


@settings(max_examples=30, deadline=None)
@given(sizes, st.integers(0, 10**6), st.integers(1, 3000))
def test_a_longer_duration_makes_no_date_earlier(
    size: tuple[int, float, int], row: int, more: int
) -> None:
    schedule = made(size)
    types = schedule.relationships.type.copy()
    types[types == LinkType.FF] = LinkType.FS  # longer work after FF may start earlier
    types[types == LinkType.SF] = LinkType.SS
    links = schedule.relationships.with_columns(type=types)
    network = prepare(replace(schedule, relationships=links))
    before = run(network)
    durations = network.remaining.copy()
    durations[row % len(schedule)] += more
    after = run(network, durations)
    assert (after.early_start >= before.early_start).all()
    assert (after.early_finish >= before.early_finish).all()


@settings(max_examples=30, deadline=None)
@given(sizes, st.integers(0, 10**6))
def test_splitting_an_activity_in_two_changes_nothing(
    size: tuple[int, float, int], pick: int
) -> None:
    """A task becomes a chain of two on the same calendar: all other rows stay as they were."""
    schedule = made(size)
    acts, links = schedule.activities, schedule.relationships
    tasks = np.flatnonzero(acts.remaining_duration >= 120)
    if not tasks.size:
        return
    row, n = int(tasks[pick % tasks.size]), len(acts)
    whole = int(acts.remaining_duration[row])
    two = acts.take(np.append(np.arange(n), row))
    durations = two.remaining_duration.copy()
    durations[row], durations[n] = whole // 3, whole - whole // 3
    leaves_finish = (links.predecessor == row) & (links.type % 2 == 0)
    reaches_finish = (links.successor == row) & (links.type >= 2)
    before, after = links.predecessor.copy(), links.successor.copy()
    before[leaves_finish], after[reaches_finish] = n, n
    chain = make_table(
        Relationships,
        len(links) + 1,
        predecessor=np.append(before, row),
        successor=np.append(after, n),
        type=np.append(links.type, LinkType.FS),
        lag=np.append(links.lag, 0),
    )
    if reaches_finish.any():  # the finish then pulls only the second half along: another network
        return
    split = replace(
        schedule,
        activities=two.with_columns(remaining_duration=durations),
        relationships=chain,
    )
    one, both = schedule_network(schedule), schedule_network(split)
    others = np.arange(n) != row
    for name in ("early_start", "early_finish", "total_float", "free_float"):
        assert (getattr(one, name)[others] == getattr(both, name)[:n][others]).all()
    assert one.early_start[row] == both.early_start[row]
    assert one.early_finish[row] == both.early_finish[n]
    if not ((links.predecessor == row) & (links.type % 2 == 1)).any():
        # a late start that a successor limits holds the first half alone
        assert one.late_finish[row] == both.late_finish[n]


@settings(max_examples=30, deadline=None)
@given(sizes, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_links_does_not_matter(
    size: tuple[int, float, int], random: object
) -> None:
    schedule = made(size)
    n, m = len(schedule), len(schedule.relationships)
    seed = random.randint(0, 10**6)  # type: ignore[attr-defined]
    shuffle = np.random.default_rng(seed)
    rows, link_rows = shuffle.permutation(n), shuffle.permutation(m)
    place = np.argsort(rows)
    links = schedule.relationships.take(link_rows)
    mixed = replace(
        schedule,
        activities=schedule.activities.take(rows),
        relationships=links.with_columns(
            predecessor=place[links.predecessor].astype(np.int32),
            successor=place[links.successor].astype(np.int32),
        ),
    )
    one, other = schedule_network(schedule), schedule_network(mixed)
    for name in ("early_start", "late_finish", "total_float", "longest_path"):
        assert (getattr(one, name)[rows] == getattr(other, name)).all()
    assert (one.driving[link_rows] == other.driving).all()
    position = np.empty(n, dtype=np.int64)
    position[other.order] = np.arange(n)
    after = mixed.relationships
    assert (position[after.predecessor] < position[after.successor]).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(0, 30), st.integers(0, 10**6))
def test_the_shortest_loop_is_as_short_as_that_of_networkx(n: int, m: int, seed: int) -> None:
    import networkx as nx

    r = np.random.default_rng(seed)
    before, after = r.integers(0, n, m).astype(np.int32), r.integers(0, n, m).astype(np.int32)
    graph = nx.DiGraph(list(zip(before.tolist(), after.tolist(), strict=True)))
    girths = [len(cycle) for cycle in nx.simple_cycles(graph)]
    loop = shortest_loop(n, before, after).tolist()
    assert len(loop) == min(girths, default=0)
    for a, b in zip(loop, loop[1:] + loop[:1], strict=True):
        assert graph.has_edge(a, b)


def test_a_loop_in_a_large_network_is_found() -> None:
    schedule = synthetic_schedule(3000, 7000, seed=2)
    links = schedule.relationships
    back = make_table(
        Relationships,
        len(links) + 1,
        predecessor=np.append(links.predecessor, links.successor[4000]),
        successor=np.append(links.successor, links.predecessor[4000]),
        type=np.append(links.type, 0),
        lag=np.append(links.lag, 0),
    )
    with pytest.raises(LoopError) as caught:
        schedule_network(replace(schedule, relationships=back))
    assert len(caught.value.cycle) == 2


@pytest.mark.corpus
def test_values_captured_by_hand_from_p6(shared: Path) -> None:
    """Thirteen projects of one construct each; ES, EF, LS, LF, TF and FF of 27 activities.

    Actual dates stand in place of calculated ones where P6 shows them so ("A"); floats are days
    of eight hours.
    """
    import csv

    from planbench.exchange.registry import read_schedule

    folder = shared / "corpus" / "p6"
    schedule = read_schedule(folder / "p6-23.12-one-construct-per-project.xer").schedule
    result = schedule_network(schedule)
    acts = schedule.activities
    rows: dict[tuple[int, str], int] = {}
    for row in range(len(acts)):
        number = int(schedule.projects[int(acts.project[row])].code.removeprefix("XV"))
        rows[number, str(acts.code[row])] = row
    checked = 0
    with (folder / "p6-23.12-captured-values.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            row = rows[int(line["case"].split("-")[0]), line["activity_code"]]
            for name, column in (
                ("ES", "early_start"),
                ("EF", "early_finish"),
                ("LS", "late_start"),
                ("LF", "late_finish"),
            ):
                wanted = line[f"{name}_p6"]
                found = getattr(result, column)[row]
                if wanted.endswith(" A"):
                    actual = acts.actual_start if name[1] == "S" else acts.actual_finish
                    found, wanted = actual[row], wanted[:-2]
                assert np.datetime64(int(found), "m") == np.datetime64(wanted, "m"), line
                checked += 1
            for name, column in (("TF", "total_float"), ("FF", "free_float")):
                found = int(getattr(result, column)[row])
                if line[f"{name}_p6"] == "":
                    assert found == NO_TIME
                else:
                    assert math.isclose(found / 480, float(line[f"{name}_p6"]), abs_tol=1e-9), line
                checked += 1
    assert checked == 162


@pytest.mark.corpus
def test_every_readable_file_can_be_scheduled(shared: Path) -> None:
    """Faulty files included: a result, or one clear line."""
    from planbench.domain.errors import PlanbenchError
    from planbench.exchange.registry import read_schedule

    lines: list[str] = []
    scheduled = 0
    for path in sorted((shared / "corpus" / "faults").glob("*.xer")):
        try:
            schedule_network(read_schedule(path).schedule)
            scheduled += 1
        except PlanbenchError as error:
            lines.append(error.line)
    assert scheduled >= 20
    assert all(len(line) > 10 and "\n" not in line for line in lines)
