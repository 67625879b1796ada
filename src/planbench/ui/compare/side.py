"""The right pane of Compare: whose finish, the story, the chosen change, where days went."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from planbench.engines.compare.revert import REVERTIBLE
from planbench.engines.compare.series import Series, Trend
from planbench.services.compare import Review
from planbench.ui import text
from planbench.ui.compare.pictures import ErosionStrip, Waterfall, update_heads
from planbench.ui.compare.words import change_words, order_words, prose
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ComboBox, Label, SidePane


class CompareSide(SidePane):
    """`target_chosen(id)` with "" for the project; `effects_asked()` for the chosen changes."""

    target_chosen = Signal(str)
    effects_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("In words"))
        self.target = ComboBox([], tr("Whose finish"))
        self.target.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.target.activated.connect(
            lambda _index: self.target_chosen.emit(str(self.target.currentData()))
        )
        self.body.addWidget(Label(tr("Whose finish"), "small", "text-muted"))
        self.body.addWidget(self.target)
        self.words = Label("", "body", wrap=True)
        self.body.addWidget(self.words)
        self.add_section(tr("The chosen change"))
        self.change_words = Label("", "body", wrap=True)
        self.body.addWidget(self.change_words)
        self.effects = Button(
            tr("Calculate its effect"),
            "default",
            "play",
            tip=tr("Undo each chosen change alone and see where the finish goes"),
        )
        self.effects.clicked.connect(lambda _on=False: self.effects_asked.emit())
        self.effects.hide()
        self.body.addWidget(self.effects)
        self.add_section(tr("Where the days went"), tr("calendar days"))
        self.waterfall = Waterfall()
        self.body.addWidget(self.waterfall)
        self.order_note = Label("", "small", "text-muted", wrap=True)
        self.body.addWidget(self.order_note)
        self.add_section(tr("Float erosion"), tr("least total float, d"))
        self.erosion = ErosionStrip()
        self.body.addWidget(self.erosion)

    def show_result(self, review: Review, series: Series) -> None:
        """Fill all but the chosen change."""
        target = review.comparison.target
        self._fill_targets(series.milestones, "" if target is None else target.id)
        self.words.setText(
            "\n".join(prose(line) for line in (*review.words, review.trouble) if line)
        )
        self.waterfall.show_half(review.half)
        self.order_note.setText(order_words(review))
        heads = update_heads([schedule.data_date for schedule in series.schedules])
        self.erosion.show_erosion(series.erosion, heads)
        self.show_changes(review, [])

    def _fill_targets(self, milestones: Sequence[Trend], chosen: str) -> None:
        self.target.clear()
        self.target.addItem(tr("Finish of the project"), "")
        for one in milestones:
            self.target.addItem(f"{one.id} {one.name}", one.id)
        if chosen and self.target.findData(chosen) < 0:
            self.target.addItem(chosen, chosen)
        self.target.setCurrentIndex(max(0, self.target.findData(chosen)))

    def show_changes(self, review: Review, chosen: Sequence[int]) -> None:
        """Say what is known of the chosen changes, and offer to find out what is not."""
        if not chosen:
            self.change_words.setText(tr("Choose a change in the register."))
        elif len(chosen) == 1:
            self.change_words.setText(change_words(review, chosen[0]))
        else:
            known = [review.undone[k] for k in chosen if k in review.undone]
            self.change_words.setText(
                tr("{count} are chosen, {moves} of them move the finish.").format(
                    count=text.counted(len(chosen), tr("change"), tr("changes")),
                    moves=text.number(sum(round(days) != 0 for days in known)),
                )
            )
        open_ = unknown_effects(review, chosen)
        self.effects.setVisible(bool(open_))
        one = tr("Calculate its effect")
        several = tr("Calculate {count} effects").format(count=text.number(len(open_)))
        self.effects.setText(one if len(open_) == 1 else several)


def unknown_effects(review: Review, chosen: Sequence[int]) -> list[int]:
    """Those of some changes whose own effect on the finish was not calculated and may be some."""
    kinds = review.comparison.changes.type
    return [k for k in chosen if k not in review.undone and kinds[k] in REVERTIBLE]
