"""Comment sheets go out as workbooks and Word documents and come back without a letter lost."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook  # noqa: TID253

from planbench.domain.errors import ImportRefused
from planbench.engines.findings.record import DISPOSITIONS, clean
from planbench.exchange.comments.docx import read_comment_docx, write_comment_docx
from planbench.exchange.comments.sheet import (
    TITLES,
    Response,
    Said,
    Sheet,
    SheetRow,
    numbered,
    response_of,
    uid_in,
)
from planbench.exchange.comments.xlsx import read_comment_xlsx, write_comment_xlsx

WRITERS = {
    "xlsx": (write_comment_xlsx, read_comment_xlsx),
    "docx": (write_comment_docx, read_comment_docx),
}
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["=1+1", "@SUM(A1)", "00123", "_x0041_", "a\n\nb\tc", "1E10", "-", "'x", "<b>"]
    ),
)


def row(uid: str, response: str = "", disposition: str = "", by: str = "") -> SheetRow:
    return SheetRow(
        1, uid, "DCMA-06", "A1000 Cable", "High float", "Total float 365 d", "minor", "new", "open",
        "Contractor", "2026-10-15", "Why so much?", "Add the missing successor", response,
        disposition, by,
    )  # fmt: skip


def sheet(*rows: SheetRow, talk: tuple[Said, ...] = ()) -> Sheet:
    return Sheet("Comments on update 3", (("Update", "3"),), numbered(rows), talk)


def uids(count: int) -> list[str]:
    return [f"Q-{number:010d}" for number in range(count)]


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(["", *DISPOSITIONS]), TEXTS), max_size=4))
def test_responses_come_back_as_they_were_written(
    kind: str, filled: list[tuple[str, str, str]]
) -> None:
    write, read = WRITERS[kind]
    rows = [row(uid, *one) for uid, one in zip(uids(len(filled)), filled, strict=True)]
    back = read(write(sheet(*rows)), f"sheet.{kind}")
    expected = [
        (uid, clean(text), disposition, clean(by))
        for uid, (text, disposition, by) in zip(uids(len(filled)), filled, strict=True)
        if clean(text) or disposition
    ]
    assert [(one.uid, one.text, one.disposition, one.by) for one in back] == expected


@pytest.mark.parametrize("kind", WRITERS)
def test_an_empty_sheet_and_one_without_answers_bring_nothing(kind: str) -> None:
    write, read = WRITERS[kind]
    assert read(write(sheet()), f"sheet.{kind}") == ()
    assert read(write(sheet(row("Q-0000000001"))), f"sheet.{kind}") == ()


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense", b"plain text"])
def test_other_files_are_refused(kind: str, content: bytes) -> None:
    with pytest.raises(ImportRefused):
        WRITERS[kind][1](content, f"sheet.{kind}")


def test_a_workbook_that_was_sorted_and_whose_columns_moved_is_read_all_the_same() -> None:
    book = load_workbook(io.BytesIO(write_comment_xlsx(sheet(*map(row, uids(3))))))
    page = book["Comments"]
    lines = [[cell.value for cell in line] for line in page.iter_rows()]
    lines[1][TITLES.index("Response")] = "first"
    lines[3][TITLES.index("Disposition")] = "Justified "
    head, *rest = lines
    page.delete_rows(1, page.max_row)
    for line in [head, *rest[::-1]]:
        page.append(line[::-1])
    out = io.BytesIO()
    book.save(out)
    back = read_comment_xlsx(out.getvalue(), "back.xlsx")
    assert [(one.uid, one.text, one.disposition) for one in back] == [
        ("Q-0000000002", "", "justified"),
        ("Q-0000000000", "first", ""),
    ]


def test_ids_are_locked_answers_are_not_and_dispositions_come_from_a_list() -> None:
    book = load_workbook(io.BytesIO(write_comment_xlsx(sheet(row("Q-0000000001")))))
    page = book["Comments"]
    locked = {title: cell.protection.locked for title, cell in zip(TITLES, page[2], strict=True)}
    assert page.protection.sheet
    assert [title for title, is_locked in locked.items() if not is_locked] == list(TITLES[-3:])
    (choices,) = page.data_validations.dataValidation
    assert choices.formula1 == f'"{",".join(DISPOSITIONS)}"'


def test_whole_threads_go_out_and_no_text_is_a_formula() -> None:
    talk = (Said("Q-0000000001", "2026-09-30T08:00:00", "mo", "comment", "=HYPERLINK(1)"),)
    made = sheet(replace(row("Q-0000000001"), comment="=1+1"), talk=talk)
    book = load_workbook(io.BytesIO(write_comment_xlsx(made)))
    cells = [cell for page in book for line in page.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert book["Discussion"]["E2"].value == "=HYPERLINK(1)"


def test_a_disposition_in_words_of_its_own_is_kept_in_the_text() -> None:
    made = response_of("Q-0000000001", "Done.", "see letter 12", "C", "row 2")
    assert made == Response("Q-0000000001", "Done.\n\nDisposition: see letter 12", "", "C", "row 2")
    assert response_of("Q-0000000001", " ", "", "C", "row 2") is None


def test_ids_are_found_among_other_words() -> None:
    assert uid_in("Finding Q-4K7QX2PM0A, see above") == "Q-4K7QX2PM0A"
    assert uid_in("Q-4K7") == ""
    assert re.fullmatch(r"Q-\w{10}", uid_in("Q-4K7QX2PM0A\nDCMA-06"))
