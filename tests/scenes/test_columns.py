from dataclasses import replace

import numpy as np

from planbench.domain.schedule import CodeAssignments, CodeTypes, CodeValues, make_table
from planbench.scenes.columns import PlanTable
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import DEFAULT_COLUMNS, NARROW_COLUMNS, columns_of
from planbench.scenes.formats import MINUS
from planbench.scenes.outline import build_outline, with_bands


def table_of(small, schedule=None):
    schedule = schedule or small.schedule
    outline = build_outline(schedule)
    facts = activity_facts(schedule, small.cpm, small.baseline)
    return PlanTable(schedule, outline, with_bands(outline, facts))


def test_texts_of_bands_and_activities(small):
    table, columns = table_of(small), columns_of(small.schedule)
    nodes = np.array([1, 4, 5, 6, 8], dtype=np.int32)  # Area A, A10, A20, A30, M10

    def texts(name):
        return columns[name].texts(table, nodes)

    assert texts("name") == ["Area A", "Dig", "Pour", "Erect", "Handover"]
    assert texts("id") == ["", "A10", "A20", "A30", "M10"]
    assert texts("start") == ["05-Jan-26", "05-Jan-26 A", "12-Jan-26 A", "06-Feb-26", "05-Mar-26"]
    assert texts("finish") == ["05-Mar-26", "09-Jan-26 A", "06-Feb-26", "05-Mar-26", "05-Mar-26"]
    assert texts("remaining") == ["", "0", "4", "20", ""]
    assert texts("float") == ["0", "", "0", "10", "0"]
    assert texts("variance") == [f"{MINUS}13", "0", f"{MINUS}17", f"{MINUS}13", f"{MINUS}13"]
    assert texts("status") == ["", "Complete", "In progress", "Not started", "Not started"]
    assert texts("calendar")[1:3] == ["Five days", "Five days"]
    assert texts("type")[4] == "Finish milestone"


def test_every_column_writes_texts_and_sorts(small):
    table, columns = table_of(small), columns_of(small.schedule)
    nodes = np.arange(table.outline.size, dtype=np.int32)
    for column in columns.values():
        assert all(type(text) is str for text in column.texts(table, nodes)), column.id
        for descending in (False, True):
            assert column.rank(table, descending).shape == (6,), column.id
        if column.roles is not None:
            assert len(column.roles(table, nodes)) == nodes.size
    assert set(DEFAULT_COLUMNS) | set(NARROW_COLUMNS) <= set(columns)


def test_colours_say_critical_near_and_late(small):
    table, columns = table_of(small), columns_of(small.schedule)
    nodes = np.array([5, 6, 7], dtype=np.int32)
    assert columns["float"].roles(table, nodes) == ["critical-text", "near-critical-text", "text"]
    assert columns["variance"].roles(table, nodes) == ["late", "late", "text-muted"]


def test_activity_codes_become_columns(small):
    schedule = replace(
        small.schedule,
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Phase"], scope=["global"]),
        code_values=make_table(CodeValues, 2, uid=["1", "2"], type=[0, 0], code=["ENG", "CON"]),
        code_assignments=make_table(CodeAssignments, 2, activity=[0, 3], value=[1, 0]),
    )
    columns = columns_of(schedule)
    column = columns["code:Phase"]
    assert column.title == "Phase"
    table = table_of(small, schedule)
    assert column.texts(table, np.array([0, 4, 5, 7], dtype=np.int32)) == ["", "CON", "", "ENG"]
    by = np.argsort(column.rank(table, False), kind="stable").tolist()
    assert by[:2] == [0, 3]
