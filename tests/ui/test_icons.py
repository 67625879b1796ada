"""Icons exist, take the colour of their role and stay sharp at any scale."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from planbench.domain.errors import PlanbenchError
from planbench.services.resources import resource
from planbench.ui.icons import icon, icon_names, pixmap
from planbench.ui.theme import current_theme, theme_manager


def strongest(image: QImage) -> QColor:
    """The pixel that covers most."""
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return max((image.pixelColor(x, y) for x, y in points), key=lambda colour: colour.alpha())


def test_every_icon_draws_something(themed: QApplication) -> None:
    assert len(icon_names()) > 90
    for name in icon_names():
        assert strongest(pixmap(name).toImage()).alpha() > 90, name


def test_an_icon_has_the_colour_of_its_role(themed: QApplication) -> None:
    drawn = strongest(pixmap("square", "negative", 48).toImage())
    assert drawn == current_theme().color("negative")


def test_an_icon_follows_the_theme(themed: QApplication) -> None:
    kept = icon("square", "text")
    light = strongest(kept.pixmap(48, 48).toImage())
    theme_manager().set_mode("dark")
    dark = strongest(kept.pixmap(48, 48).toImage())
    assert light.lightness() < 60 < 180 < dark.lightness()


def test_a_disabled_icon_is_pale(themed: QApplication) -> None:
    drawn = strongest(icon("square").pixmap(48, 48, QIcon.Mode.Disabled).toImage())
    assert drawn == current_theme().color("text-disabled")


def test_twice_the_scale_has_twice_the_pixels(themed: QApplication) -> None:
    sharp = pixmap("flag", size=16, ratio=2)
    assert (sharp.width(), sharp.devicePixelRatio()) == (32, 2)


def test_an_unknown_icon_is_refused(themed: QApplication) -> None:
    with pytest.raises(PlanbenchError, match="unicorn"):
        icon("unicorn")


def test_licences_lie_beside_icons_and_fonts() -> None:
    assert "ISC License" in resource("icons", "LICENSE").read_text(encoding="utf-8")
    assert "SIL Open Font License" in resource("fonts", "OFL.txt").read_text(encoding="utf-8")
