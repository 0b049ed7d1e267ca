"""Technical ids: they look like the real ones, tell nothing, and change at each release (`PUT /_sandbox/directory`)."""

PREFIXES = {"Practitioner": "003", "PractitionerRole": "005", "Organization": "001-01"}
LEGAL = "001-02"


class Release:
    """The release of the directory's software that answers today."""

    number = 1


release = Release()


def technical_id(prefix: str, business: str) -> str:
    """The id of that business identifier in the release of today."""
    return f"{prefix}-{release.number:07}-{int.from_bytes(business.encode(), 'big')}"


def business_of(prefix: str, technical: str) -> str:
    """The identifier behind an id of today; empty for an id of another release, another resource, or of nothing."""
    head = f"{prefix}-{release.number:07}-"
    digits = technical.removeprefix(head)
    if digits == technical or not digits.isascii() or not digits.isdecimal() or len(digits) > 60:
        return ""
    number = int(digits)
    return number.to_bytes((number.bit_length() + 7) // 8, "big").decode("utf-8", "replace")
