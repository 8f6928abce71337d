"""The certificate for https, got and renewed by itself from an authority that speaks ACME (RFC 8555, http-01).

The server never waits for it: whether it is time is read from two files, and each attempt is a process of its own.
"""
