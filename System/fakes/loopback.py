"""A real server on loopback that lasts as long as a `with` block and remembers what it had to refuse."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Self

from aiohttp import web

from fakes.background import background

HOST = "127.0.0.1"


class Loopback:
    """Subclasses give an application; `with` starts it on free ports and fails if anything was refused meanwhile."""

    port_count = 1

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.violations: list[str] = []
        self.ports: list[int] = [0] * self.port_count
        self._kept = contextlib.ExitStack()
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        raise NotImplementedError

    @property
    def port(self) -> int:
        return self.ports[0]

    def __enter__(self) -> Self:
        self.ports = [self._keep(port) for port in self.ports]
        background.run(self._start())
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        background.run(self._stop())
        self._kept.close()
        if kind is None:
            self.assert_clean()

    def assert_clean(self) -> None:
        assert not self.violations, "the vendor would have refused:\n  " + "\n  ".join(self.violations)

    def _keep(self, port: int) -> int:
        """That port, or a free one for 0. Nobody else gets it while nothing listens there: it is bound all the time."""
        keeper = self._kept.enter_context(socket.socket())
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind((HOST, port))
        return int(keeper.getsockname()[1])

    async def _start(self) -> None:
        self._runner = web.AppRunner(
            self.application(), handler_cancellation=True, shutdown_timeout=0.2, access_log=None
        )
        await self._runner.setup()
        for port in self.ports:
            await web.TCPSite(self._runner, HOST, port, ssl_context=self.tls).start()

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
