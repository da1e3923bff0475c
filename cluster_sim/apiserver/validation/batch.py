def _fine(*args):
    return []
job = _fine
job_update = _fine
cronjob = _fine
