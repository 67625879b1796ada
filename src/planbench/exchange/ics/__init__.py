"""Calendars for other programs: iCalendar (RFC 5545)."""
