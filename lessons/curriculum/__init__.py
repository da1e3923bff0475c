"""The lessons: folders that are read, checked and shown; their steps, predictions and goals, and how far people are."""
