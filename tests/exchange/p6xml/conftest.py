"""A small P6 XML of our own with one of everything."""

from __future__ import annotations

import pytest

DAYS = "".join(
    f"<StandardWorkHours><DayOfWeek>{day}</DayOfWeek>{hours}</StandardWorkHours>"
    for day, hours in [
        *(
            (
                day,
                "<WorkTime><Start>08:00:00</Start><Finish>11:59:00</Finish></WorkTime>"
                "<WorkTime><Start>13:00:00</Start><Finish>16:59:00</Finish></WorkTime>",
            )
            for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
        ),
        ("Saturday", '<WorkTime xsi:nil="true"/>'),
        ("Sunday", ""),
    ]
)

SAMPLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<APIBusinessObjects xmlns="http://xmlns.oracle.com/Primavera/P6/V21.12/API/BusinessObjects"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<UnitOfMeasure><Abbreviation>m3</Abbreviation><Name>cubic metre</Name><ObjectId>4</ObjectId></UnitOfMeasure>
<CostAccount><Id>C1</Id><Name>Works</Name><ObjectId>8</ObjectId></CostAccount>
<Currency><Id>EUR</Id><ObjectId>1</ObjectId></Currency>
<UDFType><DataType>Text</DataType><ObjectId>5</ObjectId><SubjectArea>Activity</SubjectArea><Title>Zone</Title></UDFType>
<UDFType><DataType>Double</DataType><ObjectId>6</ObjectId><SubjectArea>Activity</SubjectArea><Title>Volume</Title></UDFType>
<UDFType><DataType>Finish Date</DataType><ObjectId>7</ObjectId><SubjectArea>Project</SubjectArea><Title>Gate</Title></UDFType>
<NotebookTopic><Name>Scope</Name><ObjectId>3</ObjectId></NotebookTopic>
<Calendar><HoursPerDay>8</HoursPerDay><HoursPerWeek>40</HoursPerWeek><IsDefault>1</IsDefault>
 <Name>Five days</Name><ObjectId>7</ObjectId><Type>Global</Type>
 <StandardWorkWeek>{DAYS}</StandardWorkWeek>
 <HolidayOrExceptions>
  <HolidayOrException><Date>2026-01-01T00:00:00</Date><WorkTime xsi:nil="true"/></HolidayOrException>
  <HolidayOrException><Date>2026-01-10T00:00:00</Date>
   <WorkTime><Start>08:00:00</Start><Finish>23:59:00</Finish></WorkTime></HolidayOrException>
 </HolidayOrExceptions></Calendar>
<Calendar><BaseCalendarObjectId>7</BaseCalendarObjectId><HoursPerDay>24</HoursPerDay>
 <HoursPerWeek>168</HoursPerWeek><Name>Pump</Name><ObjectId>9</ObjectId><Type>Resource</Type>
 <HolidayOrExceptions><HolidayOrException><Date>2026-02-02T00:00:00</Date></HolidayOrException>
 </HolidayOrExceptions></Calendar>
<Resource><Id>CREW</Id><Name>Crew</Name><ObjectId>30</ObjectId><ResourceType>Labor</ResourceType>
 <CalendarObjectId>9</CalendarObjectId><DefaultUnitsPerTime>1</DefaultUnitsPerTime></Resource>
<Resource><Id>SAND</Id><Name>Sand</Name><ObjectId>31</ObjectId><ResourceType>Material</ResourceType>
 <ParentObjectId>30</ParentObjectId><UnitOfMeasureObjectId>4</UnitOfMeasureObjectId></Resource>
<ResourceRate><EffectiveDate>2020-01-01T00:00:00</EffectiveDate><MaxUnitsPerTime>3</MaxUnitsPerTime>
 <ObjectId>1</ObjectId><PricePerUnit>55.5</PricePerUnit><ResourceObjectId>30</ResourceObjectId></ResourceRate>
<ActivityCodeType><Name>Phase</Name><ObjectId>40</ObjectId><Scope>Global</Scope></ActivityCodeType>
<ActivityCode><CodeTypeObjectId>40</CodeTypeObjectId><CodeValue>W</CodeValue><Description>Wet</Description><ObjectId>41</ObjectId></ActivityCode>
<Project>
 <ActivityDefaultCalendarObjectId>7</ActivityDefaultCalendarObjectId>
 <CriticalActivityFloatLimit>8</CriticalActivityFloatLimit>
 <CriticalActivityPathType>Critical Float</CriticalActivityPathType>
 <DataDate>2026-01-05T08:00:00</DataDate><Id>DOCK</Id><MustFinishByDate xsi:nil="true"/>
 <Name>New dock</Name><ObjectId>10</ObjectId><PlannedStartDate>2026-01-01T00:00:00</PlannedStartDate>
 <WBSObjectId>20</WBSObjectId>
 <UDF><TypeObjectId>7</TypeObjectId><FinishDateValue>2026-03-02T17:00:00</FinishDateValue></UDF>
 <WBS><Code>QUAY</Code><Name>Quay wall</Name><ObjectId>22</ObjectId><ParentObjectId xsi:nil="true"/><SequenceNumber>2</SequenceNumber></WBS>
 <WBS><Code>PILE</Code><Name>Piles</Name><ObjectId>23</ObjectId><ParentObjectId>22</ParentObjectId><SequenceNumber>1</SequenceNumber></WBS>
 <ActivityCodeType><Name>Area</Name><ObjectId>42</ObjectId><Scope>Project</Scope></ActivityCodeType>
 <ActivityCode><CodeTypeObjectId>42</CodeTypeObjectId><CodeValue>N</CodeValue><Description>North</Description><ObjectId>43</ObjectId></ActivityCode>
 <Activity><ActualStartDate>2026-01-02T08:00:00</ActualStartDate><CalendarObjectId>7</CalendarObjectId>
  <EarlyFinishDate>2026-01-07T17:00:00</EarlyFinishDate><EarlyStartDate>2026-01-05T08:00:00</EarlyStartDate>
  <Id>A10</Id><IsLongestPath>1</IsLongestPath><LevelingPriority>High</LevelingPriority>
  <Name>Dredge &amp; dump</Name><ObjectId>100</ObjectId>
  <PercentCompleteType>Physical</PercentCompleteType><PhysicalPercentComplete>0.37</PhysicalPercentComplete>
  <PlannedDuration>40</PlannedDuration><PlannedFinishDate>2026-01-08T17:00:00</PlannedFinishDate>
  <PlannedStartDate>2026-01-02T08:00:00</PlannedStartDate><PrimaryConstraintDate>2026-01-02T00:00:00</PrimaryConstraintDate>
  <PrimaryConstraintType>Start On or After</PrimaryConstraintType><RemainingDuration>24</RemainingDuration>
  <RemainingEarlyFinishDate>2026-01-07T17:00:00</RemainingEarlyFinishDate>
  <RemainingEarlyStartDate>2026-01-05T08:00:00</RemainingEarlyStartDate>
  <RemainingLateFinishDate>2026-01-09T17:00:00</RemainingLateFinishDate>
  <RemainingLateStartDate>2026-01-07T08:00:00</RemainingLateStartDate>
  <ResumeDate>2026-01-06T08:00:00</ResumeDate><Status>In Progress</Status>
  <SuspendDate>2026-01-02T17:00:00</SuspendDate><TotalFloat>16</TotalFloat>
  <Type>Task Dependent</Type><WBSObjectId xsi:nil="true"/>
  <Code><TypeObjectId>40</TypeObjectId><ValueObjectId>41</ValueObjectId></Code>
  <Code><TypeObjectId>42</TypeObjectId><ValueObjectId>43</ValueObjectId></Code>
  <UDF><TypeObjectId>5</TypeObjectId><TextValue>Zone 4</TextValue></UDF>
  <UDF><TypeObjectId>6</TypeObjectId><DoubleValue>12.5</DoubleValue></UDF></Activity>
 <Activity><CalendarObjectId>9</CalendarObjectId><Id>A20</Id><Name>Drive piles</Name><ObjectId>101</ObjectId>
  <PlannedDuration>80.5</PlannedDuration><RemainingDuration>80.5</RemainingDuration>
  <SecondaryConstraintDate>2026-04-01T17:00:00</SecondaryConstraintDate>
  <SecondaryConstraintType>Finish On or Before</SecondaryConstraintType>
  <ExpectedFinishDate>2026-03-20T17:00:00</ExpectedFinishDate>
  <ExternalEarlyStartDate>2026-01-12T08:00:00</ExternalEarlyStartDate>
  <Status>Not Started</Status><Type>Resource Dependent</Type><WBSObjectId>23</WBSObjectId></Activity>
 <Activity><Id>A30</Id><Name>Open</Name><ObjectId>102</ObjectId><PlannedDuration>0</PlannedDuration>
  <Status>Not Started</Status><Type>Finish Milestone</Type><WBSObjectId>22</WBSObjectId></Activity>
 <ResourceAssignment><ActivityObjectId>101</ActivityObjectId><ActualCost>120</ActualCost>
  <ActualOvertimeCost>20</ActualOvertimeCost><ActualRegularCost>100</ActualRegularCost>
  <ActualUnits>4</ActualUnits><CostAccountObjectId>8</CostAccountObjectId><ObjectId>50</ObjectId>
  <PlannedCost>888</PlannedCost><PlannedUnits>16</PlannedUnits><PlannedUnitsPerTime>2</PlannedUnitsPerTime>
  <RemainingCost>768</RemainingCost><RemainingUnits>12</RemainingUnits><ResourceObjectId>30</ResourceObjectId></ResourceAssignment>
 <ActivityExpense><ActivityObjectId>100</ActivityObjectId><ActualCost>5</ActualCost>
  <ExpenseItem>Permit</ExpenseItem><ObjectId>60</ObjectId><PlannedCost>9</PlannedCost><RemainingCost>4</RemainingCost></ActivityExpense>
 <ActivityNote><ActivityObjectId>100</ActivityObjectId><Note>&lt;p&gt;Silt&lt;/p&gt;</Note>
  <NotebookTopicObjectId>3</NotebookTopicObjectId><ObjectId>70</ObjectId></ActivityNote>
 <Relationship><Lag>16</Lag><ObjectId>1</ObjectId><PredecessorActivityObjectId>100</PredecessorActivityObjectId>
  <SuccessorActivityObjectId>101</SuccessorActivityObjectId><Type>Start to Start</Type></Relationship>
 <Relationship><Lag>-0.5</Lag><ObjectId>2</ObjectId><PredecessorActivityObjectId>101</PredecessorActivityObjectId>
  <SuccessorActivityObjectId>102</SuccessorActivityObjectId><Type>Finish to Start</Type></Relationship>
 <Relationship><Lag>8</Lag><ObjectId>3</ObjectId><PredecessorActivityObjectId>999</PredecessorActivityObjectId>
  <PredecessorProjectObjectId>77</PredecessorProjectObjectId>
  <SuccessorActivityObjectId>100</SuccessorActivityObjectId><Type>Finish to Finish</Type></Relationship>
 <ScheduleOptions><ComputeTotalFloatType>Smallest of Start Float and Finish Float</ComputeTotalFloatType>
  <IgnoreOtherProjectRelationships>1</IgnoreOtherProjectRelationships>
  <MakeOpenEndedActivitiesCritical>1</MakeOpenEndedActivitiesCritical>
  <OutOfSequenceScheduleType>Progress Override</OutOfSequenceScheduleType>
  <RelationshipLagCalendar>24 Hour Calendar</RelationshipLagCalendar>
  <StartToStartLagCalculationType>0</StartToStartLagCalculationType>
  <UseExpectedFinishDates>0</UseExpectedFinishDates></ScheduleOptions>
</Project>
<BaselineProject><DataDate>2025-12-01T08:00:00</DataDate><Id>DOCK - B1</Id><Name>As signed</Name>
 <ObjectId>11</ObjectId><OriginalProjectObjectId>10</OriginalProjectObjectId>
 <Activity><FinishDate>2026-01-08T17:00:00</FinishDate><Id>A10</Id><ObjectId>200</ObjectId>
  <PlannedDuration>32</PlannedDuration><StartDate>2026-01-05T08:00:00</StartDate></Activity>
 <Activity><Id>GONE</Id><ObjectId>201</ObjectId><PlannedDuration>8</PlannedDuration></Activity>
 <Activity><Id>A20</Id><ObjectId>202</ObjectId><PlannedDuration>80</PlannedDuration>
  <PlannedStartDate>2026-01-09T08:00:00</PlannedStartDate><PlannedFinishDate>2026-01-22T17:00:00</PlannedFinishDate></Activity>
 <ResourceAssignment><ActivityObjectId>202</ActivityObjectId><PlannedCost>880</PlannedCost></ResourceAssignment>
 <ActivityExpense><ActivityObjectId>202</ActivityObjectId><PlannedCost>20</PlannedCost></ActivityExpense>
</BaselineProject>
</APIBusinessObjects>
"""  # noqa: E501


@pytest.fixture
def p6xml() -> str:
    """The sample as text."""
    return SAMPLE
