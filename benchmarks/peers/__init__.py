"""Other engines answering the same questions, each in the fastest configuration its API offers.

Inputs are put into the form an engine takes before the clock starts; rules are parsed, compiled and indexed.
What an engine cannot express is refused, so that no contender answers an easier question.
"""
