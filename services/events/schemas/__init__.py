"""Shapes of events' HTTP API, a file a concept."""
