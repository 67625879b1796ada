"""`planbench report`."""

from __future__ import annotations

from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.services.reports.compose import DASHBOARDS, PRESETS
from planbench.services.sample import export_sample


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return export_sample(tmp_path_factory.mktemp("sample"))


def test_templates_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--templates"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*PRESETS, *DASHBOARDS]


def test_a_report_in_all_formats(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = [tmp_path / f"r.{one}" for one in ("pdf", "html", "xlsx", "pptx")]
    words = ["report", *map(str, files[2:]), "--baseline", str(files[0]), "--template", "ipmr"]
    for path in outputs:
        words += ["-o", str(path)]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines() == [str(path) for path in outputs]
    page = outputs[1].read_text(encoding="utf-8")
    # figures that the sample's own description names
    assert "1\u202f148.6\u202fM€" in page
    assert "1\u202f207.7\u202fM€" in page
    assert page.count("<svg") >= 3
    first = [path.read_bytes() for path in outputs]
    assert main(words) == 0
    assert [path.read_bytes() for path in outputs] == first


def test_refusals_are_one_line(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "r.html")
    for words, told in (
        (["--template", "nope", "-o", out], "there is no template 'nope'"),
        (["--template", "status"], "needs a template and an output"),
        (["--template", "status", "-o", str(tmp_path / "r.doc")], "reports end with .pdf"),
        (["--template", str(tmp_path / "no.json"), "-o", out], "cannot be read"),
    ):
        assert main(["report", str(files[-1]), *words]) == 2
        error = capsys.readouterr().err
        assert told in error
        assert len(error.splitlines()) == 1
    assert main(["report", "--template", "status", "-o", out]) == 2
    assert "nothing to report on" in capsys.readouterr().err
