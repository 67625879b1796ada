"""Levelling proposals: a dialog that shows what would move, and applies nothing."""
