"""The operator's commands: what is going on between the services, and what to do about it."""
