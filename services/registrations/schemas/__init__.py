"""Shapes of registrations' HTTP API."""
