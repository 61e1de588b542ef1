"""What is done with a trained model: scores, recovered images, walks between codes."""
