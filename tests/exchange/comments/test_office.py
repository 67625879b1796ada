"""Comment sheets in the hands of an office program: opened, saved anew, and read back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from planbench.engines.findings.record import DISPOSITIONS, clean
from planbench.exchange.comments.docx import read_comment_docx, write_comment_docx
from planbench.exchange.comments.sheet import Said, Sheet, SheetRow, numbered
from planbench.exchange.comments.xlsx import read_comment_xlsx, write_comment_xlsx

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="no office program is installed")

WORDS = (
    "A successor follows.",
    "=1+1",
    "00123",
    "First line\nsecond line\n\nafter an empty one",
    "Großes “Zitat” – naïve, Ωμέγα, 日本語",
    "1E10",
    "2026-10-01",
    "<b>not bold</b> & more",
    "long " * 400,
)


def filled() -> Sheet:
    """A sheet that came back with an answer on every row but the last."""
    rows = []
    for number, words in enumerate((*WORDS, "")):
        disposition = DISPOSITIONS[number % len(DISPOSITIONS)] if words else ""
        rows.append(
            SheetRow(
                1, f"Q-{number:010d}", "DCMA-06", f"A{number} Cable", "High float", "365 d",
                "minor", "new", "open", "Contractor", "2026-10-15", "Why so much?",
                "Add the missing successor", words, disposition, "M. Okafor" if words else "",
            )
        )  # fmt: skip
    talk = (Said("Q-0000000000", "2026-10-01T08:00:00", "mo", "comment", "Why so much?"),)
    return Sheet("Comments on update 3", (("Update", "3"),), numbered(rows), talk)


def saved_by_office(path: Path, ending: str) -> Path:
    """The file as the office program opens and saves it."""
    assert OFFICE is not None
    made = path.parent / f"saved-{ending}"
    home = (path.parent / "profile").as_uri()
    subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation={home}",
            "--headless",
            "--convert-to",
            ending,
            "--outdir",
            str(made),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return made / f"{path.stem}.{ending}"


@pytest.mark.parametrize(
    ("kind", "write", "read"),
    [
        ("xlsx", write_comment_xlsx, read_comment_xlsx),
        ("docx", write_comment_docx, read_comment_docx),
    ],
)
def test_nothing_is_lost_when_an_office_program_saves_the_sheet(
    tmp_path: Path, kind: str, write, read
) -> None:
    path = tmp_path / f"sheet.{kind}"
    path.write_bytes(write(filled()))
    again = saved_by_office(path, kind)
    assert again.read_bytes() != path.read_bytes(), "the program wrote it anew"
    expected = [
        (row.uid, clean(row.response), row.disposition, row.responded_by)
        for row in filled().rows
        if row.response
    ]
    back = read(again.read_bytes(), again.name)
    assert [(one.uid, one.text, one.disposition, one.by) for one in back] == expected
