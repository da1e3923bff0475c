"""The front of the house: home with its small living cluster, the path, free play, the page for instructors."""
