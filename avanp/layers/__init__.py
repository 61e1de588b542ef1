"""Layers with explicit derivatives, one file each."""
