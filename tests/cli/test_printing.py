"""`planbench print`."""

from __future__ import annotations

from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.domain.synthetic import synthetic_schedule
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.services.layouts import Layout, write_layout


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.xer"
    file.write_bytes(write_xer(schedule_to_document(synthetic_schedule(60, 70))))
    return file


def test_a_pdf_by_a_layout(plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layout, out = tmp_path / "layout.json", tmp_path / "out.pdf"
    write_layout(str(layout), "mine", Layout(columns=("name", "start"), grouping=()))
    words = ["print", str(plan), "-o", str(out), "--layout", str(layout), "--paper", "A4"]
    assert main([*words, "--title", "Works", "--from", "2026-01-01"]) == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert capsys.readouterr().out.strip() == str(out)


def test_refusals_are_one_line(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.pdf"
    for more, words in (
        (["--wide", "99"], "that many sheets"),
        (["--logo", str(plan)], "no picture"),
    ):
        assert main(["print", str(plan), "-o", str(out), *more]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
    assert not out.exists()
