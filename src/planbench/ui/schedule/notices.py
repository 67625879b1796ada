"""The lines above the rows that say what is on screen: stored dates, activities shown alone."""

from __future__ import annotations

from collections.abc import Callable

from planbench.services.document import Document
from planbench.ui.translation import tr
from planbench.ui.widgets.panels import Banner


class DatesBanner(Banner):
    """Says which dates are on screen, where they are not calculated ones."""

    def __init__(self, schedule: Callable[[], object]) -> None:
        super().__init__("info")
        self._schedule = schedule

    def tell(self, document: Document) -> None:
        """Say what the dates of a document are."""
        if document.cpm is not None:
            self.hide()
        elif document.problem:
            self.show_message(
                tr("{problem} The dates on screen are those stored in the file.").format(
                    problem=document.problem
                ),
                tr("This schedule cannot be calculated"),
                kind="error",
                closable=False,
            )
        else:
            self.show_message(
                tr(
                    "The dates on screen are those stored in the file. Driving logic and longest "
                    "path "
                    "need a calculation."
                ),
                kind="info",
                action=tr("Schedule"),
                slot=self._schedule,
            )


class AloneBanner(Banner):
    """Says which activities are shown alone, and offers all of them again."""

    def __init__(self, show_all: Callable[[], object]) -> None:
        super().__init__("info")
        self._show_all = show_all

    def tell(self, found: tuple[str, tuple[int, ...]] | None) -> None:
        """Name the activities that are shown alone; None for all of them."""
        self.setVisible(found is not None)
        if found is not None:
            count = tr("{found} {words}").format(
                found=len(found[1]),
                words=tr("activity") if len(found[1]) == 1 else tr("activities"),
            )
            self.show_message(
                tr("{found}: {count} shown.").format(found=found[0], count=count),
                kind="info",
                action=tr("Show all"),
                slot=self._show_all,
                closable=False,
            )
