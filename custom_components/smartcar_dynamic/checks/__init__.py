"""The connection check: it tells why nothing arrives."""
