"""Runs in folders: rows that last, what a run is, and who is at work on it."""
