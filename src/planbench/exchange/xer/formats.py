"""Values as P6 writes them, and columns of text from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW
from planbench.domain.times import NO_TIME, Minutes, to_datetime
from planbench.exchange.xer import terms

Columns = dict[str, Sequence[str]]
"""A table to be written: its fields in order, each with the texts of all rows."""


def times(values: Minutes) -> list[str]:
    """Instants as P6 writes them, "" where there is none."""
    distinct, number = np.unique(values, return_inverse=True)
    texts = [
        "" if moment is None else moment.strftime("%Y-%m-%d %H:%M")
        for moment in map(to_datetime, distinct.tolist())
    ]
    return [texts[k] for k in number.tolist()]


def decimals(values: npt.NDArray[Any]) -> list[str]:
    """Numbers with up to six decimals and no trailing zeros, "" for NaN."""
    distinct, number = np.unique(values, return_inverse=True)
    texts = ["" if value != value else plain(value) for value in distinct.tolist()]
    return [texts[k] for k in number.tolist()]


def plain(value: float) -> str:
    """A number with up to six decimals and no trailing zeros."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def hours(minutes: Minutes) -> list[str]:
    """Durations as decimal hours, "" where there is none."""
    return decimals(np.where(minutes == NO_TIME, np.nan, minutes / 60.0))


def words_of(values: npt.NDArray[Any], meanings: dict[str, int], default: str = "") -> list[str]:
    """P6's word for each enumerated value."""
    texts = {int(v): terms.word_of(meanings, int(v), default) for v in np.unique(values)}
    return [texts[value] for value in values.tolist()]


def yes(value: bool) -> str:
    """Y or N."""
    return "Y" if value else "N"


def plain_ids(uids: Sequence[str]) -> list[str]:
    """The uids where they are plain numbers of their own, else fresh numbers above them."""
    used: set[str] = set()
    found: list[str] = []
    for uid in uids:
        plain = uid.isascii() and uid.isdigit() and len(uid) < 10 and uid not in used
        found.append(str(int(uid)) if plain and str(int(uid)) not in used else "")
        used.add(found[-1])
    fresh = max((int(uid) for uid in found if uid), default=0)
    for k, uid in enumerate(found):
        if not uid:
            fresh += 1
            found[k] = str(fresh)
    return found


def references(keys: Sequence[str], rows: npt.NDArray[Any]) -> list[str]:
    """Ids of the rows referred to, "" for NO_ROW."""
    padded = [*keys, ""]
    return [padded[max(row, NO_ROW)] for row in rows.tolist()]


def counted(n: int) -> list[str]:
    """The numbers from 1 to n."""
    return [str(k) for k in range(1, n + 1)]


def by_rows(fields: str, *rows: Sequence[str]) -> Columns:
    """Columns of a table that is easier written row by row."""
    return {name: [row[k] for row in rows] for k, name in enumerate(fields.split())}
