"""The row of buttons at the foot of a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from planbench.ui.translation import tr
from planbench.ui.widgets.buttons import Button


def dialog_foot(
    dialog: QDialog, text: str, take: Callable[[], object], aside: QWidget | None = None
) -> QHBoxLayout:
    """Cancel and the button that takes what was entered; `aside` stands at the left."""
    accept = Button(text, "primary")
    accept.setDefault(True)
    accept.clicked.connect(lambda _on=False: take())
    cancel = Button(tr("Cancel"), "default")
    cancel.clicked.connect(lambda _on=False: dialog.reject())
    foot = QHBoxLayout()
    if aside is not None:
        foot.addWidget(aside)
    foot.addStretch(1)
    foot.addWidget(cancel)
    foot.addWidget(accept)
    return foot
