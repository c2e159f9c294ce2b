"""`python -m licet.testing.oracle`: the long run, in a module of its own where its other processes find it."""

from licet.testing.oracle.long_run import main

raise SystemExit(main())
