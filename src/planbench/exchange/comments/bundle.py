"""A reviewer's exchange file: findings and rounds as one JSON file that others merge."""

from __future__ import annotations

import json
from typing import Any

from planbench.domain.errors import ImportRefused, ModelError
from planbench.engines.findings.record import finding_from
from planbench.engines.findings.rounds import Review, round_from
from planbench.exchange.json_text import parsed

SCHEMA = "planbench/review/1"
ENDING = ".pbreview.json"
_MOST_BYTES = 256 * 1024 * 1024


def write_bundle(review: Review, project: str, author: str, *, private: bool = False) -> bytes:
    """The review as an exchange file; what is private stays at home unless asked for."""
    findings = {
        uid: finding
        for uid, finding in review.findings.items()
        if private or not finding.value("private")
    }
    uids = frozenset(findings)
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "project": project,
        "author": author,
        "findings": [one.plain(private) for one in findings.values()],
        "rounds": [one.plain(uids) for one in review.ordered_rounds],
    }
    return (json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def read_bundle(content: bytes, name: str) -> tuple[Review, str, str]:
    """The review in an exchange file, the code of its project, and who made it.

    Raises ImportRefused when the file is something else, damaged, or was altered by hand.
    """
    if len(content) > _MOST_BYTES:
        raise ImportRefused("the file is too large for an exchange file", name)
    try:
        data = parsed(content)
    except ValueError as error:
        raise ImportRefused("this is no exchange file: it is not JSON", name) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ImportRefused("this is no exchange file of a review", name)
    try:
        findings = [finding_from(one) for one in data["findings"]]
        rounds = [round_from(one) for one in data["rounds"]]
        project, author = str(data["project"]), str(data["author"])
    except ModelError as error:
        raise ImportRefused(error.what, f"{name}, {error.where}") from error
    except (KeyError, TypeError) as error:
        raise ImportRefused("the exchange file is not complete", name) from error
    review = Review({one.uid: one for one in findings}, {one.key: one for one in rounds})
    return review, project, author
