"""A forward proxy that leads vendors' own names to servers on loopback, with TLS and a certificate of its own."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fakes.background import background
from fakes.relay import carry


class FakeProxy:
    """`routes` says which port of this machine stands for a host; all that was asked for is in `hosts`."""

    def __init__(self, routes: dict[str, int], folder: Path) -> None:
        self.routes = routes
        self.hosts: list[str] = []
        self.port = 0
        self.certificate, self._context = _certificate(list(routes), folder)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> FakeProxy:
        background.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        background.run(self._stop())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        """On the loop's own thread: closed from another, a connection that ends meanwhile breaks the close."""
        assert self._server
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
            host = urlsplit(f"//{target}" if method == "CONNECT" else target).hostname or ""
            self.hosts.append(host)
            if host not in self.routes:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
                return writer.close()
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await writer.start_tls(self._context)
                head = b""
            await self._carry(reader, writer, self.routes[host], head)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, first: bytes
    ) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        back.write(first)
        await carry(reader, back, there, writer)


def _certificate(hosts: list[str], folder: Path) -> tuple[Path, ssl.SSLContext]:
    """One that signs itself: who trusts its file trusts the proxy."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake proxy")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "proxy.pem", folder / "proxy.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
