"""Entries: kept by kind, project and uid; every change is in the journal; all or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import StoreError
from planbench.store.library_file import LibraryFile
from planbench.store.records import Entry


@pytest.fixture
def library(tmp_path: Path) -> Any:
    with LibraryFile.open(tmp_path / "a.planbench", create=True) as opened:
        yield opened


def test_kept_by_kind_project_and_uid(library: LibraryFile) -> None:
    project = library.add_project("A", "A")
    mine = Entry("risk", "R1", {"title": "late steel", "owners": ["x"]}, project)
    everyones = Entry("risk", "R1", {"title": "inflation"})
    assert library.put_entries([mine, everyones], "ann", "noted") == 2
    assert [entry.body for entry in library.entries("risk", project)] == [mine.body]
    assert {entry.project for entry in library.entries("risk")} == {project, None}
    assert library.entries("action") == ()


def test_the_journal_tells_every_change_and_outlives_the_entry(library: LibraryFile) -> None:
    for body, who in (({"p": 1}, "ann"), ({"p": 2}, "bob"), ({"p": 2}, "cyd")):
        library.put_entries([Entry("risk", "R1", body)], who, "scored")
    assert library.delete_entries([Entry("risk", "R1", {})], "dee", "closed") == 1
    assert library.entries("risk") == ()
    told = [(line.who, line.what, line.before, line.after) for line in library.journal("risk")]
    assert told == [
        ("ann", "scored", None, {"p": 1}),
        ("bob", "scored", {"p": 1}, {"p": 2}),  # the third put changed nothing
        ("dee", "closed", {"p": 2}, None),
    ]
    assert library.journal("risk", uid="R2") == ()


def test_a_project_takes_its_entries_along(library: LibraryFile) -> None:
    project = library.add_project("A", "A")
    library.put_entries([Entry("risk", "R1", {}, project), Entry("risk", "R2", {})], "a", "b")
    library.delete_project(project)
    assert [entry.uid for entry in library.entries("risk")] == ["R2"]
    assert library.journal("risk", project) == ()


def test_all_or_none(library: LibraryFile) -> None:
    with pytest.raises(StoreError):
        library.put_entries([Entry("risk", "R1", {}), Entry("risk", "R2", {}, 999)], "a", "b")
    assert library.entries("risk") == ()
    assert library.journal("risk") == ()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "delete"]),
            st.sampled_from("ab"),
            st.dictionaries(st.text(max_size=2), st.integers() | st.text(max_size=2), max_size=2),
        ),
        max_size=12,
    )
)
def test_the_journal_replayed_gives_the_entries(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, dict[str, Any]]]
) -> None:
    path = tmp_path_factory.mktemp("library") / "a.planbench"
    expected: dict[str, Any] = {}
    with LibraryFile.open(path, create=True) as library:
        for act, uid, body in steps:
            if act == "put":
                library.put_entries([Entry("k", uid, body)], "a", "b")
                expected[uid] = body
            else:
                library.delete_entries([Entry("k", uid, {})], "a", "b")
                expected.pop(uid, None)
        replayed: dict[str, Any] = {}
        for line in library.journal("k"):
            assert line.before == replayed.get(line.uid)
            if line.after is None:
                del replayed[line.uid]
            else:
                replayed[line.uid] = line.after
        assert replayed == expected == {e.uid: e.body for e in library.entries("k")}
