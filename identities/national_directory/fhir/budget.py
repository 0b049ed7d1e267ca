"""Seventeen calls a second for the whole portal: the calls of the last second, kept in Valkey, that every worker looks at.

What counts is when the server receives a call, which nobody here sees. So a call takes one of seventeen places just before
it is written, and gives it back one second after it was surely received: when its answer came, or `TRANSIT` after its last
byte left. Moments are those of Valkey's clock, taken after the fact: a worker that is late makes the next call wait, never
two calls fall in one second. A worker that dies gives its place back a second after it took it.
"""

import time
from threading import Lock
from uuid import uuid4

import redis
from django.conf import settings

WINDOW = 1.0  # seconds
TRANSIT = 0.04  # seconds, at most, between the last byte written and the server's own clock: 96 % of the limit is used
TOO_LATE = 0.4  # seconds after which a place that was taken is left: it may be somebody else's soon
KEY = "directory-api-last-calls"

_TAKE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local window = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + 2 * window, '+inf')
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
    redis.call('ZADD', KEYS[1], now, ARGV[3])
    redis.call('PEXPIRE', KEYS[1], 60000)
    return 0
end
return tonumber(redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]) + window - now
"""
# Only a call that is still counted is moved; its answer may only bring it nearer.
_MOVE = """
local clock = redis.call('TIME')
local at = tonumber(clock[1]) * 1000000 + tonumber(clock[2]) + tonumber(ARGV[2])
if ARGV[3] == 'answered' then
    return redis.call('ZADD', KEYS[1], 'XX', 'LT', at, ARGV[1])
end
return redis.call('ZADD', KEYS[1], 'XX', at, ARGV[1])
"""


class SharedPace:
    """The seventeen places. Threads of one worker share one of these, and wait in one line."""

    def __init__(self) -> None:
        self._valkey = redis.Redis.from_url(settings.REDIS_URL)
        self._take = self._valkey.register_script(_TAKE)
        self._move = self._valkey.register_script(_MOVE)
        self._line = Lock()

    def take(self) -> str:
        """Waits for a place and takes it. Refuses (RedisError) without Valkey: no call leaves uncounted."""
        limit, window = settings.DIRECTORY_API_CALLS_PER_SECOND, round(WINDOW * 1_000_000)
        with self._line:
            while True:
                call, asked_at = uuid4().hex, time.monotonic()
                wait = int(self._take(keys=[KEY], args=[limit, window, call]))
                if wait == 0 and time.monotonic() - asked_at < TOO_LATE:
                    return call
                time.sleep(max(0, wait) / 1_000_000)

    def written(self, call: str) -> None:
        """The last byte has left."""
        self._move(keys=[KEY], args=[call, round(TRANSIT * 1_000_000), "written"])

    def answered(self, call: str) -> None:
        """The server has it, since it answers."""
        self._move(keys=[KEY], args=[call, 0, "answered"])

    def close(self) -> None:
        self._valkey.close()
