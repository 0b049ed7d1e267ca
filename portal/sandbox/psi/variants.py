"""Other shapes of a good answer, all seen in the ANS's examples or earlier versions, or that a new version may bring."""

import json
from collections.abc import Callable

from portal.sandbox.psi.checks import PREFIX, Shape

Answer = tuple[int, Shape]


def _numbers(status: int, whole: Shape) -> Answer:
    identity = whole["identity"]
    identity["rppsIdentifiers"] = [int(one) for one in identity.get("rppsIdentifiers", ())]
    return status, whole


def _swapped_statuses(status: int, whole: Shape) -> Answer:
    other = {200: 201, 201: 200}
    for block in whole.values():
        if isinstance(block, dict):
            block["status"] = other.get(block["status"], block["status"])
    whole["status"] = other.get(whole["status"], whole["status"])
    return other.get(status, status), whole


def _nulls(status: int, whole: Shape) -> Answer:
    absent = {name: None for name in ("activity", "cardOrderPsi", "cardOrderCps") if name not in whole}
    silent = {
        name: None
        for name in ("rppsIdentifiers", "rnippData", "message", "error")
        if not whole["identity"].get(name)
    }
    return status, whole | absent | {"identity": whole["identity"] | silent}


def _unknown_code(status: int, whole: Shape) -> Answer:
    whole["identity"] |= {"code": f"{PREFIX}KO_SOMETHING_NEW", "error": "Un cas que le contrat ne dit pas"}
    return status, whole


def _nested(status: int, whole: Shape) -> Answer:
    return status, whole | {"identity": {"identity": whole["identity"]}}


def _swapped_ids(status: int, whole: Shape) -> Answer:
    names = {"id": "psiIdentifier", "psiIdentifier": "id"}
    return status, whole | {
        "identity": {names.get(name, name): value for name, value in whole["identity"].items()}
    }


def _extra(status: int, whole: Shape) -> Answer:
    whole["identity"] |= {"eIdas": {"level": 2}, "links": []}
    return status, whole | {"traceId": "0af7651916cd43dd8448eb211c80319c"}


VARIANTS: dict[str, Callable[[int, Shape], Answer]] = {
    "rpps_as_numbers": _numbers,
    "statuses_swapped": _swapped_statuses,
    "nulls": _nulls,
    "unknown_code": _unknown_code,
    "nested_identity": _nested,
    "ids_swapped": _swapped_ids,
    "extra_keys": _extra,
}


def vary(name: str, status: int, whole: Shape) -> Answer:
    """The answer in that shape; as it is for no name."""
    return VARIANTS[name](status, json.loads(json.dumps(whole))) if name else (status, whole)
