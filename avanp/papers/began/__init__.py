"""The BEGAN v3 paper as an experiment."""
