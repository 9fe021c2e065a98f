"""The HTTP mechanisms: problems, who may call, repeated requests, cursors, health, clients."""
