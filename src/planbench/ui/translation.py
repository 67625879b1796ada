"""Every text of the window goes through `tr`; English is the source and needs no catalogue.

A catalogue is a Qt Linguist `.ts` file, drawn from the sources with
`python -m planbench.ui.linguist planbench_xx.ts` and read here as it stands. A text has one
translation wherever it appears. Placeholders are `{names}` filled with `str.format` after the
translation, so `tr` is always called with a literal; texts that tables below the window hold go
through `tr_data`.
"""

from __future__ import annotations

import string
from pathlib import Path
from xml.etree import ElementTree

from planbench.domain.errors import PlanbenchError

_catalogue: dict[str, str] = {}

language = ""
"""The language that a `.ts` file names, such as `de` or `ar_EG`; empty for English."""

_ACCENTED = str.maketrans("aeiouyAEIOUYcnszCNSZ", "áéïöüýÁÉÏÖÜÝçñšžÇÑŠŽ")


def tr(source: str) -> str:
    """The text in the language of the window, the English source where it has none."""
    return _catalogue.get(source, source)


def tr_data(source: str) -> str:
    """The same for a text that a table of planbench holds, see `planbench.ui.linguist`."""
    return _catalogue.get(source, source) if source else source


def begin(choice: str) -> None:
    """Speak the language of a `.ts` file, `pseudo`, or English where the choice is empty.

    Call it before the rest of the window is imported, whose fixed texts are drawn up then. Raises
    PlanbenchError where the file cannot be read.
    """
    global _catalogue, language
    language = ""
    if choice in ("", "pseudo"):
        _catalogue = Pseudo() if choice else {}
        return
    _catalogue = read_catalogue(Path(choice))
    language = ElementTree.parse(choice).getroot().get("language", "")


def read_catalogue(path: Path) -> dict[str, str]:
    """The finished translations of a `.ts` file.

    Leaves out what is empty, obsolete or loses a placeholder, so that a slip of a translator shows
    English instead of failing. Raises PlanbenchError where the file is no `.ts` file.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise PlanbenchError(
            f"{path.name} cannot be read as a translation: {error}",
            mend="Give a .ts file of Qt Linguist.",
        ) from error
    found: dict[str, str] = {}
    for message in root.iter("message"):
        source = message.findtext("source") or ""
        target = message.find("translation")
        if target is None or target.get("type") in ("obsolete", "vanished", "unfinished"):
            continue
        if target.text and placeholders(target.text) == placeholders(source):
            found[source] = target.text
    return found


def placeholders(words: str) -> set[str] | None:
    """The names between the braces of a text; None where the braces do not match."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}
    except ValueError:
        return None


def pseudo(source: str) -> str:
    """The text a third longer and with accents: what is not so on screen does not go through `tr`.

    Placeholders and HTML tags stay whole.
    """
    parts: list[str] = []
    depth = 0
    for letter in source:
        depth += (letter in "{<") - (letter in "}>")
        parts.append(letter if depth > 0 else letter.translate(_ACCENTED))
    return f"[{''.join(parts)}{'~' * (len(source) // 3)}]"


class Pseudo(dict[str, str]):
    """A catalogue that has every text, see `pseudo`."""

    def get(self, source: str, default: str = "") -> str:  # type: ignore[override]
        """The pseudo text of any source."""
        return pseudo(source)
