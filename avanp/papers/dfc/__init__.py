"""Ahlawat et al. 2021: a DFC-VAE against the class imbalance of HAM10000."""
