def _fine(*args):
    return []
validate_update = _fine
validate_status = _fine
