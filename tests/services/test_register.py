"""The register in a library: history, the simulation it feeds, benefits, double counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.register.entry import Exposure, RiskAction, RiskEntry, Three
from planbench.engines.register.scales import usual_cells, usual_matrix
from planbench.engines.risk.model import parse_model
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.preview import Runner
from planbench.services.recents import Recents
from planbench.services.register import (
    Register,
    benefits,
    double_counts,
    export_register,
    import_register,
    modelled,
    overdue,
    taken_over,
)
from planbench.services.risk import default_model
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(synthetic_schedule(80, 160, 3))
    recalculate(made)
    return made


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as made:
        yield made


def last_code(document: Document) -> str:
    """An activity of the longest path."""
    assert document.cpm is not None
    row = int(np.flatnonzero(document.cpm.longest_path)[-2])
    return str(document.schedule.activities.code[row])


@pytest.fixture
def entry(document) -> RiskEntry:
    days = Three(20, 30, 40)
    action = RiskAction("Do", "Me", cost=1000.0, due="2026-01-01")
    return RiskEntry(
        "R-01",
        "Late transformer delivery",
        activities=(last_code(document),),
        before=Exposure(0.9, days),
        after=Exposure(0.0),
        actions=(action,),
    )


def test_the_library_keeps_register_scales_and_history(library, entry) -> None:
    project = library.new_project("P", "Project")
    register = Register(library, project)
    register.put([entry], "new risk", "Ann")
    register.put([replace(entry, status="closed")], "closed", "Ben")
    register.set_matrix(replace(usual_matrix(), cells=usual_cells(5, 5)[::-1]))
    again = Register(library, project)
    assert again.entries == (replace(entry, status="closed"),)
    assert again.matrix.cells == usual_cells(5, 5)[::-1]
    lines = again.history("R-01")
    assert [(line.who, line.what) for line in lines] == [("Ann", "new risk"), ("Ben", "closed")]
    again.remove(["R-01", "R-99"], "by mistake")
    assert Register(library, project).entries == ()
    assert again.history("R-01")[-1].after is None


def test_a_bad_entry_keeps_all_out(entry) -> None:
    register = Register()
    with pytest.raises(ModelError):
        register.put([entry, replace(entry, id="R-02", before=Exposure(2))], "x")
    assert register.entries == ()
    assert not register.kept


def test_the_register_replaces_the_risks_of_the_model(document, entry) -> None:
    register, model = Register(), default_model()
    assert modelled(document, model, register) is model
    register.put([entry], "x")
    made = modelled(document, model, register)
    assert [risk.id for risk in made.risks] == ["R-01"]
    (back,) = taken_over(document, made)
    assert (back.before, back.activities) == (entry.before, entry.activities)


def test_actions_gain_what_they_take_away(document, entry) -> None:
    """The action removes the risk: its gain is that of leaving the risk out."""
    register = Register()
    other = replace(entry, id="R-02", before=Exposure(0.5, Three(1, 2, 3)), after=None)
    register.put([entry, other], "x")
    model = modelled(document, default_model(), register)
    whole, alone = benefits(document, model, register.entries)
    assert (whole.id, alone.id, alone.cost) == ("", "R-01", 1000.0)
    runner = Runner(document)
    base, without = runner.finish(model), runner.finish(model.without("R-01"))
    assert alone.gain == np.sort(base)[3276] - np.sort(without)[3276]
    assert whole.gain == alone.gain > 0


def test_a_preview_compares_with_the_same_numbers(document, entry) -> None:
    runner, model = Runner(document), default_model()
    first = runner.preview(model)
    assert first.shift == 0
    assert first.words == "P80 ± 0 d ± 0 d".replace("± 0 d ±", "±0 d ±")
    register = Register()
    register.put([entry], "x")
    worse = runner.preview(modelled(document, model, register), first.result)
    assert worse.shift == worse.p80 - first.p80 > 0
    assert worse.half_width > 0
    assert worse.words.startswith("P80 +")


def test_what_may_be_counted_twice_is_named(document, entry) -> None:
    code = entry.activities[0]
    model = parse_model(
        {
            "uncertainty": [
                {
                    "where": {"ids": [code]},
                    "as": "days",
                    "distribution": "triangular",
                    "parameters": {"low": 1, "mode": 5, "high": 90},
                }
            ]
        }
    )
    register = Register()
    twin = replace(entry, id="R-02", title="Transformer delivery is late")
    register.put([entry, twin], "x")
    found = double_counts(document.schedule, modelled(document, model, register))
    assert {(one.risk, one.other) for one in found} == {
        ("R-01", ""),
        ("R-02", ""),
        ("R-02", "R-01"),
    }
    plain = parse_model({})
    register.remove(["R-02"], "x")
    assert double_counts(document.schedule, modelled(document, plain, register)) == ()


def test_overdue_actions_are_counted(entry) -> None:
    assert overdue([entry], dt.date(2026, 1, 2)) == 1
    assert overdue([entry], dt.date(2026, 1, 1)) == 0
    done = replace(entry, actions=(replace(entry.actions[0], state="done"),))
    assert overdue([done, replace(entry, status="closed")], dt.date(2027, 1, 1)) == 0


def test_a_workbook_goes_out_and_in(entry, tmp_path) -> None:
    register, other = Register(), Register()
    register.put([entry], "x")
    export_register(register, tmp_path / "r.xlsx")
    assert import_register(other, tmp_path / "r.xlsx") == (1, ())
    assert other.entries == register.entries
