"""`python -m licet` is the `licet` command."""

from licet.cli.main import run

run()
