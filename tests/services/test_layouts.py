from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.services.layouts import (
    SHELF,
    Layout,
    LayoutError,
    layout_json,
    parse_layout,
    read_layout,
    write_layout,
)
from planbench.services.library import Library
from planbench.services.shelf import keep_with_project, of_project

LAYOUTS = st.builds(
    Layout,
    columns=st.lists(st.text(max_size=8), max_size=4).map(tuple),
    widths=st.dictionaries(st.text(max_size=5), st.integers(16, 2000), max_size=3),
    sort=st.text(max_size=6),
    descending=st.booleans(),
    level=st.integers(-1, 9),
    px_per_day=st.floats(0, 500),
    labels=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(LAYOUTS)
def test_a_layout_comes_back_from_json(layout):
    assert parse_layout(json.loads(json.dumps(layout_json(layout)))) == layout


def test_a_layout_goes_by_file(tmp_path: Path):
    layout = Layout(columns=("name", "float"), widths={"name": 300}, grouping=("status",))
    path = tmp_path / "monthly.json"
    write_layout(path, "Monthly review", layout)
    assert read_layout(path) == ("Monthly review", layout)
    with pytest.raises(LayoutError, match="cannot be written"):
        write_layout(tmp_path, "x", layout)
    with pytest.raises(LayoutError, match="cannot be read"):
        read_layout(tmp_path / "missing.json")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"kind": "planbench schedule layout", "version": 1, "name": "", "layout": {}}',
        '{"kind": "planbench schedule layout", "version": 2, "name": "a", "layout": {}}',
        '{"kind": "planbench schedule layout", "version": 1, "name": "a", "layout": []}',
    ],
)
def test_files_that_hold_no_layout_are_refused(tmp_path: Path, content: str):
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(LayoutError):
        read_layout(path)


@pytest.mark.parametrize(
    "values",
    [
        {"columns": "name"}, {"columns": [1]}, {"widths": {"name": -4}}, {"level": "1"},
        {"descending": 1}, {"px_per_day": -1}, {"sort": None}, 5,
    ],
)  # fmt: skip
def test_values_of_the_wrong_kind_are_refused(values):
    with pytest.raises(LayoutError):
        parse_layout(values)


def test_a_project_keeps_its_own_layouts(tmp_path: Path):
    with Library.open(tmp_path / "a.planbench") as library:
        keep_with_project(library, 1, SHELF, "Review", layout_json(Layout(sort="float")))
        keep_with_project(library, 1, SHELF, "Site", layout_json(Layout()))
        keep_with_project(library, 2, SHELF, "Other", layout_json(Layout()))
        keep_with_project(library, 1, SHELF, "Site", None)
    with Library.open(tmp_path / "a.planbench") as library:
        found = of_project(library, 1, SHELF)
        assert {key: parse_layout(one) for key, one in found.items()} == {
            "Review": Layout(sort="float")
        }
        assert list(of_project(library, 2, SHELF)) == ["Other"]
        assert of_project(library, 3, SHELF) == {}
