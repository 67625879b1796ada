"""`risk`: what a simulation of one file tells."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, show_progress, write_json
from planbench.services.document import Document
from planbench.services.hold import refuse_held_back
from planbench.services.jobs import JobContext


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def add_options(risk: argparse.ArgumentParser) -> None:
    """The options of the command."""
    risk.add_argument("--model", type=Path, metavar="MODEL", help="risk model, JSON or XLSX")
    risk.add_argument(
        "--template", type=Path, metavar="XLSX", help="write the model as a workbook, do not run"
    )
    risk.add_argument("--iterations", type=_positive, default=10_000, metavar="N")
    risk.add_argument("--seed", type=int, default=20_260_930, metavar="N")
    risk.add_argument("--threads", type=_positive, default=0, metavar="N")
    risk.add_argument(
        "--cluster", default="", metavar="TCP", help="run on a Dask cluster, as tcp://host:8786"
    )
    risk.add_argument("--mitigated", action="store_true", help="risks after their actions")
    risk.add_argument(
        "--because", default="", metavar="REASON", help="why it is run in spite of its warnings"
    )
    risk.add_argument(
        "--shapley", action="store_true", help="share the delay at P80 out to the risks (many runs)"
    )
    risk.add_argument(
        "--lift", action="store_true", help="tell what lifting hard constraints would change"
    )
    risk.add_argument(
        "--measures", action="store_true", help="every measure of what moves the finish, defined"
    )
    risk.add_argument("--actions", action="store_true", help="what the actions of risks buy")
    risk.add_argument("--merges", action="store_true", help="what merging costs at every activity")
    risk.add_argument(
        "--watch",
        action="append",
        default=[],
        metavar="NAME",
        help="finish, duration and float of an activity, or of a WBS element as 'WBS CODE'",
    )
    risk.add_argument(
        "--also",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="simulate another project by the same model, each in a process of its own",
    )
    risk.add_argument(
        "--resource", action="append", default=[], metavar="ID", help="its units by month"
    )


def simulate(document: Document, options: argparse.Namespace, held: dict[str, str | None]) -> int:
    """Run the model on a calculated document and write what was asked for."""
    from planbench.services.risk import read_model, readiness, risk_json, rules_note, run_risk
    from planbench.services.risk_figures import figures_json, run_despite
    from planbench.services.risk_watch import with_watched

    if options.template:
        from planbench.services.risk_sheets import write_workbook

        write_workbook(read_model(options.model, document), options.template)
        print(f"risk model written to {options.template}")
        return 0
    refuse_held_back(document)
    model = with_watched(read_model(options.model, document), options.watch)
    if options.because:
        print(f"planbench risk: {run_despite(document, options.because)}", file=sys.stderr)
    run_risk(
        document,
        model,
        iterations=options.iterations,
        seed=options.seed,
        threads=options.threads,
        mitigated=options.mitigated,
        cluster=options.cluster,
        context=JobContext(show_progress),
    )
    result = {
        **held,
        "because": document.risk_reason or None,
        "rules": rules_note(document) or None,
        **risk_json(document),
        **figures_json(document),
        **_more(document, options),
    }
    if options.json:
        write_json(envelope("risk", [document], result), options.json)
    if options.json == "-":
        return 0
    _print(result, options)
    for warning in () if options.because else readiness(document):
        print(f"  warning: {len(warning.ids)} activities {warning.text}")
    return 0


def _more(document: Document, options: argparse.Namespace) -> dict[str, Any]:
    """What takes runs of its own, as far as it is asked for."""
    from planbench.services.risk import shapley, shapley_json
    from planbench.services.risk_figures import (
        bands_json,
        benefit_json,
        lifted_json,
        merges_json,
        resource_load,
    )
    from planbench.services.risk_measures import measure_json

    context, made = JobContext(show_progress), dict[str, Any]()
    if options.lift:
        made["lifted"] = lifted_json(document, context)
    if options.shapley:
        model = document.risk_model
        assert model is not None
        made["shapley"] = shapley_json(
            shapley(
                document, model, seed=options.seed, mitigated=options.mitigated, context=context
            )
        )
    if options.measures:
        made["measures"] = measure_json(document, context)
    if options.actions:
        made["actions"] = benefit_json(document, context)
    if options.merges:
        made["merges"] = merges_json(document)
    if options.watch:
        from planbench.services.risk_watch import spread_json

        made["spread"] = {name: spread_json(document, name, context) for name in options.watch}
    if options.also:
        from planbench.services.risk_portfolio import Order, projects_json, simulate_projects

        order = Order(options.model, options.iterations, options.seed, options.mitigated)
        made["projects"] = projects_json(
            simulate_projects(options.also, order, options.threads, context)
        )
    if options.resource:
        made["resources"] = {
            code: bands_json(resource_load(document, code)) for code in options.resource
        }
    return made


def _print(result: dict[str, Any], options: argparse.Namespace) -> None:
    finish = result["finish"]
    if result["rules"]:
        print(result["rules"])
    print(f"finish without risk {finish['deterministic']}, {options.iterations} iterations")
    for name in ("p10", "p50", "p80", "p90"):
        print(f"  {name.upper()}  {finish[name]}")
    print(f"  the calculated finish is met in {100 * finish['probability_of_deterministic']:.1f} %")
    for name in options.watch:
        _print_watched(name, result["watch"][name], result["spread"][name])
    for words in result["not_simulated"]:
        print(f"  not simulated: {words}")
    for entry in result["correlation"]:
        within = entry["achieved_within"]
        told = "nothing to compare" if within is None else f"achieved within {within:.2f}"
        mended = ", what was asked contradicts itself and was mended" if entry["repaired"] else ""
        print(f"  correlation {entry['entry']}: {told}{mended}")
    if options.lift:
        change = result["lifted"]["p80_h"]
        count = len(result["lifted"]["ids"])
        print(f"  without its {count} hard constraints P80 would be {change:.1f} h later")
    if options.shapley:
        print(f"  all risks together cost {result['shapley']['total_h']:.1f} h of it, of which")
        for item in result["shapley"]["risks"]:
            print(f"  {item['id']:12}{item['value_h']:>10.1f} h  {item['title']}")
    if options.actions:
        _print_actions(result["actions"])
    for one in result.get("projects", ()):
        if "error" in one:
            print(f"  {one['file']}: {one['error']}")
        else:
            print(f"  {one['title']}: P50 {one['p50']}, P80 {one['p80']}")
    for measure in result.get("measures", ()):
        print(f"{measure['title']} ({measure['unit']}): {measure['definition']}")
        for mover in measure["movers"][:5]:
            print(f"  {mover['id']:12}{mover['value']:>10.3f}  {mover['name']}")
    for merge in result.get("merges", ())[:10]:
        print(
            f"  merging at {merge['id']} costs {merge['bias_h']:.1f} h over {merge['links']} links"
        )


def _print_watched(name: str, dates: dict[str, Any], spread: dict[str, Any]) -> None:
    told = ", ".join(f"{level.upper()} {dates[level]}" for level in ("p10", "p50", "p80", "p90"))
    print(f"{name}: finish without risk {dates['deterministic']}, {told}")
    for title, found in (("duration", spread["duration_d"]), ("float", spread["float_d"])):
        if found is None:
            print(f"  {title}: runs cannot tell it")
            continue
        told = ", ".join(
            f"{level.upper()} {found[level]:.1f}" for level in ("p10", "p50", "p80", "p90")
        )
        print(f"  {title} without risk {found['deterministic']:.1f} d, {told}")


def _print_actions(found: dict[str, Any]) -> None:
    for gain in found["finish"]:
        width = "" if gain["half_width_h"] is None else f" +/- {gain['half_width_h']:.1f}"
        print(f"  actions bring P{gain['percent']:g} forward by {gain['gain_h']:.1f}{width} h")
    if found["net_saving"] is not None:
        print(
            f"  actions cost {found['cost_of_actions']:,.0f}, the mean cost falls by "
            f"{found['net_saving']:,.0f} with them paid"
        )
