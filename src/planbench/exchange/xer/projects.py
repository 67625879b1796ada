"""Projects, their scheduling options and the work breakdown structure of an XER file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    NO_ROW,
    Critical,
    FloatType,
    LagCalendar,
    Logic,
    Project,
    Rows,
    ScheduleOptions,
    Wbs,
    empty_table,
    make_table,
)
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer import terms
from planbench.exchange.xer.columns import Ids, dates, durations, flags, ids, lookup, words
from planbench.exchange.xer.document import XerDocument, XerTable


def read_projects(
    document: XerDocument,
    table: XerTable,
    task: XerTable,
    calendar_ids: Ids,
    calendar_table: XerTable,
    repairs: Repairs,
) -> tuple[tuple[Project, ...], Rows, Ids]:
    """(projects, project row of every activity, project ids).

    Activities of a project the file does not describe get one made for them.
    """
    project_ids = ids(table, "proj_id")
    wanted = ids(task, "proj_id")
    rows = lookup(project_ids, wanted)
    projects = _described(document, table, calendar_ids, calendar_table, repairs)
    if (rows == NO_ROW).any():
        first = int(np.flatnonzero(rows == NO_ROW)[0]) + 1
        repairs.add(
            "unknown-project",
            "warning",
            f"TASK row {first} proj_id",
            f"{int((rows == NO_ROW).sum())} activities name no project",
            "put into the first project",
        )
    texts = wanted.as_texts()
    uids = project_ids.as_texts()
    made: dict[str, int] = {}
    for row in np.flatnonzero(rows < 0).tolist():
        uid = texts[row]
        if not uid and projects:
            rows[row] = 0
            continue
        if uid not in made:
            made[uid] = len(projects)
            projects.append(
                Project(
                    uid or "1",
                    uid or "PROJECT",
                    uid or "Project",
                    calendar=project_calendar("", calendar_ids, calendar_table),
                )
            )
            uids.append(uid or "1")
            repairs.add(
                "no-project",
                "warning",
                f"TASK row {row + 1} proj_id",
                f"project {uid!r} is not described in the file",
                "a project with default options was made",
            )
        rows[row] = made[uid]
    all_ids = Ids(None, uids) if made else project_ids
    return tuple(projects), np.maximum(rows, 0).astype(np.int32), all_ids


def _described(
    document: XerDocument,
    table: XerTable,
    calendar_ids: Ids,
    calendar_table: XerTable,
    repairs: Repairs,
) -> list[Project]:
    header = document.header
    currency = header[8].strip() if len(header) > 8 else ""
    codes, names = words(table, "proj_short_name"), words(table, "proj_name")
    exported = flags(table, "export_flag", True)
    data_date, planned = (
        dates(table, "last_recalc_date", repairs),
        dates(table, "plan_start_date", repairs),
    )
    must_finish, scheduled = (
        dates(table, "plan_end_date", repairs),
        dates(table, "scd_end_date", repairs),
    )
    last = dates(table, "last_schedule_date", repairs)
    threshold = durations(table, "critical_drtn_hr_cnt", repairs, 0)
    critical = table.texts("critical_path_type")
    calendars = table.texts("clndr_id")
    by_steps = flags(table, "step_complete_flag", False)
    settings = _settings(document)
    projects = []
    for row, uid in enumerate(ids(table, "proj_id").as_texts()):
        if not exported[row] and uid not in settings:
            options = ScheduleOptions()
        else:
            options = _options(uid, settings.get(uid), document.version, repairs)
        options = replace(
            options,
            critical=Critical(
                _meaning(critical[row], terms.CRITICAL, 0, f"PROJECT row {row + 1}", repairs)
            ),
            critical_threshold=int(threshold[row]),
        )
        projects.append(
            Project(
                uid,
                codes[row] or uid,
                names[row] or codes[row] or uid,
                int(data_date[row]),
                int(planned[row]),
                int(must_finish[row]),
                int(scheduled[row]),
                int(last[row]),
                project_calendar(calendars[row].strip(), calendar_ids, calendar_table),
                currency,
                bool(exported[row]),
                options,
                percent_from_steps=bool(by_steps[row]),
            )
        )
    return projects


def project_calendar(uid: str, calendar_ids: Ids, table: XerTable) -> int:
    """Row of a project's calendar; an unknown one is replaced by the file's default, else row 0."""
    known = calendar_ids.as_texts()
    if uid and uid in known:
        return known.index(uid)
    default = np.flatnonzero(flags(table, "default_flag", False))
    return int(default[0]) if default.size else 0


def _settings(document: XerDocument) -> dict[str, dict[str, str]]:
    table = document.table("SCHEDOPTIONS")
    return {row.get("proj_id", ""): row for row in table.rows()} if table is not None else {}


def _options(
    uid: str, row: dict[str, str] | None, version: str, repairs: Repairs
) -> ScheduleOptions:
    """Scheduling options of one project, P6's defaults where the file has none."""
    old = _before_version_7(version)
    if row is None:
        repairs.add(
            "no-schedoptions",
            "info",
            f"SCHEDOPTIONS of project {uid}",
            "the file has no scheduling options for it",
            "P6's defaults taken",
        )
        return ScheduleOptions(sf_one_minute=old)
    where = f"SCHEDOPTIONS of project {uid}"
    retained = _flag(row, "sched_retained_logic", True)
    override = _flag(row, "sched_progress_override", False)
    logic = Logic.RETAINED if retained else Logic.OVERRIDE if override else Logic.ACTUAL_DATES
    return ScheduleOptions(
        logic=logic,
        lag_calendar=LagCalendar(
            _meaning(
                row.get("sched_calendar_on_relationship_lag", ""),
                terms.LAG_CALENDARS,
                LagCalendar.PREDECESSOR,
                where,
                repairs,
            )
        ),
        float_type=FloatType(
            _meaning(
                row.get("sched_float_type", ""), terms.FLOAT_TYPES, FloatType.FINISH, where, repairs
            )
        ),
        open_ends_critical=_flag(row, "sched_open_critical_flag", False),
        use_expected_finish=_flag(row, "sched_use_expect_end_flag", True),
        lag_from_early_start=_flag(row, "sched_lag_early_start_flag", True),
        float_to_project_finish=_flag(row, "sched_use_project_end_date_for_float", True),
        ignore_external=row.get("sched_outer_depend_type", "").strip() == "SD_None",
        sf_one_minute=old,
    )


def _flag(row: dict[str, str], name: str, default: bool) -> bool:
    return {"Y": True, "N": False}.get(row.get(name, "").strip().upper(), default)


def _meaning(
    word: str, meanings: dict[str, int], default: int, where: str, repairs: Repairs
) -> int:
    word = word.strip()
    if word and word not in meanings:
        repairs.add(
            "unknown-value", "warning", where, f"{word!r} is not known", "taken as the default"
        )
    return meanings.get(word, default)


def _before_version_7(version: str) -> bool:
    """Whether the exporter is a P6 before 7, which puts SF finishes a minute after the start."""
    major = version.split(".")[0]
    # third parties write 1.0; P6 itself began with 3
    return major.isascii() and major.isdigit() and 3 <= int(major[:4]) < 7


def read_wbs(
    table: XerTable,
    task: XerTable,
    projects: tuple[Project, ...],
    project_ids: Ids,
    project_row: Rows,
    repairs: Repairs,
) -> tuple[Wbs, Rows, tuple[Project, ...]]:
    """(WBS in outline order, WBS row of every activity, projects with their names).

    A project without a root node that its activities need gets one. A project's name is that of
    its root node.
    """
    own = ids(table, "wbs_id")
    project = lookup(project_ids, ids(table, "proj_id"))
    if not projects:
        return empty_table(Wbs), np.zeros(0, dtype=np.int32), projects
    if (project < 0).any():
        repairs.add(
            "unknown-project",
            "warning",
            f"PROJWBS row {int(np.flatnonzero(project < 0)[0]) + 1} proj_id",
            f"{int((project < 0).sum())} nodes belong to no project of the file",
            "put into the first project",
        )
    parent = lookup(own, ids(table, "parent_wbs_id"))
    root = flags(table, "proj_node_flag", False)
    parent = np.where((parent < 0) | root, NO_ROW, parent).astype(np.int32)
    names, codes = words(table, "wbs_name"), words(table, "wbs_short_name")
    roots = _roots(parent, root, project, len(projects))
    wanted = lookup(own, ids(task, "wbs_id"))
    orphan = wanted < 0
    used = set(np.unique(project_row[orphan]).tolist())
    used |= set(np.unique(project_row).tolist()) if not len(table) else set()
    extra = [row for row in sorted(used) if roots[row] < 0]
    for row in extra:
        roots[row] = len(table) + extra.index(row)
        repairs.add(
            "no-wbs",
            "warning",
            f"PROJWBS of project {projects[row].code}",
            "the project has no WBS",
            "one node was made for it",
        )
    strays = orphan & ~np.isin(project_row, np.array(extra, dtype=np.int64))
    if strays.any():
        repairs.add(
            "unknown-wbs",
            "warning",
            f"TASK row {int(np.flatnonzero(strays)[0]) + 1} wbs_id",
            f"{int(strays.sum())} activities name no WBS node of the file",
            "put under their project's root",
        )
    wanted = np.where(orphan, roots[project_row], wanted)
    parent = np.concatenate((parent, np.full(len(extra), NO_ROW, dtype=np.int32)))
    order = _outline(parent, _sequence(table, len(extra)), repairs)
    place = np.empty(order.size, dtype=np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    rank = np.concatenate((place, [NO_ROW]))
    uids = own.as_texts() + [f"{projects[row].uid}-root" for row in extra]
    codes = codes + [projects[row].code for row in extra]
    names = names + [projects[row].name for row in extra]
    wbs = make_table(
        Wbs,
        order.size,
        uid=[uids[row] for row in order.tolist()],
        code=[codes[row] for row in order.tolist()],
        name=[names[row] for row in order.tolist()],
        parent=rank[_cut(parent, order)[order]],
        project=np.concatenate((np.maximum(project, 0), np.array(extra, dtype=np.int64)))[order],
    )
    named = tuple(
        replace(item, name=names[roots[row]] or item.name) if roots[row] >= 0 else item
        for row, item in enumerate(projects)
    )
    return wbs, place[wanted] if order.size else wanted, named


def _roots(parent: Rows, root: npt.NDArray[np.bool_], project: Rows, n: int) -> Rows:
    """Root node of each project: the flagged one, else the first without a parent."""
    roots = np.full(n, NO_ROW, dtype=np.int32)
    for chosen in (root, parent == NO_ROW):
        for row in np.flatnonzero(chosen & (project >= 0)).tolist():
            if roots[project[row]] < 0:
                roots[project[row]] = row
    return roots


def _sequence(table: XerTable, extra: int) -> list[float]:
    """Order of siblings: seq_num where it is a number."""
    found = []
    for text in table.texts("seq_num"):
        try:
            found.append(float(text or 0))
        except ValueError:
            found.append(0.0)
    return found + [0.0] * extra


def _outline(parent: Rows, sequence: list[float], repairs: Repairs) -> Rows:
    """Rows in outline order, parents first; nodes of a loop of parents become top nodes."""
    children: dict[int, list[int]] = {}
    for row, above in enumerate(parent.tolist()):
        children.setdefault(above, []).append(row)
    for rows in children.values():
        rows.sort(key=lambda row: sequence[row])
    order: list[int] = []
    seen = np.zeros(parent.size, dtype=bool)

    def walk(tops: list[int]) -> None:
        stack = tops[::-1]
        while stack:
            row = stack.pop()
            if seen[row]:
                continue
            seen[row] = True
            order.append(row)
            stack += children.get(row, [])[::-1]

    walk(children.get(NO_ROW, []))
    for row in range(parent.size):
        if not seen[row]:
            repairs.add(
                "wbs-loop",
                "error",
                f"PROJWBS row {row + 1}",
                "the node lies beneath itself",
                "made a top node",
            )
            walk([row])
    return np.array(order, dtype=np.int32)


def _cut(parent: Rows, order: Rows) -> Rows:
    """Parents with the links cut that would not lead upwards in the outline."""
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    above = np.where(parent >= 0, place[np.maximum(parent, 0)], -1) if order.size else parent
    return np.where(above < place, parent, NO_ROW).astype(np.int32)
