"""A device identity: an Ed25519 key, and the strings it signs."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Device:
    def __init__(self, seed: bytes | None = None) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_key = base64url(raw)
        self.id = hashlib.sha256(raw).hexdigest()

    def sign(self, text: str) -> str:
        return base64url(self._key.sign(text.encode()))

    def block(self, params: dict[str, Any], nonce: str | None, signed_at: int, version: int = 3) -> dict[str, Any]:
        """What goes into `connect.params.device` for these params."""
        text = signing_payload(self.id, params, nonce, signed_at, version)
        block = {"id": self.id, "publicKey": self.public_key, "signature": self.sign(text), "signedAt": signed_at}
        return block if nonce is None else {**block, "nonce": nonce}


def signing_payload(device_id: str, params: dict[str, Any], nonce: str | None, signed_at: int, version: int) -> str:
    client, auth = params["client"], params.get("auth") or {}
    fields = [
        f"v{version}",
        device_id,
        client["id"],
        client["mode"],
        params.get("role", "operator"),
        ",".join(params.get("scopes") or []),
        str(signed_at),
        auth.get("token") or auth.get("deviceToken") or "",
    ]
    if version >= 2:
        fields.append(nonce or "")
    if version >= 3:
        fields += [client.get(key, "").strip().lower() for key in ("platform", "deviceFamily")]
    return "|".join(fields)
