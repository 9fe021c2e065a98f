"""The database mechanisms: engines, types, the unit of work, migrations; PostgreSQL and SQLite alike."""
