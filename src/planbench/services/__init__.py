"""Use cases that join the rooms. No Qt."""
