"""The commands, one file a group; imports stand inside the commands so that help is quick."""
