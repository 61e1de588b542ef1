"""What of the paper's conclusions holds: its claims tested over seeds, and what explains them."""
