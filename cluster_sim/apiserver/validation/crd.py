def _fine(*args):
    return []
validate = _fine
validate_update = _fine
