"""Measurements side by side with a plain program that does the least of the same work."""
