"""Reading JSON that others wrote: one value without infinite numbers, or a refusal."""

from __future__ import annotations

import json
import math
from typing import Any


def parsed(content: bytes | str) -> Any:
    """The value of a JSON text in UTF-8, with or without a byte order mark.

    Raises ValueError for what is no JSON, for values nested too deep to be read, and for numbers
    beyond any float (`1e400`, `NaN`), which could not be written again.
    """
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError("its values are nested too deep") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no number of JSON")
    return number
