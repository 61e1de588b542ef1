"""The SSAVAE paper as an experiment."""
