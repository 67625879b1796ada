"""Masters in the library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from planbench.domain.synthetic import synthetic_schedule
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.merge import file_in_library, merged_document


def _documents() -> list[Document]:
    found = []
    for k, name in enumerate(("north", "south"), start=1):
        schedule = synthetic_schedule(15, 20, seed=k)
        project = replace(schedule.projects[0], uid=str(k), code=name.upper(), name=name)
        found.append(Document(replace(schedule, projects=(project,)), update_label=name))
    return found


def test_a_master_is_kept_with_its_report_and_dates(tmp_path: Path) -> None:
    result = merged_document(_documents(), title="Programme")
    with Library.open(tmp_path / "l.planbench") as library:
        update = file_in_library(library, result, "IMS", "Programme")
        opened = library.open_update(update)
        assert opened.title == "Programme"
        assert opened.schedule.digest == result.document.schedule.digest
        assert opened.cpm is not None
        assert np.array_equal(opened.cpm.early_start, result.document.cpm.early_start)  # type: ignore[union-attr]
        assert opened.repairs == result.report
        assert any(repair.code == "trace-project-apart" for repair in opened.repairs)
        again = file_in_library(library, result, "IMS", "Programme")
        (project,) = library.projects()
        assert {record.id for record in project.updates} == {update, again}
