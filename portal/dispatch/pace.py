"""How often the outbox tries, and how long it waits."""

import random
from datetime import timedelta

BATCH = 200  # messages marked in one commit by the relay: 1,500 a second published, 300 one by one
WINDOW = 500  # rung and not settled, per group: the queue stays short, and what is in it young
RESEND_AFTER = timedelta(seconds=60)  # a message rung that long ago and still here was lost on the way
MAX_ATTEMPTS = 10
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)


def wait_after(attempts: int) -> timedelta:
    """Back-off before the next try: 1 min, 3, 9, 27… at most 6 h (a day over ten tries), 20 % of it at random.

    At random, so that a target that comes back is not hit by everything at once.
    """
    wait = min(FIRST_WAIT * 3 ** min(attempts - 1, 12), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311  not a secret
