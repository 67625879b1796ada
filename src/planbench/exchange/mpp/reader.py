"""From a file that only MPXJ can read to a Schedule, by way of XML that we read ourselves."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from planbench.domain.errors import ImportRefused
from planbench.domain.reports import Repair
from planbench.exchange.imported import Imported, Progress
from planbench.exchange.mpp.convert import ANSWER, CONVERTED
from planbench.exchange.mspdi.reader import read_mspdi
from planbench.exchange.p6xml.reader import read_p6xml

ENDINGS = (
    ".mpp", ".mpt", ".mpx", ".mpd",  # Microsoft Project
    ".pp",  # Asta Powerproject
    ".prx", ".stx", ".stw", ".ppx",  # Primavera P3, SureTrak; Phoenix
    ".gan",  # GanttProject
    ".pod",  # ProjectLibre
    ".planner",  # GNOME Planner
    ".fts",  # FastTrack
    ".pep",  # TurboProject
    ".sp",  # Synchro
    ".bk3",  # Deltek Open Plan
    ".sdef",  # Standard Data Exchange Format
    ".cdpx", ".cdpz",  # ConceptDraw
    ".edpx",  # Edraw
    ".gnt",  # GanttDesigner
    ".pc",  # Project Commander
    ".schedule_grid",  # Sage
)  # fmt: skip
"""Endings of the files that MPXJ knows and we do not read ourselves."""

MAX_BYTES = 1 << 29
"""A larger file is refused."""

TIMEOUT = 300.0
"""Seconds after which the conversion is given up."""

_STEP = 0.05
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_INSTALL = 'Install it with: pip install "planbench[mpp]"'
_JAVA = "Install a Java runtime (17 or later, from adoptium.net or your system), or set JAVA_HOME."


def looks_like_mpp(data: bytes) -> bool:
    """Whether this is a compound document as MPP files are, or begins as MPX and Asta files do."""
    return data.startswith((_OLE, b"MPX,", b"MPX;", b"MPX\t", b"PP ,"))


def read_mpp(
    data: bytes, name: str = "", encoding: str | None = None, progress: Progress | None = None
) -> Imported:
    """Read a file through MPXJ in a process of its own.

    `encoding` is not used: these formats carry their own. Raises ImportRefused when MPXJ or Java
    is missing, the file cannot be read, Java crashes, or reading takes longer than `TIMEOUT`.
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused(
            f"the file has {len(data) >> 20} MiB, more than {MAX_BYTES >> 20}",
            name,
            "Save fewer projects at a time.",
        )
    tell = progress or (lambda done, total, text: None)
    ending = _ending(data, name)
    with tempfile.TemporaryDirectory(prefix="planbench-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        given = folder / f"input{ending}"
        given.write_bytes(data)
        answer = _convert(folder, given.name, name, tell)
        _check(answer, name)
        converted = (folder / CONVERTED).read_bytes()
    read = read_p6xml if answer["to"] == "p6xml" else read_mspdi
    imported = read(converted, name, None, tell)
    source = replace(
        imported.schedule.source,
        format=ending[1:],
        version=" ".join(text for text in (answer["application"], answer["kind"]) if text),
        sha256=hashlib.sha256(data).hexdigest(),
        encoding="",
    )
    schedule = replace(imported.schedule, source=source)
    return Imported(schedule, (*_notes(answer), *imported.repairs))


def _ending(data: bytes, name: str) -> str:
    """The ending that tells MPXJ what the file is; never anything else of the file's name."""
    found = Path(name).suffix.lower()
    if found in ENDINGS:
        return found
    return ".mpx" if data.startswith(b"MPX") else ".pp" if data.startswith(b"PP") else ".mpp"


def _convert(folder: Path, given: str, name: str, tell: Progress) -> dict[str, Any]:
    """Run the other process; what it answers."""
    module = "planbench.exchange.mpp.convert"
    command = [sys.executable, "-P", "-m", module, str(folder), given, Path(name).stem or "Project"]
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ImportRefused(
            f"the process that reads such files cannot be started: {reason}", name
        ) from error
    try:
        _wait(child, name, tell)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
    try:
        answer: dict[str, Any] = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ImportRefused(
            f"Java stopped while reading it (exit status {child.returncode})",
            name,
            "The file may be damaged: save it again, or save it as XML in Microsoft Project.",
        ) from None
    return answer


def _wait(child: subprocess.Popen[bytes], name: str, tell: Progress) -> None:
    """Until the process ends; `tell` hears about it and may raise to cancel."""
    begun = time.monotonic()
    while True:
        tell(1, 10, "Reading through MPXJ")
        try:
            child.wait(_STEP)
        except subprocess.TimeoutExpired:
            if time.monotonic() - begun > TIMEOUT:
                raise ImportRefused(
                    f"reading it was given up after {TIMEOUT:g} s",
                    name,
                    "Save it as XML in the program it comes from.",
                ) from None
            continue
        return


def _check(answer: dict[str, Any], name: str) -> None:
    """Raise ImportRefused for every answer but a conversion."""
    state, detail = answer["state"], answer["detail"]
    if state == "no-extra":
        raise ImportRefused(f"files of this kind are read through MPXJ ({detail})", name, _INSTALL)
    if state == "no-java":
        raise ImportRefused(f"MPXJ found no Java that it can use ({detail})", name, _JAVA)
    if state != "done":
        raise ImportRefused(
            f"MPXJ cannot read it: {detail}",
            name,
            "The file may be damaged or locked with a password: save it again.",
        )


def _notes(answer: dict[str, Any]) -> tuple[Repair, ...]:
    """That the file came through MPXJ, and what did not come along."""
    words = "Primavera P6 XML" if answer["to"] == "p6xml" else "Microsoft Project XML"
    notes = [
        Repair(
            "converted",
            "info",
            "file",
            f"read through MPXJ {answer['mpxj']}",
            f"converted to {words}, then read",
        )
    ]
    if answer["to"] == "mspdi":
        notes.append(
            Repair(
                "honor-constraints-unknown",
                "info",
                "file",
                "MPXJ does not tell whether tasks honour their constraint dates",
                "taken that they do, as Project does by default",
            )
        )
    if answer["left_out"]:
        notes.append(
            Repair(
                "projects-left-out",
                "warning",
                "file",
                f"the file has {answer['left_out']} more projects",
                "the one with the most tasks was taken",
            )
        )
    return tuple(notes)
