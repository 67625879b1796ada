"""`planbench risk` on the network whose figures are known from full enumeration, as an XER."""

from __future__ import annotations

import json

import numpy as np
import pytest

from planbench.cli.main import main
from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.schedule import (
    Activities,
    Constraint,
    LinkType,
    Project,
    Relationships,
    Schedule,
    Wbs,
    make_table,
)
from planbench.domain.times import from_iso
from planbench.exchange.registry import read_schedule
from planbench.services.convert import exported
from planbench.services.document import Document
from planbench.services.sample import export_sample
from planbench.services.scheduling import recalculate

# durations as planned give a finish of 20 h, so that the chance of the plan is P(T <= 20)
PLANNED = {"A": 7, "B": 5, "C": 2, "D": 6, "E": 2, "F": 5, "G": 2}
LAWS = {
    "A": ([2, 4, 7], [0.25, 0.5, 0.25]),
    "B": ([3, 5, 9], [0.3, 0.5, 0.2]),
    "C": ([1, 2, 6], [0.2, 0.6, 0.2]),
    "D": ([4, 6, 8], [0.25, 0.5, 0.25]),
    "E": ([2, 3, 8], [0.5, 0.3, 0.2]),
    "F": ([5, 7, 10], [0.6, 0.3, 0.1]),
    "G": ([1, 2, 3], [1, 1, 1]),
}
LINKS = [
    ("A", "B", "FS", 0), ("A", "C", "SS", 1), ("B", "D", "FS", 0), ("C", "D", "FF", 2),
    ("C", "E", "FS", 1), ("B", "F", "SS", 2), ("E", "F", "FF", 0), ("D", "G", "FS", 0),
    ("F", "G", "FS", -1), ("E", "G", "SF", 6),
]  # fmt: skip
EXACT = {  # criticality, significance, sensitivity, cruciality
    "A": (1, 1, 0.5830985685, 0.5652283124),
    "B": (0.971725, 0.9909808194, 0.6626794442, 0.6375452372),
    "C": (0.0661, 0.3129724467, 0.0376404780, 0.0361224509),
    "D": (0.917425, 0.9776387222, 0.4237429122, 0.4090665833),
    "E": (0.0661, 0.3668871501, 0.0494649973, 0.0222736810),
    "F": (0.120175, 0.6204047274, 0.0619342215, 0.0674354531),
    "G": (1, 1, 0.2666682120, 0.2621081856),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("v9")
    ids, n = list(PLANNED), len(PLANNED)
    minutes = [60 * hours for hours in PLANNED.values()]
    start = from_iso("2026-01-05")
    clock = Calendar("24", "24 h", ROUND_THE_CLOCK_WEEK, {}, 24.0, 168.0)
    schedule = Schedule(
        projects=(Project("1", "V9", "V9", data_date=start, planned_start=start, calendar=0),),
        calendars=(clock,),
        activities=make_table(
            Activities, n, uid=[str(k + 1) for k in range(n)], code=ids, name=ids,
            project=np.zeros(n), calendar=np.zeros(n), wbs=np.zeros(n),
            original_duration=minutes, remaining_duration=minutes,
        ),
        relationships=make_table(
            Relationships, len(LINKS), uid=[str(k + 1) for k in range(len(LINKS))],
            predecessor=[ids.index(a) for a, _, _, _ in LINKS],
            successor=[ids.index(b) for _, b, _, _ in LINKS],
            type=[LinkType[kind] for _, _, kind, _ in LINKS],
            lag=[60 * lag for _, _, _, lag in LINKS],
        ),
        wbs=make_table(Wbs, 1, uid=["1"], code=["V9"], name=["V9"], project=[0], parent=[-1]),
    )  # fmt: skip
    document = Document(schedule)
    recalculate(document)
    (folder / "v9.xer").write_bytes(exported(document, "xer"))
    ranges = [
        {"where": {"ids": [name]}, "as": "hours", "distribution": "discrete",
         "parameters": {"values": values, "weights": weights}}
        for name, (values, weights) in LAWS.items()
    ]  # fmt: skip
    (folder / "model.json").write_text(json.dumps({"uncertainty": ranges}), encoding="utf-8")
    return folder


def test_the_figures_of_the_enumerated_network(files, capfd) -> None:
    words = ["--model", str(files / "model.json"), "--iterations", "102400", "--json", "-"]
    assert main(["risk", str(files / "v9.xer"), *words]) == 0
    made = json.loads(capfd.readouterr().out)
    assert made["finish"]["deterministic"] == "2026-01-05T20:00"
    assert made["finish"]["probability_of_deterministic"] == pytest.approx(0.8220833, abs=0.005)
    assert [made["finish"][p][-5:-3] for p in ("p50", "p80", "p90")] == ["17", "20", "22"]
    found = {item["id"]: item for item in made["activities"]}
    for name, (ci, si, ssi, cri) in EXACT.items():
        item = found[name]
        assert item["criticality_index"] == pytest.approx(ci, abs=0.0042)
        assert item["significance_index"] == pytest.approx(si, abs=0.026)  # 4,096 runs
        assert item["sensitivity_index"] == pytest.approx(ssi, abs=0.012)
        assert item["cruciality_pearson"] == pytest.approx(cri, abs=0.0125)


def test_the_same_as_a_workbook_gives_the_same_digest(files, capfd) -> None:
    book, xer = files / "model.xlsx", str(files / "v9.xer")
    model = ["--model", str(files / "model.json")]
    assert main(["risk", xer, *model, "--template", str(book)]) == 0
    capfd.readouterr()
    digests = []
    for given in (model, ["--model", str(book)]):
        assert main(["risk", xer, *given, "--iterations", "2048", "--json", "-"]) == 0
        digests.append(json.loads(capfd.readouterr().out)["digest"])
    assert digests[0] == digests[1]


def test_the_delay_is_shared_out_to_the_risks(files, capfd) -> None:
    def risk(name, activity, hours, probability):
        impact = {"where": {"ids": [activity]}, "as": "hours", "distribution": "fixed",
                  "parameters": {"value": hours}}  # fmt: skip
        return {"id": name, "title": name, "probability": probability, "impacts": [impact]}

    model = {"risks": [risk("R1", "A", 3, 1.0), risk("R2", "G", 5, 1.0), risk("R3", "C", 1, 1.0)]}
    (files / "risks.json").write_text(json.dumps(model), encoding="utf-8")
    words = ["risk", str(files / "v9.xer"), "--model", str(files / "risks.json")]
    assert main([*words, "--iterations", "64", "--shapley", "--json", "-"]) == 0
    made = json.loads(capfd.readouterr().out)["shapley"]
    assert (made["exact"], made["runs"], made["total_h"]) == (True, 8, 8.0)
    assert {item["id"]: item["value_h"] for item in made["risks"]} == pytest.approx(
        {"R1": 3.0, "R2": 5.0, "R3": 0.0}
    )
    assert main([*words, "--iterations", "64", "--shapley"]) == 0
    assert "all risks together cost 8.0 h" in capfd.readouterr().out


def test_every_measure_is_told_with_its_definition(files, capfd) -> None:
    words = ["risk", str(files / "v9.xer"), "--model", str(files / "model.json"), "--measures",
             "--merges", "--iterations", "1024", "--because", "a test"]  # fmt: skip
    assert main([*words, "--json", "-"]) == 0
    made = json.loads(capfd.readouterr().out)
    ids = [measure["id"] for measure in made["measures"]]
    assert {"swing", "contribution", "pearson", "kendall", "spearman", "held", "variance"} <= set(
        ids
    )
    assert made["because"] == "a test"
    assert made["rules"] is None
    assert made["merges"][0]["bias_h"] > 0
    assert main(words) == 0
    shown = capfd.readouterr()
    for measure in made["measures"]:
        assert measure["definition"] in shown.out
    assert "warning" not in shown.out
    assert "Simulated in spite of" in shown.err


def test_warnings_are_told_where_nobody_said_why(tmp_path, capfd) -> None:
    file = str(export_sample(tmp_path)[-1])
    assert main(["risk", file, "--iterations", "64"]) == 0
    assert "warning: " in capfd.readouterr().out
    assert main(["risk", file, "--iterations", "64", "--because", "known"]) == 0
    assert "warning: " not in capfd.readouterr().out


def test_what_actions_buy_is_told(files, capfd) -> None:
    impact = {"where": {"ids": ["A"]}, "as": "hours", "distribution": "fixed",
              "parameters": {"value": 6}}  # fmt: skip
    fixed = {"distribution": "fixed", "parameters": {"value": 100}}
    model = {"risks": [{"id": "R1", "title": "Late", "probability": 1.0, "impacts": [impact],
                        "cost": fixed, "mitigated": {"probability": 0.0, "impacts": [],
                                                     "cost_of_action": 30}}]}  # fmt: skip
    (files / "actions.json").write_text(json.dumps(model), encoding="utf-8")
    words = ["risk", str(files / "v9.xer"), "--model", str(files / "actions.json"), "--actions",
             "--iterations", "4096"]  # fmt: skip
    assert main([*words, "--json", "-"]) == 0
    made = json.loads(capfd.readouterr().out)["actions"]
    assert [gain["gain_h"] for gain in made["finish"]] == [6.0] * 4
    assert (made["cost_of_actions"], made["net_saving"]) == (30, 70)
    assert main(words) == 0
    assert "actions bring P80 forward by 6.0 +/- 0.0 h" in capfd.readouterr().out


def test_templates_and_filters_are_written_out(files, capfd) -> None:
    model = {
        "templates": {"Wild": {"distribution": "uniform", "as": "percent",
                               "parameters": {"low": 50, "high": 250}}},
        "uncertainty": [{"where": {"all": True}, "template": "Very sure"},
                        {"where": {"filter": '[Activity ID] contains "A"'}, "template": "Wild"}],
    }  # fmt: skip
    (files / "short.json").write_text(json.dumps(model), encoding="utf-8")
    words = ["risk", str(files / "v9.xer"), "--model", str(files / "short.json")]
    assert main([*words, "--iterations", "1024", "--json", "-"]) == 0
    found = {one["id"]: one for one in json.loads(capfd.readouterr().out)["activities"]}
    assert found["A"]["sensitivity_index"] > 5 * found["G"]["sensitivity_index"]
    for wrong, said in (
        (
            {"where": {"filter": '[Activity ID] contains "nobody"'}, "template": "Wild"},
            "no activity passes",
        ),
        ({"where": {"all": True}, "template": "Tame"}, "there is no template"),
    ):
        name = "Tame" if "all" in wrong else "Wild"
        given = {**model, "uncertainty": [{"where": wrong, "template": name}]}
        (files / "short.json").write_text(json.dumps(given), encoding="utf-8")
        assert main(words) != 0
        assert said in capfd.readouterr().err


def test_any_activity_and_wbs_element_is_watched(files, capfd) -> None:
    xer, model = str(files / "v9.xer"), str(files / "model.json")
    asked = ["--watch", "C", "--watch", "WBS V9"]
    words = ["risk", xer, "--model", model, "--iterations", "20480", *asked]
    assert main([*words, "--json", "-"]) == 0
    made = json.loads(capfd.readouterr().out)
    whole = made["watch"]["WBS V9"]
    assert whole["p80"] == made["finish"]["p80"]
    lasts = made["spread"]["C"]["duration_d"]  # 1, 2 or 6 hours with .2, .6, .2
    assert [24 * lasts[p] for p in ("p10", "p50", "p90")] == pytest.approx([1, 2, 6])
    assert lasts["probability_of_deterministic"] == pytest.approx(0.8, abs=0.01)
    assert made["spread"]["C"]["float_d"]["mean"] * 24 == pytest.approx(6.41885, abs=0.12)
    assert made["spread"]["WBS V9"]["float_d"]["p95"] == 0
    assert main(words) == 0
    told = capfd.readouterr().out
    assert "WBS V9: finish without risk 2026-01-05T20:00" in told
    assert "float without risk" in told
    assert main(["risk", xer, "--watch", "nobody"]) != 0
    assert "there is no activity nobody" in capfd.readouterr().err


def test_other_projects_run_in_processes_with_their_own_digest(files, capfd) -> None:
    xer, model = str(files / "v9.xer"), str(files / "model.json")
    words = ["--model", model, "--iterations", "2048", "--json", "-"]
    other = files / "other.xer"
    other.write_bytes((files / "v9.xer").read_bytes())
    missing = str(files / "missing.xer")
    also = ["--also", str(other), "--also", missing]
    assert main(["risk", xer, *also, "--threads", "2", *words]) == 0
    made = json.loads(capfd.readouterr().out)
    one, none = made["projects"]
    assert one["digest"] == made["digest"]
    assert one["p80"] == made["finish"]["p80"]
    assert "no such file" in none["error"]
    assert main(["risk", xer, *also, *words[:-2]]) == 0
    told = capfd.readouterr().out
    assert "P80 2026-01-0" in told
    assert "no such file" in told


@pytest.mark.corpus
def test_files_of_microsoft_project_are_told_by_which_rules_they_run(shared, capfd) -> None:
    folder = shared / "corpus" / "msproject"
    assert main(["risk", str(folder / "task-links-2019.xml"), "--iterations", "64"]) == 0
    assert "Microsoft Project's rules: runs follow those of P6" in capfd.readouterr().out
    words = ["risk", str(folder / "timephased.xml"), "--despite-disagreement", "a test"]
    assert main(words) != 0
    told = capfd.readouterr().err
    assert "otherwise than the simulation would" in told
    assert "Calculate the schedule with the rules of P6" in told


def test_what_is_as_late_as_possible_is_told(files, tmp_path, capfd) -> None:
    content = (files / "v9.xer").read_text(encoding="utf-8")
    document = Document(read_schedule(content.encode(), name="v9.xer").schedule)
    late = np.zeros(len(document.schedule), dtype=np.int8)
    late[document.schedule.row_of_code["C"]] = Constraint.AS_LATE_AS_POSSIBLE
    document.schedule = document.schedule.with_activities(constraint=late)
    recalculate(document)
    path = tmp_path / "late.xer"
    path.write_bytes(exported(document, "xer"))
    assert main(["risk", str(path), "--iterations", "64"]) == 0
    assert "not simulated: percentiles of 1 activity as late as" in capfd.readouterr().out
