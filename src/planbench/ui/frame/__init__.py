"""The parts of the window around the workspaces: context bar, rail, status bar, help."""
