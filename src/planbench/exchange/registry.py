"""Reading a schedule file of any known format, found by its content and then by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planbench.domain.errors import ImportRefused
from planbench.exchange.imported import Imported, Progress
from planbench.exchange.loops import loops_noted
from planbench.exchange.mpp.reader import ENDINGS, looks_like_mpp, read_mpp
from planbench.exchange.mspdi.reader import looks_like_mspdi, read_mspdi
from planbench.exchange.p2x.reader import looks_like_p2x, read_p2x
from planbench.exchange.p6xml.reader import looks_like_p6xml, read_p6xml
from planbench.exchange.xer.reader import looks_like_xer, read_xer

Reader = Callable[[bytes, str, str | None, Progress | None], Imported]


@dataclass(frozen=True)
class Format:
    """A file format: how it is recognised and read."""

    label: str
    endings: tuple[str, ...]
    looks_right: Callable[[bytes], bool]
    read: Reader


FORMATS: dict[str, Format] = {
    "xer": Format("Primavera P6 XER", (".xer",), looks_like_xer, read_xer),
    "p6xml": Format("Primavera P6 XML", (".p6xml", ".pmxml"), looks_like_p6xml, read_p6xml),
    "p2x": Format("ProTrack", (".p2x",), looks_like_p2x, read_p2x),
    "mspdi": Format("Microsoft Project XML", (".xml", ".mspdi"), looks_like_mspdi, read_mspdi),
    "mpp": Format(
        "Microsoft Project MPP, Asta and others with the extra mpp",
        ENDINGS,
        looks_like_mpp,
        read_mpp,
    ),
}
"""Known formats by the name that `Source.format` carries (of files through MPXJ: the ending)."""


def read_schedule(
    source: str | Path | bytes,
    name: str = "",
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read a schedule file, or the bytes of one called `name`.

    `encoding` overrides what the file looks like; `progress` is called with (done, total, text).
    Raises ImportRefused when the file cannot be opened or is of no known format.
    """
    if isinstance(source, bytes):
        data = source
    else:
        path = Path(source)
        name = name or path.name
        try:
            data = path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ImportRefused(f"cannot be read: {reason}", str(path)) from error
    if not data.strip(b"\x00 \t\r\n"):
        raise ImportRefused("the file is empty", name, "Export the project again.")
    try:
        return loops_noted(_format_of(data, name).read(data, name, encoding, progress))
    except ImportRefused as error:
        if error.where:
            raise
        raise ImportRefused(error.what, name, error.mend) from error


def _format_of(data: bytes, name: str) -> Format:
    """The format by content, else by the name's ending. Raises ImportRefused for none."""
    for known in FORMATS.values():
        if known.looks_right(data):
            return known
    for known in FORMATS.values():
        if name.lower().endswith(known.endings):
            return known
    labels = ", ".join(known.label for known in FORMATS.values())
    raise ImportRefused("is no schedule file that can be read", name, f"Known formats: {labels}.")
