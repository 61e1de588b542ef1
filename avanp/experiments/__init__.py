"""Experiments as values: a grid of cells, where they run, and the judge of what a paper claims."""
