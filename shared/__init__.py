"""Mechanisms that every service is made of; nothing in here knows what a registration is."""
