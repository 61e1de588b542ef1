"""The named sets that are not drawn: one file each, with a card and the function that reads it."""
