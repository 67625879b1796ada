"""Contrast by arithmetic, fonts, and the switch between themes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

from planbench.ui.theme import (
    apply_theme,
    current_theme,
    load_theme,
    palette_of,
    theme_manager,
    tokens,
)

THEMES = ("light", "dark", "contrast")


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = []
    for channel in (colour.red(), colour.green(), colour.blue()):
        share = channel / 255
        parts.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)


@pytest.mark.parametrize("name", THEMES)
def test_every_text_pair_can_be_read(name: str) -> None:
    theme = load_theme(name)
    scope = tokens()["contrast"]["scope"]
    pairs = [(text, ground) for text in scope["text_roles"] for ground in scope["backgrounds"]]
    pairs += [tuple(pair) for pair in scope["extra_pairs"] if pair[0] != "risk on"]
    weak = {
        pair: contrast(theme.color(pair[0]), theme.color(pair[1]))
        for pair in pairs
        if contrast(theme.color(pair[0]), theme.color(pair[1])) < 4.5
    }
    assert len(pairs) > 140
    assert not weak
    for fill, on in theme.risk:
        assert contrast(fill, on) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_every_meaningful_line_can_be_seen(name: str) -> None:
    theme = load_theme(name)
    ground = theme.color("surface-raised")
    for role in tokens()["contrast"]["scope"]["graphic_marks"]:
        assert contrast(theme.color(role), ground) >= 3, role
    for colour in theme.categorical:
        assert contrast(colour, ground) >= 3


def test_figures_of_tables_are_equally_wide(themed: QApplication) -> None:
    table = QFontMetricsF(current_theme().font("body", tabular=True))
    prose = QFontMetricsF(current_theme().font("body"))
    widths = {table.horizontalAdvance(digit * 10) for digit in "0123456789"}
    assert len(widths) == 1
    assert prose.horizontalAdvance("1111111111") < prose.horizontalAdvance("0000000000")


def test_type_is_the_bundled_one(themed: QApplication) -> None:
    from PySide6.QtGui import QFontInfo

    assert QFontInfo(current_theme().font("body")).family() == "Inter"
    assert QFontInfo(current_theme().font("title")).weight() == 600


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(KeyError):
        load_theme("light").color("puce")


def test_switching_tells_and_repaints(themed: QApplication) -> None:
    heard: list[str] = []
    manager = theme_manager()
    listen = lambda theme: heard.append(theme.name)  # noqa: E731
    manager.changed.connect(listen)
    try:
        manager.set_mode("dark")
        manager.set_mode("dark")
    finally:
        manager.changed.disconnect(listen)
    assert heard == ["dark"]
    assert themed.palette().color(QPalette.ColorRole.Window) == QColor("#15181E")
    with pytest.raises(ValueError, match="sepia"):
        manager.set_mode("sepia")


def test_applying_again_keeps_one_style(themed: QApplication) -> None:
    style = themed.style()
    apply_theme(themed, "dark")
    assert themed.style() is style
    assert current_theme().dark


def test_the_palette_follows_the_mapping() -> None:
    theme = load_theme("dark")
    palette = palette_of(theme)
    assert palette.color(QPalette.ColorRole.Base) == theme.color("surface-raised")
    inactive = palette.color(QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight)
    assert inactive == theme.color("selection-inactive")


def test_print_is_white() -> None:
    assert load_theme("print").color("surface") == QColor("#FFFFFF")
    assert not load_theme("print").dark


def test_high_contrast_is_the_enhanced_level() -> None:
    """WCAG 2 level AAA: 7 to 1 for text on every ground it may stand on, 4.5 for lines."""
    theme = load_theme("contrast")
    scope = tokens()["contrast"]["scope"]
    pairs = [(text, ground) for text in scope["text_roles"] for ground in scope["backgrounds"]]
    pairs += [tuple(pair) for pair in scope["extra_pairs"] if pair[0] != "risk on"]
    weak = {
        pair: round(contrast(theme.color(pair[0]), theme.color(pair[1])), 2)
        for pair in pairs
        if contrast(theme.color(pair[0]), theme.color(pair[1])) < 7
    }
    assert not weak
    ground = theme.color("surface-raised")
    for role in [*scope["graphic_marks"], "border", "border-control", "link"]:
        assert contrast(theme.color(role), ground) >= 4.5, role
    for fill, on in theme.risk:
        assert contrast(fill, on) >= 7
