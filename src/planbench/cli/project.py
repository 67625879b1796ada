"""What `cost`, `cash`, `progress` and `standards` work on: a schedule file, or a library."""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, repairs_json, write_json, write_xlsx
from planbench.domain.errors import PlanbenchError
from planbench.services.convert import save
from planbench.services.document import Document
from planbench.services.library import ENDING, Library
from planbench.services.recents import Recents
from planbench.services.scheduling import recalculate

Rows = Sequence[dict[str, Any]]


def add_source(made: argparse.ArgumentParser) -> None:
    """The arguments that say what is worked on, and where results go."""
    made.add_argument("source", type=Path, metavar="FILE", help="a schedule, or a library")
    made.add_argument("--project", metavar="CODE", help="the project of the library")
    made.add_argument("--update", metavar="LABEL", help="its update, by default the latest")
    made.add_argument("--baseline", type=Path, metavar="FILE", help="the baseline of a schedule")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.add_argument("--xlsx", metavar="PATH", help="write the tables as a workbook")
    made.add_argument(
        "--csv", metavar="PATH", help="write the first table as CSV, - for the screen"
    )


@contextmanager
def opened(options: argparse.Namespace) -> Iterator[tuple[Library, int, Document]]:
    """(library, project, calculated document) of what the arguments name.

    A schedule file is filed in a library that goes away afterwards, so that it is treated like
    any project. Raises PlanbenchError for what cannot be opened.
    """
    with tempfile.TemporaryDirectory() as folder:
        path: Path = options.source
        given = path.suffix == ENDING
        if given and not path.is_file():
            raise PlanbenchError("there is no such library", str(path))
        place = path if given else Path(folder) / f"library{ENDING}"
        with Library.open(place, Recents(Path(folder) / "recents.json")) as library:
            update = _chosen(library, options) if given else _filed(library, options)
            document = library.open_update(update)
            recalculate(document)
            if document.cpm is None:
                raise PlanbenchError(document.problem, str(path))
            project = document.library_project
            assert project is not None
            yield library, project, document


def _filed(library: Library, options: argparse.Namespace) -> int:
    if options.project or options.update:
        raise PlanbenchError("only a library has projects and updates", str(options.source))
    update = library.import_file(options.source)
    if options.baseline:
        project = library.update(update).project
        base = library.import_file(options.baseline, project=project)
        library.set_baseline(project, base)
    return update


def _chosen(library: Library, options: argparse.Namespace) -> int:
    if options.baseline:
        raise PlanbenchError("a library knows the baseline", "--baseline", "Choose it in Home.")
    projects = [one for one in library.projects() if one.updates]
    wanted = [one for one in projects if options.project in (None, one.code)]
    if len(wanted) != 1:
        known = ", ".join(one.code for one in projects) or "none"
        what = f"there is no project “{options.project}”" if options.project else "choose a project"
        raise PlanbenchError(what, str(options.source), f"It has {known}; use --project CODE.")
    updates = [one for one in wanted[0].updates if one.kind != "what-if"]
    if options.update:
        updates = [one for one in updates if one.label == options.update]
        if not updates:
            known = ", ".join(one.label for one in wanted[0].updates)
            raise PlanbenchError(f"there is no update “{options.update}”", mend=f"It has {known}.")
    return max(updates, key=lambda one: one.data_date).id


def given_out(
    options: argparse.Namespace, document: Document, body: dict[str, Any], tables: dict[str, Rows]
) -> bool:
    """Write the result where it is wanted; whether the screen is free for words about it."""
    if options.json:
        result = {"repairs": repairs_json(document), **body}
        write_json(envelope(options.command, [document], result), options.json)
    if options.xlsx:
        write_xlsx({name: list(rows) for name, rows in tables.items()}, options.xlsx)
    if options.csv:
        rows = next(iter(tables.values()))
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        if options.csv == "-":
            print(text.getvalue(), end="")
        else:
            save(text.getvalue().encode("utf-8-sig"), Path(options.csv))
    return "-" not in (options.json, options.csv)


def money(value: float | None) -> str:
    """An amount for a reader."""
    return "n/a" if value is None else f"{value:,.2f}"
