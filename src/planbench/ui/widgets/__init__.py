"""The widget kit: every control of the window, painted from the theme."""

from planbench.ui.widgets.buttons import Button, LinkButton, SegmentedControl, Tabs
from planbench.ui.widgets.fields import ComboBox, FormField, SearchField
from planbench.ui.widgets.labels import (
    CHIPS,
    Chip,
    ElidedLabel,
    Label,
    PartsBar,
    Sparkline,
    draw_chip,
    draw_parts,
    draw_sparkline,
)
from planbench.ui.widgets.panels import (
    Banner,
    Card,
    EmptyState,
    SidePane,
    Stat,
    StatStrip,
    Surface,
    ThinProgress,
    Toast,
    Toolbar,
)
from planbench.ui.widgets.table import CellLook, Column, FlatTableModel, TableView

__all__ = [
    "CHIPS",
    "Banner",
    "Button",
    "Card",
    "CellLook",
    "Chip",
    "Column",
    "ComboBox",
    "ElidedLabel",
    "EmptyState",
    "FlatTableModel",
    "FormField",
    "Label",
    "LinkButton",
    "PartsBar",
    "SearchField",
    "SegmentedControl",
    "SidePane",
    "Sparkline",
    "Stat",
    "StatStrip",
    "Surface",
    "TableView",
    "Tabs",
    "ThinProgress",
    "Toast",
    "Toolbar",
    "draw_chip",
    "draw_parts",
    "draw_sparkline",
]
