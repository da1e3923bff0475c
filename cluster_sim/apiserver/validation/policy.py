def _fine(*args):
    return []
budget = _fine
budget_update = _fine
