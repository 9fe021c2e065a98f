"""Webhooks: partners' own systems are told at addresses that the partners chose, signed by Standard Webhooks."""
