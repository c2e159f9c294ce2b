"""Insights: skills that are asked for and held, released month by month, with noise that hides who is in."""
