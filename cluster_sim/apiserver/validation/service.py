def _fine(*args):
    return []
validate = _fine
validate_update = _fine
validate_before_allocation = _fine
