"""Callcard: when a company's phone rings, the caller's card is on the screen."""

__version__ = "0.1.0"
