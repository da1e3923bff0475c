"""Long searches with new seeds, for what must always hold: `make soak`."""
