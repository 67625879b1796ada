from __future__ import annotations

import pytest

from planbench.exchange.registry import read_schedule

NAMES = {
    "cp1252": ["Béton armé", "Gründung für Brücke", "Cerramiento jardín", "Måling på gård"],
    "cp1250": ["Výkop základů", "Železobeton – příprava", "Wykończenie wnętrz", "Łączenie rur"],
    "cp1251": ["Бетонирование плиты", "Монтаж трубопровода", "Земляные работы"],
    "cp1253": ["Σκυροδέτηση πλάκας", "Εκσκαφή θεμελίων", "Τοποθέτηση σωλήνων"],
    "cp1254": ["Kazı işleri", "Temel döşeme kalıbı", "Çatı kaplaması", "Bağlantı şaftı"],
    "cp1255": ["יציקת בטון לרצפה", "חפירת יסודות", "התקנת צינורות"],
    "cp1256": ["صب الخرسانة للسقف", "حفر الأساسات", "تركيب الأنابيب"],
    "gb18030": ["混凝土浇筑", "土方开挖工程", "管道安装"],
    "cp932": ["コンクリート打設", "基礎の掘削とすき取り", "配管のとりつけ"],
    "cp949": ["콘크리트 타설 공사", "기초 터파기 작업", "배관 설치와 시험"],
    "utf-8": ["Béton – phase Ω", "Бетон", "混凝土"],
}


def named(names: list[str]):  # type: ignore[no-untyped-def]
    def change(tables: dict[str, list[list[str]]]) -> None:
        fields, *rows = tables["TASK"]
        column = fields.index("task_name")
        tables["TASK"] = [fields]
        for k, name in enumerate(names):
            row = list(rows[1])
            row[0], row[column] = str(200 + k), name
            tables["TASK"].append(row)
        tables["TASKPRED"] = tables["TASKPRED"][:1]

    return change


@pytest.mark.parametrize("encoding", NAMES)
def test_names_are_read_without_being_told_the_encoding(make_xer, encoding: str) -> None:
    data = make_xer(named(NAMES[encoding]), encoding=encoding)
    found = read_schedule(data, name="x.xer")
    assert found.schedule.activities.name.tolist() == NAMES[encoding]
    assert found.schedule.source.encoding == encoding


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides(make_xer, encoding: str) -> None:
    data = make_xer(named(NAMES["utf-8"]), encoding=encoding)
    assert read_schedule(data).schedule.activities.name.tolist() == NAMES["utf-8"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_byte_text_without_a_mark(make_xer, encoding: str) -> None:
    data = make_xer(named(NAMES["utf-8"]), encoding=encoding)
    assert read_schedule(data).schedule.activities.name.tolist() == NAMES["utf-8"]


def test_the_user_overrides_the_guess(make_xer) -> None:
    data = make_xer(named(NAMES["cp1251"]), encoding="cp1251")
    found = read_schedule(data, encoding="cp1252")
    expected = [name.encode("cp1251").decode("cp1252") for name in NAMES["cp1251"]]
    assert found.schedule.activities.name.tolist() == expected


def test_a_foreign_currency_sign_does_not_change_the_names(make_xer) -> None:
    data = make_xer(named(NAMES["utf-8"]), encoding="utf-8").replace(b"\t$\n", b"\t\xa3\n")
    found = read_schedule(data)
    assert found.schedule.activities.name.tolist() == NAMES["utf-8"]
    assert found.raw is not None
    assert found.raw.table("CURRTYPE").texts("curr_symbol") == ["£"]  # type: ignore[union-attr]
    assert {r.code for r in found.repairs} == {"mixed-encoding", "guessed-encoding"}


def test_cubic_metres_and_quotes_are_no_foreign_letters(make_xer) -> None:
    names = ["Excavate 500 m³", "Pump 20 m³", "Tank 8 m³ – “north”", "Slab 30 m²", "Bund 6 m³"]
    found = read_schedule(make_xer(named(names)))
    assert found.schedule.activities.name.tolist() == names


def test_bytes_without_meaning_are_listed_and_survive(make_xer) -> None:
    data = make_xer().replace(b"Drive piles", b"Drive \x81\x8d piles")
    found = read_schedule(data)
    assert "undecodable-bytes" in {repair.code for repair in found.repairs}
    assert "Drive" in found.schedule.activities.name[1]
