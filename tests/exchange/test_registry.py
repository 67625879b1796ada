from __future__ import annotations

from pathlib import Path

import pytest

from planbench.domain.errors import Cancelled, ImportRefused
from planbench.exchange.registry import read_schedule


def test_a_file_and_its_bytes_read_alike(make_xer, tmp_path: Path) -> None:
    path = tmp_path / "dock.xer"
    path.write_bytes(make_xer())
    by_path, by_bytes = read_schedule(path), read_schedule(path.read_bytes(), name="dock.xer")
    assert by_path.schedule.source.name == "dock.xer"
    assert by_path.schedule.digest == by_bytes.schedule.digest
    assert by_path.schedule.source == by_bytes.schedule.source


@pytest.mark.parametrize(
    "content", [b"", b"  \r\n", b"\x00" * 50, b"%PDF-1.7 nothing", b"\x89PNG\r\n", b"PK\x03\x04"]
)
def test_what_is_no_schedule_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_schedule(content, name="thing.bin")
    assert "thing.bin" in refused.value.line
    assert "\n" not in refused.value.line


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"gone\.xer"):
        read_schedule(tmp_path / "gone.xer")


def test_the_name_decides_where_the_content_does_not() -> None:
    with pytest.raises(ImportRefused, match="no table"):
        read_schedule(b"ERM", name="cut.XER")


def test_xml_of_no_scheduling_program_is_refused_by_its_outermost_element() -> None:
    with pytest.raises(ImportRefused, match=r"a\.xml.*element is html"):
        read_schedule(b"<html><body><p>x</p></body></html>", name="a.xml")
    with pytest.raises(ImportRefused, match=r"a\.xml.*broken at line 1"):
        read_schedule(b"<APIBusinessObjects><Project>", name="a.xml")


def test_an_unknown_encoding_is_refused(make_xer) -> None:
    with pytest.raises(ImportRefused, match="no known encoding"):
        read_schedule(make_xer(), name="a.xer", encoding="klingon")


def test_progress_is_told_and_can_cancel(make_xer) -> None:
    told: list[tuple[int, int, str]] = []
    read_schedule(make_xer(), progress=lambda *step: told.append(step))
    assert told[-1][:2] == (10, 10)
    assert [step[0] for step in told] == sorted(step[0] for step in told)

    def stop(done: int, total: int, text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_schedule(make_xer(), progress=stop)
