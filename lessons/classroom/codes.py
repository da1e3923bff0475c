"""Join codes: six characters that are easy to read from a wall and to type, without 0 O 1 I L."""

import secrets

from django.db import IntegrityError, transaction

from lessons.classroom.models import JoinCode

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6  # 31⁶: 900 million; a guesser at 20 a second needs a year to find one of a hundred classes
MISTAKEN = str.maketrans({" ": None, "-": None, "–": None, "—": None, ".": None, "_": None})


def normalized(typed: str) -> str:
    """What was meant by what somebody typed: `k7f-2mq`, `K7F 2MQ` and `k7f2mq` are one code."""
    return typed.strip().translate(MISTAKEN).upper()


def shown(code: str) -> str:
    """The code in two groups of three, as it is read aloud."""
    return f"{code[:3]} {code[3:]}"


def is_code(code: str) -> bool:
    """Whether it could be one at all."""
    return len(code) == LENGTH and all(character in ALPHABET for character in code)


def code_of(cluster_id: str) -> str:
    """The cluster's code; made when it is first asked for. Uses the database."""
    known = JoinCode.objects.filter(cluster_id=cluster_id).values_list("code", flat=True).first()
    while known is None:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        try:
            with transaction.atomic():
                JoinCode.objects.create(code=code, cluster_id=cluster_id)
            known = code
        except IntegrityError:  # the code is taken, or another page of this visitor was faster
            known = JoinCode.objects.filter(cluster_id=cluster_id).values_list("code", flat=True).first()
    return known


def move(old: str, new: str) -> bool:
    """The code of one cluster leads to another from now on; → whether it had one. Uses the database."""
    with transaction.atomic():
        if not JoinCode.objects.filter(cluster_id=old).exists():
            return False
        JoinCode.objects.filter(cluster_id=new).delete()
        return bool(JoinCode.objects.filter(cluster_id=old).update(cluster_id=new))


def cluster_of(typed: str) -> str | None:
    """The cluster a code leads to; None if it leads nowhere. Uses the database."""
    code = normalized(typed)
    return JoinCode.objects.filter(code=code).values_list("cluster_id", flat=True).first() if is_code(code) else None
