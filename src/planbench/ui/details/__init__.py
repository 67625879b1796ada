"""The details pane: one activity, the same in every view."""
