def effective(base, changes, week): return base
def effective_retailer(base, key, changes, week): return base
def effective_params(base, name, changes, week): return base
