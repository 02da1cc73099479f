"""`python -m sim.cli` is `shoppers`."""

from sim.cli import main

main()
