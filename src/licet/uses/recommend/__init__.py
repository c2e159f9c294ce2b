"""Recommendations that forget: whole numbers counted over members' permitted rows, and a walk over them.

What is counted of a member is subtracted when they leave, and the rest is, byte for byte, what a count that never saw
them has. Given a recipe, nothing here is fitted; the recipe itself was chosen with members, and says with which.
"""
