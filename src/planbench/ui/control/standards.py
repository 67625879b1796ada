"""The standards view of Control: the pack a project is bound to, and how it complies with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.services import packs
from planbench.services.control_views import StandardsView
from planbench.services.library import Library
from planbench.services.packs import Standards
from planbench.services.standards import complete
from planbench.ui import text
from planbench.ui.control.form import Field, RecordDialog, number
from planbench.ui.control.grid import Sheet, SheetModel, words
from planbench.ui.control.profiles import ProfilesDialog
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import Button, Card, Column, ComboBox, Label, Surface, TableView

KINDS = {
    "wbs": "WBS",
    "cbs": "CBS",
    "code": tr("Code"),
    "calendar": tr("Calendar"),
    "check": tr("Check"),
    "report": tr("Report"),
}
CHIPS = {"green": "meets", "amber": "watch", "red": "missing", "n/a": "neutral"}
LIMITS = {"amber": tr("amber"), "red": tr("red")}
STATES = {"green": tr("On target"), "amber": tr("Watch"), "red": tr("Beyond limit"), "n/a": "n/a"}


class StandardsPane(Surface):
    """The pack above, KPIs and deviations below. `wanted(act)` asks for something to be kept."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("surface")
        self.view: StandardsView | None = None
        self.pack = ComboBox([tr("No pack")], tr("Standards pack"))
        self.pack.activated.connect(lambda _index: self._arm())
        self.bind = Button(
            tr("Bind"), "tool", "link", tip=tr("Bind the project to the chosen pack")
        )
        self.bind.clicked.connect(lambda _checked=False: self._bind())
        self.make = Button(
            tr("Make from project"), "tool", "plus", tip=tr("Make a pack of what this project has")
        )
        self.make.clicked.connect(lambda _checked=False: self.ask_make())
        self.limits = Button(
            tr("KPI limits"),
            "tool",
            "sliders-horizontal",
            tip=tr("Limits of KPIs, as a new version"),
        )
        self.limits.clicked.connect(lambda _checked=False: self.ask_limits())
        self.profiles = Button(
            tr("Profiles"),
            "tool",
            "shield-check",
            tip=tr("Check profiles, report templates and mandatory codes, as a new version"),
        )
        self.profiles.clicked.connect(lambda _checked=False: self.ask_profiles())
        self.read = Button(tr("Import"), "tool", "download", tip=tr("Read a pack from a file"))
        self.read.clicked.connect(lambda _checked=False: self.ask_read())
        self.write = Button(
            tr("Export"), "tool", "upload", tip=tr("Write the chosen pack to a file")
        )
        self.write.clicked.connect(lambda _checked=False: self.ask_write())
        self.told = Label("", "prose", "text-muted", wrap=True)
        self.told.setContentsMargins(16, 8, 16, 4)
        self.kpi_model, self.kpis = SheetModel(), TableView(tr("Key figures of the pack"))
        self.kpis.setModel(self.kpi_model)
        self.model, self.table = SheetModel(), TableView(tr("Deviations from the pack"))
        self.table.setModel(self.model)
        self.nothing = Label("", "prose", "text-muted", wrap=True)
        self.nothing.setContentsMargins(14, 4, 14, 8)
        self._lay_out()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 10, 12, 0)
        bar.setSpacing(8)
        bar.addWidget(self.pack)
        bar.addWidget(self.bind)
        bar.addStretch(1)
        for button in (self.make, self.limits, self.profiles, self.read, self.write):
            bar.addWidget(button)
        self.kpi_card, self.card = Card(tr("Key figures")), Card(tr("Deviations"))
        self.kpi_card.set_body(self.kpis)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.nothing)
        inner.addWidget(self.table, 1)
        self.card.set_body(body)
        lower = QHBoxLayout()
        lower.setContentsMargins(12, 6, 12, 12)
        lower.setSpacing(12)
        lower.addWidget(self.kpi_card, 4)
        lower.addWidget(self.card, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.told)
        column.addLayout(lower, 1)

    def show_view(self, view: StandardsView) -> None:
        """Show another project's standards, or the same one's anew."""
        self.view = view
        self.pack.clear()
        self.pack.addItems(
            [
                tr("{title}, version {version}").format(title=one.title, version=one.version)
                for one in view.packs
            ]
        )
        if view.bound is not None:
            self.pack.addItem(tr("No pack"))
            self.pack.setCurrentIndex(view.packs.index(view.bound))
        bound = view.bound
        if bound is None:
            self.told.setText(
                view.why_not or tr("The project is bound to no pack. Choose one and bind it.")
            )
        else:
            self.told.setText(
                tr(
                    "Bound to {title}, version {version}. Quality checks by: {checks}. Reports "
                    "from: {reports}. Fingerprint {digest}."
                ).format(
                    title=bound.title,
                    version=bound.version,
                    checks=_named(bound.checks, view.rulesets),
                    reports=_named(bound.reports, view.templates),
                    digest=bound.digest[:12],
                )
            )
        self._show_kpis()
        self._show_deviations()
        self._arm()

    def _show_kpis(self) -> None:
        assert self.view is not None
        rows = self.view.kpis
        shown = [text.DASH if one.value is None else text.number(one.value, 2) for one in rows]
        limits = [f"{one.kpi.amber:g} / {one.kpi.red:g}" for one in rows]
        columns = [
            words(
                "title",
                tr("Key figure"),
                190,
                [tr_data(one.kpi.title) for one in rows],
                stretch=True,
            ),
            words(
                "formula",
                tr("Formula"),
                170,
                [tr_data(packs.MEASURES[one.kpi.measure]) for one in rows],
            ),
            Column("value", tr("Value"), 70, True, shown),
            Column("limits", tr("Amber / red"), 100, True, limits),
            words("state", tr("State"), 116, [STATES[one.state] for one in rows]),
        ]
        chips = {(n, "state"): CHIPS[one.state] for n, one in enumerate(rows)}
        self.kpi_model.show_sheet(Sheet(columns, len(rows), chips=chips))
        self.kpis.apply_columns()

    def _show_deviations(self) -> None:
        assert self.view is not None
        rows = self.view.deviations
        columns = [
            words("kind", tr("Kind"), 90, [KINDS[one.kind] for one in rows]),
            words("subject", tr("Where"), 180, [one.subject for one in rows]),
            words("words", tr("What"), 240, [one.words for one in rows], stretch=True),
        ]
        self.model.show_sheet(Sheet(columns, len(rows)))
        self.table.apply_columns()
        self.table.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        bound = self.view.bound is not None
        self.nothing.setText(
            tr("The project complies with its pack.") if bound else tr("No pack is bound.")
        )
        self.card.set_title(
            tr("Deviations"),
            text.counted(len(rows), tr("deviation"), tr("deviations")) if bound else "",
        )

    def _chosen(self) -> Standards | None:
        row = self.pack.currentIndex()
        packs_ = self.view.packs if self.view is not None else ()
        return packs_[row] if 0 <= row < len(packs_) else None

    def _arm(self) -> None:
        writable = self.view is not None and not self.view.why_not
        chosen = self._chosen()
        bound = self.view.bound if self.view is not None else None
        self.bind.setEnabled(writable and chosen != bound)
        self.profiles.setEnabled(writable and chosen is not None)
        self.write.setEnabled(chosen is not None)
        self.limits.setEnabled(writable and chosen is not None and bool(chosen.kpis))
        self.make.setEnabled(writable)
        self.read.setEnabled(writable)

    def _bind(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            self.wanted.emit(packs.unbind)
        else:
            self.wanted.emit(lambda library, project: packs.bind(library, project, chosen))

    def ask_make(self) -> None:
        """Ask for the name of a pack made of this project, and bind the project to it."""
        view = self.view
        if view is None:
            return
        fields = (
            Field("id", tr("Short id")),
            Field("title", tr("Title")),
            Field("depth", tr("WBS levels in the template"), "2"),
        )

        def keep(typed: dict[str, str]) -> None:
            if not typed["id"] or not typed["title"]:
                raise PlanbenchError(tr("a pack needs a short id and a title"))
            depth = int(number(typed["depth"], tr("WBS levels")))
            made = packs.pack_of_project(view.document.schedule, typed["id"], typed["title"], depth)

            def act(library: Library, project: int) -> None:
                packs.bind(library, project, packs.keep_pack(library, made))

            self.wanted.emit(act)

        said = tr(
            "WBS and CBS templates, code dictionaries and calendars are taken from the project."
        )
        RecordDialog(tr("A pack of this project"), said, fields, keep, self).exec()

    def ask_limits(self) -> None:
        """Ask for the limits of the KPIs; what changes becomes a new version of the pack."""
        from dataclasses import replace

        chosen = self._chosen()
        if chosen is None:
            return
        fields = [
            Field(
                f"{kpi.id} {name}",
                f"{tr_data(kpi.title)}: {LIMITS[name]}",
                f"{getattr(kpi, name):g}",
            )
            for kpi in chosen.kpis
            for name in ("amber", "red")
        ]

        def keep(typed: dict[str, str]) -> None:
            kpis = tuple(
                replace(
                    kpi,
                    amber=number(typed[f"{kpi.id} amber"], kpi.title),
                    red=number(typed[f"{kpi.id} red"], kpi.title),
                )
                for kpi in chosen.kpis
            )
            made = packs.checked(replace(chosen, kpis=kpis))
            self.wanted.emit(lambda library, _project: packs.keep_pack(library, made))

        said = tr("Projects and reports that are bound to the present version keep it.")
        RecordDialog(tr("Limits of key figures"), said, fields, keep, self).exec()

    def ask_profiles(self) -> None:
        """Ask for the profiles of the chosen pack; what changes becomes a new version of it."""
        chosen, view = self._chosen(), self.view
        if chosen is None or view is None:
            return

        def keep(pack: Standards) -> None:
            self.wanted.emit(
                lambda library, _project: packs.keep_pack(library, complete(pack, library))
            )

        ProfilesDialog(chosen, view.rulesets, view.templates, keep, self).exec()

    def ask_read(self) -> None:
        """Ask for a pack's file."""
        name, _ = QFileDialog.getOpenFileName(self, tr("Import a pack"), "", tr("Packs (*.json)"))
        if name:
            self.wanted.emit(
                lambda library, _project: packs.keep_pack(library, packs.read_pack(Path(name)))
            )

    def ask_write(self) -> None:
        """Ask where to write the chosen pack."""
        chosen = self._chosen()
        if chosen is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export the pack"), f"{chosen.id}-{chosen.version}.json", tr("Packs (*.json)")
        )
        if name:
            self.wanted.emit(lambda _library, _project: packs.write_pack(chosen, Path(name)))


def _named(ids: Sequence[str], known: Sequence[tuple[str, str]]) -> str:
    """Titles of ids in a row, the id itself where nobody knows it."""
    titles = dict(known)
    return ", ".join(titles.get(name, name) for name in ids) or tr("none")
