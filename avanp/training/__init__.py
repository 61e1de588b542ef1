"""Training a system for epochs: the loop, its log, its checkpoints."""
