"""XER files out: a document as it was read, or a new one from a Schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    NO_ROW,
    Logic,
    Project,
    Schedule,
    Status,
    Wbs,
)
from planbench.domain.times import NO_TIME, Minutes, to_datetime
from planbench.exchange.xer import terms
from planbench.exchange.xer.calendars import write_calendar
from planbench.exchange.xer.document import XerDocument, XerTable

Columns = dict[str, Sequence[str]]
Calculated = Mapping[str, npt.NDArray[Any]]


def write_xer(document: XerDocument) -> bytes:
    """The document's bytes; one that was read and not changed comes out byte for byte.

    Tables that were replaced are written in the document's line ending and encoding.
    """
    parts = [document.preamble]
    for table in document.tables:
        if parts[-1] and not parts[-1].endswith((b"\n", b"\r")):
            parts.append(document.newline)
        parts.append(table.data[slice(*table.block)])
    if document.closing and not parts[-1].endswith((b"\n", b"\r")):
        parts.append(document.newline)
    body = b"".join([*parts, document.closing])
    if document.encoding.startswith(("utf-16", "utf-32")):
        body = body.decode("utf-8", errors="replace").encode(document.encoding)
    return document.mark + body


def schedule_to_document(
    schedule: Schedule, version: str = "19.12", calculated: Calculated | None = None
) -> XerDocument:
    """A new XER of a schedule, with the tables and fields P6 asks for on import.

    Ids that are no plain numbers are replaced by such. The calculated dates and floats are the
    stored ones; `calculated` overrides them by name (`early_start`, `early_finish`, `late_start`,
    `late_finish`, `total_float`, `free_float`, `longest_path`), each a column in activity order.
    Texts are in Windows-1252 if it has all their letters, else in UTF-8.
    """
    columns = _Writer(schedule, calculated or {}).tables()
    encoding = "cp1252"
    try:
        tables = [XerTable.from_columns(name, found, encoding) for name, found in columns.items()]
    except UnicodeEncodeError:
        encoding = "utf-8"
        tables = [XerTable.from_columns(name, found, encoding) for name, found in columns.items()]
    first = schedule.projects[schedule.main_project] if schedule.projects else None
    exported = schedule.source.exported
    moment = to_datetime(exported if exported != NO_TIME else schedule.data_date)
    day = moment.strftime("%Y-%m-%d") if moment else "1970-01-01"
    currency = (first.currency if first else "") or "USD"
    header = (
        "ERMHDR", version, day, "Project", "planbench", "planbench", "planbench",
        "Project Management", currency.encode(encoding, "replace").decode(encoding),
    )  # fmt: skip
    preamble = ("\t".join(header) + "\r\n").encode(encoding)
    return XerDocument(header, tuple(tables), preamble, b"%E\r\n", encoding)


def _times(values: Minutes) -> list[str]:
    """Instants as P6 writes them, "" where there is none."""
    distinct, number = np.unique(values, return_inverse=True)
    texts = [
        "" if moment is None else moment.strftime("%Y-%m-%d %H:%M")
        for moment in map(to_datetime, distinct.tolist())
    ]
    return [texts[k] for k in number.tolist()]


def _decimals(values: npt.NDArray[Any]) -> list[str]:
    """Numbers with up to six decimals and no trailing zeros, "" for NaN."""
    distinct, number = np.unique(values, return_inverse=True)
    texts = ["" if value != value else _plain(value) for value in distinct.tolist()]
    return [texts[k] for k in number.tolist()]


def _plain(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def _hours(minutes: Minutes) -> list[str]:
    """Durations as decimal hours, "" where there is none."""
    return _decimals(np.where(minutes == NO_TIME, np.nan, minutes / 60.0))


def _terms(values: npt.NDArray[Any], meanings: dict[str, int], default: str = "") -> list[str]:
    texts = {int(v): terms.word_of(meanings, int(v), default) for v in np.unique(values)}
    return [texts[value] for value in values.tolist()]


def _yes(value: bool) -> str:
    return "Y" if value else "N"


def _ids(uids: Sequence[str]) -> list[str]:
    """The uids where they are plain numbers of their own, else fresh numbers above them."""
    used: set[str] = set()
    found: list[str] = []
    for uid in uids:
        plain = uid.isascii() and uid.isdigit() and len(uid) < 10 and uid not in used
        found.append(str(int(uid)) if plain and str(int(uid)) not in used else "")
        used.add(found[-1])
    fresh = max((int(uid) for uid in found if uid), default=0)
    for k, uid in enumerate(found):
        if not uid:
            fresh += 1
            found[k] = str(fresh)
    return found


def _ref(keys: Sequence[str], rows: npt.NDArray[Any]) -> list[str]:
    """Ids of the rows referred to, "" for NO_ROW."""
    padded = [*keys, ""]
    return [padded[max(row, NO_ROW)] for row in rows.tolist()]


class _Writer:
    """The columns of every table of one schedule."""

    def __init__(self, schedule: Schedule, calculated: Calculated) -> None:
        self.schedule = schedule
        self.calculated = calculated
        self.project = _ids([item.uid for item in schedule.projects])
        self.calendar = _ids([item.uid for item in schedule.calendars])
        self.task = _ids(schedule.activities.uid.tolist())
        self.resource = _ids(schedule.resources.uid.tolist())
        self.account = _ids(schedule.accounts.uid.tolist())
        self.wbs, self.wbs_ids = _rooted(schedule)

    def tables(self) -> dict[str, Columns]:
        """All tables in P6's order; those without rows only where P6 insists on them."""
        found = {
            "CURRTYPE": self.currencies(),
            "MEMOTYPE": self.topics(),
            "OBS": _rows("obs_id parent_obs_id seq_num obs_name", ["1", "", "0", "Enterprise"]),
            "UDFTYPE": self.user_fields(),
            "UMEASURE": self.units(),
            "ACCOUNT": self.accounts(),
            "PROJECT": self.projects(),
            "CALENDAR": self.calendars(),
            "SCHEDOPTIONS": self.options(),
            "PROJWBS": self.outline(),
            "RSRC": self.resources(),
            "ACTVTYPE": self.code_types(),
            "RSRCRATE": self.rates(),
            "ACTVCODE": self.code_values(),
            "TASK": self.tasks(),
            "PROJCOST": self.expenses(),
            "TASKMEMO": self.notes(),
            "TASKPRED": self.links(),
            "TASKRSRC": self.assignments(),
            "TASKACTV": self.code_assignments(),
            "UDFVALUE": self.user_values(),
        }
        kept = ("CALENDAR", "PROJWBS", "TASK", "TASKPRED")
        return {
            name: columns
            for name, columns in found.items()
            if name in kept or len(next(iter(columns.values())))
        }

    def currencies(self) -> Columns:
        names = list(dict.fromkeys(p.currency for p in self.schedule.projects if p.currency))
        rows = [
            [str(k), "2", name, ".", ",", "#1.1", "(#1.1)", name, name, "3", "1"]
            for k, name in enumerate(names or ["USD"], 1)
        ]
        return _rows(
            "curr_id decimal_digit_cnt curr_symbol decimal_symbol digit_group_symbol "
            "pos_curr_fmt_type neg_curr_fmt_type curr_type curr_short_name group_digit_cnt "
            "base_exch_rate",
            *rows,
        )

    def projects(self) -> Columns:
        fields = (
            "proj_id fy_start_month_num rsrc_self_add_flag allow_complete_flag "
            "rsrc_multi_assign_flag checkout_flag project_flag step_complete_flag "
            "cost_qty_recalc_flag batch_sum_flag name_sep_char def_complete_pct_type "
            "proj_short_name clndr_id task_code_base task_code_step priority_num "
            "wbs_max_sum_level critical_drtn_hr_cnt def_cost_per_qty last_recalc_date "
            "plan_start_date plan_end_date scd_end_date def_duration_type task_code_prefix "
            "def_qty_type def_rate_type add_act_remain_flag act_this_per_link_flag def_task_type "
            "act_pct_link_flag critical_path_type task_code_prefix_flag def_rollup_dates_flag "
            "rem_target_link_flag reset_planned_flag allow_neg_act_flag sum_assign_level "
            "last_schedule_date export_flag"
        )
        return _rows(fields, *(self._project(k, p) for k, p in enumerate(self.schedule.projects)))

    def _project(self, row: int, project: Project) -> list[str]:
        def time(value: int) -> str:
            return _times(np.array([value]))[0]

        options = project.options
        return [
            self.project[row], "1", "Y", "Y", "Y", "N", "Y", "N", "N", "Y", ".", "CP_Drtn",
            project.code, _ref(self.calendar, np.array([project.calendar]))[0], "1000", "10",
            "10", "2", _plain(options.critical_threshold / 60.0), "0", time(project.data_date),
            time(project.planned_start), time(project.must_finish_by),
            time(project.scheduled_finish), "DT_FixedDUR2", "A", "QT_Hour", "COST_PER_QTY", "N",
            "Y", "TT_Task", "N", terms.word_of(terms.CRITICAL, options.critical), "Y", "Y", "Y",
            "N", "N", "SL_Taskrsrc", time(project.last_scheduled), _yes(project.exported),
        ]  # fmt: skip

    def options(self) -> Columns:
        fields = (
            "schedoptions_id proj_id sched_outer_depend_type sched_open_critical_flag "
            "sched_lag_early_start_flag sched_retained_logic sched_setplantoforecast "
            "sched_float_type sched_calendar_on_relationship_lag sched_use_expect_end_flag "
            "sched_progress_override level_float_thrs_cnt level_outer_assign_flag "
            "level_outer_assign_priority level_over_alloc_pct level_within_float_flag "
            "level_keep_sched_date_flag level_all_rsrc_flag sched_use_project_end_date_for_float "
            "enable_multiple_longest_path_calc LevelPriorityList"
        )
        rows = []
        for k, project in enumerate(self.schedule.projects):
            o = project.options
            rows.append([
                str(k + 1), self.project[k], "SD_None" if o.ignore_external else "SD_Both",
                _yes(o.open_ends_critical), _yes(o.lag_from_early_start),
                _yes(o.logic == Logic.RETAINED), "N",
                terms.word_of(terms.FLOAT_TYPES, o.float_type),
                terms.word_of(terms.LAG_CALENDARS, o.lag_calendar), _yes(o.use_expected_finish),
                _yes(o.logic == Logic.OVERRIDE), "0", "N", "5", "25", "N", "Y", "Y",
                _yes(o.float_to_project_finish), "N", "priority_type,ASC",
            ])  # fmt: skip
        return _rows(fields, *rows)

    def calendars(self) -> Columns:
        scopes = {"project": "CA_Project", "resource": "CA_Rsrc"}
        default = {p.calendar for p in self.schedule.projects[:1]}
        by_uid = dict(zip((c.uid for c in self.schedule.calendars), self.calendar, strict=True))
        owner = {p.calendar: self.project[k] for k, p in enumerate(self.schedule.projects)}
        rows = []
        for k, item in enumerate(self.schedule.calendars):
            month, year = item.hours_per_week * 52 / 12, item.hours_per_week * 52
            own = owner.get(k, self.project[0] if self.project else "")
            rows.append([
                self.calendar[k], _yes(k in default), item.name,
                own if item.scope == "project" else "", by_uid.get(item.base_uid, ""),
                scopes.get(item.scope, "CA_Base"), _plain(item.hours_per_day),
                _plain(item.hours_per_week), _plain(month), _plain(year), "N",
                write_calendar(item),
            ])  # fmt: skip
        return _rows(
            "clndr_id default_flag clndr_name proj_id base_clndr_id clndr_type day_hr_cnt "
            "week_hr_cnt month_hr_cnt year_hr_cnt rsrc_private clndr_data",
            *rows,
        )

    def outline(self) -> Columns:
        wbs = self.wbs
        top = wbs.parent == NO_ROW
        projects = self.schedule.projects
        names = [
            projects[p].name if root else name
            for name, p, root in zip(wbs.name, wbs.project.tolist(), top.tolist(), strict=True)
        ]
        codes = [
            projects[p].code if root else code
            for code, p, root in zip(wbs.code, wbs.project.tolist(), top.tolist(), strict=True)
        ]
        n = len(wbs)
        return {
            "wbs_id": self.wbs_ids,
            "proj_id": _ref(self.project, wbs.project),
            "obs_id": ["1"] * n,
            "seq_num": [str(k) for k in range(n)],
            "est_wt": ["1"] * n,
            "proj_node_flag": [_yes(root) for root in top.tolist()],
            "sum_data_flag": ["Y"] * n,
            "status_code": ["WS_Open"] * n,
            "wbs_short_name": codes,
            "wbs_name": names,
            "parent_wbs_id": _ref(self.wbs_ids, wbs.parent),
            "ev_user_pct": ["6"] * n,
            "ev_etc_user_value": ["0.88"] * n,
            "ev_compute_type": ["EC_Cmp_pct"] * n,
            "ev_etc_compute_type": ["EE_Rem_hr"] * n,
        }

    def _stored(self, name: str) -> Minutes:
        found = self.calculated.get(name)
        if found is None:
            found = getattr(self.schedule.activities, f"stored_{name}")
        return np.asarray(found)

    def tasks(self) -> Columns:
        table, n = self.schedule.activities, len(self.schedule)
        early_start, early_finish = self._stored("early_start"), self._stored("early_finish")
        opened = table.status != Status.COMPLETE
        restart = np.where(
            (table.stored_start == NO_TIME) & opened, early_start, table.stored_start
        )
        reend = np.where(
            (table.stored_finish == NO_TIME) & opened, early_finish, table.stored_finish
        )
        planned_start = np.where(table.planned_start == NO_TIME, restart, table.planned_start)
        planned_finish = np.where(table.planned_finish == NO_TIME, reend, table.planned_finish)
        path = self._stored("longest_path").astype(np.int64)
        wbs_row = self._wbs_rows()
        work = self._units()
        return {
            "task_id": self.task,
            "proj_id": _ref(self.project, table.project),
            "wbs_id": _ref(self.wbs_ids, wbs_row),
            "clndr_id": _ref(self.calendar, table.calendar),
            "phys_complete_pct": _decimals(table.physical_percent),
            "rev_fdbk_flag": ["N"] * n,
            "est_wt": ["1"] * n,
            "lock_plan_flag": ["N"] * n,
            "auto_compute_act_flag": ["N"] * n,
            "complete_pct_type": _terms(table.percent_type, terms.PERCENT_TYPES),
            "task_type": _terms(table.type, terms.ACTIVITY_TYPES),
            "duration_type": ["DT_FixedDUR2"] * n,
            "status_code": _terms(table.status, terms.STATUS),
            "task_code": table.code.tolist(),
            "task_name": table.name.tolist(),
            "total_float_hr_cnt": _hours(self._stored("total_float")),
            "free_float_hr_cnt": _hours(self._stored("free_float")),
            "remain_drtn_hr_cnt": _hours(table.remaining_duration),
            **work,
            "target_drtn_hr_cnt": _hours(table.original_duration),
            "cstr_date": _times(table.constraint_date),
            "act_start_date": _times(table.actual_start),
            "act_end_date": _times(table.actual_finish),
            "late_start_date": _times(self._stored("late_start")),
            "late_end_date": _times(self._stored("late_finish")),
            "expect_end_date": _times(table.expected_finish),
            "early_start_date": _times(early_start),
            "early_end_date": _times(early_finish),
            "restart_date": _times(restart),
            "reend_date": _times(reend),
            "target_start_date": _times(planned_start),
            "target_end_date": _times(planned_finish),
            "rem_late_start_date": _times(np.where(opened, self._stored("late_start"), NO_TIME)),
            "rem_late_end_date": _times(np.where(opened, self._stored("late_finish"), NO_TIME)),
            "cstr_type": _terms(table.constraint, terms.CONSTRAINTS),
            "priority_type": _terms(table.levelling_priority, terms.PRIORITIES, "PT_Normal"),
            "suspend_date": _times(table.suspend),
            "resume_date": _times(table.resume),
            "cstr_date2": _times(table.constraint2_date),
            "cstr_type2": _terms(table.constraint2, terms.CONSTRAINTS),
            "driving_path_flag": _terms(path, {"Y": 1, "N": 0}),
            "external_early_start_date": _times(table.external_early_start),
            "external_late_end_date": _times(table.external_late_finish),
        }

    def _wbs_rows(self) -> npt.NDArray[np.int64]:
        """WBS row of each activity; those without one lie under their project's root."""
        wbs, table = self.wbs, self.schedule.activities
        root = np.full(max(len(self.schedule.projects), 1), NO_ROW, dtype=np.int64)
        tops = np.flatnonzero(wbs.parent == NO_ROW)
        root[wbs.project[tops]] = tops
        return np.where(table.wbs >= 0, table.wbs, root[table.project])

    def _units(self) -> Columns:
        """Labour and other units of the activities, summed over their assignments."""
        table, kinds = self.schedule.assignments, self.schedule.resources.kind
        kind = np.append(kinds, "labor")[table.resource]
        found: Columns = {}
        for word, own in (("work", kind == "labor"), ("equip", kind == "nonlabor")):
            for prefix, column in (
                ("act", table.actual_units),
                ("remain", table.remaining_units),
                ("target", table.budget_units),
            ):
                total = np.bincount(table.activity, np.where(own, column, 0.0), len(self.schedule))
                found[f"{prefix}_{word}_qty"] = _decimals(total)
        return found

    def links(self) -> Columns:
        inner, outer = self.schedule.relationships, self.schedule.external_links
        project = self.schedule.activities.project
        far = dict(zip((p.uid for p in self.schedule.projects), self.project, strict=True))
        own = _ref(self.task, outer.activity)
        own_project = _ref(self.project, project[outer.activity])
        other_project = [far.get(uid, uid) for uid in outer.other_project]
        incoming = outer.incoming.tolist()

        def ends(mine: Sequence[str], theirs: Sequence[str], successor: bool) -> list[str]:
            return [
                a if into == successor else b
                for a, b, into in zip(mine, theirs, incoming, strict=True)
            ]

        other = outer.other_uid.tolist()
        lag = np.concatenate((inner.lag, outer.lag))
        return {
            "task_pred_id": _ids([*inner.uid.tolist(), *outer.uid.tolist()]),
            "task_id": [*_ref(self.task, inner.successor), *ends(own, other, True)],
            "pred_task_id": [*_ref(self.task, inner.predecessor), *ends(own, other, False)],
            "proj_id": [
                *_ref(self.project, project[inner.successor]),
                *ends(own_project, other_project, True),
            ],
            "pred_proj_id": [
                *_ref(self.project, project[inner.predecessor]),
                *ends(own_project, other_project, False),
            ],
            "pred_type": _terms(np.concatenate((inner.type, outer.type)), terms.LINK_TYPES),
            "lag_hr_cnt": _hours(lag),
        }

    def topics(self) -> Columns:
        names = list(dict.fromkeys(self.schedule.notes.topic.tolist()))
        rows = [[str(k), "0", "Y", "Y", "Y", "Y", name] for k, name in enumerate(names, 1)]
        return _rows("memo_type_id seq_num eps_flag proj_flag wbs_flag task_flag memo_type", *rows)

    def notes(self) -> Columns:
        table = self.schedule.notes
        topic = {name: str(k) for k, name in enumerate(dict.fromkeys(table.topic.tolist()), 1)}
        return {
            "memo_id": _counted(len(table)),
            "task_id": _ref(self.task, table.activity),
            "memo_type_id": [topic[name] for name in table.topic],
            "proj_id": self._project_of(table.activity),
            "task_memo": table.text.tolist(),
        }

    def _project_of(self, activity: npt.NDArray[Any]) -> list[str]:
        return _ref(self.project, self.schedule.activities.project[activity])

    def accounts(self) -> Columns:
        table = self.schedule.accounts
        return {
            "acct_id": self.account,
            "parent_acct_id": _ref(self.account, table.parent),
            "acct_seq_num": _counted(len(table)),
            "acct_name": table.name.tolist(),
            "acct_short_name": table.code.tolist(),
            "acct_descr": [""] * len(table),
        }

    def units(self) -> Columns:
        names = [name for name in dict.fromkeys(self.schedule.resources.unit.tolist()) if name]
        return _rows(
            "unit_id seq_num unit_abbrev unit_name",
            *([str(k), str(k), name, name] for k, name in enumerate(names, 1)),
        )

    def resources(self) -> Columns:
        table, n = self.schedule.resources, len(self.schedule.resources)
        units = [name for name in dict.fromkeys(table.unit.tolist()) if name]
        unit = {name: str(k) for k, name in enumerate(units, 1)}
        kinds = {kind: word for word, kind in terms.RESOURCE_KINDS.items()}
        return {
            "rsrc_id": self.resource,
            "parent_rsrc_id": _ref(self.resource, table.parent),
            "clndr_id": _ref(self.calendar, table.calendar),
            "rsrc_seq_num": _counted(n),
            "rsrc_name": table.name.tolist(),
            "rsrc_short_name": table.code.tolist(),
            "def_qty_per_hr": _decimals(table.max_units),
            "cost_qty_type": ["QT_Hour"] * n,
            "active_flag": ["Y"] * n,
            "auto_compute_act_flag": ["N"] * n,
            "def_cost_qty_link_flag": ["Y"] * n,
            "ot_flag": ["N"] * n,
            "curr_id": ["1"] * n,
            "unit_id": [unit.get(name, "") for name in table.unit],
            "rsrc_type": [kinds.get(kind, "RT_Labor") for kind in table.kind],
        }

    def rates(self) -> Columns:
        table, n = self.schedule.resources, len(self.schedule.resources)
        return {
            "rsrc_rate_id": _counted(n),
            "rsrc_id": self.resource,
            "max_qty_per_hr": _decimals(table.max_units),
            "cost_per_qty": _decimals(table.price),
            "start_date": ["1990-01-01 00:00"] * n,
        }

    def assignments(self) -> Columns:
        table = self.schedule.assignments
        kinds = [*self.schedule.resources.kind.tolist(), "labor"]
        word = {kind: name for name, kind in terms.RESOURCE_KINDS.items()}
        n = len(table)
        return {
            "taskrsrc_id": _ids(table.uid.tolist()),
            "task_id": _ref(self.task, table.activity),
            "proj_id": self._project_of(table.activity),
            "cost_qty_link_flag": ["N"] * n,
            "acct_id": _ref(self.account, table.account),
            "rsrc_id": _ref(self.resource, table.resource),
            "remain_qty": _decimals(table.remaining_units),
            "target_qty": _decimals(table.budget_units),
            "remain_qty_per_hr": _decimals(table.units_per_hour),
            "target_qty_per_hr": _decimals(table.units_per_hour),
            "act_ot_qty": ["0"] * n,
            "act_reg_qty": _decimals(table.actual_units),
            "target_cost": _decimals(table.budget_cost),
            "act_reg_cost": _decimals(table.actual_cost),
            "act_ot_cost": ["0"] * n,
            "remain_cost": _decimals(table.remaining_cost),
            "rollup_dates_flag": ["Y"] * n,
            "rate_type": ["COST_PER_QTY"] * n,
            "rsrc_type": [word.get(kinds[row], "RT_Labor") for row in table.resource.tolist()],
            "cost_per_qty_source_type": ["ST_Rsrc"] * n,
        }

    def expenses(self) -> Columns:
        table = self.schedule.expenses
        return {
            "cost_item_id": _ids(table.uid.tolist()),
            "acct_id": _ref(self.account, table.account),
            "proj_id": self._project_of(table.activity),
            "task_id": _ref(self.task, table.activity),
            "cost_name": table.name.tolist(),
            "act_cost": _decimals(table.actual_cost),
            "remain_cost": _decimals(table.remaining_cost),
            "target_cost": _decimals(table.budget_cost),
            "cost_load_type": ["CL_Uniform"] * len(table),
            "auto_compute_act_flag": ["N"] * len(table),
        }

    def code_types(self) -> Columns:
        table = self.schedule.code_types
        words = {scope: word for word, scope in terms.CODE_SCOPES.items()}
        main = self.project[self.schedule.main_project] if self.project else ""
        return {
            "actv_code_type_id": _ids(table.uid.tolist()),
            "actv_short_len": ["60"] * len(table),
            "seq_num": _counted(len(table)),
            "actv_code_type": table.name.tolist(),
            "proj_id": [main if scope == "project" else "" for scope in table.scope],
            "actv_code_type_scope": [words.get(scope, "AS_Global") for scope in table.scope],
        }

    def code_values(self) -> Columns:
        table = self.schedule.code_values
        own = _ids(table.uid.tolist())
        return {
            "actv_code_id": own,
            "parent_actv_code_id": _ref(own, table.parent),
            "actv_code_type_id": _ref(_ids(self.schedule.code_types.uid.tolist()), table.type),
            "actv_code_name": table.name.tolist(),
            "short_name": table.code.tolist(),
            "seq_num": _counted(len(table)),
        }

    def code_assignments(self) -> Columns:
        table, values = self.schedule.code_assignments, self.schedule.code_values
        types = _ids(self.schedule.code_types.uid.tolist())
        return {
            "task_id": _ref(self.task, table.activity),
            "actv_code_type_id": _ref(types, values.type[table.value]),
            "actv_code_id": _ref(_ids(values.uid.tolist()), table.value),
            "proj_id": self._project_of(table.activity),
        }

    def user_fields(self) -> Columns:
        table = self.schedule.udf_types
        kinds = {
            "text": "FT_TEXT",
            "number": "FT_FLOAT_2_DECIMALS",
            "integer": "FT_INT",
            "cost": "FT_MONEY",
            "date": "FT_START_DATE",
            "indicator": "FT_STATICTYPE",
        }
        own = _ids(table.uid.tolist())
        return {
            "udf_type_id": own,
            "table_name": table.table.tolist(),
            "udf_type_name": [f"user_field_{uid}" for uid in own],
            "udf_type_label": table.name.tolist(),
            "logical_data_type": [kinds.get(kind, "FT_TEXT") for kind in table.kind],
            "super_flag": ["N"] * len(table),
        }

    def user_values(self) -> Columns:
        schedule, table = self.schedule, self.schedule.udf_values
        owners: dict[str, tuple[Iterable[str], list[str]]] = {
            "TASK": (schedule.activities.uid, self.task),
            "PROJECT": ([p.uid for p in schedule.projects], self.project),
            "PROJWBS": (self.wbs.uid, self.wbs_ids),
            "RSRC": (schedule.resources.uid, self.resource),
        }
        renamed = {name: dict(zip(uids, own, strict=True)) for name, (uids, own) in owners.items()}
        of_task = dict(zip(self.task, _ref(self.project, schedule.activities.project), strict=True))
        kinds = schedule.udf_types.kind[table.type].tolist()
        tables = schedule.udf_types.table[table.type].tolist()
        subject = [
            renamed.get(name, {}).get(uid, uid)
            for name, uid in zip(tables, table.subject, strict=True)
        ]
        values = table.value.tolist()

        def of(*wanted: str) -> list[str]:
            return [v if k in wanted else "" for v, k in zip(values, kinds, strict=True)]

        return {
            "udf_type_id": _ref(_ids(schedule.udf_types.uid.tolist()), table.type),
            "fk_id": subject,
            "proj_id": [
                of_task.get(uid, "") if name == "TASK" else ""
                for name, uid in zip(tables, subject, strict=True)
            ],
            "udf_date": of("date"),
            "udf_number": of("number", "integer", "cost"),
            "udf_text": of("text", "indicator"),
            "udf_code_id": [""] * len(table),
        }


def _counted(n: int) -> list[str]:
    return [str(k) for k in range(1, n + 1)]


def _rows(fields: str, *rows: Sequence[str]) -> Columns:
    """Columns of a table that is easier written row by row."""
    return {name: [row[k] for row in rows] for k, name in enumerate(fields.split())}


def _rooted(schedule: Schedule) -> tuple[Wbs, list[str]]:
    """The WBS with exactly one top node a project, as P6 wants it, and its ids."""
    wbs = schedule.wbs
    tops = np.flatnonzero(wbs.parent == NO_ROW)
    counts = np.bincount(wbs.project[tops], minlength=len(schedule.projects))
    parent = wbs.parent.copy()
    extra = [k for k in range(len(schedule.projects)) if counts[k] != 1]
    for place, project in enumerate(extra):
        parent[tops[wbs.project[tops] == project]] = len(wbs) + place
    more = np.array(extra, dtype=np.int32)
    projects = schedule.projects
    joined = Wbs(
        np.append(wbs.uid, [f"root of {projects[k].uid}" for k in extra]).astype(object),
        np.append(wbs.code, [projects[k].code for k in extra]).astype(object),
        np.append(wbs.name, [projects[k].name for k in extra]).astype(object),
        np.append(parent, np.full(len(extra), NO_ROW, dtype=np.int32)),
        np.append(wbs.project, more),
    )
    return joined, _ids(joined.uid.tolist())
