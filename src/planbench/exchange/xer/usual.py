"""Fields that every P6 export has and the model has nothing for, with what a new row says there.

Field sets and usual values are those of exports of P6 6.0 to 24.12. An import takes them by name;
a file with them all is like one that P6 wrote.
"""

from __future__ import annotations

from planbench.exchange.xer.formats import Columns

_FIELDS = {
    "OBS": "guid obs_descr",
    "UDFTYPE": "indicator_expression summary_indicator_expression",
    "PROJECT": (
        "acct_id orig_proj_id source_proj_id base_type_id sum_base_proj_id strgy_priority_num=500 "
        "last_checksum add_date last_tasksum_date fcst_start_date guid add_by_name "
        "web_local_root_path proj_url use_project_baseline_flag=Y last_fin_dates_id "
        "last_baseline_update_date loaded_scope_level=7 new_fin_dates_id next_data_date "
        "close_period_flag trsrcsum_loaded"
    ),
    "CALENDAR": "last_chng_date",
    "PROJWBS": (
        "phase_id orig_cost=0 indep_remain_total_cost=0 ann_dscnt_rate_pct dscnt_period_type "
        "indep_remain_work_qty anticip_start_date anticip_end_date guid tmpl_guid plan_open_state"
    ),
    "TASK": (
        "rsrc_id float_path float_path_order guid tmpl_guid act_this_per_work_qty=0 "
        "act_this_per_equip_qty=0 create_date update_date create_user update_user"
    ),
    "PROJCOST": (
        "pobs_id cost_type_id po_number vendor_name cost_per_qty=0 target_qty=1 qty_name "
        "cost_descr contract_manager_import"
    ),
    "TASKPRED": "float_path aref arls",
    "RSRC": (
        "role_id shift_id user_id pobs_id guid email_addr employee_code office_phone other_phone "
        "rsrc_title_name ot_factor rsrc_notes load_tasks_flag level_flag last_checksum"
    ),
    "ROLES": "pobs_id def_cost_qty_link_flag=Y cost_qty_type=QT_Hour role_descr last_checksum",
    "ACTVTYPE": "wbs_id",
    "RSRCRATE": "shift_period_id cost_per_qty2 cost_per_qty3 cost_per_qty4 cost_per_qty5",
    "TASKPROC": "proc_descr",
    "TASKRSRC": (
        "pobs_id skill_level target_lag_drtn_hr_cnt=0 relag_drtn_hr_cnt=0 ot_factor cost_per_qty "
        "act_start_date act_end_date restart_date reend_date target_start_date target_end_date "
        "rem_late_start_date rem_late_end_date target_crv remain_crv actual_crv "
        "ts_pend_act_end_flag=N guid act_this_per_cost=0 act_this_per_qty=0 curv_id create_user "
        "create_date has_rsrchours taskrsrc_sum_id"
    ),
}


def with_usual(tables: dict[str, Columns]) -> dict[str, Columns]:
    """The tables with the fields of P6 that they lack, after their own."""
    found = {}
    for name, columns in tables.items():
        n = len(next(iter(columns.values()), []))
        usual = dict(one.partition("=")[::2] for one in _FIELDS.get(name, "").split())
        known = {key.lower() for key in columns}
        more: Columns = {key: [text] * n for key, text in usual.items() if key not in known}
        found[name] = {**columns, **more}
    return found
