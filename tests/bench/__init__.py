"""`make bench`: what the platform does in a second, beside the plainest program that does the same."""
