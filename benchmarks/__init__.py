"""Measures licet beside what people would use instead, in one run on one machine: `python -m benchmarks`.

Every benchmark first makes sure that all contenders give the same answers, then times them in turn, round by
round, so that whatever else the machine does falls on all of them. What counts is the ratio within a round;
absolute figures are shown and never asserted. Tests never time anything.
"""
