"""Papers: what each claims and prints, and what its tables, charts and pages are made of."""
