"""A model of what members wrote, from which a member can be taken out again exactly.

What is fitted to data (tokens, a base, how the two are read together) is fitted to public text of nobody's; what comes
of members is whole numbers, which are subtracted when somebody leaves.
"""
