"""Files to damage: the small ones of the reader's tests, and the corpus where it is there."""

from __future__ import annotations

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

TESTS = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PLANBENCH_SHARED", TESTS.parents[1] / "shared"))
SMALL = 9
"""How many files `small_files` gives."""

LARGEST = 110_000
"""Bytes of the largest file of the corpus that is used: larger ones only cost time."""


def small_files() -> list[tuple[str, bytes]]:
    """(name, bytes) of files that the tests of the readers are built on, one of every format."""
    from planbench.domain.synthetic import synthetic_schedule
    from planbench.exchange.mspdi.writer import write_mspdi
    from planbench.exchange.p6xml.writer import write_p6xml
    from planbench.exchange.tables.sheets import write_csv, write_xlsx
    from planbench.exchange.xer.writer import schedule_to_document, write_xer
    from planbench.services.tables import all_sheets, exported_grid

    exchange = TESTS / "exchange"
    xer = _module("seed_xer", exchange / "conftest.py")
    p6xml = _module("seed_p6xml", exchange / "p6xml" / "conftest.py")
    mspdi = _module("seed_mspdi", exchange / "mspdi" / "conftest.py")
    made = synthetic_schedule(10, 14)
    return [
        ("dock.xer", xer.write(xer.TABLES)),
        ("wide.xer", xer.write(xer.TABLES, encoding="utf-16")),
        ("dock.p6xml", p6xml.SAMPLE.encode()),
        ("dock.xml", mspdi.SAMPLE.encode()),
        ("made.xer", write_xer(schedule_to_document(made))),
        ("made.p6xml", write_p6xml(made)),
        ("made.xml", write_mspdi(made)),
        ("made.xlsx", write_xlsx(all_sheets(made))),
        ("made.csv", write_csv(exported_grid(made, "activities"))),
    ]


def corpus_files() -> list[tuple[str, bytes]]:
    """Small real and faulty files beside the repository; none where they are absent."""
    files = []
    paths = [*(SHARED / "corpus").rglob("*"), *(SHARED / "oracles").rglob("*.p2x")]
    for path in sorted(paths):
        known = path.suffix in (".xer", ".xml", ".p2x")
        if known and path.is_file() and path.stat().st_size <= LARGEST:
            files.append((path.name, path.read_bytes()))
    return files


def _module(name: str, path: Path) -> ModuleType:
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
