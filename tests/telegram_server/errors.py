"""How the server refuses a call."""


class Refused(Exception):  # noqa: N818 -- it is an answer of the server, not a fault of it
    """An answer with ok false: its code, Telegram's description, and parameters for the client."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refused:
    """A request that makes no sense to Telegram."""
    return Refused(400, f"Bad Request: {description}")


def forbidden(description: str) -> Refused:
    """A request that somebody does not allow."""
    return Refused(403, f"Forbidden: {description}")


def too_many(retry_after_s: int) -> Refused:
    """A request that comes too early."""
    return Refused(
        429, f"Too Many Requests: retry after {retry_after_s}", retry_after=retry_after_s
    )
