"""What a request of software carries: its options in the query string, and a body that is a file or rows in JSON."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import PurePath

from django.http import HttpRequest

from identities.hr_imports.files import too_heavy
from identities.hr_imports.json_rows import ENDING
from identities.hr_imports.refusals import MOST_BYTES
from portal.foundation.clock import today
from portal.foundation.problems import Refusal

KEY_HEADER = "Idempotency-Key"
AROUND = 64 * 1024  # of a multipart body around its file
KEY_PATTERN = "^[!-~]{1,100}$"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Content type → ending of the name given to a body that comes without one.
_ENDINGS = {
    "application/json": ENDING,
    "text/csv": ".csv",
    "text/plain": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/octet-stream": "",
}
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Asked:
    """`request_hash` is that of everything that makes it this request and no other."""

    idempotency_key: str
    file_name: str
    content: bytes
    as_of: date
    then_apply: bool
    request_hash: str


def read_asked(request: HttpRequest) -> Asked:
    """The whole request. Refuses (Refusal): 400 a header or an option; 411, 413, 415 a body, before it is read."""
    key = request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(KEY_PATTERN, key):
        french = f"Donnez l'en-tête « {KEY_HEADER} » : 1 à 100 caractères ASCII sans espace, nouveaux à chaque envoi."
        raise Refusal(400, "idempotency_key_needed", french)
    as_of, then_apply = _day(request.GET.get("as_of", "")), _then_apply(request.GET.get("apply", ""))
    name, content = _body(request)
    told = [request.GET.get(one, "") for one in ("as_of", "apply")]
    seen = hashlib.sha256("\n".join([*told, name, ""]).encode() + content).hexdigest()
    return Asked(key, name, content, as_of, then_apply, seen)


def _day(text: str) -> date:
    if not text:
        return today()
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found > today():
        raise Refusal(
            400, "bad_parameter", "« as_of » est un jour qui existe, AAAA-MM-JJ, et qui n'est pas à venir."
        )
    return found


def _then_apply(text: str) -> bool:
    if text not in ("", "when_unguarded"):
        raise Refusal(400, "bad_parameter", "« apply » vaut when_unguarded, ou n'est pas donné.")
    return bool(text)


def _body(request: HttpRequest) -> tuple[str, bytes]:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        french = (
            "Dites la longueur du corps dans l'en-tête Content-Length : un envoi par morceaux ne se lit pas."
        )
        raise Refusal(411, "length_needed", french)
    if int(length) > MOST_BYTES + AROUND:
        raise Refusal(413, "too_heavy", too_heavy(int(length)).french)
    kind = (request.content_type or "").lower()
    if kind not in (*_ENDINGS, _MULTIPART):
        accepted = ", ".join([*_ENDINGS, _MULTIPART])
        raise Refusal(
            415, "unknown_content", f"Ce type de contenu ne se lit pas. Ceux qui se lisent : {accepted}."
        )
    content = request.read(int(length))
    if len(content) < int(length):
        raise Refusal(
            400, "cut", "L'envoi a été coupé avant la fin : recommencez avec la même clé d'idempotence."
        )
    if kind == _MULTIPART:
        return _file_of(request, content)
    if len(content) > MOST_BYTES:
        raise Refusal(413, "too_heavy", too_heavy(len(content)).french)
    return _named(request.GET.get("file_name", ""), _ENDINGS[kind]), content


def _file_of(request: HttpRequest, body: bytes) -> tuple[str, bytes]:
    """Parsed once it is whole: a form cut on its way has no file at all, and its sender would look for the wrong cause."""
    _, files = request.parse_file_upload(request.META, BytesIO(body))
    file = files.get("file")
    if file is None:
        raise Refusal(400, "file_needed", "Mettez le fichier dans le champ « file ».")
    if file.size and file.size > MOST_BYTES:
        raise Refusal(413, "too_heavy", too_heavy(file.size).french)
    return _named(request.GET.get("file_name", "") or file.name or "", ""), file.read()


def _named(typed: str, ending: str) -> str:
    """The name that pages show, with the ending that says how it is read; control characters are left out."""
    name = "".join(one for one in PurePath(typed.replace("\\", "/")).name if one.isprintable()).strip()[-200:]
    return f"{name}{ending}" if name and not name.lower().endswith(ending) else name or f"envoi{ending}"
