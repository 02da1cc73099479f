"""Brand-performance measures of any household purchase panel, real or simulated.

The doors, by file:

- ``panel``: `Panel`, and `read_panel` for CSV, Parquet, Arrow and pandas;
- ``performance``: `measure`, the table of measures with their Dirichlet values beside them;
- ``market_facts``: `describe_market`, what a market scenario is written from;
- ``nbd``, ``dirichlet``, ``dirichlet_fit``: the theory, and how its parameters are estimated;
- ``completejourney``: `load_completejourney`, a real panel of four grocery categories.
"""
