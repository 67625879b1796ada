"""The critical path method: dates, floats, driving relationships and the longest path."""
