"""What the surroundings can do to a library, and what must be left of it then."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from planbench.domain.errors import StoreError
from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.store.library_file import LibraryFile
from planbench.store.records import NewUpdate

SCHEDULE = synthetic_schedule(400, 900)


def is_sound(path: Path) -> bool:
    raw = sqlite3.connect(path)
    try:
        checked = raw.execute("PRAGMA integrity_check").fetchall()
        return checked == [("ok",)] and raw.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        raw.close()


def refused(path: Path, *words: str) -> None:
    """Opening is refused in one line with these words, and the file stays as it is."""
    before = path.read_bytes()
    with pytest.raises(StoreError) as error:
        LibraryFile.open(path)
    assert "\n" not in error.value.line
    assert str(path) in error.value.line
    for word in words:
        assert word in error.value.line
    assert path.read_bytes() == before


def test_a_missing_library_is_not_made_by_looking(path: Path) -> None:
    with pytest.raises(StoreError, match="no such library"):
        LibraryFile.open(path)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"ERMHDR\t19.12\r\n" * 50])
def test_another_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path, "not a planbench library")


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE t (a)")
    raw.close()
    refused(path, "not a planbench library")


def test_a_newer_layout_is_refused(path: Path, filled: Callable[[Schedule], int]) -> None:
    filled(SCHEDULE)
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {2 << 16}")
    raw.close()
    refused(path, "newer planbench", "2.0", "Update planbench")


def test_a_newer_minor_layout_is_opened(path: Path, filled: Callable[[Schedule], int]) -> None:
    update = filled(SCHEDULE)
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {1 << 16 | 7}")
    raw.close()
    with LibraryFile.open(path) as library:
        assert library.load_schedule(update).digest == SCHEDULE.digest


def test_a_truncated_file_is_refused(path: Path, filled: Callable[[Schedule], int]) -> None:
    filled(SCHEDULE)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "damaged", ".bak")


def outcome(path: Path, update: int) -> str:
    """Where damage shows; any other error than a StoreError passes through."""
    try:
        library = LibraryFile.open(path)
    except StoreError as error:
        return f"opening: {error.line}"
    with library:
        try:
            same = library.load_schedule(update).digest == SCHEDULE.digest
        except StoreError as error:
            return f"reading: {error.line}"
        return "the same" if same else "another schedule"


def test_flipped_bits_are_found(path: Path, filled: Callable[[Schedule], int]) -> None:
    """At opening, or when what they hit is read: never a wrong schedule, never another error."""
    update = filled(SCHEDULE)
    whole = path.read_bytes()
    chance = random.Random(5)
    outcomes = []
    for _ in range(120):
        spoilt = bytearray(whole)
        place = chance.randrange(100, len(whole))
        spoilt[place] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        outcomes.append(outcome(path, update))
    assert "another schedule" not in outcomes
    found = [text for text in outcomes if text != "the same"]  # else free space or an index
    assert all("damaged" in text or "no longer in the library" in text for text in found)
    assert {text.split(":")[0] for text in found} == {"opening", "reading"}


def test_a_damaged_original_file_or_result_is_told(path: Path) -> None:
    import hashlib

    content = b"ERMHDR" * 1000
    with LibraryFile.open(path, create=True) as library:
        new = NewUpdate("one", sha256=hashlib.sha256(content).hexdigest())
        update = library.add_update(library.add_project("P", "P"), SCHEDULE, new, (), content)
        library.save_result(update, "cpm", "d", {}, {"a": SCHEDULE.activities.type})
        assert library.original_file(update) == content
    raw = sqlite3.connect(path)
    raw.execute("UPDATE files SET content = x'789c00'")
    raw.execute("UPDATE result_columns SET content = x'00'")
    raw.commit()
    raw.close()
    with LibraryFile.open(path) as library:
        with pytest.raises(StoreError, match="damaged"):
            library.original_file(update)
        with pytest.raises(StoreError, match="damaged"):
            library.load_result(update, "cpm")


def test_a_full_disk_takes_nothing_back(library: LibraryFile, path: Path) -> None:
    project = library.add_project("P", "P")
    update = library.add_update(project, SCHEDULE, NewUpdate("one"))
    with library._reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StoreError, match="disk is full"):
        library.add_update(project, SCHEDULE, NewUpdate("two"))
    assert [item.label for item in library.projects()[0].updates] == ["one"]
    assert library.load_schedule(update).digest == SCHEDULE.digest
    assert is_sound(path)
    with library._reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    library.add_update(project, SCHEDULE, NewUpdate("two"))  # and it goes on


def test_a_folder_that_cannot_be_written_is_only_read(
    foreign_folder: Path, protect: Callable[[], None]
) -> None:
    path = foreign_folder / "plans.planbench"
    with LibraryFile.open(path, create=True) as library:
        update = library.add_update(library.add_project("P", "P"), SCHEDULE, NewUpdate("one"))
    names = sorted(item.name for item in foreign_folder.iterdir())
    protect()
    with LibraryFile.open(path) as library:
        assert "folder cannot be written" in library.read_only
        assert library.load_schedule(update).digest == SCHEDULE.digest
        with pytest.raises(StoreError, match="for reading only"):
            library.change_update(update, label="x")
        with pytest.raises(StoreError, match="cannot be"):
            library.save_copy(foreign_folder / "copy.planbench")
    assert sorted(item.name for item in foreign_folder.iterdir()) == names
    with pytest.raises(StoreError, match="cannot be made"):
        LibraryFile.open(foreign_folder / "new.planbench", create=True)


def test_a_second_window_reads_and_does_not_write(path: Path, library: LibraryFile) -> None:
    project = library.add_project("P", "P")
    second = LibraryFile.open(path)
    with second:
        assert "another planbench" in second.read_only
        assert f"process {os.getpid()}" in second.read_only
        update = library.add_update(project, SCHEDULE, NewUpdate("one"))
        assert second.load_schedule(update).digest == SCHEDULE.digest
        with pytest.raises(StoreError, match="for reading only"):
            second.add_project("Q", "Q")
    library.close()
    with LibraryFile.open(path) as third:
        assert third.read_only == ""


def test_what_is_left_of_a_dead_holder_does_not_matter(path: Path) -> None:
    code = f"""
        import os
        from planbench.store.library_file import LibraryFile
        LibraryFile.open({str(path)!r}, create=True).add_project("P", "P")
        os._exit(1)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    lock = path.with_name(path.name + ".lock")
    assert lock.exists()
    with LibraryFile.open(path) as library:
        assert library.read_only == ""
        assert [project.code for project in library.projects()] == ["P"]
    assert not lock.exists()


def test_another_program_that_holds_the_file_is_told(path: Path, library: LibraryFile) -> None:
    with library._reading() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another program"):
        library.add_project("P", "P")
    other.rollback()
    other.close()
    library.add_project("P", "P")


def test_a_copy_replaces_in_one_step(path: Path, library: LibraryFile, tmp_path: Path) -> None:
    update = library.add_update(library.add_project("P", "P"), SCHEDULE, NewUpdate("one"))
    target = tmp_path / "copy.planbench"
    target.write_bytes(b"what lay there")
    library.save_copy(target)
    with LibraryFile.open(target) as copy:
        assert copy.load_schedule(update).digest == SCHEDULE.digest
    with pytest.raises(StoreError, match="folder"):
        library.save_copy(tmp_path / "no such folder" / "copy.planbench")
    with pytest.raises(StoreError, match="itself"):
        library.save_copy(path)
    with LibraryFile.open(target), pytest.raises(StoreError, match="is open in"):
        library.save_copy(target)
    left = {item.name for item in tmp_path.iterdir()}
    both = {name + ending for name in (path.name, target.name) for ending in ("", ".bak")}
    assert left == both | {path.name + ".lock"}


def test_a_copy_that_finds_no_room_leaves_the_older_one(
    library: LibraryFile, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource")
    library.add_update(library.add_project("P", "P"), SCHEDULE, NewUpdate("one"))
    target = tmp_path / "copy.planbench"
    target.write_bytes(b"what lay there")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(StoreError) as error:
            library.save_copy(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(target) in error.value.line
    assert target.read_bytes() == b"what lay there"
    assert not [item for item in tmp_path.iterdir() if item.suffix == ".part"]


def test_a_good_copy_is_kept_and_only_made_anew_after_a_change(
    path: Path, filled: Callable[[Schedule], int]
) -> None:
    update = filled(SCHEDULE)
    copy = path.with_name(path.name + ".bak")
    with LibraryFile.open(path) as library:
        assert library.warnings == ()
    made = copy.stat().st_ino
    with LibraryFile.open(path):
        pass
    assert copy.stat().st_ino == made
    shutil.copy(copy, path.parent / "restored.planbench")
    with LibraryFile.open(path.parent / "restored.planbench") as restored:
        assert restored.load_schedule(update).digest == SCHEDULE.digest
    with LibraryFile.open(path) as library:
        library.add_project("Q", "Q")
    with LibraryFile.open(path):
        pass
    assert copy.stat().st_ino != made


def test_a_good_copy_that_finds_no_room_is_a_warning(
    path: Path, filled: Callable[[Schedule], int]
) -> None:
    filled(SCHEDULE)
    copy = path.with_name(path.name + ".bak")
    copy.unlink()
    copy.mkdir()
    with LibraryFile.open(path) as library:
        assert "No good copy" in library.warnings[0]
        library.add_project("Q", "Q")
