"""Real peers for tests, benches and the demo: Asterisk, SIP phones, SIPp, PostgreSQL.

Nothing here knows Callcard; Callcard does not know this package.
"""
