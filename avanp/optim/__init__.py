"""Optimisers, one file each, and how a gradient is applied to a parameter."""
