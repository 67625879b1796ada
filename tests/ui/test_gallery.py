"""The gallery photographs every workspace and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from planbench.domain.errors import PlanbenchError
from planbench.ui.gallery import photograph_everything
from planbench.ui.workspaces import WORKSPACES


def test_every_workspace_has_its_picture(qtbot: QtBot, tmp_path: Path) -> None:
    found = list(photograph_everything(tmp_path, [], [(1366, 768)], ("light",)))
    shown = dict.fromkeys(path.name.split("-")[0] for path in found)
    assert list(shown) == [entry.name for entry in WORKSPACES]
    pictures = [QImage(str(path)) for path in found]
    assert {(one.width(), one.height()) for one in pictures} == {(1366, 768)}
    assert len({bytes(one.constBits()) for one in pictures}) == len(pictures)


def test_a_missing_file_is_named_before_a_window_opens(tmp_path: Path) -> None:
    with pytest.raises(PlanbenchError, match=r"nowhere\.xer: there is no such file"):
        list(photograph_everything(tmp_path, [Path("nowhere.xer")]))
