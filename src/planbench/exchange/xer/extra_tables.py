"""Codes, user fields, resources, costs and notes of a schedule as XER tables."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planbench.domain.schedule import ResourceRates, Rows
from planbench.domain.times import NO_TIME
from planbench.exchange.xer import terms
from planbench.exchange.xer.formats import (
    Columns,
    by_rows,
    counted,
    decimals,
    plain_ids,
    references,
    times,
    yes,
)
from planbench.exchange.xer.network_tables import NetworkTables

ALWAYS = "1990-01-01 00:00"
"""Since when a rate holds that has no date of its own."""


def rates_at(rates: ResourceRates, minute: int) -> Rows:
    """Rows of the rates that hold at a minute, one a resource: the latest that has begun."""
    begun = rates.start <= minute if minute != NO_TIME else np.zeros(len(rates), dtype=bool)
    order = np.lexsort((np.where(begun, rates.start, -rates.start), begun, rates.resource))
    last = np.append(rates.resource[order][1:] != rates.resource[order][:-1], len(rates) > 0)
    return np.asarray(order[last[: len(rates)]], dtype=np.int32)


class ScheduleTables(NetworkTables):
    """Columns of all tables of one schedule."""

    def tables(self) -> dict[str, Columns]:
        """All tables in P6's order; those without rows only where P6 insists on them."""
        found = {
            "CURRTYPE": self.currencies(),
            "MEMOTYPE": self.topics(),
            "OBS": by_rows("obs_id parent_obs_id seq_num obs_name", ["1", "", "0", "Enterprise"]),
            "UDFTYPE": self.user_fields(),
            "UMEASURE": self.units(),
            "ACCOUNT": self.accounts(),
            "PROJECT": self.projects(),
            "CALENDAR": self.calendars(),
            "SCHEDOPTIONS": self.options(),
            "PROJWBS": self.outline(),
            "ROLES": self.roles(),
            "RSRC": self.resources(),
            "ACTVTYPE": self.code_types(),
            "RSRCRATE": self.rates(),
            "ACTVCODE": self.code_values(),
            "TASK": self.tasks(),
            "PROJCOST": self.expenses(),
            "TASKMEMO": self.notes(),
            "TASKPRED": self.links(),
            "TASKPROC": self.steps(),
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

    def topic_ids(self) -> dict[str, str]:
        """Id of each topic of the notes."""
        names = dict.fromkeys(self.schedule.notes.topic.tolist())
        return {name: str(k) for k, name in enumerate(names, 1)}

    def unit_ids(self) -> dict[str, str]:
        """Id of each unit of the resources."""
        names = [name for name in dict.fromkeys(self.schedule.resources.unit.tolist()) if name]
        return {name: str(k) for k, name in enumerate(names, 1)}

    def note_ids(self) -> list[str]:
        """Id of each note."""
        return counted(len(self.schedule.notes))

    def topics(self) -> Columns:
        """MEMOTYPE."""
        found = self.topic_ids().items()
        rows = [[uid, "0", "Y", "Y", "Y", "Y", name] for name, uid in found]
        return by_rows(
            "memo_type_id seq_num eps_flag proj_flag wbs_flag task_flag memo_type", *rows
        )

    def notes(self) -> Columns:
        """TASKMEMO."""
        table = self.schedule.notes
        topic = self.topic_ids()
        return {
            "memo_id": self.note_ids(),
            "task_id": references(self.task, table.activity),
            "memo_type_id": [topic[name] for name in table.topic],
            "proj_id": self.project_of(table.activity),
            "task_memo": table.text.tolist(),
        }

    def accounts(self) -> Columns:
        """ACCOUNT."""
        table = self.schedule.accounts
        return {
            "acct_id": self.account,
            "parent_acct_id": references(self.account, table.parent),
            "acct_seq_num": counted(len(table)),
            "acct_name": table.name.tolist(),
            "acct_short_name": table.code.tolist(),
            "acct_descr": [""] * len(table),
        }

    def units(self) -> Columns:
        """UMEASURE."""
        return by_rows(
            "unit_id seq_num unit_abbrev unit_name",
            *([uid, uid, name, name] for name, uid in self.unit_ids().items()),
        )

    def resources(self) -> Columns:
        """RSRC."""
        table, n = self.schedule.resources, len(self.schedule.resources)
        unit = self.unit_ids()
        kinds = {kind: word for word, kind in terms.RESOURCE_KINDS.items()}
        return {
            "rsrc_id": self.resource,
            "parent_rsrc_id": references(self.resource, table.parent),
            "clndr_id": references(self.calendar, table.calendar),
            "rsrc_seq_num": counted(n),
            "rsrc_name": table.name.tolist(),
            "rsrc_short_name": table.code.tolist(),
            "def_qty_per_hr": decimals(table.max_units),
            "cost_qty_type": ["QT_Hour"] * n,
            "active_flag": ["Y"] * n,
            "auto_compute_act_flag": ["N"] * n,
            "def_cost_qty_link_flag": ["Y"] * n,
            "ot_flag": ["N"] * n,
            "curr_id": ["1"] * n,
            "unit_id": [unit.get(name, "") for name in table.unit],
            "rsrc_type": [kinds.get(kind, "RT_Labor") for kind in table.kind],
        }

    def role_ids(self) -> list[str]:
        """Id of each role."""
        return plain_ids(self.schedule.roles.uid.tolist())

    def roles(self) -> Columns:
        """ROLES."""
        table, own = self.schedule.roles, self.role_ids()
        return {
            "role_id": own,
            "parent_role_id": references(own, table.parent),
            "seq_num": counted(len(table)),
            "role_name": table.name.tolist(),
            "role_short_name": table.code.tolist(),
        }

    def steps(self) -> Columns:
        """TASKPROC."""
        table, n = self.schedule.steps, len(self.schedule.steps)
        return {
            "proc_id": plain_ids(table.uid.tolist()),
            "task_id": references(self.task, table.activity),
            "proj_id": self.project_of(table.activity),
            "seq_num": counted(n),
            "proc_name": table.name.tolist(),
            "complete_flag": [yes(one >= 100.0) for one in table.percent.tolist()],
            "proc_wt": decimals(table.weight),
            "complete_pct": decimals(table.percent),
        }

    def rates(self) -> Columns:
        """RSRCRATE: the rates over time, else one a resource that is valid from long ago.

        What was edited of a resource stands in the rate that holds at the data date.
        """
        found, given = self.current_rates(), self.schedule.resource_rates
        if not len(given):
            return found
        several = set(given.resource.tolist())
        kept = [row for row in range(len(self.resource)) if row not in several]
        now = set(rates_at(given, self.schedule.data_date).tolist())
        units, price = given.max_units.copy(), given.price.copy()
        resources = self.schedule.resources
        for row in now:
            owner = int(given.resource[row])
            units[row], price[row] = resources.max_units[owner], resources.price[owner]
        one = {name: [texts[row] for row in kept] for name, texts in found.items()}
        return {
            "rsrc_rate_id": counted(len(kept) + len(given)),
            "rsrc_id": [*one["rsrc_id"], *references(self.resource, given.resource)],
            "max_qty_per_hr": [*one["max_qty_per_hr"], *decimals(units)],
            "cost_per_qty": [*one["cost_per_qty"], *decimals(price)],
            "start_date": [*one["start_date"], *times(given.start)],
        }

    def current_rates(self) -> Columns:
        """One rate a resource: the one that holds at the data date."""
        table, n = self.schedule.resources, len(self.schedule.resources)
        return {
            "rsrc_rate_id": counted(n),
            "rsrc_id": self.resource,
            "max_qty_per_hr": decimals(table.max_units),
            "cost_per_qty": decimals(table.price),
            "start_date": [ALWAYS] * n,
        }

    def assignments(self) -> Columns:
        """TASKRSRC."""
        table = self.schedule.assignments
        kinds = [*self.schedule.resources.kind.tolist(), "labor"]
        word = {kind: name for name, kind in terms.RESOURCE_KINDS.items()}
        n = len(table)
        return {
            "taskrsrc_id": plain_ids(table.uid.tolist()),
            "task_id": references(self.task, table.activity),
            "proj_id": self.project_of(table.activity),
            "cost_qty_link_flag": ["N"] * n,
            "acct_id": references(self.account, table.account),
            "rsrc_id": references(self.resource, table.resource),
            "role_id": references(self.role_ids(), table.role),
            "remain_qty": decimals(table.remaining_units),
            "target_qty": decimals(table.budget_units),
            "remain_qty_per_hr": decimals(table.units_per_hour),
            "target_qty_per_hr": decimals(table.units_per_hour),
            "act_ot_qty": ["0"] * n,
            "act_reg_qty": decimals(table.actual_units),
            "target_cost": decimals(table.budget_cost),
            "act_reg_cost": decimals(table.actual_cost),
            "act_ot_cost": ["0"] * n,
            "remain_cost": decimals(table.remaining_cost),
            "rollup_dates_flag": ["Y"] * n,
            "rate_type": ["COST_PER_QTY"] * n,
            "rsrc_type": [word.get(kinds[row], "RT_Labor") for row in table.resource.tolist()],
            "cost_per_qty_source_type": ["ST_Rsrc"] * n,
        }

    def expenses(self) -> Columns:
        """PROJCOST."""
        table = self.schedule.expenses
        return {
            "cost_item_id": plain_ids(table.uid.tolist()),
            "acct_id": references(self.account, table.account),
            "proj_id": self.project_of(table.activity),
            "task_id": references(self.task, table.activity),
            "cost_name": table.name.tolist(),
            "act_cost": decimals(table.actual_cost),
            "remain_cost": decimals(table.remaining_cost),
            "target_cost": decimals(table.budget_cost),
            "cost_load_type": ["CL_Uniform"] * len(table),
            "auto_compute_act_flag": ["N"] * len(table),
        }

    def code_types(self) -> Columns:
        """ACTVTYPE."""
        table = self.schedule.code_types
        words = {scope: word for word, scope in terms.CODE_SCOPES.items()}
        main = self.project[self.schedule.main_project] if self.project else ""
        return {
            "actv_code_type_id": plain_ids(table.uid.tolist()),
            "actv_short_len": ["60"] * len(table),
            "seq_num": counted(len(table)),
            "actv_code_type": table.name.tolist(),
            "proj_id": [main if scope == "project" else "" for scope in table.scope],
            "actv_code_type_scope": [words.get(scope, "AS_Global") for scope in table.scope],
        }

    def code_values(self) -> Columns:
        """ACTVCODE."""
        table = self.schedule.code_values
        own = plain_ids(table.uid.tolist())
        return {
            "actv_code_id": own,
            "parent_actv_code_id": references(own, table.parent),
            "actv_code_type_id": references(
                plain_ids(self.schedule.code_types.uid.tolist()), table.type
            ),
            "actv_code_name": table.name.tolist(),
            "short_name": table.code.tolist(),
            "seq_num": counted(len(table)),
        }

    def code_assignments(self) -> Columns:
        """TASKACTV."""
        table, values = self.schedule.code_assignments, self.schedule.code_values
        types = plain_ids(self.schedule.code_types.uid.tolist())
        return {
            "task_id": references(self.task, table.activity),
            "actv_code_type_id": references(types, values.type[table.value]),
            "actv_code_id": references(plain_ids(values.uid.tolist()), table.value),
            "proj_id": self.project_of(table.activity),
        }

    def user_fields(self) -> Columns:
        """UDFTYPE."""
        table = self.schedule.udf_types
        kinds = {
            "text": "FT_TEXT",
            "number": "FT_FLOAT_2_DECIMALS",
            "integer": "FT_INT",
            "cost": "FT_MONEY",
            "date": "FT_START_DATE",
            "indicator": "FT_STATICTYPE",
        }
        own = plain_ids(table.uid.tolist())
        return {
            "udf_type_id": own,
            "table_name": table.table.tolist(),
            "udf_type_name": [f"user_field_{uid}" for uid in own],
            "udf_type_label": table.name.tolist(),
            "logical_data_type": [kinds.get(kind, "FT_TEXT") for kind in table.kind],
            "super_flag": ["N"] * len(table),
        }

    def user_values(self) -> Columns:
        """UDFVALUE."""
        schedule, table = self.schedule, self.schedule.udf_values
        owners: dict[str, tuple[Iterable[str], list[str]]] = {
            "TASK": (schedule.activities.uid, self.task),
            "PROJECT": ([p.uid for p in schedule.projects], self.project),
            "PROJWBS": (self.wbs.uid, self.wbs_ids),
            "RSRC": (schedule.resources.uid, self.resource),
            "TASKRSRC": (schedule.assignments.uid, plain_ids(schedule.assignments.uid.tolist())),
            "PROJCOST": (schedule.expenses.uid, plain_ids(schedule.expenses.uid.tolist())),
        }
        renamed = {name: dict(zip(uids, own, strict=True)) for name, (uids, own) in owners.items()}
        of_task = dict(
            zip(self.task, references(self.project, schedule.activities.project), strict=True)
        )
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
            "udf_type_id": references(plain_ids(schedule.udf_types.uid.tolist()), table.type),
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
