"""The Home workspace: the library of projects and their updates."""
