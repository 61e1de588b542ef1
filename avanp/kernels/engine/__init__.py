"""The loops of convolutions as instructions, and what feeds them: explained in docs/engine.md."""
