"""The AVA paper: its printed numbers, and a sweep's rows as its tables, charts and pages."""
