"""The widget kit: every control of the window, painted from the theme."""

from planbench.ui.widgets.buttons import Button, ChipButton, LinkButton, SegmentedControl, Tabs
from planbench.ui.widgets.feedback import Banner, EmptyState, ThinProgress, Toast
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
    Card,
    FoldingRow,
    SidePane,
    Stat,
    StatStrip,
    Surface,
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
    "ChipButton",
    "Column",
    "ComboBox",
    "ElidedLabel",
    "EmptyState",
    "FlatTableModel",
    "FoldingRow",
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
