"""The services. None of them imports another: they talk over HTTP and the broker."""
