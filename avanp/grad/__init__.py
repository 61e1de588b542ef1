"""Checking derivatives: `check_grad`, and in `cases` a row for everything registered."""
