"""Owns people, organisations, areas and memberships; sign-in and tokens; consent."""
