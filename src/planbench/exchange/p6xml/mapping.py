"""Which field of a P6 XML object stands for which column of an XER table, both ways.

Both formats are exports of one database. XML spells the words of enumerations out, writes flags as
0 and 1 and percentages as fractions; durations are decimal hours in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]
"""XML's word for each of XER's, P6's own spelling first where several are understood."""

FLAG: Words = {"1": "Y", "0": "N", "true": "Y", "false": "N"}


@dataclass(frozen=True)
class Field:
    """A column, the names of the XML field that may hold it (the one we write first), its kind.

    `kind` is "" for text and numbers, "date", "percent", or words.
    """

    column: str
    names: tuple[str, ...]
    kind: str | Words = ""


def _fields(text: str, **kinds: str | Words) -> tuple[Field, ...]:
    """Fields from lines `column Name[|Other]`; `kinds` by column."""
    made = []
    for line in text.split("\n"):
        if line.strip():
            column, names = line.split()
            kind = kinds.pop(column, "date" if column.endswith(("_date", "_date2")) else "")
            made.append(Field(column, tuple(names.split("|")), kind))
    assert not kinds, kinds
    return tuple(made)


ACTIVITY_TYPES: Words = {
    "Task Dependent": "TT_Task",
    "Resource Dependent": "TT_Rsrc",
    "Start Milestone": "TT_Mile",
    "Finish Milestone": "TT_FinMile",
    "Level of Effort": "TT_LOE",
    "WBS Summary": "TT_WBS",
}
STATUS: Words = {
    "Not Started": "TK_NotStart",
    "In Progress": "TK_Active",
    "Completed": "TK_Complete",
}
LINK_TYPES: Words = {
    "Finish to Start": "PR_FS",
    "Start to Start": "PR_SS",
    "Finish to Finish": "PR_FF",
    "Start to Finish": "PR_SF",
}
CONSTRAINTS: Words = {
    "Start On or After": "CS_MSOA",
    "Start On or Before": "CS_MSOB",
    "Start On": "CS_MSO",
    "Finish On or After": "CS_MEOA",
    "Finish On or Before": "CS_MEOB",
    "Finish On": "CS_MEO",
    "Mandatory Start": "CS_MANDSTART",
    "Mandatory Finish": "CS_MANDFIN",
    "As Late As Possible": "CS_ALAP",
}
PERCENT_TYPES: Words = {
    "Duration": "CP_Drtn",
    "Physical": "CP_Phys",
    "Units": "CP_Units",
    "Scope": "CP_Phys",
}
DURATION_TYPES: Words = {
    "Fixed Duration and Units": "DT_FixedDUR2",
    "Fixed Duration and Units/Time": "DT_FixedDrtn",
    "Fixed Units": "DT_FixedQty",
    "Fixed Units/Time": "DT_FixedRate",
}
PRIORITIES: Words = {
    "Top": "PT_Top",
    "High": "PT_High",
    "Normal": "PT_Normal",
    "Low": "PT_Low",
    "Lowest": "PT_Lowest",
}
CRITICAL: Words = {
    "Critical Float": "CT_TotFloat",
    "Longest Path": "CT_DrivPath",
    "Total Float": "CT_TotFloat",
}
LAG_CALENDARS: Words = {
    "Predecessor Activity Calendar": "rcal_Predecessor",
    "Successor Activity Calendar": "rcal_Successor",
    "Project Default Calendar": "rcal_ProjDefault",
    "24 Hour Calendar": "rcal_24Hour",
}
FLOAT_TYPES: Words = {
    "Finish Float = Late Finish - Early Finish": "FT_FF",
    "Start Float = Late Start - Early Start": "FT_SS",
    "Smallest of Start Float and Finish Float": "FT_Min",
}
OUTER: Words = {"1": "SD_None", "0": "SD_Both", "true": "SD_None", "false": "SD_Both"}
RESOURCE_KINDS: Words = {"Labor": "RT_Labor", "Nonlabor": "RT_Equip", "Material": "RT_Mat"}
CODE_SCOPES: Words = {"Global": "AS_Global", "EPS": "AS_EPS", "Project": "AS_Project"}
CALENDAR_TYPES: Words = {"Global": "CA_Base", "Project": "CA_Project", "Resource": "CA_Rsrc"}
UDF_KINDS: Words = {
    "Text": "FT_TEXT",
    "Double": "FT_FLOAT_2_DECIMALS",
    "Integer": "FT_INT",
    "Cost": "FT_MONEY",
    "Start Date": "FT_START_DATE",
    "Finish Date": "FT_END_DATE",
    "Indicator": "FT_STATICTYPE",
    "Code": "FT_TEXT",
}
SUBJECTS: Words = {
    "Activity": "TASK",
    "Project": "PROJECT",
    "WBS": "PROJWBS",
    "Resource": "RSRC",
    "Resource Assignment": "TASKRSRC",
    "Activity Expense": "PROJCOST",
    "Activity Step": "TASKPROC",
    "Document": "DOCUMENT",
    "Project Issue": "PROJISSU",
    "Project Risk": "PROJRISK",
}

LOGIC: dict[str, tuple[str, str]] = {
    "Retained Logic": ("Y", "N"),
    "Progress Override": ("N", "Y"),
    "Actual Dates": ("N", "N"),
}
"""(sched_retained_logic, sched_progress_override) of OutOfSequenceScheduleType."""

UDF_VALUES: dict[str, str] = {
    "TextValue": "udf_text",
    "DoubleValue": "udf_number",
    "IntegerValue": "udf_number",
    "CostValue": "udf_number",
    "StartDateValue": "udf_date",
    "FinishDateValue": "udf_date",
    "IndicatorValue": "udf_text",
    "CodeValue": "udf_text",
}

PROJECT = _fields(
    """
    proj_id ObjectId
    proj_short_name Id
    proj_name Name
    clndr_id ActivityDefaultCalendarObjectId|DefaultCalendarObjectId
    last_recalc_date DataDate
    plan_start_date PlannedStartDate
    plan_end_date MustFinishByDate|MustFinishDate
    scd_end_date ScheduledFinishDate
    last_schedule_date LastScheduleDate
    critical_path_type CriticalActivityPathType|DefineCriticalActivities
    critical_drtn_hr_cnt CriticalActivityFloatLimit|CriticalActivityFloatThreshold|CriticalFloatThreshold
    step_complete_flag ActivityPercentCompleteBasedOnActivitySteps
    """,  # noqa: E501
    critical_path_type=CRITICAL,
    step_complete_flag=FLAG,
)
OPTIONS = _fields(
    """
    sched_outer_depend_type IgnoreOtherProjectRelationships
    sched_open_critical_flag MakeOpenEndedActivitiesCritical
    sched_lag_early_start_flag StartToStartLagCalculationType
    sched_float_type ComputeTotalFloatType
    sched_calendar_on_relationship_lag RelationshipLagCalendar
    sched_use_expect_end_flag UseExpectedFinishDates
    sched_use_project_end_date_for_float CalculateFloatBasedOnFinishDate
    """,
    sched_outer_depend_type=OUTER,
    sched_open_critical_flag=FLAG,
    sched_lag_early_start_flag=FLAG,
    sched_float_type=FLOAT_TYPES,
    sched_calendar_on_relationship_lag=LAG_CALENDARS,
    sched_use_expect_end_flag=FLAG,
    sched_use_project_end_date_for_float=FLAG,
)
WBS = _fields("""
    wbs_id ObjectId
    proj_id ProjectObjectId
    parent_wbs_id ParentObjectId
    seq_num SequenceNumber
    wbs_short_name Code
    wbs_name Name
    """)
ACTIVITY = _fields(
    """
    task_id ObjectId
    proj_id ProjectObjectId
    wbs_id WBSObjectId
    clndr_id CalendarObjectId
    task_code Id
    task_name Name
    task_type Type
    status_code Status
    complete_pct_type PercentCompleteType
    phys_complete_pct PhysicalPercentComplete
    duration_type DurationType
    target_drtn_hr_cnt PlannedDuration
    remain_drtn_hr_cnt RemainingDuration
    act_start_date ActualStartDate|ActualStart
    act_end_date ActualFinishDate|ActualFinish
    target_start_date PlannedStartDate|PlannedStart
    target_end_date PlannedFinishDate|PlannedFinish
    expect_end_date ExpectedFinishDate
    early_start_date EarlyStartDate|EarlyStart|RemainingEarlyStartDate
    early_end_date EarlyFinishDate|EarlyFinish|RemainingEarlyFinishDate
    late_start_date LateStartDate|LateStart|RemainingLateStartDate
    late_end_date LateFinishDate|LateFinish|RemainingLateFinishDate
    restart_date RemainingEarlyStartDate
    reend_date RemainingEarlyFinishDate
    rem_late_start_date RemainingLateStartDate
    rem_late_end_date RemainingLateFinishDate
    total_float_hr_cnt TotalFloat
    free_float_hr_cnt FreeFloat
    driving_path_flag IsLongestPath|DrivingPath
    cstr_type PrimaryConstraintType
    cstr_date PrimaryConstraintDate
    cstr_type2 SecondaryConstraintType
    cstr_date2 SecondaryConstraintDate
    suspend_date SuspendDate
    resume_date ResumeDate
    external_early_start_date ExternalEarlyStartDate
    external_late_end_date ExternalLateFinishDate
    priority_type LevelingPriority
    target_work_qty PlannedLaborUnits
    act_work_qty ActualLaborUnits
    remain_work_qty RemainingLaborUnits
    target_equip_qty PlannedNonLaborUnits
    act_equip_qty ActualNonLaborUnits
    remain_equip_qty RemainingNonLaborUnits
    """,
    task_type=ACTIVITY_TYPES,
    status_code=STATUS,
    complete_pct_type=PERCENT_TYPES,
    duration_type=DURATION_TYPES,
    phys_complete_pct="percent",
    driving_path_flag=FLAG,
    cstr_type=CONSTRAINTS,
    cstr_type2=CONSTRAINTS,
    cstr_date2="date",
    priority_type=PRIORITIES,
)
RELATIONSHIP = _fields(
    """
    task_pred_id ObjectId
    task_id SuccessorActivityObjectId
    pred_task_id PredecessorActivityObjectId
    proj_id SuccessorProjectObjectId
    pred_proj_id PredecessorProjectObjectId
    pred_type Type
    lag_hr_cnt Lag
    """,
    pred_type=LINK_TYPES,
)
RESOURCE = _fields(
    """
    rsrc_id ObjectId
    parent_rsrc_id ParentObjectId
    clndr_id CalendarObjectId
    rsrc_seq_num SequenceNumber
    rsrc_name Name
    rsrc_short_name Id
    rsrc_type ResourceType
    unit_id UnitOfMeasureObjectId
    def_qty_per_hr DefaultUnitsPerTime
    """,
    rsrc_type=RESOURCE_KINDS,
)
RATE = _fields("""
    rsrc_rate_id ObjectId
    rsrc_id ResourceObjectId
    start_date EffectiveDate
    max_qty_per_hr MaxUnitsPerTime
    cost_per_qty PricePerUnit
    """)
ASSIGNMENT = _fields(
    """
    taskrsrc_id ObjectId
    task_id ActivityObjectId
    proj_id ProjectObjectId
    rsrc_id ResourceObjectId
    role_id RoleObjectId
    acct_id CostAccountObjectId
    rsrc_type ResourceType
    target_qty PlannedUnits|BudgetedUnits
    act_reg_qty ActualRegularUnits|ActualUnits
    act_ot_qty ActualOvertimeUnits
    remain_qty RemainingUnits
    target_qty_per_hr PlannedUnitsPerTime
    remain_qty_per_hr RemainingUnitsPerTime
    target_cost PlannedCost|BudgetedCost
    act_reg_cost ActualRegularCost
    act_ot_cost ActualOvertimeCost
    remain_cost RemainingCost
    """,
    rsrc_type=RESOURCE_KINDS,
)
EXPENSE = _fields("""
    cost_item_id ObjectId
    task_id ActivityObjectId
    proj_id ProjectObjectId
    acct_id CostAccountObjectId
    cost_name ExpenseItem
    target_cost PlannedCost|BudgetedCost
    act_cost ActualCost
    remain_cost RemainingCost
    """)
ACCOUNT = _fields("""
    acct_id ObjectId
    parent_acct_id ParentObjectId
    acct_seq_num SequenceNumber
    acct_short_name Id
    acct_name Name
    """)
UNIT = _fields("""
    unit_id ObjectId
    seq_num SequenceNumber
    unit_abbrev Abbreviation
    unit_name Name
    """)
CODE_TYPE = _fields(
    """
    actv_code_type_id ObjectId
    seq_num SequenceNumber
    actv_code_type Name
    actv_short_len Length
    actv_code_type_scope Scope
    proj_id ProjectObjectId
    """,
    actv_code_type_scope=CODE_SCOPES,
)
CODE_VALUE = _fields("""
    actv_code_id ObjectId
    parent_actv_code_id ParentObjectId
    actv_code_type_id CodeTypeObjectId
    seq_num SequenceNumber
    short_name CodeValue
    actv_code_name Description
    """)
UDF_TYPE = _fields(
    """
    udf_type_id ObjectId
    table_name SubjectArea
    udf_type_label Title
    logical_data_type DataType
    """,
    table_name=SUBJECTS,
    logical_data_type=UDF_KINDS,
)
TOPIC = _fields("""
    memo_type_id ObjectId
    seq_num SequenceNumber
    memo_type Name
    """)
ROLE = _fields("""
    role_id ObjectId
    parent_role_id ParentObjectId
    seq_num SequenceNumber
    role_name Name
    role_short_name Id
    """)
STEP = _fields(
    """
    proc_id ObjectId
    task_id ActivityObjectId
    proj_id ProjectObjectId
    seq_num SequenceNumber
    proc_name Name
    complete_flag IsCompleted
    proc_wt Weight
    complete_pct PercentComplete
    """,
    complete_flag=FLAG,
    complete_pct="percent",
)
NOTE = _fields("""
    memo_id ObjectId
    task_id ActivityObjectId
    memo_type_id NotebookTopicObjectId
    proj_id ProjectObjectId
    task_memo Note|RawTextNote
    """)

OBJECTS: dict[str, tuple[str, tuple[Field, ...]]] = {
    "Activity": ("TASK", ACTIVITY),
    "ActivityRelationship": ("TASKPRED", RELATIONSHIP),
    "Relationship": ("TASKPRED", RELATIONSHIP),
    "WBS": ("PROJWBS", WBS),
    "Resource": ("RSRC", RESOURCE),
    "ResourceRate": ("RSRCRATE", RATE),
    "ResourceAssignment": ("TASKRSRC", ASSIGNMENT),
    "ActivityExpense": ("PROJCOST", EXPENSE),
    "CostAccount": ("ACCOUNT", ACCOUNT),
    "UnitOfMeasure": ("UMEASURE", UNIT),
    "ActivityCodeType": ("ACTVTYPE", CODE_TYPE),
    "ActivityCode": ("ACTVCODE", CODE_VALUE),
    "UDFType": ("UDFTYPE", UDF_TYPE),
    "NotebookTopic": ("MEMOTYPE", TOPIC),
    "ActivityNote": ("TASKMEMO", NOTE),
    "Role": ("ROLES", ROLE),
    "ActivityStep": ("TASKPROC", STEP),
}
"""Table and fields of the objects that are rows as they stand; the last name of a table is P6's."""

_OTHER = """
    ExportVersion OriginalProjectObjectId WBSObjectId TypeObjectId ValueObjectId
    OutOfSequenceScheduleType SchedulingProgressedActivities
    BaseCalendarObjectId HoursPerDay HoursPerWeek IsDefault DayOfWeek Date Start Finish
    ActualCost StartDate FinishDate
    PlannedTotalCost PlannedLaborCost PlannedNonLaborCost PlannedExpenseCost PlannedMaterialCost
"""

WANTED: frozenset[str] = frozenset(
    [
        name
        for fields in (PROJECT, OPTIONS, *(fields for _, fields in OBJECTS.values()))
        for item in fields
        for name in item.names
    ]
    + _OTHER.split()
    + list(UDF_VALUES)
)
"""Names of all fields that are read."""
