"""A private Asterisk: put there, configured, run and stopped without touching the machine's own."""
