"""A small style on top of Fusion: flat fields, boxes, menus, headers and scroll bars.

Style sheets slow item views down and fight the palette, so the standard controls are painted
here from the theme. The item views' cells are painted by the table's own delegate.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QMenu,
    QProxyStyle,
    QStyle,
    QStyleOptionMenuItem,
    QStyleOptionSlider,
    QStyleOptionSpinBox,
    QWidget,
)

from planbench.ui import faces, paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import current_theme

_State = QStyle.StateFlag
_Metric = QStyle.PixelMetric
_Complex = QStyle.ComplexControl
_Sub = QStyle.SubControl
_Hint = QStyle.StyleHint

_METRICS = {
    _Metric.PM_ScrollBarExtent: 12,
    _Metric.PM_ScrollBarSliderMin: 32,
    _Metric.PM_SplitterWidth: 1,
    _Metric.PM_IndicatorWidth: 16,
    _Metric.PM_IndicatorHeight: 16,
    _Metric.PM_ExclusiveIndicatorWidth: 16,
    _Metric.PM_ExclusiveIndicatorHeight: 16,
    _Metric.PM_CheckBoxLabelSpacing: 8,
    _Metric.PM_RadioButtonLabelSpacing: 8,
    _Metric.PM_FocusFrameHMargin: 6,
    _Metric.PM_MenuPanelWidth: 1,
    _Metric.PM_MenuHMargin: 4,
    _Metric.PM_MenuVMargin: 4,
    _Metric.PM_ButtonShiftHorizontal: 0,
    _Metric.PM_ButtonShiftVertical: 0,
    _Metric.PM_DefaultFrameWidth: 1,
    _Metric.PM_SmallIconSize: 16,
    _Metric.PM_ButtonIconSize: 16,
    _Metric.PM_TabBarTabHSpace: 24,
    _Metric.PM_TabBarTabVSpace: 16,
    _Metric.PM_TabBarBaseOverlap: 0,
    _Metric.PM_TabBarTabShiftVertical: 0,
    _Metric.PM_LayoutHorizontalSpacing: 8,
    _Metric.PM_LayoutVerticalSpacing: 8,
    _Metric.PM_ToolTipLabelFrameWidth: 8,
}

_HINTS = {
    _Hint.SH_EtchDisabledText: 0,
    _Hint.SH_DitherDisabledText: 0,
    _Hint.SH_ComboBox_Popup: 0,
    _Hint.SH_ItemView_ShowDecorationSelected: 1,
    _Hint.SH_TabBar_PreferNoArrows: 1,
    _Hint.SH_UnderlineShortcut: 0,
    _Hint.SH_ScrollBar_LeftClickAbsolutePosition: 0,
}


class PlanbenchStyle(QProxyStyle):
    """Fusion with planbench's own faces."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def pixelMetric(self, metric: Any, option: Any = None, widget: QWidget | None = None) -> int:
        found = _METRICS.get(metric)
        return found if found is not None else super().pixelMetric(metric, option, widget)

    def styleHint(
        self, hint: Any, option: Any = None, widget: QWidget | None = None, data: Any = None
    ) -> int:
        found = _HINTS.get(hint)
        return found if found is not None else super().styleHint(hint, option, widget, data)

    def polish(self, thing: Any) -> Any:
        if isinstance(thing, QMenu):
            # Rounded corners need a window without its own background.
            thing.setWindowFlag(Qt.WindowType.FramelessWindowHint)
            thing.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
            thing.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        elif isinstance(thing, QComboBox):
            thing.setAttribute(Qt.WidgetAttribute.WA_Hover)
        return super().polish(thing)

    def sizeFromContents(self, kind: Any, option: Any, size: QSize, widget: Any = None) -> QSize:
        wanted = super().sizeFromContents(kind, option, size, widget)
        height = current_theme().control["height"]
        if kind == QStyle.ContentsType.CT_LineEdit and widget is not None:
            return QSize(wanted.width(), height)
        if kind == QStyle.ContentsType.CT_ComboBox:
            return QSize(size.width() + 44, height)
        if kind == QStyle.ContentsType.CT_SpinBox:
            return QSize(wanted.width(), height)
        if kind == QStyle.ContentsType.CT_PushButton:
            return QSize(max(wanted.width(), size.width() + 22), height)
        if kind == QStyle.ContentsType.CT_ItemViewItem:
            return QSize(wanted.width(), max(wanted.height(), current_theme().row["default"]))
        if kind == QStyle.ContentsType.CT_MenuItem:
            return self._menu_size(option, size)
        return wanted

    @staticmethod
    def _menu_size(option: QStyleOptionMenuItem, size: QSize) -> QSize:
        if option.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator:
            return QSize(10, 9)
        width = size.width() + 36 + 24 + (24 if "\t" in option.text else 0)
        return QSize(width, 28)

    def subControlRect(self, control: Any, option: Any, sub: Any, widget: Any = None) -> QRect:
        if control == _Complex.CC_ScrollBar:
            return faces.scroll_part(option, sub)
        if control == _Complex.CC_ComboBox and sub == _Sub.SC_ComboBoxEditField:
            return QRect(option.rect).adjusted(8, 1, -24, -1)
        return super().subControlRect(control, option, sub, widget)

    def subElementRect(self, element: Any, option: Any, widget: Any = None) -> QRect:
        found = super().subElementRect(element, option, widget)
        if element == QStyle.SubElement.SE_LineEditContents and option.lineWidth > 0:
            return found.adjusted(6, 0, -6, 0)
        return found

    def drawPrimitive(
        self, element: Any, option: Any, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        drawer = faces.PRIMITIVES.get(element)
        if drawer is None:
            super().drawPrimitive(element, option, painter, widget)
        else:
            drawer(option, painter, widget)

    def drawControl(
        self, element: Any, option: Any, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        drawer = faces.CONTROLS.get(element)
        if drawer is None:
            super().drawControl(element, option, painter, widget)
            return
        # Faces are laid out by coordinates: left means left in either direction of reading.
        side = painter.layoutDirection()
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        drawer(option, painter, widget)
        painter.setLayoutDirection(side)

    def drawComplexControl(
        self, control: Any, option: Any, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if control == _Complex.CC_ScrollBar:
            faces.scroll_bar(option, painter)
        elif control == _Complex.CC_ComboBox:
            faces.combo_box(option, painter, widget)
        elif control == _Complex.CC_Slider:
            self._slider(option, painter, widget)
        elif control == _Complex.CC_SpinBox:
            self._spin_box(option, painter, widget)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def _slider(self, option: QStyleOptionSlider, painter: QPainter, widget: Any) -> None:
        theme = current_theme()
        handle = self.subControlRect(_Complex.CC_Slider, option, _Sub.SC_SliderHandle, widget)
        middle = QPointF(handle.center())
        area = QRectF(option.rect)
        if option.orientation == Qt.Orientation.Horizontal:
            track = QRectF(area.left() + 4, middle.y() - 2, area.width() - 8, 4)
            done = QRectF(track.left(), track.top(), middle.x() - track.left(), 4)
        else:
            track = QRectF(middle.x() - 2, area.top() + 4, 4, area.height() - 8)
            done = QRectF(track.left(), middle.y(), 4, track.bottom() - middle.y())
        paint.box(painter, track, 2, theme.color("border-strong"))
        paint.box(painter, done, 2, theme.color("accent"))
        knob = QRectF(middle.x() - 7, middle.y() - 7, 14, 14)
        paint.box(painter, knob, 7, theme.color("surface-raised"), theme.color("accent"), 2)
        if faces.keyboard_focus(option):
            paint.focus_ring(painter, option.rect, 4)

    def _spin_box(self, option: QStyleOptionSpinBox, painter: QPainter, widget: Any) -> None:
        faces.field(option, painter, widget)
        theme = current_theme()
        for sub, name in (
            (_Sub.SC_SpinBoxUp, "chevron-up"),
            (_Sub.SC_SpinBoxDown, "chevron-down"),
        ):
            area = self.subControlRect(_Complex.CC_SpinBox, option, sub, widget)
            if area.isEmpty():
                continue
            if option.activeSubControls & sub and option.state & _State.State_MouseOver:
                paint.box(painter, area.adjusted(1, 1, -1, -1), 3, theme.color("hover"))
            spot = QRect(0, 0, 11, 11)
            spot.moveCenter(area.center())
            draw_icon(painter, name, spot, "text-muted", not option.state & _State.State_Enabled)
