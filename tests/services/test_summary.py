"""The summary page says what was calculated, and nothing of a file can break out of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planbench.services.document import Document
from planbench.services.quality import check_document
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate
from planbench.services.summary import summary_html


def test_the_page_holds_the_figures() -> None:
    document = Document(sample_schedules()["2026-09-30"], title="NORDLYS")
    recalculate(document)
    check_document(document, ("dcma-pam-2012",))
    page = summary_html(document)
    assert "2029-05-15 17:00" in page
    assert "Leads" in page
    assert "⚑ Flag" in page
    assert "Risk" not in page
    assert "src=" not in page


def test_names_are_text_and_pictures_are_inside(tmp_path: Path) -> None:
    schedule = sample_schedules()["baseline"]
    source = replace(schedule.source, name="<script>alert(1)</script>")
    picture = tmp_path / "home-light.png"
    picture.write_bytes(b"\x89PNG")
    page = summary_html(Document(replace(schedule, source=source), title="A & B"), [picture])
    assert "<script>" not in page
    assert "A &amp; B" in page
    assert "data:image/png;base64,iVBORw==" in page


def test_a_schedule_that_cannot_be_calculated_says_why() -> None:
    document = Document(sample_schedules()["baseline"], problem="the network has a loop")
    assert "the network has a loop" in summary_html(document)
