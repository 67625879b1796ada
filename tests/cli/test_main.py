"""The command line as a shell sees it: statuses, one-line errors, JSON shapes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from planbench.cli.main import main
from planbench.services.sample import export_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's latest update as an XER file."""
    return export_sample(tmp_path_factory.mktemp("sample"))[-1]


def run_json(capfd: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json", "-"]) == 0
    result: dict[str, Any] = json.loads(capfd.readouterr().out)
    return result


def test_info_tells_what_is_in_a_file(sample: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = run_json(capfd, "info", str(sample))
    assert list(result)[:3] == ["schema", "planbench", "inputs"]
    assert result["schema"] == "planbench/info/1"
    assert result["inputs"][0]["format"] == "xer"
    assert len(result["inputs"][0]["sha256"]) == 64
    (project,) = result["projects"]
    assert project["id"] == "NORDLYS"
    assert project["activities"] == 490
    assert project["data_date"] == "2026-09-30T18:00"
    assert sum(project["by_status"].values()) == 490
    assert [repair["where"] for repair in result["repairs"]] == ["TASK row 323"]


def test_schedule_gives_dates_floats_and_agreement(
    sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run_json(capfd, "schedule", str(sample))
    (project,) = result["projects"]
    assert project["finish"] == "2029-05-15T17:00"
    assert project["options"]["logic"] == "retained"
    by_id = {activity["id"]: activity for activity in project["activities"]}
    completion = by_id["CO-9000"]
    assert completion["type"] == "finish-milestone"
    assert completion["critical"] is True
    assert completion["longest_path"] is True
    assert completion["total_float_h"] == 0.0
    done = by_id["MS-0010"]
    assert done["status"] == "complete"
    assert done["total_float_h"] is None
    agreement = project["agreement"]
    assert agreement["all_five"] <= agreement["population"] == 245
    assert 0.0 <= agreement["stored_dates_consistent"] <= 1.0


def test_an_option_moves_dates(sample: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plain = run_json(capfd, "schedule", str(sample))
    starts = run_json(capfd, "schedule", str(sample), "--option", "float=start")
    assert starts["projects"][0]["options"]["float"] == "start"
    floats = [
        [activity["total_float_h"] for activity in result["projects"][0]["activities"]]
        for result in (plain, starts)
    ]
    assert floats[0] != floats[1]


def test_check_finds_the_planted_leads(sample: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = run_json(capfd, "check", str(sample), "--ruleset", "dcma-pam-2012")
    (project,) = result["projects"]
    (ruleset,) = project["rulesets"]
    leads = next(m for m in ruleset["metrics"] if m["id"] == "DCMA-02")
    assert (leads["state"], leads["numerator"], leads["denominator"]) == ("flag", 2, 400)
    for metric in ruleset["metrics"]:
        assert metric["state"] in ("meets", "flag", "not-applicable", "not-run")
        assert set(metric) >= {"name", "reason", "value", "unit", "threshold", "better", "objects"}


def test_a_baseline_file_wakes_the_metrics_that_need_one(
    sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("check", str(sample), "--ruleset", "dcma-pam-2012")
    without = run_json(capfd, *words)
    baseline = next(path for path in sample.parent.glob("*.xer") if "baseline" in path.name)
    with_one = run_json(capfd, *words, "--baseline", str(baseline))
    states = [
        {m["id"]: m["state"] for m in result["projects"][0]["rulesets"][0]["metrics"]}
        for result in (without, with_one)
    ]
    assert states[0]["DCMA-14"] == "not-applicable"
    assert states[1]["DCMA-14"] == "flag"


def test_workbooks_hold_the_same_rows(sample: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    target = tmp_path / "schedule.xlsx"
    assert main(["schedule", str(sample), "--xlsx", str(target)]) == 0
    sheet = load_workbook(target)["NORDLYS"]
    assert sheet.max_row == 491
    assert sheet["A2"].value == "MS-0010"
    target = tmp_path / "check.xlsx"
    assert main(["check", str(sample), "--xlsx", str(target)]) == 0
    assert load_workbook(target).sheetnames == ["Metrics", "Findings"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("info", "nowhere.xer"), "nowhere.xer: there is no such file"),
        (("schedule", "SAMPLE", "--option", "logic=maybe"), "'maybe' is not possible"),
        (("schedule", "SAMPLE", "--option", "colour=red"), "there is no option 'colour'"),
        (("schedule", "SAMPLE", "--option", "critical_threshold_h=x"), "not a number of hours"),
        (("check", "SAMPLE", "--ruleset", "nonsense"), "nonsense"),
        (("bench", "nonsense"), "there is no benchmark 'nonsense'"),
        (("info", "SAMPLE", "--json", "/nowhere/at/all.json"), "cannot be written"),
    ],
)
def test_what_a_user_gets_wrong_is_one_line_and_status_two(
    sample: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], part: str
) -> None:
    assert main([str(sample) if word == "SAMPLE" else word for word in words]) == 2
    error = capfd.readouterr().err
    assert part in error
    assert len(error.strip().splitlines()) == 1


def test_debug_shows_the_traceback_wherever_it_stands() -> None:
    from planbench.domain.errors import PlanbenchError

    with pytest.raises(PlanbenchError, match="no such file"):
        main(["info", "nowhere.xer", "--debug"])


def test_a_loop_is_told_as_the_shortest_cycle(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    import numpy as np

    from planbench.exchange.xer.writer import schedule_to_document, write_xer
    from planbench.services.sample import sample_schedules

    schedule = sample_schedules()["baseline"]
    links = schedule.relationships
    back = links.take(np.array([len(links) - 1]))
    back = back.with_columns(predecessor=back.successor, successor=back.predecessor)
    columns = {
        name: np.concatenate((column, getattr(back, name))) for name, column in links.columns()
    }
    looped = replace(schedule, relationships=links.with_columns(**columns))
    path = tmp_path / "loop.xer"
    path.write_bytes(write_xer(schedule_to_document(looped)))
    ends = schedule.activities.code[[links.predecessor[-1], links.successor[-1]]].tolist()
    assert main(["schedule", str(path)]) == 2
    error = capfd.readouterr().err
    assert "loop of 2 activities" in error
    assert all(code in error for code in ends)


def test_the_command_line_does_without_qt(sample: Path) -> None:
    program = (
        "import sys; from planbench.cli.main import main; "
        f"status = main(['schedule', {str(sample)!r}, '--json', {str(sample) + '.json'!r}]); "
        "print(status, 'PySide6' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "0 False"


def test_help_names_every_command(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capfd.readouterr().out
    for command in ("info", "schedule", "check", "risk", "demo", "gallery", "bench"):
        assert command in shown


def test_risk_gives_percentiles_and_the_same_digest_again(
    sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("risk", str(sample), "--iterations", "256", "--seed", "7")
    first = run_json(capfd, *words)
    again = run_json(capfd, *words, "--threads", "1")
    assert first["schema"] == "planbench/risk/1"
    assert (first["iterations"], first["seed"]) == (256, 7)
    finish = first["finish"]
    assert finish["p10"] <= finish["p50"] <= finish["p80"] <= finish["p90"]
    assert first["digest"] == again["digest"]
    assert run_json(capfd, *words[:-1], "8")["digest"] != first["digest"]
    assert sum(first["histogram"]["counts"]) == 256
    assert all(0 <= a["criticality_index"] <= 1 for a in first["activities"])
