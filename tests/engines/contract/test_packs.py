"""Every rule of every pack: met by the programme without fault, not met by a broken one."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.contract.checks import CHECKS
from planbench.engines.contract.pack import Call, Pack, Rule, pack_from, pack_json
from planbench.engines.contract.result import MET, NEEDS_EVIDENCE, NOT_MET, STATES

NAMES = ("fidic-2017", "fidic-1999", "nec4", "nec3", "owner-specification")


@pytest.mark.parametrize("name", NAMES)
def test_programme_without_fault_meets_every_rule(name: str, good: Any, packs: Any) -> None:
    result = good.assess(packs[name])
    results = [one for one in result.results if one.state != MET]
    open_ = {one.rule.id: (one.words, [s.id for s in one.shown]) for one in results}
    assert not open_
    assert result.counts()[MET] == len(packs[name].rules)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_fails_on_a_broken_programme(
    name: str, good: Any, packs: Any, breaks: Any
) -> None:
    for rule in packs[name].rules:
        for call in rule.calls:
            world, culprit = breaks[call.check](good, call.parameters)
            alone = replace(packs[name], rules=(rule,))
            result = world.assess(alone).results[0]
            assert result.state in (NOT_MET, NEEDS_EVIDENCE), (rule.id, call.check)
            outcome = result.outcomes[rule.calls.index(call)]
            assert outcome.state in (NOT_MET, NEEDS_EVIDENCE), (rule.id, call.check)
            assert culprit in [one.id for one in outcome.shown], (rule.id, outcome)


@pytest.mark.parametrize("name", NAMES)
def test_rules_of_evidence_wait_for_it(name: str, good: Any, packs: Any) -> None:
    result = replace(good, evidence=frozenset()).assess(packs[name])
    waiting = {one.rule.id for one in result.results if one.state == NEEDS_EVIDENCE}
    asked = {rule.id for rule in packs[name].rules if rule.evidence}
    assert waiting == asked
    assert asked


def test_every_check_is_used_and_can_be_broken(packs: Any, breaks: Any) -> None:
    used = {call.check for pack in packs.values() for rule in pack.rules for call in rule.calls}
    assert used == set(CHECKS) == set(breaks)


def test_ten_planted_defects_are_found_and_nothing_else(good: Any, packs: Any, breaks: Any) -> None:
    planted = (
        "contract-dates",
        "review-periods",
        "open-ends",
        "constraints",
        "long-durations",
        "lags",
        "start-to-finish",
        "codes",
        "future-actuals",
        "actuals-kept",
    )
    expected, world = set(), good
    parameters: dict[str, Any] = {}
    owner = packs["owner-specification"]
    for pack in (packs["fidic-2017"], packs["nec4"], owner):
        for rule in pack.rules:
            for call in rule.calls:
                parameters.setdefault(call.check, call.parameters)
    for check in planted:
        world, culprit = breaks[check](world, parameters[check])
        expected.add((check, culprit))
    rules = tuple(
        Rule(check, "1", check, "text", "automatic", (Call(check, parameters[check]),))
        for check in sorted(CHECKS)
        # some of the ten change the plan: what is compared with the programme before tells it too
        if check not in ("changes-described", "delays-explained")
    )
    result = world.assess(Pack("all", "1", "All checks", "-", "-", rules))
    found = {(one.rule.id, each.id) for one in result.results for each in one.shown}
    assert found == expected
    assert {one.rule.id for one in result.results if one.state == NOT_MET} == set(planted)


def test_rule_decides_by_its_worst_check(good: Any, packs: Any, breaks: Any) -> None:
    rule = packs["fidic-2017"].rule("8.3-g")
    world, _ = breaks["open-ends"](good, {})
    result = world.assess(replace(packs["fidic-2017"], rules=(rule,))).results[0]
    assert [one.state for one in result.outcomes].count(NOT_MET) == 1
    assert result.state == NOT_MET
    assert "open end" in result.words
    assert STATES.index(NOT_MET) == 0


def test_evidence_never_hides_what_is_not_met(good: Any, packs: Any, breaks: Any) -> None:
    rule = packs["owner-specification"].rule("S-13")
    world, _ = breaks["rest-days"](good, {"except_calendars": []})
    assert rule.id in world.evidence
    alone = replace(packs["owner-specification"], rules=(rule,))
    assert world.assess(alone).results[0].state == NOT_MET


def test_unmapped_words_need_the_user_and_say_what(good: Any, packs: Any) -> None:
    bare = replace(good.without(terms={}, milestones=(), deliveries=()), evidence=frozenset())
    result = {r.rule.id: r for r in bare.assess(packs["fidic-2017"]).results}
    for name in ("8.3-a", "8.3-c", "8.3-d", "8.3-e", "8.3-i"):
        assert result[name].state == NEEDS_EVIDENCE
        assert "Not mapped yet" in result[name].words


@pytest.mark.parametrize("name", NAMES)
def test_pack_survives_its_file(name: str, packs: Any) -> None:
    assert pack_from(pack_json(packs[name])) == packs[name]
    assert "paraphrase" in packs[name].note


def test_thresholds_are_the_packs_own(good: Any, packs: Any) -> None:
    pack = packs["fidic-2017"]
    rule = pack.rule("8.3-d")
    stricter = replace(rule, calls=(Call("review-periods", {"term": "review", "days": 22}),))
    result = good.assess(pack.with_rule(stricter)).results
    found = next(one for one in result if one.rule.id == "8.3-d")
    assert found.state == NOT_MET
    assert {one.id for one in found.shown} == {f"REV{n}" for n in range(1, 7)}


WRONG = [
    (lambda d: d.update(schema="x"), "no rule pack"),
    (lambda d: d["rules"][0].update(kind="magic"), "'kind' must be one of"),
    (lambda d: d["rules"][0]["checks"][0].update(check="nothing"), "no check 'nothing'"),
    (lambda d: d["rules"][0]["checks"][0]["parameters"].update(x=1), "no parameter 'x'"),
    (lambda d: d["rules"][3]["checks"][0]["parameters"].update(days=-1), "cannot be -1"),
    (lambda d: d["rules"][3]["checks"][0]["parameters"].update(days="21"), "cannot be '21'"),
    (lambda d: d["rules"].append(d["rules"][0]), "there twice"),
    (lambda d: d["rules"][0].update(title=" "), "'title' is missing"),
    (lambda d: d["rules"][5].update(evidence=""), "manual rule"),
    (lambda d: d.update(rules=[]), "at least one rule"),
    (lambda d: d["deadlines"][0].update(days=1.5), "'days' is missing"),
    (lambda d: d["deadlines"][0].update(day_rule="moon"), "'day_rule' must be one of"),
    (lambda d: d["deadlines"][0].update(met_by=""), "what meets it"),
    (lambda d: d.update(rules=["x"]), "not an object"),
    (lambda d: d["rules"][0].update(colour="red"), "'colour' is not known"),
]


@pytest.mark.parametrize(("spoil", "told"), WRONG)
def test_wrong_packs_are_refused_by_name(spoil: Any, told: str, packs: Any) -> None:
    data = copy.deepcopy(pack_json(packs["fidic-2017"]))
    spoil(data)
    with pytest.raises(ModelError, match=told):
        pack_from(data, "pack.json")
