"""Owns who has a place: offers of seats, registrations, the waitlist, tickets and check-in."""
