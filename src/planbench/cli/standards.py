"""`standards`: how a project complies with a standards pack; packs in and out of a library."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.project import add_source, given_out, opened
from planbench.domain.errors import PlanbenchError
from planbench.services import packs, standards
from planbench.services.control import ControlReport, library_report
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.packs import Standards
from planbench.services.quality import check_document


def add_command(commands: Any) -> None:
    """Add `standards` to the command line."""
    words = "compliance of a project with a standards pack"
    made = commands.add_parser("standards", help=words, description=words)
    add_source(made)
    made.add_argument(
        "--pack", metavar="ID", help="ID, ID@VERSION or a pack's JSON file; else the bound one"
    )
    made.add_argument("--bind", action="store_true", help="bind the project to the pack")
    made.add_argument("--packs", action="store_true", help="list the packs and stop")
    made.add_argument("--export", type=Path, metavar="JSON", help="write the pack as a file")
    made.add_argument("--make", metavar="ID", help="make a pack of what the project has")
    made.set_defaults(run=_standards)


def _standards(options: argparse.Namespace) -> int:
    with opened(options) as (library, project, document):
        if options.packs:
            for known in packs.packs_of(library):
                print(f"{known.id}@{known.version}  {known.title}  {known.digest[:12]}")
            return 0
        pack = _pack(options, library, project, document)
        if options.bind:
            packs.bind(library, project, pack)
        if options.export:
            packs.write_pack(pack, options.export)
        check_document(document, standards.rulesets_in(pack))
        found = (
            *packs.deviations(document.schedule, pack),
            *standards.profile_deviations(document, pack, library),
        )
        report = _report(document, library)
        kpis = packs.kpi_values(report, pack) if report else ()
    body = packs.compliance_json(pack, found, kpis)
    tables = {"deviations": body["deviations"], "kpis": body["kpis"]}
    if given_out(options, document, body, tables):
        print(f"{document.title} against {pack.title}, version {pack.version}")
        for kpi in kpis:
            value = "n/a" if kpi.value is None else f"{kpi.value:.3f}"
            print(f"  {kpi.kpi.title:30}{value:>10}  {kpi.state}")
        for one in found:
            print(f"  {one.kind:10}{one.subject:34}{one.words}")
        print(f"{len(found)} deviations" if found else "The project complies with the pack.")
    return 0


def _report(document: Document, library: Library) -> ControlReport | None:
    """The control report that KPIs are taken from, None where nothing can be measured."""
    try:
        return library_report(document, library)
    except PlanbenchError:
        return None


def _pack(
    options: argparse.Namespace, library: Library, project: int, document: Document
) -> Standards:
    if options.make:
        made = packs.pack_of_project(document.schedule, options.make, options.make)
        return packs.keep_pack(library, standards.complete(made, library))
    if not options.pack:
        bound = packs.bound(library, project)
        if bound is None:
            raise PlanbenchError("the project is bound to no pack", mend="Use --pack ID.")
        return bound
    if options.pack.endswith(".json"):
        return packs.keep_pack(library, packs.read_pack(Path(options.pack)))
    name, _, version = options.pack.partition("@")
    known = packs.packs_of(library)
    found = [one for one in known if one.id == name and version in ("", str(one.version))]
    if not found:
        names = ", ".join(f"{one.id}@{one.version}" for one in known)
        raise PlanbenchError(f"there is no pack “{options.pack}”", mend=f"Known are {names}.")
    return found[-1]
