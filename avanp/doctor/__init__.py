"""Whether avanp works here: what the machine has, and checks of some seconds that compute."""
