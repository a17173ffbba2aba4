"""The calls of python-telegram-bot over our client; the cause of an error says if it was sent."""

from typing import Final

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.web.client import CallError, Client, LateError, Patience

_CONNECT_S: Final = 10.0
_ANSWER_S: Final = 30.0  # Telegram may be slow; a reply given up too early might be doubled
_WHOLE_S: Final = 120.0


class Request(BaseRequest):
    """A `telegram.request.BaseRequest` over `bot.web.client`."""

    def __init__(self, url: str, connections: int) -> None:
        self._client = Client(url, connections)

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take where a call names no other."""
        return _ANSWER_S

    async def initialize(self) -> None:
        """Be ready for calls."""
        await self._client.__aenter__()

    async def shutdown(self) -> None:
        """Close the connections."""
        await self._client.__aexit__()

    async def do_request(  # noqa: PLR0913, PLR0917 -- the base class has them
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 -- likewise
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 -- likewise
    ) -> tuple[int, bytes]:
        """Call once; returns status and body.

        Raises:
            NetworkError: It was not answered; the cause is a `bot.web.client.CallError`.
        """
        answer_s = _seconds(read_timeout, _ANSWER_S)
        patience = Patience(_seconds(connect_timeout, _CONNECT_S), answer_s, answer_s + _WHOLE_S)
        fields = request_data.json_parameters if request_data else {}
        files = request_data.multipart_data if request_data else {}
        try:
            return await self._client.call(method, url, fields, files, patience)
        except LateError as error:
            raise TimedOut from error
        except CallError as error:
            raise NetworkError(str(error)) from error


def _seconds(given: object, default: float) -> float:
    return float(given) if isinstance(given, int | float) else default
