"""For tests only: made-up policies, people and tables, and what a gate must answer about them.

Every generator is a plain function of a `random.Random`, so that one and the same serves Hypothesis (which hands
in a `Random` it can shrink) and long seeded runs. `expected_rows` says what a gate must hand out, from `decide`
and the Arrow tables alone. No product code imports this room. An installed licet has `use_contract` of it, for whoever
writes a use, and needs the extra `testing`; the rest comes with the sources and needs the extra `test`.
"""
