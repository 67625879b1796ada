"""The Reports workspace: a template, its report page by page, and files of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.engines.reports.blocks import Report
from planbench.engines.reports.template import Template
from planbench.services.document import Document
from planbench.services.reports.compose import (
    DASHBOARDS,
    PRESETS,
    compose,
    dashboard_templates,
    parts_of,
    read_template,
    write_template,
)
from planbench.services.reports.kept import drop_template, keep_template, own_id
from planbench.services.reports.output import ending_of, report_bytes
from planbench.services.reports.snapshot import Given, Snapshot, gather
from planbench.services.standards import report_templates
from planbench.ui.printing.preview import SheetView
from planbench.ui.reports.batch import annex_of
from planbench.ui.reports.dashboard import Dashboard, trace_dialog
from planbench.ui.reports.output import page_image, write_pdf
from planbench.ui.reports.pages import ReportPage, build_pages
from planbench.ui.reports.sections import SectionsPane
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    CellLook,
    Column,
    EmptyState,
    FlatTableModel,
    Label,
    SegmentedControl,
    SidePane,
    TableView,
    Toolbar,
)

DELAY = 400
"""Milliseconds after the last change of words before the report is composed again."""

_FILES = tr("PDF (*.pdf);;Web page (*.html);;Workbook (*.xlsx);;Slides (*.pptx)")


class TemplateModel(FlatTableModel):
    """Templates by title; those of the user's own and of the standards pack carry a sign."""

    templates: tuple[Template, ...] = ()
    wanted: tuple[str, ...] = ()

    def show_templates(self, templates: tuple[Template, ...], wanted: tuple[str, ...]) -> None:
        """Show other templates; the `wanted` ids are those of the project's standards pack."""
        self.templates, self.wanted = templates, wanted
        titles = [one.title for one in templates]
        self.set_data(
            [Column("title", tr("Template"), 200, values=titles, stretch=True)], len(titles)
        )

    def look(self, row: int, column: int) -> CellLook:
        one = self.templates[row]
        icon = "" if one.id in (*PRESETS, *DASHBOARDS) else "user"
        return CellLook(one.title, icon="shield-check" if one.id in self.wanted else icon)

    def tip(self, row: int, column: int) -> str:
        one = self.templates[row]
        if one.id not in self.wanted:
            return one.about
        return tr("{about} The project's standards pack asks for it.").format(about=one.about)


class ReportsWorkspace(QWidget):
    """Composes the chosen template from the open update whenever one of them has changed."""

    name = "reports"
    title = tr("Reports")
    icon = "reports"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.template: Template | None = None
        self.report: Report | None = None
        self.pages: list[ReportPage] = []
        self.page = 0
        self._snapshot: tuple[Document, frozenset[str], Snapshot] | None = None
        self._stale = True
        self._other = ""  # id of what the other view showed last
        self._listed = False  # whether the templates are those of library and project
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.compose)
        self._build()
        state.document_changed.connect(self._templates_changed)
        state.library_changed.connect(self._templates_changed)
        state.result_changed.connect(self._result_changed)

    # ------------------------------------------------------------ the view

    def _build(self) -> None:
        bar = Toolbar(tr("Reports"))
        self.views = SegmentedControl([tr("Reports"), tr("Dashboards")], tr("View of Reports"))
        self.views.changed.connect(lambda _index: self._view_changed())
        bar.add(self.views)
        self.back = Button("", "tool", "chevron-left", tip=tr("Page before (Page up)"))
        self.on = Button("", "tool", "chevron-right", tip=tr("Next page (Page down)"))
        self.place = Label("", "body", "text-muted")
        self.back.clicked.connect(lambda _on=False: self.turn(-1))
        self.on.clicked.connect(lambda _on=False: self.turn(1))
        for part in (self.back, self.place, self.on):
            bar.add(part)
        bar.add_stretch()
        self.opened = Button(
            tr("Open template"), "default", "folder-open", tip=tr("From a JSON file")
        )
        self.kept = Button(
            tr("Keep template"), "default", "bookmark", tip=tr("In the library, by a name")
        )
        self.saved = Button(
            tr("Save template"), "default", "save", tip=tr("As a JSON file to hand on")
        )
        self.export = Button(
            tr("Export"), "primary", "download", tip=tr("PDF, HTML, XLSX, PPTX (Ctrl+E)")
        )
        self.opened.clicked.connect(lambda _on=False: self._ask_to_open())
        self.kept.clicked.connect(lambda _on=False: self._ask_to_keep())
        self.saved.clicked.connect(lambda _on=False: self._ask_to_save())
        self.export.clicked.connect(lambda _on=False: self._ask_to_export())
        for part in (self.opened, self.kept, self.saved, self.export):
            bar.add(part)
        short = QShortcut(QKeySequence("Ctrl+E"), self)
        short.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        short.activated.connect(self._ask_to_export)
        self.view = SheetView()
        self.view.setAccessibleName(tr("Page of the report"))
        self.view.turned.connect(self.turn)
        self.banner = Banner()
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState(
                tr("There is nothing to report on"),
                tr(
                    "A report tells of the open update. Open a schedule, or choose the board pack "
                    "for a portfolio that is kept in the library."
                ),
            )
        )
        self._stack.addWidget(self.view)
        self.dashboard = Dashboard()
        self.dashboard.opened.connect(self.state.workspace_requested)
        self.dashboard.activity_opened.connect(self._open_activity)
        self.dashboard.traced.connect(self._trace)
        self._stack.addWidget(self.dashboard)
        self.sections = SectionsPane()
        self.sections.edited.connect(self._edited)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.banner)
        middle.addWidget(self._stack, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._sidebar())
        row.addLayout(middle, 1)
        row.addWidget(self.sections)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addLayout(row, 1)
        self._show_place()

    def _sidebar(self) -> QWidget:
        pane = self._pane = SidePane(tr("Templates"), current_theme().frame["side_list"][1], "left")
        self.model = TemplateModel()
        self.list = TableView(tr("Report templates"), row_height=34)
        self.list.setModel(self.model)
        self.list.horizontalHeader().hide()
        self.list.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.list.row_changed.connect(self._chosen)
        self.about = Label("", "prose", "text-muted", wrap=True)
        self.about.setContentsMargins(14, 8, 12, 4)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.drop = Button(
            tr("Delete template"), "default", "trash-2", tip=tr("Forget this template")
        )
        self.drop.clicked.connect(lambda _on=False: self.delete_template())
        self.drop.hide()
        pane.body.setContentsMargins(0, 0, 0, 12)
        pane.body.addWidget(self.list)
        pane.body.addWidget(self.about)
        pane.body.addWidget(self.drop)
        return pane

    def panes(self) -> list[QWidget]:
        """Where F6 stops."""
        if self.views.index:
            return [self.list, self.dashboard]
        return [self.list, self.view, self.sections.list]

    def view_names(self) -> list[str]:
        """The report's pages, and every dashboard by its audience."""
        return ["pages", *DASHBOARDS.values()]

    def show_view(self, name: str) -> None:
        """Show the pages, or the dashboard of an audience."""
        place = self.view_names().index(name)
        self.views.set_index(int(place > 0))
        if place:
            self.list.setCurrentIndex(self.model.index(place - 1, 0))

    def _view_changed(self) -> None:
        """Pages and dashboards have lists of their own, and each comes back to what it showed."""
        shown, self._other = self._other, "" if self.template is None else self.template.id
        self._show_tools()
        self.template = None
        self._list_templates(shown)

    def _show_tools(self) -> None:
        pages = not self.views.index
        for part in (self.back, self.place, self.on, self.opened, self.kept, self.saved):
            part.setVisible(pages)
        self.sections.setVisible(pages and self.width() >= 1000)
        self._pane.set_title(tr("Templates") if pages else tr("Audience"))

    def _open_activity(self, code: str) -> None:
        document = self.state.document
        row = None if document is None else document.schedule.row_of_code.get(code)
        if row is not None:
            self.state.select(row)
            self.state.workspace_requested.emit("schedule")

    def _trace(self, title: str, rows: list[list[str]], door: str) -> None:
        """Where figures of a card come from: formulas, data, file and what computed them."""
        dialog = trace_dialog(title, rows, self.state, self)
        if door:
            dialog.row_opened.connect(lambda _row: self.state.workspace_requested.emit(door))
            dialog.row_opened.connect(dialog.accept)
        dialog.show()

    def shown(self) -> None:
        """The workspace was gone to: compose if something has changed since."""
        if not self._listed:
            self._list_templates("" if self.template is None else self.template.id)
        if self._stale:
            self.compose()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sections.setVisible(self.width() >= 1000 and not self.views.index)
        self._paint()

    # ------------------------------------------------------------ templates

    def _list_templates(self, wanted: str) -> None:
        """Read the templates anew and choose one by its id.

        By default, and when the standards pack is another, the pack's first or the monthly report.
        """
        document = self.state.document
        project = None if document is None else document.library_project
        try:
            found, mine = report_templates(self.state.library, project)
            if self.views.index:
                found, mine = dashboard_templates(), ()
        except PlanbenchError as error:
            self.banner.show_message(tr("error"), error.line)
            return
        self._listed = True
        if mine != self.model.wanted and not self.views.index:
            wanted = next(iter(mine), wanted)
        self.model.show_templates(found, mine)
        self.list.apply_columns()
        self.list.setFixedHeight(34 * min(len(found), 12) + 4)
        ids = [one.id for one in found]
        name = next(one for one in (wanted, *mine, "monthly", ids[0]) if one in ids)
        self.list.setCurrentIndex(self.model.index(ids.index(name), 0))
        self._chosen(ids.index(name))

    def _chosen(self, row: int) -> None:
        if not 0 <= row < len(self.model.templates):
            return
        template = self.model.templates[row]
        if self.template is not None and self.template.id == template.id:
            return
        self.use(template)

    def use(self, template: Template) -> None:
        """Show a template and its report."""
        self.template = template
        self.about.setText(template.about)
        self.drop.setVisible(template.id not in (*PRESETS, *DASHBOARDS, *self.model.wanted))
        self.sections.show_template(template)
        self.page = 0
        self.compose()

    def _edited(self, template: Template) -> None:
        self.template = template
        self._timer.start()

    def _ask_to_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Open a template"), "", tr("Template (*.json)")
        )
        if path:
            self.open_template(path)

    def open_template(self, path: str) -> None:
        """Use the template of a file."""
        try:
            self.use(read_template(Path(path)))
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)

    def _ask_to_save(self) -> None:
        if self.template is None:
            return
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save the template"), f"{self.template.id}.json", tr("Template (*.json)")
        )
        if path:
            try:
                write_template(self.template, Path(path))
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def _ask_to_keep(self) -> None:
        if self.template is None:
            return
        title, agreed = QInputDialog.getText(
            self,
            tr("Keep the template"),
            tr("Name of the template"),
            text=tr("{title}, own").format(title=self.template.title),
        )
        if agreed and title.strip():
            self.keep(title.strip())

    def keep(self, title: str) -> None:
        """Keep the template as it stands in the library; the same title again replaces it."""
        if self.template is None:
            return
        own = self.model.templates[len(PRESETS) :]
        same = next((one.id for one in own if one.title == title), "")
        taken = {one.id for one in self.model.templates}
        made = replace(self.template, id=same or own_id(title, taken), title=title)
        try:
            keep_template(self.state.library, made)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        self.template = None
        self._list_templates(made.id)

    def delete_template(self) -> None:
        """Forget the chosen template of the user's own."""
        if self.template is None or self.template.id in PRESETS:
            return
        try:
            drop_template(self.state.library, self.template)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        self._list_templates("")

    # ------------------------------------------------------------ composing

    def _result_changed(self, kind: str) -> None:
        if kind == "standards":
            self._templates_changed()
        else:
            self._data_changed()

    def _templates_changed(self) -> None:
        self._listed = False
        self._data_changed()
        if self.isVisible():
            self.shown()

    def _data_changed(self) -> None:
        self._snapshot = None
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def compose(self) -> None:
        """Compose the report in the background; the old one stays until then."""
        self._timer.stop()
        template, document = self.template, self.state.document
        if template is None:
            return
        if document is not None and document.cpm is None and not document.problem:
            return  # the calculation is under way and will tell
        self._stale = False
        wanted = frozenset(parts_of(template))
        if document is None and not wanted & {"portfolio", "programme"}:
            self.report, self.pages = None, []
            self._stack.setCurrentIndex(0)
            self._show_place()
            return
        library = self.state.library
        held = self._snapshot
        usable = held is not None and held[0] is document and wanted <= held[1]
        kept, covers = (held[2], held[1]) if usable and held is not None else (None, wanted)
        fixed = None if document is None else replace(document)

        def work(context: Any) -> tuple[Snapshot, Report, list[ReportPage]]:
            snapshot = kept or gather(Given(fixed, library=library), tuple(wanted), context)
            report = compose(template, snapshot)
            return snapshot, report, build_pages(report, context.report)

        def done(result: tuple[Snapshot, Report, list[ReportPage]]) -> None:
            snapshot, self.report, self.pages = result
            if document is not None and self.state.document is document and not self._stale:
                self._snapshot = (document, covers, snapshot)
            self.page = min(self.page, len(self.pages) - 1)
            self._stack.setCurrentIndex(1 + self.views.index)
            if self.views.index:
                self.dashboard.show_report(self.report)
            self._show_place()
            self._paint()

        self.state.run("report", tr("Report “{title}”").format(title=template.title), work, done)

    def turn(self, steps: int) -> None:
        """Show another page."""
        page = min(max(self.page + steps, 0), len(self.pages) - 1)
        if page >= 0 and page != self.page:
            self.page = page
            self._show_place()
            self._paint()

    def _show_place(self) -> None:
        total = len(self.pages)
        self.place.setText(
            tr("Page {page} of {total}").format(page=self.page + 1, total=total) if total else ""
        )
        self.back.setEnabled(self.page > 0)
        self.on.setEnabled(self.page < total - 1)
        for button in (self.kept, self.saved):
            button.setEnabled(self.template is not None)
        self.export.setEnabled(self.report is not None)

    def _paint(self) -> None:
        if not self.pages or not self.view.width():
            return
        page, ratio = self.pages[self.page], self.view.devicePixelRatioF()
        fits = min((self.view.width() - 32) / page.width, (self.view.height() - 32) / page.height)
        scale = max(min(fits, 1.6), 0.2) * ratio
        picture: QImage = page_image(page, scale)
        self.view.show_picture(picture)

    # ------------------------------------------------------------ files

    def _ask_to_export(self) -> None:
        if self.report is None or self.template is None:
            return
        told = f"{self.report.title} {self.template.title}"
        name = "".join(c if c.isalnum() or c in " -_." else "-" for c in told)
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Export the report"), f"{name.strip()}.pdf", _FILES
        )
        if path:
            self.write_to(path)

    def write_to(self, path: str) -> None:
        """Write the report as it stands to a file, in a job; the ending says which kind."""
        report, pages = self.report, self.pages
        if report is None:
            return
        target = Path(path)
        try:
            kind = ending_of(target)
            annex = annex_of(report, self.state.document) if kind == "pdf" else None
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return

        def work(context: Any) -> Path:
            from planbench.services.convert import save

            if kind == "pdf":
                write_pdf(report, pages, target, annex, context.report)
            else:
                save(report_bytes(report, kind), target)
            return target

        def done(written: Path) -> None:
            self.state.message.emit("info", tr("Written to {written}").format(written=written))

        self.state.run("report-file", tr("Writing {name}").format(name=target.name), work, done)
