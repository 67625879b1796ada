"""P6's words for enumerated values, and their meaning in the domain."""

from __future__ import annotations

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    Critical,
    FloatType,
    LagCalendar,
    LinkType,
    PercentType,
    Status,
)

ACTIVITY_TYPES: dict[str, int] = {
    "TT_Task": ActivityType.TASK,
    "TT_Mile": ActivityType.START_MILESTONE,
    "TT_FinMile": ActivityType.FINISH_MILESTONE,
    "TT_LOE": ActivityType.LEVEL_OF_EFFORT,
    "TT_WBS": ActivityType.WBS_SUMMARY,
    "TT_Rsrc": ActivityType.RESOURCE_DEPENDENT,
}

STATUS: dict[str, int] = {
    "TK_NotStart": Status.NOT_STARTED,
    "TK_Active": Status.IN_PROGRESS,
    "TK_Complete": Status.COMPLETE,
}

LINK_TYPES: dict[str, int] = {f"PR_{kind.name}": kind for kind in LinkType}
"""P6's own words first: the writer takes the first word of a meaning."""
LINK_TYPES |= {kind.name: kind for kind in LinkType}
LINK_TYPES |= {f"PR_{kind.name}1": kind for kind in LinkType}

CONSTRAINTS: dict[str, int] = {
    "CS_MSOA": Constraint.START_ON_OR_AFTER,
    "CS_MSOB": Constraint.START_ON_OR_BEFORE,
    "CS_MSO": Constraint.START_ON,
    "CS_MEOA": Constraint.FINISH_ON_OR_AFTER,
    "CS_MEOB": Constraint.FINISH_ON_OR_BEFORE,
    "CS_MEO": Constraint.FINISH_ON,
    "CS_MANDSTART": Constraint.MANDATORY_START,
    "CS_MANDFIN": Constraint.MANDATORY_FINISH,
    "CS_ALAP": Constraint.AS_LATE_AS_POSSIBLE,
}

PERCENT_TYPES: dict[str, int] = {
    "CP_Drtn": PercentType.DURATION,
    "CP_Phys": PercentType.PHYSICAL,
    "CP_Units": PercentType.UNITS,
}

PRIORITIES: dict[str, int] = {
    "PT_Top": 0,
    "PT_High": 1,
    "PT_Normal": 2,
    "PT_Low": 3,
    "PT_Lowest": 4,
}

LAG_CALENDARS: dict[str, int] = {
    "rcal_Predecessor": LagCalendar.PREDECESSOR,
    "rcal_Successor": LagCalendar.SUCCESSOR,
    "rcal_ProjDefault": LagCalendar.PROJECT,
    "rcal_24Hour": LagCalendar.ROUND_THE_CLOCK,
}

FLOAT_TYPES: dict[str, int] = {
    "FT_FF": FloatType.FINISH,
    "FT_SS": FloatType.START,
    "FT_Min": FloatType.SMALLEST,
}

CRITICAL: dict[str, int] = {
    "CT_TotFloat": Critical.TOTAL_FLOAT,
    "CT_DrivPath": Critical.LONGEST_PATH,
}

RESOURCE_KINDS: dict[str, str] = {
    "RT_Labor": "labor",
    "RT_Equip": "nonlabor",
    "RT_Mat": "material",
}

UDF_KINDS: dict[str, str] = {
    "FT_TEXT": "text",
    "FT_FLOAT": "number",
    "FT_FLOAT_2_DECIMALS": "number",
    "FT_INT": "integer",
    "FT_MONEY": "cost",
    "FT_START_DATE": "date",
    "FT_END_DATE": "date",
    "FT_STATICTYPE": "indicator",
}

CODE_SCOPES: dict[str, str] = {"AS_Global": "global", "AS_EPS": "eps", "AS_Project": "project"}

ACTIVITY_DATES: dict[str, str] = {
    "planned_start": "target_start_date",
    "planned_finish": "target_end_date",
    "expected_finish": "expect_end_date",
    "suspend": "suspend_date",
    "resume": "resume_date",
    "external_early_start": "external_early_start_date",
    "external_late_finish": "external_late_end_date",
    "constraint_date": "cstr_date",
    "constraint2_date": "cstr_date2",
    "stored_early_start": "early_start_date",
    "stored_early_finish": "early_end_date",
    "stored_late_start": "late_start_date",
    "stored_late_finish": "late_end_date",
    "stored_start": "restart_date",
    "stored_finish": "reend_date",
}
"""Date columns of the activities that P6 stores under another name."""


def word_of(meanings: dict[str, int], value: int, default: str = "") -> str:
    """The first word that means `value`."""
    return next((word for word, meaning in meanings.items() if meaning == value), default)
