"""Who did what, and from where: looks, exports and sign-ins too, which change nothing and so are in no history."""
