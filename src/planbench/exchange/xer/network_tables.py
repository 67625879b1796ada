"""Projects, calendars, activities and links of a schedule as XER tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    NO_ROW,
    LagFormat,
    Logic,
    Project,
    Schedule,
    Status,
    Wbs,
)
from planbench.domain.times import NO_TIME, Minutes
from planbench.exchange.xer import terms
from planbench.exchange.xer.calendars import write_calendar
from planbench.exchange.xer.formats import (
    Columns,
    by_rows,
    decimals,
    hours,
    plain,
    plain_ids,
    references,
    times,
    words_of,
    yes,
)

Calculated = Mapping[str, npt.NDArray[Any]]
"""Calculated columns by name, in the order of the activities."""


class NetworkTables:
    """Columns of the tables that make the network of one schedule."""

    def __init__(self, schedule: Schedule, calculated: Calculated) -> None:
        self.schedule = schedule
        self.calculated = calculated
        self.project = plain_ids([item.uid for item in schedule.projects])
        self.calendar = plain_ids([item.uid for item in schedule.calendars])
        self.task = plain_ids(schedule.activities.uid.tolist())
        self.resource = plain_ids(schedule.resources.uid.tolist())
        self.account = plain_ids(schedule.accounts.uid.tolist())
        self.wbs, self.wbs_ids = _rooted(schedule)

    def currencies(self) -> Columns:
        """CURRTYPE."""
        names = list(dict.fromkeys(p.currency for p in self.schedule.projects if p.currency))
        rows = [
            [str(k), "2", name, ".", ",", "#1.1", "(#1.1)", name, name, "3", "1"]
            for k, name in enumerate(names or ["USD"], 1)
        ]
        return by_rows(
            "curr_id decimal_digit_cnt curr_symbol decimal_symbol digit_group_symbol "
            "pos_curr_fmt_type neg_curr_fmt_type curr_type curr_short_name group_digit_cnt "
            "base_exch_rate",
            *rows,
        )

    def projects(self) -> Columns:
        """PROJECT."""
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
        return by_rows(fields, *(self._project(k, p) for k, p in enumerate(self.schedule.projects)))

    def _project(self, row: int, project: Project) -> list[str]:
        def time(value: int) -> str:
            return times(np.array([value]))[0]

        options = project.options
        return [
            self.project[row], "1", "Y", "Y", "Y", "N", "Y", yes(project.percent_from_steps),
            "N", "Y", ".", "CP_Drtn", project.code,
            references(self.calendar, np.array([project.calendar]))[0], "1000", "10", "10", "2",
            plain(options.critical_threshold / 60.0), "0", time(project.data_date),
            time(project.planned_start), time(project.must_finish_by),
            time(project.scheduled_finish), "DT_FixedDUR2", "A", "QT_Hour", "COST_PER_QTY", "N",
            "Y", "TT_Task", "N", terms.word_of(terms.CRITICAL, options.critical), "Y", "Y", "Y",
            "N", "N", "SL_Taskrsrc", time(project.last_scheduled), yes(project.exported),
        ]  # fmt: skip

    def options(self) -> Columns:
        """SCHEDOPTIONS."""
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
                yes(o.open_ends_critical), yes(o.lag_from_early_start),
                yes(o.logic == Logic.RETAINED), "N",
                terms.word_of(terms.FLOAT_TYPES, o.float_type),
                terms.word_of(terms.LAG_CALENDARS, o.lag_calendar), yes(o.use_expected_finish),
                yes(o.logic == Logic.OVERRIDE), "0", "N", "5", "25", "N", "Y", "Y",
                yes(o.float_to_project_finish), "N", "priority_type,ASC",
            ])  # fmt: skip
        return by_rows(fields, *rows)

    def calendars(self) -> Columns:
        """CALENDAR."""
        scopes = {"project": "CA_Project", "resource": "CA_Rsrc"}
        default = {p.calendar for p in self.schedule.projects[:1]}
        by_uid = dict(zip((c.uid for c in self.schedule.calendars), self.calendar, strict=True))
        owner = {p.calendar: self.project[k] for k, p in enumerate(self.schedule.projects)}
        rows = []
        for k, item in enumerate(self.schedule.calendars):
            month, year = item.hours_per_week * 52 / 12, item.hours_per_week * 52
            own = owner.get(k, self.project[0] if self.project else "")
            rows.append([
                self.calendar[k], yes(k in default), item.name,
                own if item.scope == "project" else "", by_uid.get(item.base_uid, ""),
                scopes.get(item.scope, "CA_Base"), plain(item.hours_per_day),
                plain(item.hours_per_week), plain(month), plain(year), "N",
                write_calendar(item),
            ])  # fmt: skip
        return by_rows(
            "clndr_id default_flag clndr_name proj_id base_clndr_id clndr_type day_hr_cnt "
            "week_hr_cnt month_hr_cnt year_hr_cnt rsrc_private clndr_data",
            *rows,
        )

    def outline(self) -> Columns:
        """PROJWBS: a root node carries its project's id and name."""
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
            "proj_id": references(self.project, wbs.project),
            "obs_id": ["1"] * n,
            "seq_num": [str(k) for k in range(n)],
            "est_wt": ["1"] * n,
            "proj_node_flag": [yes(root) for root in top.tolist()],
            "sum_data_flag": ["Y"] * n,
            "status_code": ["WS_Open"] * n,
            "wbs_short_name": codes,
            "wbs_name": names,
            "parent_wbs_id": references(self.wbs_ids, wbs.parent),
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
        """TASK."""
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
            "proj_id": references(self.project, table.project),
            "wbs_id": references(self.wbs_ids, wbs_row),
            "clndr_id": references(self.calendar, table.calendar),
            "phys_complete_pct": decimals(table.physical_percent),
            "rev_fdbk_flag": ["N"] * n,
            "est_wt": ["1"] * n,
            "lock_plan_flag": ["N"] * n,
            "auto_compute_act_flag": ["N"] * n,
            "complete_pct_type": words_of(table.percent_type, terms.PERCENT_TYPES),
            "task_type": words_of(table.type, terms.ACTIVITY_TYPES),
            "duration_type": ["DT_FixedDUR2"] * n,
            "status_code": words_of(table.status, terms.STATUS),
            "task_code": table.code.tolist(),
            "task_name": table.name.tolist(),
            "total_float_hr_cnt": hours(self._stored("total_float")),
            "free_float_hr_cnt": hours(self._stored("free_float")),
            "remain_drtn_hr_cnt": hours(table.remaining_duration),
            **work,
            "target_drtn_hr_cnt": hours(table.original_duration),
            "cstr_date": times(table.constraint_date),
            "act_start_date": times(table.actual_start),
            "act_end_date": times(table.actual_finish),
            "late_start_date": times(self._stored("late_start")),
            "late_end_date": times(self._stored("late_finish")),
            "expect_end_date": times(table.expected_finish),
            "early_start_date": times(early_start),
            "early_end_date": times(early_finish),
            "restart_date": times(restart),
            "reend_date": times(reend),
            "target_start_date": times(planned_start),
            "target_end_date": times(planned_finish),
            "rem_late_start_date": times(np.where(opened, self._stored("late_start"), NO_TIME)),
            "rem_late_end_date": times(np.where(opened, self._stored("late_finish"), NO_TIME)),
            "cstr_type": words_of(table.constraint, terms.CONSTRAINTS),
            "priority_type": words_of(table.levelling_priority, terms.PRIORITIES, "PT_Normal"),
            "suspend_date": times(table.suspend),
            "resume_date": times(table.resume),
            "cstr_date2": times(table.constraint2_date),
            "cstr_type2": words_of(table.constraint2, terms.CONSTRAINTS),
            "driving_path_flag": words_of(path, {"Y": 1, "N": 0}),
            "external_early_start_date": times(table.external_early_start),
            "external_late_end_date": times(table.external_late_finish),
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
                found[f"{prefix}_{word}_qty"] = decimals(total)
        return found

    def links(self) -> Columns:
        """TASKPRED: links within the file, then those to outside."""
        inner, outer = self.schedule.relationships, self.schedule.external_links
        project = self.schedule.activities.project
        far = dict(zip((p.uid for p in self.schedule.projects), self.project, strict=True))
        own = references(self.task, outer.activity)
        own_project = references(self.project, project[outer.activity])
        other_project = [far.get(uid, uid) for uid in outer.other_project]
        incoming = outer.incoming.tolist()

        def ends(mine: Sequence[str], theirs: Sequence[str], successor: bool) -> list[str]:
            return [
                a if into == successor else b
                for a, b, into in zip(mine, theirs, incoming, strict=True)
            ]

        other = outer.other_uid.tolist()
        lag = np.concatenate((_lag_minutes(self.schedule), outer.lag))
        return {
            "task_pred_id": plain_ids([*inner.uid.tolist(), *outer.uid.tolist()]),
            "task_id": [*references(self.task, inner.successor), *ends(own, other, True)],
            "pred_task_id": [*references(self.task, inner.predecessor), *ends(own, other, False)],
            "proj_id": [
                *references(self.project, project[inner.successor]),
                *ends(own_project, other_project, True),
            ],
            "pred_proj_id": [
                *references(self.project, project[inner.predecessor]),
                *ends(own_project, other_project, False),
            ],
            "pred_type": words_of(np.concatenate((inner.type, outer.type)), terms.LINK_TYPES),
            "lag_hr_cnt": hours(lag),
        }

    def project_of(self, activity: npt.NDArray[Any]) -> list[str]:
        """Ids of the projects of these activities."""
        return references(self.project, self.schedule.activities.project[activity])


def _lag_minutes(schedule: Schedule) -> Minutes:
    """Lags in minutes: P6 has no percentages, so those of the predecessor's duration are taken."""
    links = schedule.relationships
    share = (links.lag_format == LagFormat.PERCENT) | (
        links.lag_format == LagFormat.ELAPSED_PERCENT
    )
    duration = schedule.activities.original_duration[links.predecessor]
    minutes = np.round(links.lag / 10_000.0 * duration).astype(np.int64)
    return np.where(share, minutes, links.lag)


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
    return joined, plain_ids(joined.uid.tolist())
