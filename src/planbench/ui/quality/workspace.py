"""The Quality workspace: rulesets, metrics against their limits, and the rows behind each."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from planbench.engines.quality.result import FLAG, MetricResult, QualityReport
from planbench.engines.quality.ribbons import readings_of
from planbench.services.document import Document
from planbench.services.hold import held_back
from planbench.services.quality import SCORE, History, metric_history
from planbench.services.score_history import score_history
from planbench.services.standards import profile
from planbench.ui import text
from planbench.ui.quality.areas import Areas, flagged_activities, work_areas
from planbench.ui.quality.checking import check
from planbench.ui.quality.differences import DifferencesDialog
from planbench.ui.quality.evidence import EvidencePane
from planbench.ui.quality.metrics import MetricsTable
from planbench.ui.quality.own import OwnRulesets
from planbench.ui.quality.review.hooks import activity_menu
from planbench.ui.quality.review.page import ReviewPage
from planbench.ui.quality.rows import PeekStrip, RowsPane
from planbench.ui.quality.score import ScoreView
from planbench.ui.quality.sidebar import Sidebar
from planbench.ui.quality.split import RibbonsView
from planbench.ui.quality.strip import StateStrip
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    ComboBox,
    EmptyState,
    SegmentedControl,
    Toolbar,
)

_ENGINE, _STORED = "engine", "stored"

_VIEWS = ("Metrics", "Findings", "Rounds", "Work areas", "Score")

_TRUSTED = 0.95
"""Share of stored dates that must equal ours before figures of float go without a remark."""


class _Split(QSplitter):
    """`resized()` when the room to share has changed."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class QualityWorkspace(QWidget):
    """Checks the open document whenever something it rests on has changed."""

    name = "quality"
    title = tr("Quality")
    icon = "shield-check"

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self._stale = True  # what is shown does not belong to the document as it stands
        self._reports: tuple[QualityReport, ...] = ()  # of the project in view
        self._areas: Areas | None = None
        self._history: History = {}
        self._ruleset = ""
        self._profile: tuple[str, ...] = ()  # rulesets of the project's standards pack
        self._metric: dict[str, str] = {}  # ruleset: metric last looked at
        self._narrow: bool | None = None
        self._held: str | None = None  # why the last check held analyses back
        self._build()
        state.document_changed.connect(self._document_changed)
        state.result_changed.connect(self._result_changed)
        state.schedule_edited.connect(self._schedule_edited)
        state.selection_changed.connect(self._selected_elsewhere)
        self._document_changed()

    # Building.

    def _build(self) -> None:
        self.sidebar = Sidebar()
        self.strip = StateStrip()
        self.metrics = MetricsTable()
        self.rows = RowsPane(self.sidebar.bars)
        self.findings, self.table = self.rows.model, self.rows.table
        self.evidence = EvidencePane()
        self.ribbons, self.score = RibbonsView(), ScoreView()
        self.banner = Banner("error")
        self.own = OwnRulesets(self, self.state, self.banner, self.report, self._rulesets_changed)
        self.addActions(self.own.actions())
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(self._work_page())
        self.review = ReviewPage(self.state)
        self._pages.addWidget(self.review)
        self.addActions(self.review.commands.for_palette())
        self.review.desk.changed.connect(self._show_view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._toolbar())
        column.addWidget(self._pages, 1)
        self.sidebar.ruleset_chosen.connect(self._ruleset_chosen)
        self.sidebar.area_chosen.connect(self.rows.filter)
        self.sidebar.menu_asked.connect(self.own.popup)
        for view in (self.ribbons, self.score):
            view.metric_opened.connect(self.open_metric)
        self.rows.filtered.connect(lambda: self._selected_elsewhere(self.state.selection))
        self.rows.compare_asked.connect(self._compare)
        self.metrics.row_changed.connect(self._metric_chosen)
        self.metrics.opened.connect(lambda _row: self.table.setFocus())
        self.table.row_changed.connect(self._finding_chosen)
        self.table.row_activated.connect(self._open_activity)
        self.table.menu_requested.connect(self._row_menu)

    def _toolbar(self) -> Toolbar:
        bar = Toolbar(tr("Quality"))
        self._view = SegmentedControl(list(_VIEWS), tr("View"))
        self._view.changed.connect(lambda _index: self._show_view())
        bar.add(self._view)
        self._dates = SegmentedControl(
            [tr("Calculated dates"), tr("Dates in the file")], tr("Dates")
        )
        self._dates.changed.connect(lambda _index: self.run())
        bar.add(self._dates)
        self._projects = ComboBox([], tr("Project"))
        self._projects.setMaximumWidth(280)
        self._projects.activated.connect(lambda _index: self._show_project())
        bar.add(self._projects)
        bar.add_stretch()
        self._details = Button(
            tr("Evidence"), "tool", "details", tip=tr("Show or hide the evidence")
        )
        self._details.setCheckable(True)
        self._details.setChecked(True)
        self._details.toggled.connect(self._show_evidence)
        bar.add(self._details)
        self._again = Button(
            tr("Run again"), "primary", "refresh", tip=tr("Check the schedule anew")
        )
        self._again.clicked.connect(lambda _checked=False: self.run())
        bar.add(self._again)
        self._look = Button(
            tr("Look at this update"), "primary", "eye", tip=tr("Look for findings anew")
        )
        self._look.clicked.connect(lambda _checked=False: self.review.desk_look())
        bar.add(self._look)
        return bar

    def _empty_page(self) -> QWidget:
        return EmptyState(
            tr("No schedule is open"),
            tr(
                "Quality holds a schedule against published rulesets and shows, for each figure, "
                "the "
                "rows behind it, who was counted and what another limit would change."
            ),
            (tr("Choose a project"), "home", lambda: self.state.workspace_requested.emit("home")),
        )

    def _work_page(self) -> QWidget:
        page = QWidget()
        split = _Split(Qt.Orientation.Vertical)
        split.resized.connect(self._share_height)
        split.setChildrenCollapsible(False)
        split.addWidget(self.metrics)
        split.addWidget(self.rows)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        self._split = split
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.strip)
        middle.addWidget(self.banner)
        self._middle = QStackedWidget()
        for view in (split, self.ribbons, self.score):
            self._middle.addWidget(view)
        middle.addWidget(self._middle, 1)
        self._peek = PeekStrip()
        self._peek.opened.connect(lambda: self._details.setChecked(True))
        middle.addWidget(self._peek)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addLayout(middle, 1)
        row.addWidget(self.evidence)
        return page

    def _show_view(self) -> None:
        """One of the views, each with the controls that belong to it."""
        document, view = self.state.document, _VIEWS[self._view.index]
        review = view in ("Findings", "Rounds")
        self._pages.setCurrentIndex(0 if document is None else 2 if review else 1)
        figures = document is not None and not review
        for part in (self._dates, self._again):
            part.setVisible(figures)
        self._details.setVisible(figures and view == "Metrics")
        self._show_evidence(self._details.isChecked())
        self._view.setVisible(document is not None)
        self._look.setVisible(document is not None and review)
        self._look.setText(
            tr("Look again") if self.review.desk.up_to_date else tr("Look at this update")
        )
        self._projects.setVisible(figures and self._projects.count() > 1)
        self._middle.setCurrentIndex({"Work areas": 1, "Score": 2}.get(view, 0))
        self._fill_view()
        if review:
            self.review.show_view(rounds=view == "Rounds")

    def _fill_view(self) -> None:
        """Work areas and score are worked out when they are looked at."""
        view = _VIEWS[self._view.index]
        if view == "Work areas":
            self.ribbons.show_report(self.state.document, self.report(), self._areas)
        elif view == "Score":
            self._fill_score()

    def _fill_score(self) -> None:
        document, report = self.state.document, self.report()
        history = []
        if document is not None and report is not None:
            history = score_history(document, self.state.library, report)
        self.score.show_report(report, history)

    def open_metric(self, metric_id: str) -> None:
        """Bring a metric of the ruleset in view to the front."""
        report = self.report()
        ids = [] if report is None else [one.id for one in report.metrics]
        if metric_id in ids:
            self._view.set_index(0)
            self.metrics.select_row(ids.index(metric_id))
            self._metric_chosen(ids.index(metric_id))

    def _compare(self) -> None:
        document, result = self.state.document, self.result()
        if document is not None and result is not None:
            readings = readings_of(self._reports, result)
            DifferencesDialog(document.schedule, readings, result, self).exec()

    def _rulesets_changed(self, ruleset: str) -> None:
        """The user's own rulesets are others now: check anew and show the one given."""
        self._ruleset = ruleset or self._ruleset
        self.run()

    def view_names(self) -> list[str]:
        """The views that have something to show, for pictures of each."""
        names = ["metrics", "findings", "rounds", "work areas", "score"]
        return names if self._reports else names[:1]

    def show_view(self, name: str) -> None:
        """Go to a view by its name."""
        self._view.set_index(self.view_names().index(name))

    def show_findings(self) -> ReviewPage:
        """Bring the findings to the front."""
        self._view.set_index(1)
        return self.review

    # Running.

    def shown(self) -> None:
        """The workspace came to the front: check what has changed since."""
        if self._stale:
            self.run()

    def run(self) -> None:
        """Check the document in the background; what is shown stays until then."""
        if self.state.document is None:
            return
        self._stale = False
        self._held = held_back(self.state.document)
        self._again.setEnabled(False)
        check(
            self.state,
            (_ENGINE, _STORED)[self._dates.index],
            done=lambda: self.state.result_changed.emit("quality"),
            failed=self._failed,
            finished=lambda: self._again.setEnabled(True),
            earlier=self._show_project,
        )

    def _failed(self, error: Exception) -> None:
        self._stale = True
        self.banner.show_message(
            tr("{error} The figures shown are from before.").format(error=error),
            tr("The check did not finish"),
        )

    def _document_changed(self) -> None:
        document = self.state.document
        self._stale = document is not None and not document.quality
        self._metric.clear()
        self._areas = None
        self.banner.hide()
        self._show_document()
        self.review.desk.load()
        if self._stale and self.isVisible():
            self.run()

    def _schedule_edited(self, _touched: object) -> None:
        """Figures of rows that are no longer there are taken away; a new run follows."""
        document = self.state.document
        if document is None or not self._reports:
            return
        self._stale = True
        sizes = {
            "activity": len(document.schedule),
            "relationship": len(document.schedule.relationships),
        }
        metrics = (result for report in self._reports for result in report.metrics)
        if any(
            r.membership.codes.size != sizes.get(r.kind, r.membership.codes.size) for r in metrics
        ):
            document.quality = ()
            self._show_document()

    def _result_changed(self, kind: str) -> None:
        if kind == "quality":
            self._show_document()
        elif kind == "agreement" and not self._held_otherwise():
            self._tell_agreement()
        elif kind in ("cpm", "baseline", "agreement", "standards"):
            self._stale = True
            if self.isVisible():
                self.run()

    def _held_otherwise(self) -> bool:
        """Whether analyses are held back now and were not at the last check, or otherwise."""
        document = self.state.document
        return document is not None and held_back(document) != self._held

    def _tell_agreement(self) -> None:
        """How far the dates agree comes after the check; the figures do not rest on it."""
        document = self.state.document
        if document is not None and self._reports:
            self._tell_trust(document)
            self.sidebar.show_dates(document, self._reports[0].dates)

    # Showing.

    def _show_document(self) -> None:
        document = self.state.document
        if document is None:
            self._projects.clear()
            self._reports = ()
            self._show_view()
            return
        self._fill_projects(document)
        self._show_view()
        self._tell_trust(document)
        self._show_project()

    def _tell_trust(self, document: Document) -> None:
        """Say when dates are missing, or when ours are not those of the file."""
        self.banner.hide()
        if self._dates.index == 1:
            return
        share = document.agreement.share if document.agreement else None
        if document.problem:
            title = tr("The network could not be calculated")
            words_ = tr("What needs dates is not measured; the rest is.")
        elif share is not None and share < _TRUSTED:
            title = tr("{share} of the stored dates equal ours").format(share=text.percent(share))
            words_ = tr("Figures of float and path rest on our calculation.")
        else:
            return
        self.banner.show_message(
            words_,
            title,
            kind="warning",
            action=tr("Use the dates in the file"),
            slot=lambda: self._dates.set_index(1),
            closable=False,
        )

    def _fill_projects(self, document: Document) -> None:
        rows = list(dict.fromkeys(report.project for report in document.quality))
        chosen = self._projects.currentData()
        self._projects.clear()
        for row in rows:
            project = document.schedule.projects[row]
            self._projects.addItem(f"{project.code} {project.name}".strip(), row)
        place = self._projects.findData(chosen)
        if place < 0:
            place = self._projects.findData(document.schedule.main_project)
        self._projects.setCurrentIndex(max(place, 0))

    def _show_project(self) -> None:
        document = self.state.document
        if document is None:
            return
        project = self._projects.currentData()
        self._reports = tuple(r for r in document.quality if r.project == project)
        self._areas = work_areas(document.schedule, -1 if project is None else project)
        self._history = {}
        if self._reports:
            self._history = metric_history(document, self.state.library, self._reports[0].project)
        ids = [report.ruleset_id for report in self._reports]
        wanted = tuple(one.id for one in profile(self.state.library, document.library_project))
        if wanted != self._profile:  # the project's standards are others now: they come first
            self._profile = wanted
            self._ruleset = next((name for name in wanted if name in ids), self._ruleset)
        if self._ruleset not in ids:
            self._ruleset = ids[0] if ids else ""
        place = ids.index(self._ruleset) if ids else -1
        self.sidebar.show_reports(self._reports, place, wanted)
        dates = self._reports[0].dates if self._reports else _ENGINE
        self.sidebar.show_dates(document, dates)
        self._show_ruleset()

    def report(self) -> QualityReport | None:
        """The report in view."""
        for report in self._reports:
            if report.ruleset_id == self._ruleset:
                return report
        return None

    def result(self) -> MetricResult | None:
        """The metric in view."""
        row = self.metrics.current_row()
        report = self.report()
        return report.metrics[row] if report is not None and row >= 0 else None

    def _ruleset_chosen(self, index: int) -> None:
        self._ruleset = self._reports[index].ruleset_id
        self._show_ruleset()

    def _show_ruleset(self) -> None:
        document, report = self.state.document, self.report()
        self.metrics.show_report(report, self._history)
        if document is None or report is None or self._areas is None:
            self.strip.show_waiting()
            self._show_metric(None)
            return
        flagged = int(flagged_activities(document.schedule, report).sum())
        earlier = self._history.get((report.ruleset_id, SCORE), [])
        baseline = document.baseline_label or report.baseline
        self.strip.show_report(report, flagged, baseline, earlier)
        self.sidebar.show_areas(document.schedule, self._areas, report)
        self._fill_view()
        self._share_height()
        self.metrics.select_row(self._first_metric(report))
        self._show_metric(self.result())

    def _first_metric(self, report: QualityReport) -> int:
        """The metric last looked at, else the first that flags."""
        wanted = self._metric.get(report.ruleset_id)
        for row, result in enumerate(report.metrics):
            if result.id == wanted or (wanted is None and result.state == FLAG):
                return row
        return 0

    def _metric_chosen(self, row: int) -> None:
        report = self.report()
        if report is not None and row >= 0:
            self._metric[report.ruleset_id] = report.metrics[row].id
            self._show_metric(report.metrics[row])

    def _show_metric(self, result: MetricResult | None) -> None:
        document = self.state.document
        schedule = document.schedule if document is not None else None
        self.evidence.show_result(self.report(), result)
        self._peek.show_result(result)
        readings = len(readings_of(self._reports, result)) if result is not None else 0
        self.rows.show_result(schedule, result, self._areas, readings)

    def _finding_chosen(self, row: int) -> None:
        document = self.state.document
        if document is None or row < 0:
            return
        self.evidence.show_object(document, self.rows.place(row))
        activity = self.findings.activity(row)
        if activity >= 0:
            self.state.select(activity)

    def _selected_elsewhere(self, activity: int) -> None:
        document = self.state.document
        if document is None:
            return
        current = self.table.current_row()
        if current >= 0 and self.findings.activity(current) == activity >= 0:
            return
        row = self.findings.row_of_activity(activity) if activity >= 0 else -1
        self.table.select_row(row)
        self.evidence.show_object(document, self.rows.place(row))

    def _row_menu(self, _row: int, point: QPoint) -> None:
        activity_menu(self.state, self.selected_activities(), point, self.table)

    def selected_activities(self) -> list[int]:
        """Rows of the activities behind the rows selected, each once."""
        if _VIEWS[self._view.index] != "Metrics":
            return []
        rows = (self.findings.activity(row) for row in self.table.selected_rows())
        return list(dict.fromkeys(row for row in rows if row >= 0))

    def _open_activity(self, row: int) -> None:
        if self.findings.activity(row) >= 0:
            self.state.workspace_requested.emit("schedule")

    # Room.

    def _share_height(self) -> None:
        whole = max(self._split.height(), 200)
        upper = min(self.metrics.wanted_height(), int(whole * 0.58))
        self._split.setSizes([upper, whole - upper])

    def _show_evidence(self, shown: bool) -> None:
        metrics = _VIEWS[self._view.index] == "Metrics"
        self.evidence.setVisible(shown and metrics)
        self._peek.setVisible(not shown and metrics)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self._narrow:
            self._narrow = narrow
            self._details.setChecked(not narrow)
