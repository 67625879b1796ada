"""What the quality views say: values, limits, measured facts and sentences as plain text."""

from __future__ import annotations

import re

from planbench.domain.schedule import LinkType, Schedule
from planbench.engines.quality.result import FLAG, MEETS, NOT_APPLICABLE, Metric, MetricResult
from planbench.ui import text
from planbench.ui.translation import tr

STATE_WORDS = {
    MEETS: ("meets", tr("Meets")),
    FLAG: ("flag", tr("Flag")),
    NOT_APPLICABLE: ("not-applicable", tr("Not applicable")),
    "not-run": ("held-back", tr("Not run")),
}
"""Chip kind and word of each state."""


def state_chip(result: MetricResult) -> tuple[str, str]:
    """Chip kind and word of a result."""
    if result.informative:
        return "neutral", tr("No limit")
    return STATE_WORDS[result.state]


def value(metric: Metric, number: float | None) -> str:
    """A metric's value or limit in its unit, a dash where there is none."""
    if number is None:
        return text.DASH
    if metric.unit == "ratio":
        return text.percent(number)
    if metric.unit == "count":
        return text.number(number)
    if metric.unit == "days":
        return f"{text.number(number, 1)}{text.NARROW}d"
    return text.number(number, 2)


def limit(metric: Metric) -> str:
    """The limit with its direction: `≤ 5 %`, `≥ 0.95`, `0`."""
    if metric.threshold is None:
        return text.DASH
    shown = value(metric, metric.threshold)
    if metric.better == "higher":
        return f"≥{text.NARROW}{shown}"
    return "0" if metric.threshold == 0 else f"≤{text.NARROW}{shown}"


def short_id(metric: Metric) -> str:
    """The metric's id without the name of its family."""
    return metric.id.partition("-")[2] or metric.id


def population(result: MetricResult) -> str:
    """`220 open tasks`; for an index the words alone."""
    words = result.population
    whole = result.denominator is not None and float(result.denominator).is_integer()
    if result.value is None or result.unit == "index" or not whole:
        return words[:1].upper() + words[1:]
    return f"{text.number(result.denominator or 0)} {words}"


def days(number: float) -> str:
    """Days with a decimal only where it matters."""
    decimals = 0 if abs(number - round(number)) < 0.05 else 1
    return f"{text.number(number, decimals)}{text.NARROW}d"


def measured(result: MetricResult, place: int) -> str:
    """What was measured of the object at this place of the result's rows."""
    found = result.found
    if found.values is None:
        return ""
    number = float(found.values[place])
    if number != number:
        return ""
    if found.values_unit == "date":
        shown = text.date(int(number))
    elif found.values_unit == "name":
        shown = found.names[int(number)]
    elif found.values_unit == "d":
        shown = days(number)
    elif found.values_unit == "h":
        shown = f"{text.number(number, 0 if number == int(number) else 1)}{text.NARROW}h"
    elif found.values_unit == "%":
        shown = text.percent(number / 100)
    else:
        shown = text.number(number, 0 if number == int(number) else 1)
    return found.words.format(shown) if found.words else shown


def object_of(schedule: Schedule, result: MetricResult, place: int) -> tuple[str, str]:
    """(id, name) of the object at this place; for a link both ends and its type."""
    return named(schedule, result.kind, int(result.rows[place]))


def named(schedule: Schedule, kind: str, row: int) -> tuple[str, str]:
    """(id, name) of an object of a kind; for a link both ends and its type."""
    if kind == "activity":
        return str(schedule.activities.code[row]), str(schedule.activities.name[row])
    if kind == "relationship":
        links, acts = schedule.relationships, schedule.activities
        before, after = int(links.predecessor[row]), int(links.successor[row])
        type_ = LinkType(int(links.type[row])).name
        return (
            f"{acts.code[before]} → {acts.code[after]}",
            f"{acts.name[before]} → {acts.name[after]} ({type_})",
        )
    if kind == "calendar":
        return schedule.calendars[row].name, ""
    return schedule.projects[row].code, schedule.projects[row].name


def activity_of(schedule: Schedule, result: MetricResult, place: int) -> int:
    """The activity an object stands for: itself, the successor of a link, else -1."""
    row = int(result.rows[place])
    if result.kind == "activity":
        return row
    if result.kind == "relationship":
        return int(schedule.relationships.successor[row])
    return -1


_SEVERAL = {
    "activity": ("row", "rows"),
    "relationship": ("link", "links"),
    "calendar": ("calendar", "calendars"),
    "project": ("project", "projects"),
}


def rows_word(result: MetricResult) -> str:
    """`132 rows`, `2 links`."""
    one, many = _SEVERAL[result.kind]
    return text.counted(int(result.rows.size), one, many)


def sentence(result: MetricResult) -> str:
    """The result in one sentence that names figure, population and limit."""
    if result.value is None:
        return tr("Not measured: {reason}.").format(reason=result.reason)
    metric = result.metric
    shown = value(metric, result.value)
    if metric.unit == "ratio":
        said = tr("{number} of {number2} counted: {shown}.").format(
            number=text.number(result.numerator or 0),
            number2=text.number(result.denominator or 0),
            shown=shown,
        )
    elif metric.unit == "count":
        said = tr("{shown} found, {number} looked at.").format(
            shown=shown, number=text.number(result.denominator or 0)
        )
    else:
        said = tr("The figure is {shown}.").format(shown=shown)
    return f"{said} {_against(result)}"


def _against(result: MetricResult) -> str:
    metric = result.metric
    if metric.threshold is None:
        return tr("No limit is set; the figure is for information.")
    shown = value(metric, metric.threshold)
    words = tr("at least") if metric.better == "higher" else tr("at most")
    if metric.better == "lower" and metric.threshold == 0:
        asked = tr("The limit is none")
    else:
        asked = tr("The limit is {words} {shown}").format(words=words, shown=shown)
    if result.state == MEETS:
        return tr("{asked}; the figure meets it.").format(asked=asked)
    return tr("{asked}; worth a look.").format(asked=asked)


def figures(result: MetricResult) -> str:
    """The formula with its numbers: `132 ÷ 220 = 60 %`."""
    if result.value is None or result.numerator is None or result.denominator is None:
        return ""
    shown = value(result.metric, result.value)
    if result.unit == "count":
        return shown
    top, bottom = (_plain(number) for number in (result.numerator, result.denominator))
    if abs(result.numerator / (result.denominator or 1.0) - result.value) > 1e-3:
        return shown
    return f"{top} ÷ {bottom} = {shown}"


def _plain(number: float) -> str:
    return text.number(number, 0 if float(number).is_integer() else 1)


def tidy(note: str) -> str:
    """Numbers of an engine's note as the window writes them: narrow spaces, a true minus."""
    note = re.sub(r"(?<=\d),(?=\d{3})", text.NARROW, note)
    note = re.sub(r"(?<![\w-])-(?=\d)", text.MINUS, note)
    note = re.sub(r"(?<=\d)%", f"{text.NARROW}%", note)
    return re.sub(r"(?<=\d) (?=[dh%]\b)", text.NARROW, note)


def strip_words(counts: dict[str, int]) -> list[tuple[str, str]]:
    """(number, words) of the state strip; what does not occur is left out but for the two main."""
    entries = [
        (counts[MEETS], "meet"),
        (counts[FLAG], "flag"),
        (counts["information"], tr("without limit")),
        (counts[NOT_APPLICABLE], tr("not applicable")),
        (counts["not-run"], tr("not run")),
    ]
    return [(text.number(n), word) for n, word in entries if n or word in ("meet", "flag")]
