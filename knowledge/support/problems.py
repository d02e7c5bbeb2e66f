"""What can go wrong at the desk, as RFC 9457 problem details."""

from http import HTTPStatus

from knowledge.errors import KnowledgeError


class Problem(KnowledgeError):  # noqa: N818  # named after RFC 9457
    """A refusal that names its cause. ``kind`` is the last part of the problem's type; ``status`` is HTTP's."""

    def __init__(self, status: int, kind: str, detail: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.retry_after_s = status, kind, detail, retry_after_s

    def body(self) -> dict[str, object]:
        """The members of application/problem+json."""
        return {
            "type": f"urn:cabin:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }

    def headers(self) -> dict[str, str]:
        """Headers that belong to the status: how to sign in, when to come back."""
        found = {"WWW-Authenticate": 'Bearer realm="support desk"'} if self.status == 401 else {}
        if self.retry_after_s is not None:
            found["Retry-After"] = str(self.retry_after_s)
        return found


def no_key() -> Problem:
    return Problem(401, "no-key", "Send a key as `Authorization: Bearer KEY`; `cabin support keys add` makes one.")


def bad_key() -> Problem:
    return Problem(401, "bad-key", "This key is unknown, revoked or expired.")


def not_allowed(scope: str) -> Problem:
    return Problem(403, "not-allowed", f"This key does not have the scope `{scope}`.")


def too_many(seconds: int) -> Problem:
    return Problem(429, "too-many", f"Too many requests. Try again in {seconds} s.", retry_after_s=seconds)


def too_large(limit: int) -> Problem:
    return Problem(413, "too-large", f"A request's body may have {limit} bytes; this one is larger.")


def too_slow() -> Problem:
    return Problem(408, "too-slow", "The request did not arrive in time.")


def overdue() -> Problem:
    return Problem(504, "overdue", "The answer took too long. Try again.", retry_after_s=1)


def busy() -> Problem:
    return Problem(503, "busy", "The desk is busy. Try again in a moment.", retry_after_s=1)


def not_ready() -> Problem:
    return Problem(503, "not-ready", "The manuals are not loaded yet. Try again in a moment.", retry_after_s=2)
