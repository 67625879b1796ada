"""The help pane: the page of the view in front, in the window's own type."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
)
from PySide6.QtWidgets import QHBoxLayout, QTextBrowser, QVBoxLayout

from planbench.domain.errors import PlanbenchError
from planbench.services.resources import resource
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Label, Surface


def help_text(name: str) -> str:
    """The page of a workspace as Markdown, the index where a workspace has none."""
    try:
        return resource("help", f"{name}.md").read_text(encoding="utf-8")
    except PlanbenchError:
        return resource("help", "index.md").read_text(encoding="utf-8")


class HelpPane(Surface):
    """340 wide at the right of the workspace; closed by its button or by F1 again."""

    def __init__(self) -> None:
        super().__init__("surface-raised", "l")
        self.setFixedWidth(current_theme().frame["details_pane"])
        self._text = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 8, 0)
        column.setSpacing(0)
        self.browser = QTextBrowser()
        self.browser.setAccessibleName(tr("Help text"))
        self.browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(
            lambda url: self.show_page(url.path().removesuffix(".md"))
        )
        self._close = Button("", "quiet", "x", tip=tr("Close help"), in_card=True)
        self._close.clicked.connect(self.hide)
        head = Surface("surface-raised")
        row = QHBoxLayout(head)
        row.setContentsMargins(13, 0, 0, 0)
        row.addWidget(Label(tr("Help"), "heading"))
        row.addStretch(1)
        row.addWidget(self._close)
        column.addWidget(head)
        column.addWidget(self.browser, 1)
        theme_manager().changed.connect(self._render)
        self.hide()

    def show_page(self, name: str) -> None:
        """Show the page of a workspace."""
        self._text = help_text(name)
        self._render()
        self.show()

    def _follow(self, url: QUrl) -> None:
        self.show_page(url.path().removesuffix(".md"))

    def _render(self) -> None:
        theme = current_theme()
        page = QTextDocument(self.browser)
        page.setDefaultFont(theme.font("prose"))
        page.setDocumentMargin(13)
        page.setIndentWidth(14)
        page.setMarkdown(self._text)
        _set_type(page)
        self.browser.setDocument(page)


def _set_type(page: QTextDocument) -> None:
    """Give headings and strong words the sizes and weights of the tokens, not Qt's own."""
    theme = current_theme()
    block = page.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        cursor = QTextCursor(block)
        spacing = QTextBlockFormat()
        height = theme.line("title" if level == 1 else "prose")
        spacing.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        spacing.setTopMargin(10 if level > 1 else 0)
        spacing.setBottomMargin(4 if block.textList() is not None else 8)
        cursor.mergeBlockFormat(spacing)
        pieces = [
            (piece.position(), piece.length(), piece.charFormat()) for piece in _pieces(block)
        ]
        for start, length, shape in pieces:
            strong = shape.fontWeight() > QFont.Weight.Normal
            style = ("title" if level == 1 else "heading") if level else "prose"
            font = QFont(theme.font("strong" if strong and not level else style))
            font.setItalic(shape.fontItalic())
            shape.clearProperty(QTextFormat.Property.FontSizeAdjustment)
            shape.setFont(font)
            shape.setForeground(theme.color("accent-text" if shape.isAnchor() else "text"))
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(shape)
        block = block.next()


def _pieces(block: QTextBlock) -> Iterator[QTextFragment]:
    """The pieces of a paragraph that are formatted alike."""
    place = block.begin()
    while not place.atEnd():
        yield place.fragment()
        place += 1
