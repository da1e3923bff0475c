"""What the database keeps; each model is defined in its own room and only gathered here for Django."""
