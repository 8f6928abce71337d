"""Customers into the program from files, and out of it into files."""
