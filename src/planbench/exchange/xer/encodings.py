"""Which encoding a file is in.

P6 writes the code page of the client's Windows without saying which, newer services write UTF-8,
and both kinds occur within one file. The order of evidence: a byte order mark, NUL bytes at every
second place, strict UTF-8, then the letters: a language uses some letters far more often than
others, and Cyrillic, Greek, Arabic or Hebrew text comes in runs of bytes above 127 while accents
stand alone.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable

from planbench.domain.errors import ImportRefused

DEFAULT = "cp1252"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LETTERS = {
    "cp1251": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъіїєґ",
    "cp1253": "αοιετσνηυρπκμλςωδγχθφβξζψάέήίόύώ",
    "cp1256": "اليمنوترةبدسعفهكقجحشصضطزخغذثظءآأإؤئىپچگ",
    "cp1255": "יוהלאתרבשמנםחקדפעצגטזכסןץךף",
}
"""Letters of languages written without the Latin alphabet, most frequent first."""

_ACCENTS = {
    "cp1252": "éèàçêâîôûëïùœüöäßñáíóúãõåøæ",
    "cp1250": "ąćęłńśźżčďěňřšťůýžáéíóúőűăşţâîđöüä",
    "cp1254": "ışğçöüâİ",
    "cp1257": "āčēģīķļņšūžąęėįųõäöü",
}
"""Letters that stand alone among Latin ones."""

EMPTY_TEXT = codecs.BOM_UTF8
"""What P6 writes, in any encoding, where a long text is empty; no evidence of anything."""

_RUN = re.compile(rb"[\x80-\xff]+")
_SIGNS = re.compile(
    rb"[\x80\x82\x84\x85\x91-\x97\x99\xa0\xa7\xa9\xab\xae\xb0\xb1\xb5-\xb7\xbb]"
    rb"|[\xa3\xb2\xb3\xb9\xbc-\xbe](?![a-z\x80-\xff])"
)
"""Bytes that are signs, not letters, in most code pages: dashes, quotes, degrees, cubic metres."""

_ENOUGH = 3
_SAMPLE = 200_000


def checked(encoding: str) -> str:
    """The encoding's usual name. Raises ImportRefused when Python has no such text encoding."""
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise ImportRefused(
            f"{encoding!r} is no known encoding",
            mend="Use a name such as utf-8, cp1252 or cp1251.",
        ) from None


def byte_order_mark(data: bytes) -> tuple[str, bytes]:
    """(encoding, mark) by the first bytes; ("", b"") where nothing gives it away."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name, mark
    head = data[:64]
    if len(head) >= 8 and not any(head[1::2]) and all(head[0::2]):
        return "utf-16-le", b""
    if len(head) >= 8 and not any(head[0::2]) and all(head[1::2]):
        return "utf-16-be", b""
    return "", b""


def decodes(data: bytes, encoding: str) -> bool:
    """Whether the bytes are valid in an encoding."""
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are valid UTF-8."""
    return decodes(data, "utf-8")


def guess(texts: Iterable[bytes]) -> str:
    """The likeliest encoding of texts; `DEFAULT` when their letters do not tell.

    UTF-8 is chosen when nearly all runs of high bytes are valid: a text that was cut in the middle
    of a letter must not turn a whole file into another alphabet.
    """
    sample = bytearray()
    for text in texts:
        if not text.isascii():
            sample += text[:_SAMPLE].replace(EMPTY_TEXT, b"") + b"\n"
        if len(sample) > _SAMPLE:
            break
    runs = _RUN.findall(bytes(sample))
    if runs and sum(map(is_utf8, runs)) >= 0.95 * len(runs):
        return "utf-8"
    data = _SIGNS.sub(b"", bytes(sample))
    letters = sum(map(len, _RUN.findall(data)))
    if letters < _ENOUGH:
        return DEFAULT
    if sum(map(len, runs)) >= 2.2 * len(runs):
        return _east_asian(bytes(sample), runs) or _other_alphabet(data, letters) or DEFAULT
    return _latin(data, letters)


def _other_alphabet(data: bytes, letters: int) -> str:
    """The code page in which nearly every high byte is a letter, the frequent ones foremost."""
    scores = {}
    for encoding, usual in _LETTERS.items():
        weights = {c: 1.2 - 0.4 * rank / len(usual) for rank, c in enumerate(usual)}
        text = data.decode(encoding, errors="replace")
        capitals_inside = sum(
            b.isupper() for a, b in itertools.pairwise(text) if a.islower() and ord(a) > 127
        )
        found = sum(weights.get(c.lower(), 0.0) for c in text if ord(c) > 127)
        scores[encoding] = (found - capitals_inside) / letters
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] >= 0.75 else ""


def _latin(data: bytes, letters: int) -> str:
    """The Latin code page with the most usual accents; another than the default must be clear."""
    scores = {}
    for encoding, usual in _ACCENTS.items():
        text = data.decode(encoding, errors="replace")
        scores[encoding] = sum(c.lower() in usual or c in usual for c in text if ord(c) > 127)
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] >= scores[DEFAULT] + 0.15 * letters else DEFAULT


def _east_asian(data: bytes, runs: list[bytes]) -> str:
    """GBK, Big5, Korean or Japanese, judged by where the double bytes lie."""
    fits = {}
    for encoding in ("gb18030", "big5", "cp949", "cp932"):
        try:
            fits[encoding] = [c for c in data.decode(encoding) if ord(c) > 127]
        except UnicodeDecodeError:
            continue
    pairs = [run[k : k + 2] for run in runs for k in range(0, len(run) - 1, 2)]
    if not fits or not pairs:
        return ""
    level1 = sum(0xB0 <= p[0] <= 0xD7 and p[1] >= 0xA1 for p in pairs) / len(pairs)
    hangul = sum(0xB0 <= p[0] <= 0xC8 and p[1] >= 0xA1 for p in pairs) / len(pairs)
    odd_runs = sum(len(run) % 2 for run in runs) / len(runs)
    if "cp932" in fits and _share(fits["cp932"], 0x3040, 0x30FF) > 0.3:
        return "cp932"
    if "cp949" in fits and hangul > 0.97 and len(pairs) >= 12 and odd_runs < 0.1:
        return "cp949"
    if "gb18030" in fits and level1 > 0.75 and odd_runs < 0.1:
        return "gb18030"
    if "big5" in fits and odd_runs > 0.2 and _share(fits["big5"], 0x4E00, 0x9FFF) > 0.9:
        return "big5"
    return ""


def _share(letters: list[str], first: int, last: int) -> float:
    return sum(first <= ord(c) <= last for c in letters) / len(letters) if letters else 0.0
