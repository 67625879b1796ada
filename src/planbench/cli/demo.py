"""`planbench demo`: the sample project through the whole program, without a window."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from planbench.cli.output import envelope, repairs_json, write_json
from planbench.domain.errors import PlanbenchError
from planbench.domain.times import to_iso
from planbench.services.document import Document


def run_demo(folder: Path, *, pictures: bool = True) -> Iterator[str]:
    """Write the sample as XER files into `folder` and run every analysis on them.

    The files are read back as a stranger's would be, kept in a library, scheduled, checked and
    simulated. Yields one line of news after each step.
    """
    from planbench.services.library import Library
    from planbench.services.sample import ensure_sample, export_sample
    from planbench.services.summary import summary_html

    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = export_sample(folder)
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(folder)) from error
    yield f"sample written as {len(files)} XER files into {folder}"

    document = _analysed(files[-1])
    yield from _told(document)
    _write_results(document, folder)
    yield f"results written: {folder / 'schedule.json'}, check.json, risk.json"

    yield _write_portfolio(folder)
    path = folder / "sample.planbench"
    library = Library.open(path)
    try:
        ensure_sample(library)
    finally:
        library.close()
    yield f"library with the baseline and three updates: {path}"

    shots: list[Path] = []
    if pictures:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from planbench.ui.gallery import photograph_everything

        place = folder / "pictures"
        shots = list(photograph_everything(place, [], [(1920, 1080)], ("light",)))
        yield f"{len(shots)} pictures in {place}"
    report = folder / "report.html"
    try:
        report.write_text(summary_html(document, shots), encoding="utf-8")
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(report)) from error
    yield f"report written: {report}"


def _analysed(file: Path) -> Document:
    from planbench.services.files import open_file
    from planbench.services.quality import check_document
    from planbench.services.risk import run_risk, sample_model
    from planbench.services.sample import sample_baseline
    from planbench.services.scheduling import recalculate

    document = open_file(file)
    document.baseline = sample_baseline(document.schedule)
    recalculate(document)
    check_document(document, None)
    run_risk(document, sample_model(), iterations=10_000, seed=20_260_930)
    return document


def _told(document: Document) -> Iterator[str]:
    schedule, cpm, risk = document.schedule, document.cpm, document.risk
    assert cpm is not None
    assert risk is not None
    finish = int(cpm.project_finish[schedule.main_project])
    yield (
        f"scheduled: {len(schedule)} activities, {len(schedule.relationships)} links, "
        f"{int(cpm.critical.sum())} critical, finish {to_iso(finish)}"
    )
    for report in document.quality:
        flagged = sum(metric.state == "flag" for metric in report.metrics)
        yield f"checked: {report.ruleset_id}, {flagged} of {len(report.metrics)} metrics flag"
    yield (
        f"simulated: 10,000 iterations, P50 {to_iso(risk.percentile(50))}, "
        f"P80 {to_iso(risk.percentile(80))}"
    )


def _write_portfolio(folder: Path) -> str:
    """Solve the sample portfolio; its register and the answer become files. Returns the news."""
    from planbench.services.portfolio import analyse, sample_portfolio, save_portfolio
    from planbench.services.portfolio_json import portfolio_json

    register = sample_portfolio()
    save_portfolio(register, folder / "portfolio.xlsx")
    found = analyse(register)
    write_json(envelope("portfolio", [], portfolio_json(found)), str(folder / "portfolio.json"))
    chosen = sum(delay is not None for delay in found.solved.plan.values())
    return (
        f"portfolio solved: {chosen} of {len(found.solved.plan)} projects, value "
        f"{found.solved.selection.value:,.0f} {found.solved.unit}, "
        f"gap {found.solved.selection.gap:.1%}: portfolio.xlsx, portfolio.json"
    )


def _write_results(document: Document, folder: Path) -> None:
    from planbench.services.quality import check_json
    from planbench.services.risk import risk_json
    from planbench.services.scheduling import schedule_json

    repairs = repairs_json(document)
    bodies = {
        "schedule": {"repairs": repairs, "projects": schedule_json(document)},
        "check": {"repairs": repairs, "projects": check_json(document)},
        "risk": risk_json(document),
    }
    for name, body in bodies.items():
        write_json(envelope(name, [document], body), str(folder / f"{name}.json"))
