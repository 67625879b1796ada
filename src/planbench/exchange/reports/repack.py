"""Office files without the clock: the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

_STAMP = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")


def repacked(content: bytes, moment: bytes = b"1980-01-01T00:00:00Z") -> bytes:
    """A zipped Office file with fixed times, within workbooks that it holds as well.

    `moment` stands as the time of creation, in the form of the default.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for item in given.infolist():
            data = given.read(item)
            if item.filename.endswith(".xlsx"):
                data = repacked(data, moment)
            elif item.filename.endswith("docProps/core.xml"):
                data = _TIMES.sub(rb"\g<1>" + moment + rb"\g<2>", data)
            made.writestr(zipfile.ZipInfo(item.filename, _STAMP), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
