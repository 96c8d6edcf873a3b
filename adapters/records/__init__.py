"""The records database: everything that is not telemetry."""
