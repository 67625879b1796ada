from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    ActivityType,
    Baseline,
    Constraint,
    LinkType,
    PercentType,
    Status,
    empty_baseline,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY, NO_TIME, from_iso, to_iso
from planbench.engines.cpm import schedule_network
from planbench.services.baselining import (
    assign_baselines,
    copy_baseline,
    delete_baseline,
    update_baseline,
)
from planbench.services.document import Document
from planbench.services.editing import (
    FIELDS,
    EditError,
    choices,
    edit_cell,
    field_text,
    read_date,
    read_duration,
    why_locked,
)
from planbench.services.elements import (
    delete_element,
    insert_element,
    recode_element,
    rename_element,
)
from planbench.services.moving import indent, outdent
from planbench.services.rewiring import (
    add_link,
    change_link,
    delete_activities,
    delete_link,
    difference,
    insert_activity,
    lag_text,
    next_code,
    path_between,
)
from planbench.services.splitting import plan_split, split_activity
from planbench.services.steps import StepLine, set_steps, steps_of
from planbench.services.undo import UndoStack


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(60, 110, 5)
    return Document(schedule, cpm=schedule_network(schedule))


def first_row(document: Document, status: Status, *, effort: bool = False) -> int:
    acts = document.schedule.activities
    kind = acts.type == (ActivityType.LEVEL_OF_EFFORT if effort else ActivityType.TASK)
    return int(np.flatnonzero((acts.status == status) & kind)[0])


def done(document: Document, row: int, field: str, text: str) -> None:
    command = edit_cell(document, row, field, text)
    assert command is not None
    command.redo(document)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("5", 2400), ("2.5d", 1200), ("1,5 d", 720), ("40h", 2400), ("90m", 90), ("2w", 4800)],
)
def test_durations_are_read_as_planners_type_them(text, minutes):
    assert read_duration(text, 480.0, 2400.0) == minutes


@pytest.mark.parametrize("text", ["", "five", "5x", "1 2", "nan", "1e3"])
def test_what_is_no_duration_is_refused_in_words(text):
    with pytest.raises(EditError, match="not a duration"):
        read_duration(text, 480.0)


@pytest.mark.parametrize(
    ("text", "iso", "timed"),
    [
        ("03-May-26", "2026-05-03T00:00", False),
        ("3.5.2026", "2026-05-03T00:00", False),
        ("2026-05-03", "2026-05-03T00:00", False),
        ("03-may-2026 14:30", "2026-05-03T14:30", True),
        ("03-May-26 A", "2026-05-03T00:00", False),
    ],
)
def test_dates_are_read_in_the_forms_of_the_field(text, iso, timed):
    minute, with_time = read_date(text)
    assert (to_iso(minute), with_time) == (iso, timed)


@pytest.mark.parametrize("text", ["31-Feb-26", "tomorrow", "2026-13-01", "03-Foo-26", "25:00"])
def test_what_is_no_date_is_refused_in_words(text):
    with pytest.raises(EditError, match="not a date"):
        read_date(text)


def test_a_duration_before_the_start_is_both_original_and_remaining(document):
    row = first_row(document, Status.NOT_STARTED)
    done(document, row, "original", "7d")
    acts = document.schedule.activities
    length = document.schedule.activity(row).own_calendar.minutes_per_day
    assert acts.original_duration[row] == acts.remaining_duration[row] == 7 * length
    assert edit_cell(document, row, "remaining", "7") is None


def test_the_shown_duration_taken_as_it_is_changes_nothing(document):
    row = first_row(document, Status.NOT_STARTED)
    schedule = document.schedule
    odd = schedule.activities.original_duration.copy()
    odd[row] = 1003  # minutes that no rounded number of days gives back
    document.schedule = schedule.with_activities(original_duration=odd)
    shown = field_text(document.schedule, row, "original")
    assert edit_cell(document, row, "original", shown) is None


def test_progress_by_actual_dates(document):
    row = first_row(document, Status.NOT_STARTED)
    date = document.schedule.data_date
    with pytest.raises(EditError, match="after the data date"):
        edit_cell(document, row, "start", to_iso(date + 5 * DAY)[:10])
    with pytest.raises(EditError, match="Enter its actual start first"):
        edit_cell(document, row, "finish", to_iso(date - DAY)[:10])
    done(document, row, "start", to_iso(date - 20 * DAY)[:10])
    activity = document.schedule.activity(row)
    assert activity.state == Status.IN_PROGRESS
    assert activity.actual_start // DAY == date // DAY - 20
    with pytest.raises(EditError, match="before the actual start"):
        edit_cell(document, row, "finish", to_iso(date - 30 * DAY)[:10])
    done(document, row, "finish", to_iso(date - 2 * DAY)[:10])
    activity = document.schedule.activity(row)
    assert (activity.state, activity.remaining_duration) == (Status.COMPLETE, 0)
    assert why_locked(document.schedule, row, "remaining")
    done(document, row, "start", "")
    activity = document.schedule.activity(row)
    assert activity.state == Status.NOT_STARTED
    assert activity.actual_start == activity.actual_finish == NO_TIME
    assert activity.remaining_duration == activity.original_duration


def test_dates_typed_without_a_time_are_at_the_ends_of_the_shift(document):
    row = first_row(document, Status.NOT_STARTED)
    calendar = document.schedule.activity(row).own_calendar
    day = document.schedule.data_date // DAY - 14
    while not calendar.shifts_on(day):
        day -= 1
    done(document, row, "start", to_iso(day * DAY)[:10])
    done(document, row, "finish", to_iso(day * DAY)[:10])
    activity = document.schedule.activity(row)
    assert activity.actual_start == day * DAY + calendar.shifts_on(day)[0][0]
    assert activity.actual_finish == day * DAY + calendar.shifts_on(day)[-1][1]


def test_percent_complete_by_its_own_type(document):
    row = first_row(document, Status.NOT_STARTED)
    with pytest.raises(EditError, match="has not started"):
        edit_cell(document, row, "percent", "50")
    done(document, row, "original", "10d")
    done(document, row, "start", to_iso(document.schedule.data_date - 9 * DAY)[:10])
    kinds = document.schedule.activities.percent_type.copy()
    for kind, column, value in (
        (PercentType.PHYSICAL, "physical_percent", 40.0),
        (
            PercentType.DURATION,
            "remaining_duration",
            0.6 * document.schedule.activities.original_duration[row],
        ),
    ):
        kinds = kinds.copy()
        kinds[row] = kind
        document.schedule = document.schedule.with_activities(percent_type=kinds)
        done(document, row, "percent", "40 %")
        assert getattr(document.schedule.activities, column)[row] == pytest.approx(value)
    with pytest.raises(EditError, match="from 0 to 100"):
        edit_cell(document, row, "percent", "101")


def test_a_constraint_begins_where_the_activity_stands(document):
    row = first_row(document, Status.NOT_STARTED)
    with pytest.raises(EditError, match="Choose a constraint first"):
        edit_cell(document, row, "constraint_date", "2026-05-03")
    done(document, row, "constraint", "Start on or after")
    activity = document.schedule.activity(row)
    assert activity.constraint == Constraint.START_ON_OR_AFTER
    assert activity.constraint_date == document.cpm.start[row]
    done(document, row, "constraint_date", "2031-05-05 10:15")
    assert document.schedule.activity(row).constraint_date == from_iso("2031-05-05T10:15")
    done(document, row, "constraint", "None")
    assert document.schedule.activity(row).constraint_date == NO_TIME


def test_what_follows_from_others_is_locked(document):
    acts = document.schedule.activities
    marks = np.flatnonzero(acts.type == ActivityType.FINISH_MILESTONE)
    assert marks.size
    assert "milestone" in why_locked(document.schedule, int(marks[0]), "original")
    with pytest.raises(EditError):
        edit_cell(document, int(marks[0]), "remaining", "3")


def test_an_edit_moves_the_finish_as_the_difference_says(document):
    before = (document.schedule, document.cpm)
    row = int(np.flatnonzero(document.cpm.longest_path & (document.cpm.remaining_duration > 0))[-1])
    length = document.schedule.activity(row).own_calendar.minutes_per_day
    days = document.schedule.activities.remaining_duration[row] / length + 30
    done(document, row, "remaining", f"{days}d")
    after = schedule_network(document.schedule)
    found = difference(before, (document.schedule, after))
    main = document.schedule.main_project
    assert found.finish == after.project_finish[main] - before[1].project_finish[main] > 0
    assert found.moved == int(
        ((after.start != before[1].start) | (after.finish != before[1].finish)).sum()
    )
    assert found.words.startswith(f"Finish +{found.finish / 1440:.0f} d, ")
    assert difference(before, before).words == "Finish unchanged, nothing moved"


def test_links_are_added_changed_and_deleted(document):
    links = document.schedule.relationships
    a, b = int(links.predecessor[0]), int(links.successor[0])
    with pytest.raises(EditError, match="linked"):
        add_link(document, a, b, LinkType(int(links.type[0])))
    with pytest.raises(EditError, match="close a loop"):
        add_link(document, b, a)
    with pytest.raises(EditError, match="itself"):
        add_link(document, a, a)
    change_link(document, 0, LinkType.SS, "3d").redo(document)
    links = document.schedule.relationships
    assert (links.type[0], lag_text(document.schedule, 0)) == (LinkType.SS, "3d")
    assert change_link(document, 0, LinkType.SS, "3d") is None
    with pytest.raises(EditError):
        change_link(document, 0, LinkType.SS, "soon")
    count = len(links)
    delete_link(document, 0).redo(document)
    assert len(document.schedule.relationships) == count - 1
    add_link(document, a, b, LinkType.FS, 60).redo(document)
    links = document.schedule.relationships
    assert (links.predecessor[-1], links.successor[-1], links.lag[-1]) == (a, b, 60)
    schedule_network(document.schedule)


def test_a_path_is_a_chain_of_links(document):
    links = document.schedule.relationships
    pairs = set(zip(links.predecessor.tolist(), links.successor.tolist(), strict=True))
    found = max((path_between(document.schedule, 0, row) for row in range(60)), key=len)
    assert len(found) > 2
    assert set(itertools.pairwise(found)) <= pairs


def test_the_next_code_is_free():
    assert next_code("A1000", ["A1000", "A1020", "B7000"]) == "A1030"
    assert next_code("MS-0010", ["MS-0010"]) == "MS-0020"
    assert next_code("Start", ["Start"]) == "Start10"
    assert next_code("A1000", ["A1000", "A9999"]) == "A10000"


def test_an_inserted_activity_can_be_scheduled_and_baselines_grow(document):
    n = len(document.schedule)
    document.baseline = Baseline("B", NO_TIME, empty_baseline(n))
    inserted = insert_activity(document, beside=3)
    inserted.command.redo(document)
    schedule = document.schedule
    assert len(schedule) == n + 1 == inserted.row + 1
    assert schedule.activities.wbs[n] == schedule.activities.wbs[3]
    assert document.baseline.columns.start.size == n + 1
    assert document.cpm is None
    cpm = schedule_network(schedule)
    assert cpm.start[n] >= schedule.data_date
    inserted.command.undo(document)
    assert len(document.schedule) == document.baseline.columns.start.size == n
    assert document.cpm is not None


def test_deleting_takes_along_all_that_hangs_on_an_activity(document):
    schedule = document.schedule
    gone = {4, 17}
    links = schedule.relationships
    pairs = [
        (str(schedule.activities.uid[a]), str(schedule.activities.uid[b]))
        for a, b in zip(links.predecessor.tolist(), links.successor.tolist(), strict=True)
        if not {a, b} & gone
    ]
    delete_activities(document, gone).redo(document)
    left = document.schedule
    uids = left.activities.uid
    assert len(left) == 58
    found = left.relationships
    assert pairs == [
        (str(uids[a]), str(uids[b]))
        for a, b in zip(found.predecessor.tolist(), found.successor.tolist(), strict=True)
    ]
    schedule_network(left)
    with pytest.raises(EditError):
        delete_activities(document, range(58))


class Editing(RuleBasedStateMachine):
    """Any edits, taken back, give the schedule of before; taken again, the one of after."""

    def __init__(self) -> None:
        super().__init__()
        schedule = synthetic_schedule(25, 40, 2)
        self.document = Document(schedule, cpm=schedule_network(schedule))
        self.stack = UndoStack(self.document)
        self.digests = [schedule.digest]

    def take(self, make) -> None:
        try:
            command = make()
        except PlanbenchError:
            return  # refused in words: nothing may have changed, as the invariant checks
        if command is None:
            return
        del self.digests[self.place + 1 :]
        self.stack.push(command)
        self.digests.append(self.document.schedule.digest)

    @property
    def place(self) -> int:
        return self.stack._done

    def row(self, number: int) -> int:
        return number % len(self.document.schedule)

    @rule(
        row=st.integers(0, 99),
        field=st.sampled_from(sorted(FIELDS)),
        text=st.sampled_from(
            [
                "",
                "0",
                "3",
                "12d",
                "40h",
                "55",
                "2024-02-05",
                "2025-03-03",
                "2030-01-07",
                "Pour",
                "Start on or after",
                "Mandatory finish",
                "None",
            ]
        ),
    )
    def edit(self, row, field, text):
        offered = choices(self.document.schedule, field)
        text = offered[row % len(offered)] if offered and row % 2 else text
        self.take(lambda: edit_cell(self.document, self.row(row), field, text))

    @rule(a=st.integers(0, 99), b=st.integers(0, 99), kind=st.sampled_from(list(LinkType)))
    def link(self, a, b, kind):
        self.take(lambda: add_link(self.document, self.row(a), self.row(b), kind))

    @rule(link=st.integers(0, 99), kind=st.sampled_from(list(LinkType)), lag=st.integers(-3, 9))
    def relink(self, link, kind, lag):
        count = len(self.document.schedule.relationships)
        if count:
            self.take(lambda: change_link(self.document, link % count, kind, f"{lag}d"))

    @rule(link=st.integers(0, 99))
    def unlink(self, link):
        count = len(self.document.schedule.relationships)
        if count:
            self.take(lambda: delete_link(self.document, link % count))

    @rule(row=st.integers(0, 99))
    def insert(self, row):
        self.take(lambda: insert_activity(self.document, self.row(row)).command)

    @rule(rows=st.sets(st.integers(0, 99), min_size=1, max_size=3))
    def delete(self, rows):
        self.take(lambda: delete_activities(self.document, {self.row(row) for row in rows}))

    @rule(row=st.integers(0, 99), count=st.integers(2, 4))
    def split(self, row, count):
        document, row = self.document, self.row(row)
        self.take(lambda: split_activity(document, plan_split(document, row, count)))

    @rule(row=st.integers(0, 99), percents=st.lists(st.integers(0, 100), max_size=3))
    def set_steps(self, row, percents):
        row = self.row(row)
        before = steps_of(self.document.schedule, row)[:1]
        new = [StepLine(f"Step {n}", 1.0 + n, float(one)) for n, one in enumerate(percents)]
        self.take(lambda: set_steps(self.document, row, [*before, *new]))

    def element(self, number: int) -> int:
        return number % len(self.document.schedule.wbs)

    @rule(wbs=st.integers(0, 99))
    def insert_element(self, wbs):
        self.take(lambda: insert_element(self.document, self.element(wbs)).command)

    @rule(wbs=st.integers(0, 99), text=st.sampled_from(["", "Cellar", "Roof", "1"]))
    def name_element(self, wbs, text):
        edit = rename_element if wbs % 2 else recode_element
        self.take(lambda: edit(self.document, self.element(wbs), text))

    @rule(wbs=st.integers(0, 99), how=st.sampled_from([indent, outdent]))
    def move_element(self, wbs, how):
        self.take(lambda: how(self.document, self.element(wbs)))

    @rule(wbs=st.integers(0, 99), content=st.booleans())
    def delete_element(self, wbs, content):
        self.take(lambda: delete_element(self.document, self.element(wbs), content))

    @rule(rows=st.sets(st.integers(0, 99), max_size=3), place=st.integers(-1, 2))
    def set_baseline(self, rows, place):
        own, there = self.document.schedule.baselines, len(self.document.schedule)
        some = np.array([row % there for row in sorted(rows)], dtype=int) if rows else None
        if 0 <= place < len(own):
            self.take(lambda: update_baseline(self.document, place, rows=some))
        else:
            self.take(lambda: copy_baseline(self.document, f"B{len(own)}", rows=some))

    @precondition(lambda self: self.document.schedule.baselines)
    @rule(place=st.integers(0, 9), drop=st.booleans())
    def assign_baseline(self, place, drop):
        own = self.document.schedule.baselines
        at = place % len(own)
        if drop:
            self.take(lambda: delete_baseline(self.document, at))
        else:
            self.take(lambda: assign_baselines(self.document, own[at], ()))

    @precondition(lambda self: self.stack.can_undo)
    @rule()
    def undo(self):
        self.stack.undo()

    @precondition(lambda self: self.stack.can_redo)
    @rule()
    def redo(self):
        self.stack.redo()

    @invariant()
    def schedule_hangs_together(self):
        schedule = self.document.schedule
        wbs, acts = schedule.wbs, schedule.activities
        assert (wbs.parent < np.arange(len(wbs))).all()  # parents come before their children
        assert acts.wbs.size == 0 or acts.wbs.max() < len(wbs)
        known = self.document.baseline
        for one in (*schedule.baselines, *(() if known is None else (known,))):
            assert len(one.columns) == len(schedule)
        for uids in (wbs.uid, acts.uid, schedule.relationships.uid):
            assert len(set(uids.tolist())) == uids.size

    @invariant()
    def schedule_is_that_of_its_place(self):
        assert self.document.schedule.digest == self.digests[self.place]

    def teardown(self):
        while self.stack.can_undo:
            self.stack.undo()
        assert self.document.schedule.digest == self.digests[0]


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_an_edited_document_does_not_change_the_schedule_it_came_from(document):
    kept = document.schedule
    digest = replace(kept).digest
    row = first_row(document, Status.NOT_STARTED)
    done(document, row, "name", "Another name")
    done(document, row, "original", "33d")
    assert document.schedule is not kept
    assert replace(kept).digest == digest
