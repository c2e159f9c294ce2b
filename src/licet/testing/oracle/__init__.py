"""One oracle for every way out: what leaves a workspace is held, mark by mark, to `decide`.

A made-up platform (`licet.testing.marked_worlds`) is opened, its members choose, policies follow one another, and
whatever can hand something out is asked (`tour`). A mark found outside must be permitted by the specification at that
moment, to everyone it is about. What is withheld must say why, and with the reason that `decide` has.
`python -m licet.testing.oracle --cases 1000000` is the long run; it fails on the first mark that should not be out.
"""
