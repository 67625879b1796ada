"""`control`: earned value, earned schedule and forecasts of updates against a baseline."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, repairs_json, write_json
from planbench.domain.times import to_iso
from planbench.services.control import (
    ControlReport,
    Point,
    control_json,
    control_report,
    point_of,
)
from planbench.services.forecasts import Forecast, forecasts_of, remarks_of
from planbench.services.reports.snapshot import analysed_file


def add_command(commands: Any) -> None:
    """Add `control` to the command line."""
    words = "progress, earned value, earned schedule and forecasts of one or more updates"
    made = commands.add_parser("control", help=words, description=words)
    made.add_argument("files", type=Path, nargs="+", metavar="FILE")
    made.add_argument("--baseline", type=Path, metavar="FILE", help="the baseline as a file")
    made.add_argument("--encoding", help="code page of the files, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.set_defaults(run=_control)


def _control(options: argparse.Namespace) -> int:
    documents = [analysed_file(path, options.encoding) for path in options.files]
    documents.sort(key=lambda document: document.schedule.data_date)
    base = analysed_file(options.baseline, options.encoding) if options.baseline else None
    history: list[Point] = []
    for document in documents[:-1]:
        against = base or document
        history.append(
            point_of(document.schedule, against.schedule, against.cpm, document.update_label)
        )
    report = control_report(
        documents[-1],
        base.schedule if base else None,
        base.cpm if base else None,
        options.baseline.name if base else "",
        history,
    )
    estimates = forecasts_of(documents[-1], None, report)
    if options.json:
        every = [*documents, *([base] if base else [])]
        repairs = [repair for document in every for repair in repairs_json(document)]
        body = {"repairs": repairs, **control_json(report)}
        body["project"]["EAC_all"] = {one.name: one.eac for one in estimates}
        write_json(envelope("control", every, body), options.json)
    if options.json != "-":
        for line in _lines(report, estimates, remarks_of(documents[-1], report)):
            print(line)
    return 0


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.2f}"


def _index(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def _money(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.2f}"


def _lines(
    report: ControlReport, estimates: Sequence[Forecast], remarks: Sequence[str]
) -> list[str]:
    """The result for a reader."""
    measured, values = report.measured, report.measured.values
    lines = [
        f"Budget at completion {_money(values.bac)} {report.currency}, "
        f"baseline {report.baseline or 'none'}",
        "data date   planned %  earned %          actual cost    CPI    SPI  SPI(t)",
    ]
    for point in report.history:
        told = point.values
        lines.append(
            f"{(to_iso(point.data_date) or '-')[:10]}{_share(told.planned):>11}"
            f"{_share(told.earned):>10}{_money(told.ac):>21}{_index(told.cpi):>7}"
            f"{_index(told.spi):>7}{_index(point.spi_t):>8}"
        )
    lines.append(
        f"Earned schedule {(to_iso(measured.earned_date) or '-')[:10]}, "
        f"{measured.sv_t:+,.0f} h against the data date; p-factor {_index(measured.p_factor)}"
    )
    lines.append("Estimate at completion")
    lines += [f"  {one.name:26}{_money(one.eac):>21}" for one in estimates]
    lines.append("Duration forecast, working hours")
    lines += [f"  {name:22}{_money(time):>21}" for name, time in measured.eac_t.items()]
    lines.append("By WBS: SV and CV")
    for row in report.wbs:
        if row.level <= 1:
            name = f"{'  ' * row.level}{row.code} {row.name}"[:44]
            lines.append(f"  {name:44}{_money(row.values.sv):>18}{_money(row.values.cv):>18}")
    return [*lines, *report.remarks, *remarks]
