"""Bad input, tried in quantity: every reader, under one property. `run.py` is the command."""
