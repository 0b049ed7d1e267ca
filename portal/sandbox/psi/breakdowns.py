"""What a gateway or a network makes of a call: before it is worked, or once it is and nobody was told."""

import random
import time
from collections import Counter
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.sandbox.faults import faults

RETRY_AFTER = "1"
HTML = "<html><body>Maintenance</body></html>"


def _page(status: int) -> HttpResponse:
    return HttpResponse(HTML, status=status, content_type="text/html")


def _internal() -> HttpResponse:
    error = "Une erreur interne est survenue lors de l'enregistrement de l'identité, veuillez réessayer"
    return JsonResponse({"status": 500, "error": error, "path": "/v1/identities"}, status=500)


def _later(status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={"Retry-After": RETRY_AFTER})


BEFORE: dict[str, Callable[[], HttpResponse]] = {
    "psi_500": _internal,
    "psi_502": lambda: _page(502),
    "psi_503": lambda: _later(503),
    "psi_429": lambda: _later(429),
    "psi_401": lambda: JsonResponse({"message": "Unauthorized", "http_status_code": 401}, status=401),
    "psi_403": lambda: JsonResponse({"message": "Forbidden", "http_status_code": 403}, status=403),
}
CUT_BEFORE = "psi_reset_before"
SLOW, CUT_AFTER, INTERNAL_AFTER = "psi_slow", "psi_reset_after", "psi_500_after"
CUT_BODY, WRONG_TYPE = "psi_cut_body", "psi_wrong_type"
AFTER = (SLOW, CUT_AFTER, INTERNAL_AFTER, CUT_BODY, WRONG_TYPE)
EVERY = (*BEFORE, CUT_BEFORE, *AFTER)


class Chaos:
    """Draws a breakdown for a share of the calls, from a pack shuffled anew when it is out: every one of them comes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        self.start(0, 0, 0)

    def start(self, rate: float, seed: int, seconds: float) -> None:
        """`rate`: from 0 to 1; `seconds`: how long the slow one sleeps."""
        self.rate, self.seconds = rate, seconds
        self._random = random.Random(seed)  # noqa: S311  not a secret
        self._pack: list[str] = []
        self.struck: Counter[str] = Counter()

    def draw(self) -> str:
        """A name, or nothing most of the time."""
        with self._lock:
            if self._random.random() >= self.rate:
                return ""
            if not self._pack:
                self._pack = self._random.sample(EVERY, len(EVERY))
            name = self._pack.pop()
            self.struck[name] += 1
            return name


chaos = Chaos()


def choose() -> str:
    """What happens to this call: what a test told, else what chance draws."""
    told = next((name for name in EVERY if name != SLOW and faults.strikes(name)), "")
    return told or chaos.draw()


def before(name: str, request: HttpRequest) -> HttpResponse | None:
    """The answer of a call that is not worked."""
    if name == CUT_BEFORE:
        request.META["sandbox.cut"]()
        return HttpResponse()
    return BEFORE[name]() if name in BEFORE else None


def after(name: str, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """What reaches the caller of a call that was worked."""
    faults.slow_down(SLOW)
    if name == SLOW:
        time.sleep(chaos.seconds)
    if name == CUT_AFTER:
        request.META["sandbox.cut"]()
    elif name == INTERNAL_AFTER:
        return _internal()
    elif name == WRONG_TYPE:
        return _page(200)
    elif name == CUT_BODY:
        request.META["sandbox.hang_up"]()
        answer.content = answer.content[: len(answer.content) // 2]
    return answer
