"""Putting the services together: the embedded platform, processes without containers, the command line."""
