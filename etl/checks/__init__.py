"""Checks on a delivery. A check reports; it never raises and never changes a value."""
