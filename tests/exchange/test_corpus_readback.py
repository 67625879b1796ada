"""Every file of Primavera in the corpus, written anew in both of its formats and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from planbench.domain.errors import ImportRefused
from planbench.exchange.p6xml.writer import write_p6xml
from planbench.exchange.readback import differences
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.writer import schedule_to_document, write_xer

pytestmark = pytest.mark.corpus

KNOWN = {
    "Projects, sf one minute",  # a rule of releases before 7; a new file is of a later one
    "WBS, code",  # a root node has the code of its project
    "Activities, name",  # a tab within a name is what ends a cell
    "Projects, exported",  # what P6 XML holds was exported
    "Notes, text",  # a byte order mark alone is no text
}
"""Where a new file may differ; everything else must come back as it was."""


@pytest.mark.parametrize("kind", ["xer", "p6xml"])
def test_nothing_else_is_lost(shared: Path, kind: str) -> None:
    paths = sorted((shared / "corpus").rglob("*.x*"))
    seen, lost = 0, {}
    for path in paths:
        if path.suffix not in (".xer", ".xml") or path.stat().st_size > 1_000_000:
            continue
        try:
            schedule = read_schedule(path).schedule
        except ImportRefused:
            continue
        if schedule.source.format not in ("xer", "p6xml") or not len(schedule):
            continue
        written = (
            write_xer(schedule_to_document(schedule)) if kind == "xer" else write_p6xml(schedule)
        )
        found = read_schedule(written, name=f"back.{kind}").schedule
        seen += 1
        for line in differences(schedule, found):
            if line.severity != "info" and line.where not in KNOWN:
                baseline = line.where.startswith("Baseline ") and kind == "xer"
                if not baseline:
                    lost[path.name, line.where] = line.message
    assert seen > 40
    assert lost == {}
