"""``report.html``: a run as one file to read, look at, print and hand on."""
