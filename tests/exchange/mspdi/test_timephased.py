"""Timephased data: read, kept, written again, and left out where it no longer fits."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.schedule import Schedule
from planbench.engines.merge.combine import merge
from planbench.engines.merge.parts import Part
from planbench.exchange.mspdi.reader import read_mspdi
from planbench.exchange.mspdi.writer import write_mspdi
from planbench.exchange.p6xml.writer import write_p6xml
from planbench.exchange.readback import differences
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.services.convert import export
from planbench.services.document import Document
from planbench.services.rewiring import without

FILES = {
    "msproject/commercial-construction.xml": 0,
    "msproject/task-baselines-2019.xml": 110,
    "msproject/task-links-2019.xml": 16,
    "msproject/timephased.xml": 2358,
    "converted/HarbourPointe.mspdi.xml": 0,
    "converted/MrZ_Project4.mspdi.xml": 0,
    "converted/dcma_sample.mspdi.xml": 0,
}


def records(data: bytes) -> Counter[tuple[str, ...]]:
    """Every record with its owner, read by another program's eyes than ours."""
    root = ET.fromstring(data)
    space = root.tag.partition("}")[0] + "}"
    found: Counter[tuple[str, ...]] = Counter()

    def text(element: ET.Element, tag: str) -> str:
        return element.findtext(space + tag) or ""

    for inner in ("Task", "Resource", "Assignment"):
        for owner in root.iter(space + inner):
            uid = text(owner, "UID")
            name = (text(owner, "TaskUID"), text(owner, "ResourceUID")) if inner[0] == "A" else uid
            for parent in (owner, *owner.findall(space + "Baseline")):
                number = text(parent, "Number") if parent is not owner else ""
                for one in parent.findall(space + "TimephasedData"):
                    own = "" if text(one, "UID") in (uid, "") else text(one, "UID")
                    values = (text(one, k) for k in ("Type", "Start", "Finish", "Unit", "Value"))
                    found[inner, str(name), number, own, *values] += 1
    return found


@pytest.mark.corpus
@pytest.mark.parametrize("name", FILES)
def test_every_record_there_and_back(shared: Path, name: str) -> None:
    data = (shared / "corpus" / name).read_bytes()
    wanted = records(data)
    assert wanted.total() == FILES[name]
    imported = read_mspdi(data)
    assert len(imported.schedule.timephased) == FILES[name]
    assert not [line for line in imported.repairs if "Timephased" in line.where]
    written = write_mspdi(imported.schedule)
    assert records(written) == wanted
    again = read_mspdi(written).schedule
    assert again.digest == imported.schedule.digest
    assert not differences(imported.schedule, again)


def over(kind: int, uid: int, value: str, unit: str = "<Unit>2</Unit>") -> str:
    return (
        f"<TimephasedData><Type>{kind}</Type><UID>{uid}</UID><Start>2026-01-05T08:00:00</Start>"
        f"<Finish>2026-01-06T08:00:00</Finish>{unit}<Value>{value}</Value></TimephasedData>"
    )


@pytest.fixture
def spread(mspdi: str) -> bytes:
    """The sample with records in every place that the format has for them."""
    number = "<Baseline><Number>0</Number>"
    for place, more in (
        ("<UID>1</UID><TaskUID>3</TaskUID>.*?</Assignment>", over(1, 1, "PT4H0M0S")),
        (
            "<UID>2</UID><TaskUID>2</TaskUID>.*?</Assignment>",
            f"<Baseline>{over(4, 2, 'PT6H0M0S')}<Number>0</Number></Baseline>"
            + over(1, 77, "PT1H59M60S"),
        ),
        ("<UID>3</UID><TaskUID>2</TaskUID>.*?</Assignment>", over(8, 3, "7500", "")),
        ("<UID>1</UID><ID>1</ID><Name>Crew</Name>.*?</Resource>", over(15, 1, "PT4H0M0S")),
        ("<UID>3</UID><ID>3</ID><Name>Drive piles</Name>.*?</Task>", over(11, 3, "12.5")),
    ):
        hit = re.search(place, mspdi, re.DOTALL)
        assert hit is not None, place
        end = hit.end() - len(hit[0].rpartition("</")[2]) - 2
        mspdi = mspdi[:end] + more + mspdi[end:]
    assert mspdi.count(number) == 1
    mspdi = mspdi.replace(number, f"<Baseline>{over(23, 2, 'PT3H0M0S')}<Number>0</Number>")
    return mspdi.encode()


def test_every_place_of_the_format(spread: bytes) -> None:
    made = read_mspdi(spread).schedule
    written = write_mspdi(made)
    assert len(made.timephased) == 11
    assert {kind: n for (kind, *_), n in _owners(records(spread)).items()} == {
        "Task": 2, "Resource": 1, "Assignment": 8,
    }  # fmt: skip
    assert _same_but_cost_resources(records(written)) == _same_but_cost_resources(records(spread))
    again = read_mspdi(written).schedule
    assert not [one for one in differences(made, again) if one.where.startswith("Timephased")]


def _owners(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    some: Counter[tuple[str, ...]] = Counter()
    for key, count in found.items():
        some[key[:1]] += count
    return some


def _same_but_cost_resources(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """Without owners' names: cost resources are numbered anew."""
    return Counter({(key[0], *key[2:]): count for key, count in found.items()})


def _row(schedule: Schedule, uid: str) -> int:
    return schedule.activities.uid.tolist().index(uid)


def _left(schedule: Schedule) -> set[tuple[str, str, int]]:
    table = read_mspdi(write_mspdi(schedule)).schedule.timephased
    return set(zip(table.owner.tolist(), table.baseline.tolist(), table.type.tolist(), strict=True))


def test_an_edit_drops_what_no_longer_fits_and_is_told(spread: bytes) -> None:
    made = read_mspdi(spread).schedule
    everything = _left(made)
    planned = made.activities.original_duration.copy()
    planned[_row(made, "3")] += 480
    edited = made.with_activities(original_duration=planned)
    # the piles' own, their crew's, and the assignment's; those of other activities stay
    assert everything - _left(edited) == {("task", "", 11), ("resource", "", 15)}
    lines = differences(edited, read_mspdi(write_mspdi(edited)).schedule)
    (told,) = [line for line in lines if line.where == "Timephased"]
    assert told.code == "not-written"
    assert told.message.startswith("3 of 11 rows")
    units = made.assignments.budget_units.copy()
    units[0] += 8.0
    more = replace(made, assignments=made.assignments.with_columns(budget_units=units))
    table = read_mspdi(write_mspdi(more)).schedule.timephased
    assert len(table) == 9  # the crew and its assignment are left out, the task's own is not
    assert everything == _left(made)  # taken back, all is there again


def test_baselines_keep_theirs_whatever_becomes_of_the_activity(spread: bytes) -> None:
    made = read_mspdi(spread).schedule
    planned = made.activities.original_duration.copy()
    planned[_row(made, "2")] += 480
    kept = _left(made.with_activities(original_duration=planned))
    assert {("task", "0", 23), ("assignment", "0", 4)} <= kept
    assert ("expense", "", 8) not in kept


def test_parts_that_were_edited_replace_the_records_of_a_paused_task(spread: bytes) -> None:
    made = read_mspdi(spread).schedule
    finish = made.splits.finish.copy()
    finish[-1] -= 60
    edited = replace(made, splits=made.splits.with_columns(finish=finish))
    again = read_mspdi(write_mspdi(edited)).schedule
    assert again.splits.finish.tolist() == finish.tolist()


def test_deleted_activities_take_theirs_along(spread: bytes) -> None:
    made = read_mspdi(spread).schedule
    keep = np.ones(len(made), dtype=bool)
    keep[_row(made, "2")] = False
    left = without(made, keep).timephased
    assert sorted(left.owner.tolist()) == sorted(
        ["resource", "task", "assignment", *["unassigned"] * 4]
    )
    owners = without(made, keep).activities.uid[left.activity[left.activity >= 0]].tolist()
    assert sorted(owners) == ["10"] * 4 + ["3", "3"]
    written = read_mspdi(write_mspdi(without(made, keep))).schedule.timephased
    assert sorted(written.owner.tolist()) == sorted(left.owner.tolist())


def test_merged_plans_keep_theirs(spread: bytes) -> None:
    made = read_mspdi(spread).schedule
    found = merge([Part(made, "one.xml"), Part(made, "two.xml")])
    table = found.schedule.timephased
    assert len(table) == 20  # the resource's own sum up another plan
    assert [one for one in found.repairs if one.code == "timephased"]
    ours = dict(
        zip(found.schedule.assignments.uid, found.schedule.assignments.activity, strict=True)
    )
    mine = table.owner == "assignment"
    assert mine.sum() == 6
    for activity, subject in zip(table.activity[mine], table.subject[mine], strict=True):
        assert ours[subject] == activity
    again = read_mspdi(write_mspdi(found.schedule)).schedule
    assert len(again.timephased) == 20


def test_other_formats_cannot_hold_them_and_that_is_told(spread: bytes) -> None:
    made = read_mspdi(spread).schedule
    for name, data in (
        ("a.xer", write_xer(schedule_to_document(made))),
        ("a.xml", write_p6xml(made)),
    ):
        lines = differences(made, read_schedule(data, name=name).schedule)
        (told,) = [line for line in lines if line.where.startswith("Timephased")]
        assert told.message.startswith("11 of 11 rows")
    (told,) = [line for line in export(Document(made), "xlsx").report if line.where == "Timephased"]
    assert told.action == "11 left out"


def test_records_of_what_was_left_out_are_told(mspdi: str) -> None:
    bent = mspdi.replace(
        "</Assignments>",
        "<Assignment><UID>9</UID><TaskUID>99</TaskUID><ResourceUID>1</ResourceUID>"
        f"{over(1, 9, 'PT4H0M0S')}</Assignment></Assignments>",
    )
    (line,) = [one for one in read_mspdi(bent.encode()).repairs if one.where == "TimephasedData"]
    assert line.message.startswith("1 records")
