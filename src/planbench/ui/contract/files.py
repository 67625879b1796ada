"""The files that Contract writes: the compliance report, the deadlines and the pack."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from planbench.domain.errors import StoreError
from planbench.services import contract as service
from planbench.services.contract_view import ContractReport
from planbench.ui.translation import tr

KINDS = {
    "html": tr("Web page"),
    "xlsx": tr("Workbook"),
    "ics": tr("Calendar"),
    "json": tr("Rule pack"),
}
"""What a file is, by its ending."""


def write_file(document: Any, report: ContractReport, path: Path, ending: str) -> None:
    """Write one of the files. Raises PlanbenchError when it cannot be written."""
    from planbench.services.contract_report import compliance_html, compliance_xlsx
    from planbench.services.deadlines import deadlines_ics

    binding, due = report.binding, report.deadlines
    if ending == "json":
        service.write_pack(binding.pack, path)
        return
    if ending == "ics":
        content = deadlines_ics(document, due, dt.datetime.now(dt.UTC))
    elif ending == "xlsx":
        content = compliance_xlsx(document, binding, report.assessment, due)
    else:
        page = compliance_html(document, binding, report.assessment, due, report.as_of)
        content = page.encode("utf-8")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StoreError(
            tr("cannot be written: {strerror}").format(strerror=error.strerror), str(path)
        ) from error
