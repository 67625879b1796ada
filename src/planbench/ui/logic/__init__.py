"""The Logic workspace: what leads to an activity and from it, and the paths to a milestone."""
