"""Seventeen calls a second for the whole portal: one calendar of turns, kept in Valkey, that every worker takes from.

Turns are evenly spaced, so that no second holds more than seventeen of them wherever it begins, and MARGIN wider than the
limit asks, because what counts is when the server sees a call: what the network adds to one call and not to the next must
stay below it. A worker that wakes up too late for its turn leaves it and takes another one. Nothing is given back, so a
worker that dies takes nothing with it but the turns that it had.
"""

import time
from typing import Protocol

import redis
from django.conf import settings

MARGIN = 0.040  # seconds, on each window of one second: 96 % of the limit is used
LATEST = 0.015  # seconds after which a turn is left
# A calendar that is lost, or further away than this (the clock of its server was set back), begins again after one window.
FURTHEST = 60.0
KEY = "directory-api-next-turn"

# KEYS[1]: when the next turn is (microseconds of Valkey's clock). Gives the wait until the turn taken.
_TAKE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local turn = tonumber(redis.call('GET', KEYS[1]))
if not turn or turn - now > tonumber(ARGV[3]) then turn = now + tonumber(ARGV[2]) end
if turn < now then turn = now end
redis.call('SET', KEYS[1], string.format('%.0f', turn + tonumber(ARGV[1])))
return string.format('%.0f', turn - now)
"""


class Pace(Protocol):
    """What says when the next call may leave."""

    def wait_turn(self) -> None: ...


class SharedPace:
    """The turns of the whole portal. Threads of one worker share one of these."""

    def __init__(self) -> None:
        self._valkey = redis.Redis.from_url(settings.REDIS_URL)
        self._take = self._valkey.register_script(_TAKE)
        window = round((1 + MARGIN) * 1_000_000)
        self._arguments = [
            window // settings.DIRECTORY_API_CALLS_PER_SECOND,
            window,
            round(FURTHEST * 1_000_000),
        ]

    def wait_turn(self) -> None:
        """Sleeps until a turn of its own has come. Refuses (RedisError) without Valkey: no call leaves uncounted."""
        while True:
            asked_at = time.monotonic()
            turn = asked_at + int(self._take(keys=[KEY], args=self._arguments)) / 1_000_000
            time.sleep(max(0.0, turn - time.monotonic()))
            if time.monotonic() - turn < LATEST:
                return

    def close(self) -> None:
        self._valkey.close()
