"""What the DFC-VAE paper (Ahlawat et al. 2021) states, apart from how it is trained."""
