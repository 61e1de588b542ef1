"""Sweeps over rules, models, learning rates and seeds, and the directory that keeps them."""
