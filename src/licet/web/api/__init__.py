"""The API: the same operations for a platform that keeps its own settings page and calls ours."""
