"""A bound pack chooses the rulesets of Quality and findings and the templates of Reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.quality.result import FLAG
from planbench.services import packs, rulesets, standards
from planbench.services.document import Document
from planbench.services.findings import DEFAULT_RULESETS, review_rulesets
from planbench.services.library import Library
from planbench.services.packs import Standards
from planbench.services.quality import check_document
from planbench.services.recents import Recents
from planbench.services.reports.compose import shipped_templates
from planbench.services.reports.kept import drop_template, keep_template
from planbench.services.reports.snapshot import Given, gather
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Library, Document]]:
    monkeypatch.setattr(rulesets, "own_folder", lambda: tmp_path / "rulesets")
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        project = library.project(ensure_sample(library))
        document = library.open_update(max(project.updates, key=lambda one: one.data_date).id)
        recalculate(document)
        yield library, document


def bound_to(library: Library, document: Document, pack: Standards) -> Standards:
    project = document.library_project
    assert project is not None
    kept = packs.keep_pack(library, standards.complete(pack, library))
    packs.bind(library, project, kept)
    return kept


def test_the_profile_comes_first_everywhere(case: tuple[Library, Document]) -> None:
    library, document = case
    project = document.library_project
    assert project is not None
    every = [one.id for one in rulesets.load_rulesets()]
    assert [one.id for one in standards.rulesets_for(library, project)] == every
    assert review_rulesets(library, project) == DEFAULT_RULESETS
    bound_to(library, document, Standards("x", 1, "X", checks=("nasa", "gao-89g")))
    found = [one.id for one in standards.rulesets_for(library, project)]
    assert found[:2] == ["nasa", "gao-89g"]
    assert sorted(found) == sorted(every)
    assert review_rulesets(library, project) == ("nasa", "gao-89g")
    snapshot = gather(Given(document, library=library), ("quality",))
    assert snapshot.quality is not None
    assert snapshot.quality.ruleset_id == "nasa"
    packs.unbind(library, project)
    assert standards.profile(library, project) == ()


def test_own_rules_and_templates_travel_in_the_pack(
    case: tuple[Library, Document], tmp_path: Path
) -> None:
    library, document = case
    own = rulesets.keep_ruleset(rulesets.copy_of(rulesets.load_rulesets()[0], "House rules"))
    form = replace(shipped_templates()[0], id="house-status", title="House status")
    keep_template(library, form)
    pack = Standards("x", 1, "X", checks=(own.id, "nasa"), reports=("house-status", "board"))
    full = standards.complete(pack, library)
    path = tmp_path / "pack.json"
    packs.write_pack(full, path)
    # another computer has neither the ruleset nor the template
    rulesets.remove_ruleset(own.id)
    drop_template(library, form)
    there = packs.read_pack(path)
    assert there.digest == full.digest
    assert standards.rulesets_in(there) == (own, rulesets.chosen_rulesets(["nasa"])[0])
    bound_to(library, document, there)
    templates, mine = standards.report_templates(library, document.library_project)
    assert mine == ("house-status", "board")
    assert form in templates
    check_document(document, standards.profile(library, document.library_project))
    assert document.quality[0].ruleset == own
    with pytest.raises(ModelError, match="house-rules"):
        standards.complete(pack, library)


def test_compliance_is_what_the_profile_flags(case: tuple[Library, Document]) -> None:
    library, document = case
    pack = Standards("x", 1, "X", checks=("nasa", "gone"), reports=("status", "lost"))
    told = {
        (one.kind, one.subject): one.words
        for one in standards.profile_deviations(document, pack, library)
    }
    nasa = rulesets.chosen_rulesets(["nasa"])[0]
    assert "not been checked" in told["check", nasa.title]
    assert "neither" in told["check", "gone"]
    assert "neither" in told["report", "lost"]
    assert len(told) == 3
    check_document(document, ["nasa"])
    flags = [one.id for one in document.quality[0].metrics if one.state == FLAG]
    assert flags
    found = standards.profile_deviations(document, replace(pack, checks=("nasa",)), library)
    subjects = [one.subject for one in found if one.kind == "check"]
    assert subjects == [f"{nasa.title}, {flag}" for flag in flags]


def test_a_pack_of_a_later_program_is_left_out(case: tuple[Library, Document]) -> None:
    from planbench.store.records import Entry

    library, document = case
    project = document.library_project
    assert project is not None
    body = {**packs.pack_json(packs.shipped()[0]), "schema": "planbench/standards-pack/9"}
    library.put_entries([Entry(packs.PACK, "later@1", body)], "later")
    assert packs.packs_of(library) == packs.shipped()
    packs.bind(library, project, replace(packs.shipped()[0], id="later"))
    assert packs.bound(library, project) is None
