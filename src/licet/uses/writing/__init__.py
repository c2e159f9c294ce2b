"""AI features for the member: words to start from, of their own permitted rows, by phrasings written by hand.

It makes no artefact: what is asked for is put together, handed to whom it is about, and kept nowhere. So it passes no
contract of `uses.use`, and nothing is there for a no to reach later.
"""
