"""Pictures of what models make: grids, labelled rows, GIFs. Pillow is all they need."""
