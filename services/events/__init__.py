"""Owns everything about an event, until and after its publication, except its seats; and its calendars."""
