"""The Risk workspace: ranges, runs and their results."""
