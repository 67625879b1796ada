"""The faces of the standard controls, painted from the theme; `style` says when each is used."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionHeader,
    QStyleOptionMenuItem,
    QStyleOptionSlider,
    QStyleOptionTab,
    QWidget,
)

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme

_State = QStyle.StateFlag
_Primitive = QStyle.PrimitiveElement
_Control = QStyle.ControlElement
_Sub = QStyle.SubControl


def is_on(option: Any, flag: QStyle.StateFlag) -> bool:
    """Whether a state holds for what is painted."""
    return bool(option.state & flag)


def keyboard_focus(option: Any) -> bool:
    """Whether the keyboard, not the mouse, brought the focus here."""
    return is_on(option, _State.State_HasFocus) and is_on(option, _State.State_KeyboardFocusChange)


def field(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    """The face of fields: edge, focus ring inside, sunken when it cannot be edited."""
    theme = current_theme()
    enabled = is_on(option, _State.State_Enabled)
    read_only = is_on(option, _State.State_ReadOnly)
    wrong = widget is not None and bool(widget.property("error"))
    face = theme.color("surface-raised" if enabled and not read_only else "surface-sunken")
    edge, width = theme.color("border-control"), 1
    if not enabled or read_only:
        edge = theme.color("border")
    if wrong:
        edge, width = theme.color("negative"), 2
    elif is_on(option, _State.State_HasFocus):
        edge, width = theme.color("focus"), 2
    paint.box(painter, option.rect, theme.radius["control"], face, edge, width)


def _line_edit(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if option.lineWidth > 0:
        field(option, painter, widget)
        return
    inside_field = widget is not None and isinstance(widget.parent(), QWidget)
    parent = widget.parentWidget() if widget is not None else None
    if inside_field and parent is not None and parent.objectName() == "qt_scrollarea_viewport":
        # The editor of a table cell: the ring of a focused cell.
        theme = current_theme()
        painter.fillRect(option.rect, theme.color("surface-raised"))
        paint.box(painter, option.rect, 2, None, theme.color("focus"), 2)


def _nothing(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    return


def _check(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    paint.check_box(
        painter,
        option.rect,
        is_on(option, _State.State_On),
        is_on(option, _State.State_NoChange),
        is_on(option, _State.State_Enabled),
    )


def _radio(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    enabled = is_on(option, _State.State_Enabled)
    paint.radio(painter, option.rect, is_on(option, _State.State_On), enabled)


def _focus(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if isinstance(widget, QAbstractItemView):
        return  # the fill of the row says it
    if is_on(option, _State.State_KeyboardFocusChange):
        paint.focus_ring(painter, option.rect, 4)


def _frame(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    paint.box(painter, option.rect, 0, None, current_theme().color("border"))


def _menu_panel(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    fill, edge = theme.color("surface-overlay"), theme.color("border-strong")
    paint.box(painter, option.rect, theme.radius["popup"], fill, edge)


def _tip_panel(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    painter.fillRect(option.rect, current_theme().color("tooltip"))


def _branch(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if is_on(option, _State.State_Children):
        area = QRect(0, 0, 14, 14)
        area.moveCenter(option.rect.center())
        name = "chevron-down" if is_on(option, _State.State_Open) else "chevron-right"
        draw_icon(painter, name, area, "text-muted")


def _row(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    if is_on(option, _State.State_Selected):
        active = is_on(option, _State.State_Active)
        painter.fillRect(option.rect, theme.color("selection" if active else "selection-inactive"))
    elif is_on(option, _State.State_MouseOver):
        painter.fillRect(option.rect, theme.color("hover"))


def _push_face(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    fill, edge, _ = paint.button_colours(
        theme,
        "default",
        enabled=is_on(option, _State.State_Enabled),
        hover=is_on(option, _State.State_MouseOver),
        down=is_on(option, _State.State_Sunken),
        on=is_on(option, _State.State_On),
    )
    paint.box(painter, option.rect, theme.radius["control"], fill, edge)
    if keyboard_focus(option):
        paint.focus_ring(painter, option.rect, theme.radius["control"])


def _tool_face(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    fill, edge, _ = paint.button_colours(
        theme,
        "tool",
        enabled=is_on(option, _State.State_Enabled),
        hover=is_on(option, _State.State_MouseOver),
        down=is_on(option, _State.State_Sunken),
        on=is_on(option, _State.State_On),
    )
    if fill is not None:
        paint.box(painter, option.rect, theme.radius["control"], fill, edge)


def combo_box(option: QStyleOptionComboBox, painter: QPainter, widget: QWidget | None) -> None:
    """A drop-down field with its arrow."""
    theme = current_theme()
    if is_on(option, _State.State_HasFocus) and not is_on(option, _State.State_KeyboardFocusChange):
        option.state = option.state & ~_State.State_HasFocus
    field(option, painter, widget)
    if is_on(option, _State.State_MouseOver) and is_on(option, _State.State_Enabled):
        inner = QRect(option.rect).adjusted(2, 2, -2, -2)
        paint.box(painter, inner, theme.radius["control"] - 1, theme.color("hover"))
    spot = QRect(option.rect.right() - 21, option.rect.center().y() - 6, 14, 14)
    draw_icon(painter, "chevron-down", spot, "text-muted", not is_on(option, _State.State_Enabled))


def _combo_label(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    if option.editable:
        return
    theme = current_theme()
    area = QRect(option.rect).adjusted(9, 0, -26, 0)
    painter.save()
    painter.setPen(theme.color("text" if is_on(option, _State.State_Enabled) else "text-disabled"))
    left = float(area.left())
    if not option.currentIcon.isNull():
        option.currentIcon.paint(painter, QRect(area.left(), area.center().y() - 7, 16, 16))
        left += 22
    paint.text_left(painter, option.currentText, left, area, area.right())
    painter.restore()


def scroll_part(option: QStyleOptionSlider, sub: Any) -> QRect:
    """Where the parts of a scroll bar lie: it has a slider and a groove, no arrows."""
    area = QRect(option.rect)
    across = option.orientation == Qt.Orientation.Horizontal
    length = area.width() if across else area.height()
    span = option.maximum - option.minimum
    size = length
    if span > 0 and option.pageStep > 0:
        share = option.pageStep / (span + option.pageStep)
        size = min(length, max(32, int(length * share)))
    start = QStyle.sliderPositionFromValue(
        option.minimum, option.maximum, option.sliderPosition, length - size, option.upsideDown
    )
    first, last = 0, 0
    if sub == _Sub.SC_ScrollBarSlider:
        first, last = start, start + size
    elif sub == _Sub.SC_ScrollBarGroove:
        first, last = 0, length
    elif sub == _Sub.SC_ScrollBarSubPage:
        first, last = 0, start
    elif sub == _Sub.SC_ScrollBarAddPage:
        first, last = start + size, length
    if across:
        return QRect(area.x() + first, area.y(), last - first, area.height())
    return QRect(area.x(), area.y() + first, area.width(), last - first)


def scroll_bar(option: QStyleOptionSlider, painter: QPainter) -> None:
    """A thin rounded slider on a plain ground."""
    theme = current_theme()
    painter.fillRect(option.rect, theme.color("surface-raised"))
    if option.maximum <= option.minimum:
        return
    area = scroll_part(option, _Sub.SC_ScrollBarSlider)
    across = option.orientation == Qt.Orientation.Horizontal
    inner = area.adjusted(2, 3, -2, -3) if across else area.adjusted(3, 2, -3, -2)
    held = bool(option.activeSubControls & _Sub.SC_ScrollBarSlider)
    role = "border-control" if held else "border-strong"
    paint.box(painter, inner, 3, theme.color(role))


def _menu_item(option: QStyleOptionMenuItem, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    area = QRect(option.rect)
    if option.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator:
        paint.rule(painter, area.left() + 6, area.center().y(), area.right() - 6)
        return
    enabled = is_on(option, _State.State_Enabled)
    if is_on(option, _State.State_Selected) and enabled:
        paint.box(painter, area, theme.radius["chip"], theme.color("selection"))
    spot = QRect(area.left() + 10, area.center().y() - 7, 16, 16)
    if option.checked:
        draw_icon(painter, "check", spot, "accent-text")
    elif not option.icon.isNull():
        option.icon.paint(painter, spot)
    words, _, keys = option.text.replace("&", "").partition("\t")
    painter.save()
    painter.setFont(theme.font("body"))
    painter.setPen(theme.color("text" if enabled else "text-disabled"))
    painter.drawText(area.adjusted(36, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter, words)
    painter.setPen(theme.color("text-muted" if enabled else "text-disabled"))
    painter.drawText(
        area.adjusted(36, 0, -12, 0),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
        keys,
    )
    if option.menuItemType == QStyleOptionMenuItem.MenuItemType.SubMenu:
        arrow = QRect(area.right() - 20, area.center().y() - 6, 14, 14)
        draw_icon(painter, "chevron-right", arrow, "text-muted")
    painter.restore()


def _header(option: QStyleOptionHeader, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    area = QRect(option.rect)
    painter.fillRect(area, theme.color("surface-header"))
    paint.rule(painter, area.left(), area.bottom(), area.right() + 1, "border-strong")
    painter.save()
    painter.setFont(header_font())
    painter.setPen(theme.color("text-muted"))
    up = option.sortIndicator == QStyleOptionHeader.SortIndicator.SortUp
    sorted_ = option.sortIndicator != QStyleOptionHeader.SortIndicator.None_
    inner = area.adjusted(8, 0, -8, 0)
    right = bool(option.textAlignment & Qt.AlignmentFlag.AlignRight)
    if sorted_ and right:
        inner.setRight(inner.right() - 11)
    wrap = Qt.TextFlag.TextWordWrap if area.height() > 36 else Qt.TextFlag.TextSingleLine
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    flags = Qt.AlignmentFlag.AlignVCenter | side
    text = option.text
    if area.height() <= 36:
        text = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, max(0, inner.width() + 2)
        )
    painter.drawText(inner, int(flags) | int(wrap), text)
    if sorted_:
        end = painter.fontMetrics().horizontalAdvance(text)
        x = inner.right() + 4 if right else min(inner.left() + end + 5, inner.right() - 7)
        # Qt calls the arrow of an ascending column "down".
        paint.sort_mark(painter, x, area.center().y() + 0.5, not up)
    painter.restore()


def header_font() -> Any:
    """Table headers: small, semibold."""
    font = current_theme().font("small")
    font = type(font)(font)
    font.setWeight(font.Weight.DemiBold)
    return font


def _tab(option: QStyleOptionTab, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    area = QRect(option.rect)
    paint.rule(painter, area.left(), area.bottom(), area.right() + 1)
    here = is_on(option, _State.State_Selected)
    painter.save()
    painter.setFont(theme.font("strong" if here else "body"))
    role = "accent-text" if here else "text-muted"
    if is_on(option, _State.State_MouseOver) and not here:
        role = "text"
    painter.setPen(theme.color(role))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, option.text.replace("&", ""))
    painter.restore()
    if here:
        edge = QRectF(area.left() + 4, area.bottom() - 1, area.width() - 8, 2)
        painter.fillRect(edge, theme.color("accent"))
        if keyboard_focus(option):
            paint.focus_ring(painter, area.adjusted(2, 4, -2, -4), 4)


def _progress(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    theme = current_theme()
    area = QRect(option.rect)
    track = QRectF(area.left(), area.center().y() - 2, area.width(), 6)
    paint.box(painter, track, 3, theme.color("surface-sunken"), theme.color("border"))
    span = option.maximum - option.minimum
    if span > 0 and option.progress > option.minimum:
        share = min(1.0, (option.progress - option.minimum) / span)
        track.setWidth(max(6.0, track.width() * share))
        paint.box(painter, track, 3, theme.color("accent"))


def _splitter(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    painter.fillRect(option.rect, current_theme().color("border"))


def _corner(option: Any, painter: QPainter, widget: QWidget | None) -> None:
    painter.fillRect(option.rect, current_theme().color("surface-raised"))


PRIMITIVES = {
    _Primitive.PE_PanelLineEdit: _line_edit,
    _Primitive.PE_FrameLineEdit: _nothing,
    _Primitive.PE_IndicatorCheckBox: _check,
    _Primitive.PE_IndicatorItemViewItemCheck: _check,
    _Primitive.PE_IndicatorRadioButton: _radio,
    _Primitive.PE_FrameFocusRect: _focus,
    _Primitive.PE_Frame: _frame,
    _Primitive.PE_FrameMenu: _nothing,
    _Primitive.PE_PanelMenu: _menu_panel,
    _Primitive.PE_PanelTipLabel: _tip_panel,
    _Primitive.PE_IndicatorBranch: _branch,
    _Primitive.PE_PanelItemViewItem: _row,
    _Primitive.PE_PanelItemViewRow: _nothing,
    _Primitive.PE_PanelButtonCommand: _push_face,
    _Primitive.PE_PanelButtonTool: _tool_face,
    _Primitive.PE_FrameTabBarBase: _nothing,
    _Primitive.PE_FrameTabWidget: _nothing,
    _Primitive.PE_PanelScrollAreaCorner: _corner,
}

CONTROLS = {
    _Control.CE_ComboBoxLabel: _combo_label,
    _Control.CE_MenuItem: _menu_item,
    _Control.CE_MenuEmptyArea: _nothing,
    _Control.CE_Header: _header,
    _Control.CE_TabBarTab: _tab,
    _Control.CE_ProgressBar: _progress,
    _Control.CE_Splitter: _splitter,
}
