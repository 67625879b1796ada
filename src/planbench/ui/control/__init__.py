"""The Control workspace."""
