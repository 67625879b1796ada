"""The visual language as values: colours, type, lengths, and the theme now in force.

Everything comes from `resources/tokens.json`; no widget names a colour or a size of its own.
Widgets read `current_theme()` when they paint, so a change of theme needs a repaint only. What
keeps a colour (labels, charts, icons) listens to `theme_manager().changed`.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from planbench.services.resources import resource

MODES = ("system", "light", "dark", "contrast")


@cache
def tokens() -> dict[str, Any]:
    """The design tokens as they stand in the shipped file."""
    loaded: dict[str, Any] = json.loads(resource("tokens.json").read_text(encoding="utf-8"))
    return loaded


class Theme:
    """One theme: colours by role, fonts by style, and the lengths every theme shares.

    Lengths are logical pixels at 100 %. `categorical`, `sequential` and `diverging` are lists of
    colours (diverging runs from early to late); `risk` holds (fill, text) of the levels 1 to 5.
    """

    def __init__(self, name: str) -> None:
        data = tokens()
        base = data["themes"][data["print_theme"]["base"] if name == "print" else name]
        colours = dict(base["color"])
        if name == "print":
            colours.update(data["print_theme"]["override"])
        self.name = name
        self.dark = name in ("dark", "contrast")
        shadow = colours.pop("shadow")
        self._hex: dict[str, str] = colours
        self._colours = {role: QColor(text) for role, text in colours.items()}
        self._colours |= {f"sequential-{k}": QColor(c) for k, c in enumerate(base["sequential"])}
        self._colours["shadow"] = QColor(shadow["color"])
        self._colours["shadow"].setAlphaF(shadow["alpha"])
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self.categorical = [QColor(text) for text in base["categorical"]]
        self.sequential = [QColor(text) for text in base["sequential"]]
        self.diverging = [QColor(text) for text in base["diverging"]["ramp"]]
        self.risk = [(QColor(step["fill"]), QColor(step["on"])) for step in base["risk"]]
        self.space: list[int] = data["space"]["scale"]
        self.pad: dict[str, int] = {k: v for k, v in data["space"].items() if k != "scale"}
        self.row: dict[str, int] = data["row"]
        self.radius: dict[str, int] = data["radius"]
        self.control: dict[str, int] = data["control"]
        self.frame: dict[str, Any] = data["frame"]
        self.icon: dict[str, Any] = data["icon"]
        self.gantt: dict[str, Any] = data["gantt"]
        self.chart: dict[str, Any] = data["chart"]
        self.motion: dict[str, Any] = data["motion"]

    def color(self, role: str) -> QColor:
        """The colour of a role such as `text-muted`. Raises KeyError for an unknown role."""
        return self._colours[role]

    def hex(self, role: str) -> str:
        """The same as `#rrggbb`, for SVG and HTML."""
        return self._hex[role]

    def font(self, style: str = "body", tabular: bool = False) -> QFont:
        """The font of a type style; `tabular` gives figures of equal width (tables, axes).

        Styles: small, body, strong, prose, heading, title, display, present_body, present_label,
        present_title, present_value, and tick for chart ticks.
        """
        found = self._fonts.get((style, tabular))
        if found is None:
            found = self._fonts[style, tabular] = _make_font(style, tabular)
        return found

    def line(self, style: str = "body") -> int:
        """Line height of a type style."""
        return int(tokens()["type"]["scale"][style]["line"])


def _make_font(style: str, tabular: bool) -> QFont:
    kind = tokens()["type"]
    if style == "tick":
        entry = {"px": kind["min_px"]["chart_tick"], "weight": 400}
    else:
        entry = kind["scale"][style]
    font = QFont([kind["family"], *kind["fallback"]])
    # A pixel size is a whole number; the half pixel of chart ticks rounds up.
    font.setPixelSize(int(entry["px"] + 0.5))
    font.setWeight(QFont.Weight(entry["weight"]))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if "tracking" in entry:
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, entry["tracking"])
    if tabular and entry["px"] < 28:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


@cache
def load_theme(name: str) -> Theme:
    """The theme `light`, `dark`, `contrast` or `print` (light on white paper)."""
    return Theme(name)


class ThemeManager(QObject):
    """Holds which theme is in force. `changed(theme)` is emitted after the switch."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.mode = "system"
        self.theme: Theme | None = None
        self._following = False

    def set_mode(self, mode: str) -> None:
        """Switch to `light`, `dark`, `contrast` or what the system says, else ValueError."""
        if mode not in MODES:
            raise ValueError(mode)
        self.mode = mode
        self._use(load_theme(_system_theme() if mode == "system" else mode))

    def follow_system(self) -> None:
        """Listen to the desktop's light, dark and wish for contrast, once."""
        if not self._following:
            hints = QGuiApplication.styleHints()
            hints.colorSchemeChanged.connect(self._system_changed)
            hints.accessibility().contrastPreferenceChanged.connect(self._system_changed)
            self._following = True

    def _system_changed(self) -> None:
        if self.mode == "system":
            self._use(load_theme(_system_theme()))

    def _use(self, theme: Theme) -> None:
        if theme is self.theme:
            return
        self.theme = theme
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(palette_of(theme))
        self.changed.emit(theme)


@cache
def theme_manager() -> ThemeManager:
    """The one manager of the program."""
    return ThemeManager()


def current_theme() -> Theme:
    """The theme in force; light before any was applied."""
    return theme_manager().theme or load_theme("light")


def apply_theme(app: QApplication, mode: str = "system") -> None:
    """Give the program its font, style and palette; `mode` is one of `MODES`."""
    from planbench.ui.style import PlanbenchStyle

    _install_fonts()
    if not isinstance(app.style(), PlanbenchStyle):
        app.setStyle(PlanbenchStyle())
    app.setFont(load_theme("light").font("body"))
    manager = theme_manager()
    manager.follow_system()
    manager.theme = None  # a new application has none of it yet
    manager.set_mode(mode)


@cache
def _install_fonts() -> None:
    for weight in ("Regular", "SemiBold"):
        QFontDatabase.addApplicationFont(str(resource("fonts", f"Inter-{weight}.otf")))


def _system_theme() -> str:
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return "contrast"
    dark = hints.colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def palette_of(theme: Theme) -> QPalette:
    """The palette of a theme, by the tokens' mapping."""
    palette = QPalette()
    groups = {
        "Inactive": QPalette.ColorGroup.Inactive,
        "Disabled": QPalette.ColorGroup.Disabled,
    }
    for key, role in tokens()["palette_mapping"].items():
        group, _, name = key.rpartition(".")
        colour = theme.color(role)
        which = QPalette.ColorRole[name]
        if group:
            palette.setColor(groups[group], which, colour)
        else:
            palette.setColor(which, colour)
    for name in ("WindowText", "ButtonText"):
        palette.setColor(
            QPalette.ColorGroup.Disabled, QPalette.ColorRole[name], theme.color("text-disabled")
        )
    palette.setColor(QPalette.ColorRole.Light, theme.color("surface-raised"))
    palette.setColor(QPalette.ColorRole.Midlight, theme.color("border"))
    palette.setColor(QPalette.ColorRole.Shadow, theme.color("border-strong"))
    return palette
