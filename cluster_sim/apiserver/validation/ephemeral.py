def _fine(*args):
    return []
check = _fine
