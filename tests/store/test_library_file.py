from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import StoreError
from planbench.domain.reports import Repair
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.store.library_file import LibraryFile
from planbench.store.records import NewUpdate

PLAN = synthetic_schedule(12, 15)


@pytest.fixture
def update(library: LibraryFile) -> int:
    return library.add_update(library.add_project("P", "Plan"), PLAN, NewUpdate("one"))


def test_an_update_is_listed_as_it_was_filed(library: LibraryFile) -> None:
    project = library.add_project("P", "Plan")
    repairs = [
        Repair("row-too-short", "warning", "TASK row 3", "2 of 5 cells", "padded"),
        Repair("x", "info", "TASK row 1", "", ""),
    ]
    content = b"the bytes of the file"
    new = NewUpdate(
        label="August",
        kind="what-if",
        data_date=29_500_000,
        source_name="a.xer",
        source_format="xer",
        sha256=hashlib.sha256(content).hexdigest(),
        figures={"share": np.float64(0.5), "n": np.int64(3), "none": float("nan")},
    )
    update = library.add_update(project, PLAN, new, repairs, content)
    record = library.update(update)
    assert library.projects()[0].updates == (record,)
    assert (record.label, record.kind, record.data_date) == ("August", "what-if", 29_500_000)
    assert (record.source_name, record.source_format) == ("a.xer", "xer")
    assert (record.activities, record.relationships) == (12, 15)
    assert record.figures == {"share": 0.5, "n": 3, "none": None}
    assert record.digest == PLAN.digest
    assert library.repairs(update) == tuple(repairs)
    assert library.original_file(update) == content
    assert library.find_update(record.sha256) == update


def test_an_update_without_a_data_date_or_a_file(library: LibraryFile, update: int) -> None:
    assert library.update(update).data_date == NO_TIME
    assert library.original_file(update) is None
    assert library.repairs(update) == ()


def test_a_file_is_kept_once_and_forgotten_with_its_last_update(library: LibraryFile) -> None:
    project = library.add_project("P", "Plan")
    content = bytes(range(256)) * 20
    new = NewUpdate("one", sha256=hashlib.sha256(content).hexdigest())
    first, second = (library.add_update(project, PLAN, new, (), content) for _ in range(2))
    library.delete_update(first)
    assert library.original_file(second) == content
    library.delete_update(second)
    with library._reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM files").scalar_one() == 0


def test_bytes_with_another_hash_are_our_mistake_and_keep_nothing(library: LibraryFile) -> None:
    project = library.add_project("P", "Plan")
    with pytest.raises(ValueError, match="hash"):
        library.add_update(project, PLAN, NewUpdate("one", sha256="0" * 64), (), b"other")
    assert library.projects()[0].updates == ()


def test_kinds_are_known(library: LibraryFile, update: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        library.add_update(1, PLAN, NewUpdate("x", kind="backup"))
    with pytest.raises(ValueError, match="cannot be changed"):
        library.change_update(update, digest="x")


def test_changing_projects(library: LibraryFile) -> None:
    one, _two = library.add_project("A", "First"), library.add_project("B", "Second")
    library.change_project(one, code="C", name="Third")
    assert [(p.code, p.name) for p in library.projects()] == [("B", "Second"), ("C", "Third")]
    library.change_project(one, code="C")
    for taken in (
        lambda: library.add_project("B", "x"),
        lambda: library.change_project(one, code="B"),
    ):
        with pytest.raises(StoreError, match="already is a project 'B'"):
            taken()


def test_results_by_kind_and_label(library: LibraryFile, update: int) -> None:
    columns = {
        "levels": np.arange(6, dtype=np.float32).reshape(2, 3),
        "flags": np.array([True, False]),
        "big": np.array([NO_TIME, 2**62]),
        "swapped": np.array([1, 2], dtype=">i4"),
        "names": np.array(["a", "ä\x00"], dtype=object),
        "empty": np.zeros(0),
        "strided": np.arange(10)[::2],
    }
    library.save_result(update, "risk", "d1", {"seed": 7}, {"old": np.zeros(3)}, label="A")
    library.save_result(update, "risk", "d2", {"seed": np.int64(8)}, columns, label="A")
    library.save_result(update, "risk", "d3", {}, {}, label="B")
    kept = library.load_result(update, "risk", "A")
    assert kept is not None
    assert (kept.head.digest, kept.head.meta) == ("d2", {"seed": 8})
    assert kept.columns.keys() == columns.keys()
    for name, column in columns.items():
        np.testing.assert_array_equal(kept.columns[name], column)
        assert kept.columns[name].dtype == column.dtype.newbyteorder("=")
    assert [(h.kind, h.label) for h in library.update(update).results] == [
        ("risk", "A"),
        ("risk", "B"),
    ]
    library.delete_result(kept.head.id)
    assert library.load_result(update, "risk", "A") is None
    assert library.load_result(update, "cpm") is None


@pytest.mark.parametrize(
    "column", [np.array([None, "a"], dtype=object), np.array(["2026-01-01"], dtype="datetime64[D]")]
)
def test_columns_that_cannot_be_kept_keep_nothing(
    library: LibraryFile, update: int, column: np.ndarray
) -> None:
    with pytest.raises(TypeError):
        library.save_result(update, "cpm", "d", {}, {"good": np.zeros(2), "bad": column})
    assert library.update(update).results == ()


def test_a_result_of_an_update_that_is_gone_is_refused(library: LibraryFile, update: int) -> None:
    library.delete_update(update)
    with pytest.raises(StoreError, match="no longer"):
        library.save_result(update, "cpm", "d", {}, {})
    with pytest.raises(StoreError, match="no longer"):
        library.add_update(77, PLAN, NewUpdate("x"))
    with pytest.raises(StoreError, match="no longer"):
        library.load_schedule(update)


def test_settings(library: LibraryFile, path: Path) -> None:
    assert library.setting("columns", ["name"]) == ["name"]
    library.set_setting("columns", {"wide": [1, 2.5, None, "ü"]})
    library.set_setting("columns", {"wide": [1, 2.5, None, "ö"]})
    library.close()
    with LibraryFile.open(path) as again:
        assert again.setting("columns") == {"wide": [1, 2.5, None, "ö"]}


def test_a_closed_library_does_nothing(library: LibraryFile) -> None:
    library.close()
    library.close()
    with pytest.raises(StoreError, match="was closed"):
        library.projects()
    with pytest.raises(StoreError, match="was closed"):
        library.add_project("P", "P")


def test_the_size_is_that_of_the_file(library: LibraryFile, path: Path) -> None:
    assert library.size == path.stat().st_size > 0
