"""Draws the texts to be translated into a Qt Linguist file: `python -m planbench.ui.linguist FILE`.

Those of the window stand in its sources. Those that tables below the window hold (fields, metrics,
measures, key figures) are written for `pyside6-lupdate` into a source of their own, so that a file
that has translations already keeps them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from planbench.domain.errors import PlanbenchError
from planbench.scenes.columns import Extras
from planbench.scenes.fields import columns_of
from planbench.scenes.filters import OPERATORS
from planbench.scenes.groups import QUICK_FILTERS, groupings
from planbench.services import packs
from planbench.services.risk_measures import MEASURES
from planbench.services.rulesets import shipped_rulesets
from planbench.services.sample import sample_schedules
from planbench.ui.models.fields import FIXED_WORDS, NAMED_BY_USER, YES

DATA = "planbench_data.py"
"""The name of the source of texts that tables hold; it is the context they have in Linguist."""


def data_texts() -> tuple[str, ...]:
    """Every text that the window shows by `tr_data`, once, in the order of the tables."""
    return tuple(dict.fromkeys(one for one in _texts() if one))


def _texts() -> Iterator[str]:
    schedule = list(sample_schedules().values())[-1]
    columns = columns_of(schedule, Extras())
    for column in columns.values():
        yield column.category
        if not column.id.startswith(NAMED_BY_USER):
            yield from (column.title, column.name, column.tip)
    for key, title in groupings(columns).items():
        if "@" not in key and key not in columns:
            yield title
    yield from QUICK_FILTERS.values()
    for words in FIXED_WORDS.values():
        yield from words
    yield YES
    for operators in OPERATORS.values():
        yield from operators.values()
    for ruleset in shipped_rulesets():
        for metric in ruleset.metrics:
            yield from (metric.title, metric.question, metric.formula)
    for measure in MEASURES:
        yield from (measure.title, measure.definition)
    for pack in packs.shipped():
        yield from (kpi.title for kpi in pack.kpis)
    yield from packs.MEASURES.values()


def draw(target: Path) -> None:
    """Write or renew a `.ts` file with all texts of the window.

    Raises PlanbenchError where Qt's tool is missing or cannot write the file.
    """
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    with TemporaryDirectory() as folder:
        data = Path(folder) / DATA
        lines = [f"tr({one!r})\n" for one in data_texts()]
        data.write_text("".join(lines), encoding="utf-8")
        asked = ["-recursive", "-extensions", "py", "-locations", "none"]
        sources = [str(Path(__file__).parent), str(data)]
        try:
            subprocess.run(
                [str(tool), *asked, *sources, "-ts", str(target.resolve())],
                check=True,
                capture_output=True,
                text=True,
            )
        except FileNotFoundError as error:
            raise PlanbenchError("pyside6-lupdate is missing.", mend="Install PySide6.") from error
        except subprocess.CalledProcessError as error:
            raise PlanbenchError(f"{target} was not written: {error.stderr.strip()}") from error


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
