"""Messages between services: CloudEvents through an outbox, a relay, a broker, a consumer and an inbox."""
