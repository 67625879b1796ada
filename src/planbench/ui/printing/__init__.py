"""Plans on paper: the preview, PDF and pictures, all painted from one layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planbench.ui.window import MainWindow


def open_preview(window: MainWindow) -> None:
    """Preview what the Schedule workspace shows; it is loaded when it is first wanted."""
    from planbench.ui.printing.preview import PrintPreview

    PrintPreview.open_for(window)
