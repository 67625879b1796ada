"""The Schedule workspace: table, Gantt chart and details."""
