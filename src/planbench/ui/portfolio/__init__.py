"""The Portfolio workspace."""
