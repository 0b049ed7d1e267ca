"""Seventeen calls a second for the whole portal: the calls of the last second, kept in Valkey, that every worker looks at.

What counts is when the server receives a call, which nobody here sees. So a call takes one of seventeen places just before
it is written, and gives it back one second after it was surely received. Once the answer is there that is known: an answer
takes at least as long as the quickest one of late, so the call was received that long before it came, or earlier; what the
network adds is the same for the next call. Moments are those of Valkey's clock, taken after the fact: a worker that is late
makes the next call wait, never two calls fall in one second. A worker that dies gives its place back by itself.
"""

import time
from collections import deque
from threading import Lock
from uuid import uuid4

import redis
from django.conf import settings

WINDOW = 1.0  # seconds
TRANSIT = 0.25  # seconds after which a call without an answer yet is taken for received
LATENCIES, FEWEST = (
    200,
    20,
)  # answers of late, and how many tell the quickest; before, a call counts from its answer
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
# A call that was written counts, were its place gone; an answer may only bring nearer one that is still counted.
_MOVE = """
local clock = redis.call('TIME')
local at = tonumber(clock[1]) * 1000000 + tonumber(clock[2]) + tonumber(ARGV[2])
if ARGV[3] == 'answered' then
    return redis.call('ZADD', KEYS[1], 'XX', 'LT', at, ARGV[1])
end
redis.call('ZADD', KEYS[1], at, ARGV[1])
return redis.call('PEXPIRE', KEYS[1], 60000)
"""

_latencies: deque[float] = deque(maxlen=LATENCIES)  # of this process


class SharedPace:
    """The seventeen places. Threads of one worker share one of these, and wait in one line."""

    def __init__(self) -> None:
        self._valkey = redis.Redis.from_url(settings.REDIS_URL)
        self._take = self._valkey.register_script(_TAKE)
        self._move = self._valkey.register_script(_MOVE)
        self._line = Lock()
        self._written: dict[str, float] = {}

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
        self._written[call] = time.monotonic()
        self._move(keys=[KEY], args=[call, round(TRANSIT * 1_000_000), "written"])

    def answered(self, call: str) -> None:
        """The answer begins to come."""
        took = time.monotonic() - self._written.pop(call, time.monotonic())
        quickest = min(_latencies) if len(_latencies) >= FEWEST else 0.0
        _latencies.append(took)
        self._move(keys=[KEY], args=[call, -round(min(quickest, took) * 1_000_000), "answered"])

    def close(self) -> None:
        self._valkey.close()
