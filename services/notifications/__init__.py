"""Owns what people and partners are told: notices, their templates, the inbox and every delivery; no addresses."""
