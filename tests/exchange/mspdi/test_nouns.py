"""What Project keeps is read and written: kind by kind of custom field, baseline by baseline."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import (
    Baseline,
    Constraint,
    Resources,
    Schedule,
    UdfTypes,
    UdfValues,
    empty_baseline,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME, from_iso
from planbench.exchange.mspdi import terms
from planbench.exchange.mspdi.reader import read_mspdi
from planbench.exchange.mspdi.writer import write_mspdi
from planbench.exchange.readback import differences

FIELDS = {
    ("TASK", 188743731): ("Text1", "North"),
    ("TASK", 188743752): ("Flag1", "1"),
    ("TASK", 188743761): ("Flag10", "0"),
    ("TASK", 188743981): ("Flag20", "1"),
    ("TASK", 188743767): ("Number1", "4.25"),
    ("TASK", 188743786): ("Cost1", "1250.5"),
    ("TASK", 188743944): ("Cost10", "3"),
    ("TASK", 188743945): ("Date1", "2026-03-01 08:00"),
    ("TASK", 188743732): ("Start1", "2026-03-02 08:00"),
    ("TASK", 188743971): ("Finish10", "2026-03-03 17:00"),
    ("TASK", 188743783): ("Duration1", "PT16H0M0S"),
    ("TASK", 188743961): ("Duration10", "PT8H0M0S"),
    ("RSRC", 205520904): ("Text1", "Union"),
    ("RSRC", 205520926): ("Text3", "Night"),
    ("RSRC", 205521022): ("Flag10", "1"),
    ("RSRC", 205521069): ("Date1", "2026-04-01 00:00"),
    ("RSRC", 205521008): ("Number1", "7"),
    ("RSRC", 205521019): ("Cost1", "99.25"),
    ("RSRC", 205521013): ("Duration1", "PT1H0M0S"),
}
"""Microsoft's own numbers of fields (PjField) with their names, and a value of each kind."""


def with_fields(kinds: list[str] | None = None) -> Schedule:
    """A network with a value in each of `FIELDS`; `kinds` instead of Project's own numbers."""
    made = synthetic_schedule(10, 14)
    first = str(made.activities.uid[0])
    n = len(FIELDS) if kinds is None else len(kinds)
    words = re.compile(r"\d+$")
    return replace(
        made,
        resources=make_table(
            Resources, 1, uid=["1"], code=["CREW"], name=["Crew"], parent=[-1], calendar=[-1],
            kind=["labor"], max_units=[1.0],
        ),
        udf_types=make_table(
            UdfTypes, n,
            uid=[str(k) for _, k in FIELDS] if kinds is None else [f"u{k}" for k in range(n)],
            table=[table for table, _ in FIELDS] if kinds is None else ["TASK"] * n,
            name=[f"Our {k}" for k in range(n)],
            kind=[terms.KINDS[words.sub("", name)] for name, _ in FIELDS.values()]
            if kinds is None else kinds,
        ),
        udf_values=make_table(
            UdfValues, n, type=np.arange(n),
            subject=[first if table == "TASK" else "1" for table, _ in FIELDS]
            if kinds is None else [first] * n,
            value=[value for _, value in FIELDS.values()]
            if kinds is None
            else [{"date": "2026-03-01 08:00", "text": "x"}.get(kind, "2.5") for kind in kinds],
        ),
    )  # fmt: skip


def test_custom_fields_of_every_kind_come_back_under_their_own_numbers() -> None:
    schedule = with_fields()
    data = write_mspdi(schedule)
    text = data.decode()
    for (_, number), (name, _) in FIELDS.items():
        assert f"<FieldID>{number}</FieldID><FieldName>{name}</FieldName>" in text
    assert "<Value>125050</Value>" in text  # cents
    assert "<Value>2026-03-01T08:00:00</Value>" in text
    back = read_mspdi(data).schedule
    found = {
        (str(back.udf_types.table[k]), int(back.udf_types.uid[k])): (
            str(back.udf_types.kind[k]), str(value)
        )
        for k, value in zip(back.udf_values.type.tolist(), back.udf_values.value, strict=True)
    }  # fmt: skip
    assert found == {
        key: (terms.KINDS[re.sub(r"\d+$", "", name)], value)
        for key, (name, value) in FIELDS.items()
    }
    assert [line for line in differences(schedule, back) if "user" in line.where.lower()] == []


def test_fields_of_other_programs_take_a_field_of_their_kind() -> None:
    kinds = ["number", "date", "cost", "text", "integer", *["date"] * 11]
    back = read_mspdi(write_mspdi(with_fields(kinds))).schedule
    by_name = dict(zip(back.udf_types.name.tolist(), back.udf_types.kind.tolist(), strict=True))
    assert [by_name[f"Our {k}"] for k in range(5)] == ["number", "date", "cost", "text", "number"]
    assert [by_name[f"Our {k}"] for k in range(5, 16)] == [*["date"] * 9, *["text"] * 2]
    assert len(back.udf_values) == len(kinds)


def test_no_number_is_given_to_two_fields_of_a_table() -> None:
    for table, known in terms.CUSTOM.items():
        assert len(set(known.values())) == len(known) == 120, table
    assert not set(terms.CUSTOM["TASK"]) & (set(terms.CUSTOM["RSRC"]) | set(terms.OUTLINE_CODES))


def test_baselines_keep_their_numbers() -> None:
    made = synthetic_schedule(10, 14)

    def baseline(name: str, day: int) -> Baseline:
        columns = empty_baseline(len(made))
        columns.start[:] = day * 1440
        return Baseline(name, NO_TIME, columns)

    names = ["Before the delay", "Baseline 3", "Baseline", "Baseline 10", "As awarded"]
    schedule = replace(made, baselines=tuple(baseline(n, k + 1) for k, n in enumerate(names)))
    back = read_mspdi(write_mspdi(schedule)).schedule
    assert {one.name: int(one.columns.start.max()) // 1440 for one in back.baselines} == {
        "Baseline": 3, "Baseline 1": 1, "Baseline 2": 5, "Baseline 3": 2, "Baseline 10": 4,
    }  # fmt: skip
    many = [f"Baseline {k}" if k else "Baseline" for k in range(11)]
    schedule = replace(made, baselines=tuple(baseline(n, k + 1) for k, n in enumerate(many)))
    back = read_mspdi(write_mspdi(schedule)).schedule
    assert [one.name for one in back.baselines] == many


@pytest.mark.parametrize("kind", [k for k in Constraint if k != Constraint.NONE])
def test_constraints_and_deadlines(kind: Constraint) -> None:
    made = synthetic_schedule(10, 14)
    row, moment = 3, from_iso("2026-05-04 08:00")
    constraint, date = made.activities.constraint.copy(), made.activities.constraint_date.copy()
    deadline = made.activities.deadline.copy()
    constraint[row] = kind
    date[row] = NO_TIME if kind == Constraint.AS_LATE_AS_POSSIBLE else moment
    deadline[row] = moment + 1440
    plan = made.with_activities(constraint=constraint, constraint_date=date, deadline=deadline)
    back = read_mspdi(write_mspdi(plan)).schedule.activities
    place = back.code.tolist().index(str(made.activities.code[row]))
    same = {
        Constraint.START_ON: Constraint.MANDATORY_START,
        Constraint.FINISH_ON: Constraint.MANDATORY_FINISH,
    }
    assert back.constraint[place] == same.get(kind, kind)
    assert back.constraint_date[place] == date[row]
    assert back.deadline[place] == moment + 1440


def test_what_is_not_read_is_told(mspdi: str) -> None:
    part = (
        "<TimephasedData><Type>1</Type><UID>1</UID><Start>2026-01-05T08:00:00</Start>"
        "<Finish>2026-01-05T17:00:00</Finish><Unit>1</Unit><Value>PT8H0M0S</Value></TimephasedData>"
    )
    place = mspdi.index("</Assignment>")
    bent = mspdi[:place] + "<Baseline><Number>0</Number></Baseline>" + part * 3 + mspdi[place:]
    before = {line.where: line for line in read_mspdi(mspdi.encode()).repairs}
    lines = {line.where: line.message for line in read_mspdi(bent.encode()).repairs}
    assert {where: words for where, words in lines.items() if where not in before} == {
        "Assignment Baseline": "1 of assignments",
    }
