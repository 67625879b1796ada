"""Every text of the window can be drawn out, translated, and put back."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import PlanbenchError
from planbench.ui import translation

SOURCES = Path(translation.__file__).parent
OWN_TOOLS = {"bench.py", "gallery.py", "photo.py", "icons.py", "translation.py"}

# Calls that show the argument of this place, and keywords that do so in any call.
SHOWN_FIRST = """
    setText setToolTip setWindowTitle setAccessibleName setAccessibleDescription setStatusTip
    setPlaceholderText setWhatsThis setTitle setInformativeText set_title show_message set_error
    addAction addMenu addItem addRow QLabel QAction QPushButton QCheckBox QRadioButton QGroupBox
    Label ElidedLabel Button LinkButton FormField Stat EmptyState TableView Card Section heading
    check_box
"""
SHOWN_BY_PLACE = dict.fromkeys(SHOWN_FIRST.split(), 0) | {"counted": 1, "addTab": 1, "setLabel": 1}
SHOWN_BY_NAME = {"tip", "title", "placeholder", "nothing", "caption"}


def modules() -> list[Path]:
    return [path for path in sorted(SOURCES.rglob("*.py")) if path.name not in OWN_TOOLS]


def called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def reads_as_text(node: ast.expr) -> bool:
    """A literal with a word in it, also as a branch, a sum or the pieces of an f-string."""
    if isinstance(node, ast.IfExp):
        return reads_as_text(node.body) or reads_as_text(node.orelse)
    if isinstance(node, ast.BinOp):
        return reads_as_text(node.left) or reads_as_text(node.right)
    if isinstance(node, ast.JoinedStr):
        return any(reads_as_text(part) for part in node.values if isinstance(part, ast.Constant))
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    words = re.sub(r"<[^>]*>|&\w+;|\(\*\.\w+\)", "", node.value)
    if words.strip() == "planbench":
        return False
    return re.search(r"[^\W\d_]{3,}|[a-z]{2,}", words) is not None


def bare_texts(source: str) -> Iterator[str]:
    """What a user would read and `tr` does not see, as `line: source`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or called(node) in ("tr", "get", "getattr"):
            continue
        place = SHOWN_BY_PLACE.get(called(node))
        shown = [word.value for word in node.keywords if word.arg in SHOWN_BY_NAME]
        if place is not None and len(node.args) > place:
            shown.append(node.args[place])
        for value in shown:
            if reads_as_text(value):
                yield f"{value.lineno}: {ast.unparse(value)}"


@pytest.mark.parametrize(
    "line",
    [
        'label.setText("Two words")',
        'Label(f"{n} rows")',
        'Button(tr("Add"), tip="Add a row")',
        'x.setToolTip("a" if yes else tr("b") + " and more")',
        'text.counted(3, "row")',
    ],
)
def test_a_bare_text_is_seen(line: str) -> None:
    assert list(bare_texts(line))


@pytest.mark.parametrize(
    "line",
    [
        'label.setText(tr("Two words"))',
        'Label(tr("{n} rows").format(n=3))',
        'Button(tr("Add"), icon="plus", tip=tr("Add a row"))',
        'label.setText(f"{a}: {b}")',
    ],
)
def test_a_wrapped_text_is_let_through(line: str) -> None:
    assert not list(bare_texts(line))


def test_no_text_of_the_window_is_bare() -> None:
    bare = [
        f"{path.relative_to(SOURCES)}:{line}"
        for path in modules()
        for line in bare_texts(path.read_text(encoding="utf-8"))
    ]
    assert not bare, "\n".join(bare)


def test_what_is_translated_is_a_plain_literal_and_its_holes_are_filled() -> None:
    wrong = []
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        filled = {
            id(node.func.value): {word.arg for word in node.keywords}
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or called(node) != "tr":
                continue
            only = node.args[0] if len(node.args) == 1 and not node.keywords else None
            plain = isinstance(only, ast.Constant) and isinstance(only.value, str)
            if not plain:
                wrong.append(f"{path.name}:{node.lineno} is no literal")
            elif id(node) in filled:
                holes = translation.placeholders(str(only.value)) or set()
                if {hole.split(".")[0].split("[")[0] for hole in holes} != filled[id(node)]:
                    wrong.append(f"{path.name}:{node.lineno} {holes} {filled[id(node)]}")
    assert not wrong, "\n".join(wrong)


def lupdate(target: Path) -> list[ElementTree.Element]:
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    if not tool.exists():
        pytest.skip("pyside6-lupdate is not installed")
    asked = [str(tool), "-recursive", "-extensions", "py", str(SOURCES), "-ts", str(target)]
    subprocess.run(asked, check=True, capture_output=True, timeout=60)
    return list(ElementTree.parse(target).getroot().iter("message"))


def test_linguist_draws_every_text_out_and_a_translation_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "planbench_de.ts"
    messages = lupdate(target)
    drawn = {message.findtext("source") for message in messages}
    written = {
        str(node.args[0].value)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) == "tr"
        if isinstance(node.args[0], ast.Constant)
    }
    assert len(written) > 2000
    assert not {one for one in written if one.strip()} - drawn
    tree = ElementTree.parse(target)
    for message in tree.getroot().iter("message"):
        found = message.find("translation")
        assert found is not None
        if message.findtext("source") == "Critical":
            del found.attrib["type"]
            found.text = "Kritisch"
    tree.write(target, encoding="utf-8")
    monkeypatch.setattr(translation, "_catalogue", {})
    translation.begin(str(target))
    assert translation.tr("Critical") == "Kritisch"
    assert translation.tr("Undo") == "Undo"


def catalogue(tmp_path: Path, *pairs: tuple[str, str]) -> Path:
    root = ElementTree.Element("TS", version="2.1")
    context = ElementTree.SubElement(root, "context")
    for source, target in pairs:
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = source
        ElementTree.SubElement(message, "translation").text = target
    path = tmp_path / "some.ts"
    ElementTree.ElementTree(root).write(path, encoding="utf-8")
    return path


def test_a_translation_that_loses_a_hole_shows_english(tmp_path: Path) -> None:
    path = catalogue(
        tmp_path,
        ("{count} rows", "{count} Zeilen"),
        ("{count} cells", "{anzahl} Zellen"),
        ("of {whole}", "von {whole"),
        ("Name", ""),
    )
    assert translation.read_catalogue(path) == {"{count} rows": "{count} Zeilen"}


def test_a_file_that_is_no_translation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.ts"
    path.write_text("dear translator", encoding="utf-8")
    with pytest.raises(PlanbenchError, match=r"letter\.ts cannot be read as a translation"):
        translation.begin(str(path))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="ascii", exclude_characters="{}<>"), max_size=40), st.integers())
def test_pseudo_text_keeps_its_holes_and_grows(words: str, number: int) -> None:
    source = f"{words} {{count:,}} <b>bold</b>"
    shown = translation.pseudo(source)
    assert f"{number:,}" in shown.format(count=number)
    assert "<b>" in shown
    assert "</b>" in shown
    assert len(shown) >= len(source) * 4 // 3


def test_the_window_starts_in_the_language_of_its_settings(tmp_path: Path) -> None:
    path = catalogue(tmp_path, ("Undo", "\u062a\u0631\u0627\u062c\u0639"))
    tree = ElementTree.parse(path)
    tree.getroot().set("language", "ar_EG")
    tree.write(path, encoding="utf-8")
    home = tmp_path / "config" / "planbench"
    home.mkdir(parents=True)
    (home / "window.json").write_text(json.dumps({"translation": str(path)}), encoding="utf-8")
    script = (
        "from PySide6.QtWidgets import QApplication\n"
        "from planbench.ui import app\n"
        "def told(window, paths):\n"
        "    words = [action.text() for action in window.actions()]\n"
        "    print(ascii([w for w in words if not w.isascii()]), window.isRightToLeft())\n"
        "    QApplication.exit(0)\n"
        "app.begin = told\n"
        "app.main([])\n"
    )
    surroundings = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=surroundings, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "'\\u062a\\u0631\\u0627\\u062c\\u0639'" in done.stdout
    assert done.stdout.strip().endswith("True")
