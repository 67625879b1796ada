"""What planners talk about: schedules, calendars, findings, risks, errors.

numpy only, no I/O, no clock.
"""
