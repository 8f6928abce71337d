"""A real ACME authority (Pebble, of Let's Encrypt) with a name server of its own, thrown away afterwards."""
