"""Files to damage: the small ones of the reader's tests, and the corpus where it is there."""

from __future__ import annotations

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planbench.domain.schedule import Schedule

TESTS = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PLANBENCH_SHARED", TESTS.parents[1] / "shared"))
SMALL = 20
"""How many files `small_files` gives."""

TABLES = ("activities", "relationships", "udfs", "splits", "steps", "resource_rates")
"""Tables that are given as CSV as well; the workbooks have them all."""

LARGEST = 110_000
"""Bytes of the largest file of the corpus that is used: larger ones only cost time."""


def small_files() -> list[tuple[str, bytes]]:
    """(name, bytes) of files that the tests of the readers are built on, one of every format."""
    from planbench.exchange.mspdi.writer import write_mspdi
    from planbench.exchange.p6xml.writer import write_p6xml
    from planbench.exchange.tables.sheets import write_csv, write_xlsx
    from planbench.exchange.xer.writer import schedule_to_document, write_xer
    from planbench.services.tables import TABLES as KNOWN
    from planbench.services.tables import all_sheets, exported_grid

    exchange = TESTS / "exchange"
    xer = _module("seed_xer", exchange / "conftest.py")
    p6xml = _module("seed_p6xml", exchange / "p6xml" / "conftest.py")
    mspdi = _module("seed_mspdi", exchange / "mspdi" / "conftest.py")
    made = plan()
    whole = [exported_grid(made, table, [c.key for c in cs]) for table, cs in KNOWN.items()]
    return [
        ("dock.xer", xer.write(xer.TABLES)),
        ("wide.xer", xer.write(xer.TABLES, encoding="utf-16")),
        ("dock.p6xml", p6xml.SAMPLE.encode()),
        ("dock.xml", mspdi.SAMPLE.encode()),
        ("made.xer", write_xer(schedule_to_document(made))),
        ("made.p6xml", write_p6xml(made)),
        ("made.xml", write_mspdi(made)),
        ("made.xlsx", write_xlsx(all_sheets(made))),
        ("whole.xlsx", write_xlsx(whole)),
        *((f"{name}.csv", write_csv(exported_grid(made, name))) for name in TABLES),
        *_other_files(),
    ]


def plan() -> Schedule:
    """The schedule that tables are exported from and compared with: rows in every table."""
    made: Schedule = _module("seed_tables", TESTS / "services" / "conftest.py").rich_schedule()
    return made


def _other_files() -> list[tuple[str, bytes]]:
    """What else is read: a register, a portfolio, comment sheets, a reviewer's file."""
    from planbench.engines.findings.record import Act, Finding, Origin
    from planbench.engines.findings.rounds import Place, Review, Round, Sight
    from planbench.engines.register.entry import Exposure, RiskAction, RiskEntry, Three
    from planbench.engines.register.scales import usual_matrix
    from planbench.exchange.comments.bundle import write_bundle
    from planbench.exchange.comments.docx import write_comment_docx
    from planbench.exchange.comments.sheet import Sheet, SheetRow
    from planbench.exchange.comments.xlsx import write_comment_xlsx
    from planbench.exchange.portfolio.reader import read_portfolio
    from planbench.exchange.portfolio.writer import write_portfolio
    from planbench.exchange.register.workbook import write_register
    from planbench.services.resources import resource

    risk = RiskEntry(
        "R-01",
        "Late steel",
        category="Supply",
        activities=("00123", "1E5"),
        proximity_from="2027-01-01",
        before=Exposure(0.3, Three(1.5, 2, 3), Three(10, 20, 30)),
        actions=(RiskAction("Second mill", "Buyer", "A1", "4.2", 5.5, "2027-02-01", "done"),),
    )
    row = SheetRow(
        1, "Q-0000000001", "DCMA-06", "A1000", "High float", "Total float 365 d", "minor", "new",
        "open", "Contractor", "2026-10-15", "Why so much?", "Add a successor", "It is", "", "Me",
    )  # fmt: skip
    sheet = Sheet("Comments", (("Update", "3"),), (row,), ())
    act = Act("2026-05-01T08:00:00", "Me", "owner", "Contractor")
    finding = Finding(Origin("DCMA-06", (("activity", "A1000"),), "High float"), (act,))
    place = Place("A1000", "Cable", 365.0, "365 d", 1, (("in", "A900", "FS", 60),), 0, 60, 8.0)
    figures = {"title": "High float", "state": "fail", "value": 5.0, "limit": 5.0, "unit": "%"}
    seen = Round(
        "ab12", "Update 3", 29_000_000, {"DCMA-06": figures},
        {finding.uid: Sight("new", "first seen", (place,))},
    )  # fmt: skip
    review = Review({finding.uid: finding}, {seen.key: seen})
    return [
        ("risks.register.xlsx", write_register([risk], usual_matrix())),
        ("sheet.comments.xlsx", write_comment_xlsx(sheet)),
        ("sheet.comments.docx", write_comment_docx(sheet)),
        ("review.pbreview.json", write_bundle(review, "DOCK", "Me")),
        ("all.portfolio.xlsx", write_portfolio(read_portfolio(resource("sample", "portfolio")))),
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
