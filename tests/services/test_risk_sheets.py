"""Risk models as workbooks: what goes out comes in as the same model."""

from __future__ import annotations

import pytest

from planbench.cli.main import main
from planbench.domain.errors import ModelError
from planbench.engines.risk.model import model_json, parse_model
from planbench.services.document import Document
from planbench.services.risk import default_model, read_model, sample_model
from planbench.services.risk_sheets import (
    SHEETS,
    model_of_texts,
    model_texts,
    read_workbook,
    write_workbook,
)
from planbench.services.sample import sample_schedules

TRI = {"distribution": "triangular", "parameters": {"low": 0.5, "mode": 1, "high": 2}}
STEPS = {"distribution": "discrete", "parameters": {"values": [1, 2.5], "weights": [1, 3]}}
FULL = {
    "uncertainty": [
        {"where": {"all": True}, "as": "percent", "distribution": "pert",
         "parameters": {"low": 80, "mode": 100, "high": 150, "shape": 4}},
        {"where": {"wbs": "1.2", "calendar": "Sea"}, "as": "days", **STEPS},
        {"where": {"code": {"Phase": "Civil", "Area": "N 1"}}, "as": "hours", **TRI},
    ],
    "correlation": [{"ids": ["1010", "1020"], "coefficient": -0.3},
                    {"ids": ["A1", "1030"], "matrix": [[1.0, 0.25], [0.25, 1.0]]},
                    {"ids": ["A2", "A3"], "matrix": [[1, -1], [-1, 1]]}],
    "drivers": [{"id": "D", "probability": 0.4, "factor": TRI, "where": {"wbs": "1"}}],
    "risks": [
        {"id": "R1", "title": "=Late; steel", "kind": "threat", "probability": 0.3,
         "impacts": [{"where": {"ids": ["A1"]}, "as": "days", **TRI},
                     {"where": {"all": True}, "as": "percent", **STEPS}],
         "cost": TRI, "mode": "parallel",
         "mitigated": {"probability": 0.1, "cost_of_action": 5,
                       "impacts": [{"where": {"ids": ["A1"]}, "as": "days", **TRI}]}},
        {"id": "R2", "kind": "opportunity", "probability": 0.5, "impacts": []},
        *({"id": name, "probability": 0.2, "impacts": []} for name in ("R3", "R4", "5")),
    ],
    "occurrence": [{"risks": ["R1", "R3"], "coefficient": 0.5},
                   {"risks": ["R4", "5"], "exclusive": True},
                   {"risks": ["R2"], "if": "R1", "probability": 0.25}],
    "weather": [
        {"where": {"calendar": "Sea"}, "non_workable": [0.1 * (k % 4) for k in range(12)],
         "persistence": 0.6},
        {"where": {"wbs": "2"}, "lost_days": [{"month": 2, **TRI}, {"month": 3, **STEPS}]},
        {"where": {"wbs": "3"}, "years": [[1, 2, 300], [7]]},
    ],
    "existence": [{"where": {"ids": ["A7"]}, "probability": 0.9}],
    "branches": [
        {"id": "B", "paths": [{"where": {"ids": ["A2"]}, "probability": 0.25},
                              {"where": {"ids": ["A3"]}, "probability": 0.75}]},
        {"id": "C", "paths": [
            {"where": {"ids": ["A4"]},
             "when": {"activity": "A1", "finish_after": "2027-03-31T17:00"}},
            {"where": {"ids": ["A5"]}}]},
    ],
    "cost": [{"id": "Site", "fixed": TRI, "per_day": TRI, "where": {"wbs": "1"}},
             {"id": "Permit", "fixed": STEPS, "at": "1010", "currency": "USD", "cbs": "20"},
             {"id": "Camp", "per_day": TRI, "over": "project", "escalation": {**TRI, "parameters":
              {"low": 0.01, "mode": 0.02, "high": 0.05}}},
             {"id": "Men", "resource": "77", "rate": TRI}],
    "currencies": [{"id": "USD", **TRI}],
    "watch": ["M1", "1010"],
}  # fmt: skip


def test_a_model_with_every_part_comes_back(tmp_path) -> None:
    model = parse_model(FULL)
    write_workbook(model, tmp_path / "model.xlsx")
    assert parse_model(read_workbook(tmp_path / "model.xlsx")) == model


def rounded(given):
    """JSON with its fractions to the digits that a cell certainly keeps."""
    if isinstance(given, dict):
        return {key: rounded(value) for key, value in given.items()}
    if isinstance(given, list):
        return [rounded(value) for value in given]
    return float(f"{given:.14g}") if isinstance(given, float) else given


def test_the_same_from_tables_of_texts() -> None:
    model = parse_model(FULL)
    assert model_of_texts(model_texts(model)) == model


def test_the_model_of_the_sample_comes_back(tmp_path) -> None:
    document = Document(list(sample_schedules().values())[-1])
    model = sample_model(document)
    write_workbook(model, tmp_path / "model.xlsx")
    read = read_model(tmp_path / "model.xlsx", document)
    assert rounded(model_json(read)) == rounded(model_json(model))


def test_the_template_has_every_sheet_with_its_titles(tmp_path) -> None:
    from openpyxl import load_workbook

    write_workbook(parse_model({}), tmp_path / "empty.xlsx")
    book = load_workbook(tmp_path / "empty.xlsx")
    assert {s.title: tuple(c.value for c in s[1]) for s in book.worksheets} == SHEETS
    assert set(model_json(parse_model({}))) <= {"schema", "risks", "branches", *SHEETS}
    with pytest.raises(ModelError, match="no sheet of it belongs"):
        read_workbook(tmp_path / "empty.xlsx")


@pytest.mark.parametrize(
    ("sheet", "row", "words"),
    [
        ("impacts", {"risk": "R9", "where.all": "yes"}, "there is no risk R9"),
        ("impacts", {"risk": "R1", "state": "later"}, "'later' of an impact"),
        ("watch", {"id": 7, "days": "a; b"}, "'a' is not a number"),
        ("paths", {"branch": "B", "where.all": "x"}, "two paths or more"),
    ],
)
def test_mistakes_in_a_workbook_are_one_line(tmp_path, sheet, row, words) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "risks"
    for line in (["id", "probability"], ["R1", 0.5]):
        book.active.append(line)
    other = book.create_sheet(sheet)
    other.append(list(row))
    other.append(list(row.values()))
    book.save(tmp_path / "model.xlsx")
    with pytest.raises(ModelError, match=words):
        parse_model(read_workbook(tmp_path / "model.xlsx"))


def test_the_command_writes_a_template_that_it_reads(tmp_path, shared, capsys) -> None:
    file = next((shared / "corpus" / "p6").glob("*.xer"))
    target = tmp_path / "model.xlsx"
    assert main(["risk", str(file), "--template", str(target)]) == 0
    assert "written to" in capsys.readouterr().out
    assert parse_model(read_workbook(target)) == default_model()
