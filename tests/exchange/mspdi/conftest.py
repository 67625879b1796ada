"""A small Microsoft Project XML of our own with one of everything."""

from __future__ import annotations

import pytest

WORKED = """<DayWorking>1</DayWorking><WorkingTimes>
 <WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime>
 <WorkingTime><FromTime>13:00:00</FromTime><ToTime>17:00:00</ToTime></WorkingTime></WorkingTimes>"""

WEEK = "".join(
    f"<WeekDay><DayType>{day}</DayType>{'<DayWorking>0</DayWorking>' if day in (1, 7) else WORKED}"
    "</WeekDay>"
    for day in range(1, 8)
)


def link(uid: int, kind: int = 1, lag: str = "0", form: int = 7) -> str:
    return (
        f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type>"
        f"<CrossProject>0</CrossProject><LinkLag>{lag}</LinkLag><LagFormat>{form}</LagFormat>"
        "</PredecessorLink>"
    )


def task(uid: int, name: str, level: int, hours: int, more: str = "", **fields: str) -> str:
    texts = {
        "UID": str(uid), "ID": str(uid), "Name": name, "Type": "0", "IsNull": "0",
        "OutlineLevel": str(level), "Duration": f"PT{hours}H0M0S", "DurationFormat": "7",
        "Milestone": "0", "CalendarUID": "-1", "ConstraintType": "0", **fields,
    }  # fmt: skip
    body = "".join(f"<{key}>{value}</{key}>" for key, value in texts.items())
    return f"<Task>{body}{more}</Task>\n"


DATES = {
    "Start": "2026-01-05T08:00:00", "Finish": "2026-01-09T17:00:00",
    "EarlyStart": "2026-01-05T08:00:00", "EarlyFinish": "2026-01-09T17:00:00",
    "LateStart": "2026-01-06T08:00:00", "LateFinish": "2026-01-12T17:00:00", "TotalSlack": "4800",
}  # fmt: skip

BASELINES = """
<Baseline><Number>0</Number><Start>2026-01-05T08:00:00</Start><Finish>2026-01-08T17:00:00</Finish>
 <Duration>PT32H0M0S</Duration><Cost>123450</Cost></Baseline>
<Baseline><Number>10</Number><Start>2026-01-12T08:00:00</Start></Baseline>"""

FIELDS = """
<ExtendedAttribute><FieldID>188743731</FieldID><Value>Zone 4</Value></ExtendedAttribute>
<ExtendedAttribute><FieldID>188743767</FieldID><Value>12.5</Value></ExtendedAttribute>
<OutlineCode><FieldID>188744096</FieldID><ValueID>2</ValueID></OutlineCode>"""

TASKS = "".join(
    [
        task(0, "New dock", 0, 400, Summary="1"),
        task(1, "Wet works", 1, 120, Summary="1", WBS="1",
             ConstraintType="4", ConstraintDate="2026-01-05T08:00:00"),
        task(2, "Dredge &amp; dump", 2, 40, BASELINES + FIELDS, **DATES,
             Deadline="2026-01-16T17:00:00", Priority="800", Notes="Silt&#10;and clay",
             FixedCost="50000"),
        task(3, "Drive piles", 2, 80, link(2, 3, "9600"), Type="1", CalendarUID="2",
             IgnoreResourceCalendar="1", LevelingDelay="14400",
             Start="2026-01-07T08:00:00", ActualStart="2026-01-07T08:00:00",
             RemainingDuration="PT20H30M0S", PercentComplete="74", ActualDuration="PT59H30M0S",
             Stop="2026-01-15T12:00:00", Resume="2026-01-19T08:00:00"),
        "<Task><UID>9</UID><ID>4</ID><IsNull>1</IsNull></Task>",
        task(4, "Dry works", 1, 8, link(1, 1, "50", 19), Summary="1"),
        task(5, "Cure", 2, 24, link(3, 1, "14400", 8), DurationFormat="8"),
        task(6, "Open", 2, 0, link(5), Milestone="1", ConstraintType="3",
             ConstraintDate="2026-03-02T17:00:00"),
        task(7, "Handover", 1, 16, link(6, 0) + link(99), Manual="1",
             ManualStart="2026-03-03T08:00:00", ManualFinish="2026-03-04T17:00:00"),
        task(8, "Dropped", 1, 8, link(7, 2), Active="0", ActualStart="2026-02-02T08:00:00",
             ActualFinish="2026-02-02T17:00:00", PercentComplete="100"),
        task(10, "Paused", 1, 24, Start="2026-02-02T08:00:00", Finish="2026-02-10T17:00:00"),
    ]
)  # fmt: skip

SAMPLE = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Project xmlns="http://schemas.microsoft.com/project">
<SaveVersion>14</SaveVersion><Name>dock.mpp</Name><Title>The dock</Title>
<ScheduleFromStart>1</ScheduleFromStart><StartDate>2026-01-05T08:00:00</StartDate>
<FinishDate>2026-03-04T17:00:00</FinishDate><CriticalSlackLimit>1</CriticalSlackLimit>
<CurrencyCode>EUR</CurrencyCode><CalendarUID>1</CalendarUID><MinutesPerDay>480</MinutesPerDay>
<MinutesPerWeek>2400</MinutesPerWeek><HonorConstraints>0</HonorConstraints>
<StatusDate>2026-01-16T17:00:00</StatusDate><CurrentDate>2026-05-01T08:00:00</CurrentDate>
<OutlineCodes><OutlineCode><FieldID>188744096</FieldID><Alias>Area</Alias><Values>
 <Value><ValueID>1</ValueID><ParentValueID>0</ParentValueID><Value>N</Value><Description>North</Description></Value>
 <Value><ValueID>2</ValueID><ParentValueID>1</ParentValueID><Value>NW</Value><Description>North west</Description></Value>
</Values></OutlineCode></OutlineCodes>
<ExtendedAttributes>
<ExtendedAttribute><FieldID>188743731</FieldID><FieldName>Text1</FieldName><Alias>Zone</Alias></ExtendedAttribute>
</ExtendedAttributes>
<Calendars>
<Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar>
 <BaseCalendarUID>-1</BaseCalendarUID><WeekDays>{WEEK}</WeekDays>
 <Exceptions><Exception><TimePeriod><FromDate>2026-01-01T00:00:00</FromDate>
  <ToDate>2026-01-02T23:59:00</ToDate></TimePeriod><Type>1</Type><DayWorking>0</DayWorking></Exception></Exceptions>
</Calendar>
<Calendar><UID>2</UID><Name>Round the clock</Name><IsBaseCalendar>1</IsBaseCalendar>
 <BaseCalendarUID>-1</BaseCalendarUID><WeekDays>{
    "".join(
        f"<WeekDay><DayType>{day}</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime>"
        "<FromTime>00:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay>"
        for day in range(1, 8)
    )
}</WeekDays></Calendar>
<Calendar><UID>3</UID><Name>Crew</Name><IsBaseCalendar>0</IsBaseCalendar>
 <BaseCalendarUID>1</BaseCalendarUID><WeekDays><WeekDay><DayType>6</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays></Calendar>
</Calendars>
<Tasks>{TASKS}</Tasks>
<Resources>
<Resource><UID>0</UID><ID>0</ID><Type>1</Type><IsNull>0</IsNull></Resource>
<Resource><UID>1</UID><ID>1</ID><Name>Crew</Name><Type>1</Type><Initials>C</Initials><MaxUnits>3</MaxUnits><StandardRate>55.5</StandardRate><CalendarUID>3</CalendarUID></Resource>
<Resource><UID>2</UID><ID>2</ID><Name>Sand</Name><Type>0</Type><MaterialLabel>m3</MaterialLabel></Resource>
<Resource><UID>3</UID><ID>3</ID><Name>Permit</Name><Type>2</Type><IsCostResource>1</IsCostResource></Resource>
</Resources>
<Assignments>
<Assignment><UID>1</UID><TaskUID>3</TaskUID><ResourceUID>1</ResourceUID><ActualCost>100000</ActualCost><ActualWork>PT60H0M0S</ActualWork><Cost>250000</Cost><Delay>4800</Delay><Finish>2026-01-22T17:00:00</Finish><OvertimeWork>PT4H0M0S</OvertimeWork><RemainingCost>150000</RemainingCost><RemainingOvertimeWork>PT1H0M0S</RemainingOvertimeWork><RemainingWork>PT20H30M0S</RemainingWork><Start>2026-01-07T08:00:00</Start><Units>0.5</Units><Work>PT80H30M0S</Work><WorkContour>6</WorkContour></Assignment>
<Assignment><UID>2</UID><TaskUID>2</TaskUID><ResourceUID>2</ResourceUID><Units>12</Units><Work>PT12H0M0S</Work></Assignment>
<Assignment><UID>3</UID><TaskUID>2</TaskUID><ResourceUID>3</ResourceUID><Cost>7500</Cost></Assignment>
<Assignment><UID>4</UID><TaskUID>10</TaskUID><ResourceUID>-65535</ResourceUID>
 <TimephasedData><Type>1</Type><Start>2026-02-02T08:00:00</Start><Finish>2026-02-03T08:00:00</Finish><Unit>2</Unit><Value>PT8H0M0S</Value></TimephasedData>
 <TimephasedData><Type>1</Type><Start>2026-02-03T08:00:00</Start><Finish>2026-02-03T17:00:00</Finish><Unit>2</Unit><Value>PT8H0M0S</Value></TimephasedData>
 <TimephasedData><Type>1</Type><Start>2026-02-04T08:00:00</Start><Finish>2026-02-10T08:00:00</Finish><Unit>2</Unit><Value>PT0H0M0S</Value></TimephasedData>
 <TimephasedData><Type>1</Type><Start>2026-02-10T08:00:00</Start><Finish>2026-02-10T17:00:00</Finish><Unit>2</Unit><Value>PT8H0M0S</Value></TimephasedData>
</Assignment>
</Assignments>
</Project>
"""  # noqa: E501


@pytest.fixture
def mspdi() -> str:
    """The sample as text."""
    return SAMPLE
