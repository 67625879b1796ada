"""What is printed: the plan of the Schedule workspace, or a document as a layout shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from planbench.domain.times import NO_TIME
from planbench.scenes.columns import Column
from planbench.scenes.filters import read_filter
from planbench.scenes.formats import number_text
from planbench.scenes.gantt import GanttOptions, GanttPlan
from planbench.scenes.groups import QUICK_FILTERS, known_grouping
from planbench.scenes.metrics import Metrics
from planbench.scenes.print_page import PrintSource, heading_words
from planbench.scenes.print_setup import ROW, PageSetup
from planbench.scenes.risk_fields import risk_marks
from planbench.services.document import Document
from planbench.services.layouts import Layout, axis_of, bars_of
from planbench.ui.models.fields import in_window, levels_in_window
from planbench.ui.printing.painter import text_width
from planbench.ui.schedule.plan import Plan, extras_of
from planbench.ui.theme import load_theme
from planbench.ui.translation import tr

PAPER_COLUMNS = ["id", "name", "remaining", "start", "finish", "float", "variance"]
"""Columns of a layout that names none."""

PAPER_WIDTHS = {"name": 294.0, "id": 82.0, "remaining": 54.0, "start": 92.0, "finish": 92.0,
                "float": 62.0, "variance": 66.0, "percent": 50.0}  # fmt: skip
"""Widths on paper where the user chose none; others are nine tenths of those on screen."""


def source_of(
    plan: Plan,
    document: Document,
    columns: Sequence[Column],
    options: GanttOptions,
    widths: Mapping[str, int] | None = None,
) -> PrintSource:
    """The rows of a plan as they stand, with these columns and bars. Call it in the GUI thread."""
    theme = load_theme("print")
    gantt = GanttPlan(
        plan.schedule,
        plan.outline,
        plan.facts,
        plan.rows,
        plan.cpm,
        Metrics.of_tokens(theme.gantt, ROW),
        text_width,
        plan.marked,
        tuple(one.columns for one in plan.extras.baselines),
        plan.texts_of,
        risk=risk_marks(plan.extras, len(plan.schedule)),
    )
    given = widths or {}

    def width(column: Column) -> float:
        usual = PAPER_WIDTHS.get(column.id, max(48.0, column.width * 0.95))
        return float(given.get(column.id, usual))

    sized = tuple((one, width(one)) for one in columns)
    finish, variance = _finish(plan)
    heading = heading_words(gantt, finish, variance, _shown(plan))
    return PrintSource(gantt, plan.table, sized, options, heading, _origin(document), plan.span)


def _finish(plan: Plan) -> tuple[int, float]:
    """The latest finish shown and how it differs from the baseline's, in days."""
    facts = plan.activity_facts
    if not len(facts):
        return NO_TIME, float("nan")
    finish = int(facts.finish.max())
    base = int(facts.baseline_finish.max())
    if NO_TIME in (finish, base):
        return finish, float("nan")
    return finish, float(base // 1440 - finish // 1440)


def _shown(plan: Plan) -> str:
    """Which activities stand on the sheets, and under what."""
    count = len(plan.schedule)
    words = tr("{matching} of {count} activities").format(
        matching=number_text(plan.matching), count=number_text(count)
    )
    if plan.matching == count:
        words = tr("All {count} activities").format(count=number_text(count))
    by = [levels_in_window(plan.columns).get(one, one) for one in plan.grouping]
    words += (
        tr(", grouped by {words}").format(words=", ".join(map(str, by)))
        if by
        else tr(", not grouped")
    )
    closed = int(np.count_nonzero(plan.folded))
    return words + (tr(", {closed} groups closed").format(closed=closed) if closed else "")


def _origin(document: Document) -> str:
    source = document.schedule.source
    name = source.name or document.update_label
    return (
        tr("{name}  sha-256 {sha256}").format(name=name, sha256=source.sha256[:12])
        if source.sha256
        else name
    )


def titled(setup: PageSetup, document: Document) -> PageSetup:
    """The setup with a title and a subtitle where it has none."""
    against = (
        tr(" against {baseline_label}").format(baseline_label=document.baseline_label)
        if document.baseline_label
        else ""
    )
    return replace(
        setup,
        title=setup.title or document.title or document.schedule.source.name or tr("Schedule"),
        subtitle=setup.subtitle or f"{document.update_label}{against}",
    )


def source_by_layout(document: Document, layout: Layout) -> PrintSource:
    """A document as a named layout shows it, without a window.

    Raises FilterError where the layout's filter asks for what the schedule does not have.
    """
    plan = Plan()
    plan.show(document.schedule, document.cpm, document.baseline, extras_of(document))
    known = known_grouping(layout.grouping, plan.columns)
    if known or not layout.grouping:
        plan.group_by(known)
    plan.sift(layout.quick if layout.quick in QUICK_FILTERS else "")
    plan.mark_matching(layout.highlight)
    plan.ask(read_filter(layout.filter, plan.columns), layout.parameters)
    plan.mark_critical(layout.critical_by)
    further = ((one.removeprefix("-"), one.startswith("-")) for one in layout.then)
    sorting = [(layout.sort, layout.descending), *further]
    plan.sort_by_all([one for one in sorting if one[0] in plan.columns])
    plan.open_level(plan.deepest if layout.level < 0 else layout.level)
    parts = {**bars_of(layout), "names": GanttOptions.names}
    options = GanttOptions(scale=axis_of(layout, plan.span[0]), **parts)
    shown = [one for one in layout.columns if one in plan.columns] or PAPER_COLUMNS
    columns = [
        replace(
            plan.columns[one],
            title=layout.titles.get(one, in_window(plan.columns[one]).title),
            align=layout.sides.get(one, plan.columns[one].align),
        )
        for one in shown
    ]
    return source_of(plan, document, columns, options, layout.widths)
