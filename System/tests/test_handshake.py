"""The recorded handshakes of both generations, sent again with a key of our own."""

from __future__ import annotations

import contextlib
import copy
import socket
from typing import Any

import pytest

from harness import Client, Device, Gateway, Refused, connect, connect_params, gateway_config, golden, on_purpose
from harness.config import TOKEN

# Where this gateway differs on purpose; the reason stands beside each.
LET_IN = {
    (3, "connect.protocol-4"): "both generations are served on one port",
    (4, "connect.protocol-3"): "both generations are served on one port",
    (3, "connect.ui-no-device"): "the right token from the page's own origin is enough",
    (4, "connect.ui-no-device"): "the right token from the page's own origin is enough",
    (4, "connect.ui-device-no-buildid"): "no build id is asked for",
    (4, "connect.ui-mode-ui"): "no build id is asked for",
    (4, "connect.ui-device-no-origin"): "native apps send no Origin",
    (4, "connect.probe-protocol-3"): "answered in generation 3, as generation 3 answers",
}
REFUSED_AS_IN_4 = {
    (3, "connect.preauth-oversize"): "before the handshake nobody knows the generation; the smaller limit holds",
    (3, "connect.params-missing-protocol"): "without these two nobody knows the generation",
    (3, "connect.ui-device-bad-origin"): "a foreign page is refused whatever it speaks",
}
# Both generations are spoken here, and the newer one is expected.
DETAILS_THAT_DIFFER = {
    (3, "connect.protocol-too-new", "expectedProtocol"),
    (3, "connect.protocol-too-old", "expectedProtocol"),
}
# An app of another maker: unlike the page and the command line it is paired although it knows the token.
APP = {"id": "gateway-client", "version": "1.0.0", "platform": "linux", "mode": "backend"}
# Recorded from an address that is not this machine's own, see the tests of a remote client below.
REMOTE = ("connect.nonlocal-backend-no-device", "connect.nonlocal-cli-no-device", "device.pairing-flow")
ELSEWHERE = {
    "connect.challenge": "nothing is sent, so nothing ends: its own test",
    (4, "connect.untrusted-x-forwarded-for"): "the recorded client never got to speak: its own test",
    **dict.fromkeys(REMOTE, "needs another address"),
}
ORIGINS = {"connect.ui-device-bad-origin": "https://evil.example", "connect.ui-device-no-origin": None}
CASES = [
    pytest.param(generation, scenario, id=f"{generation}-{scenario}")
    for generation in (3, 4)
    for prefix in ("connect.", "device.")
    for scenario in golden.scenarios(generation, prefix)
    if scenario not in ELSEWHERE and (generation, scenario) not in ELSEWHERE
]


def origin_headers(gateway: Gateway, scenario: str) -> dict[str, str]:
    own = f"http://127.0.0.1:{gateway.port}" if ".ui-" in scenario or ".webchat-" in scenario else None
    origin = ORIGINS.get(scenario, own)
    headers = {"Origin": origin} if origin else {}
    return {**headers, "Host": "gateway.example.com"} if scenario == "connect.foreign-host-header" else headers


def replayed(
    gateway: Gateway, scenario: str, frames: list[dict[str, Any]], generation: int, host: str = "127.0.0.1"
) -> Client:
    """Sends the client's side of a recording; the client then has everything that came back."""
    client = Client(gateway.port, host, origin_headers(gateway, scenario))
    challenge = client.event("connect.challenge")["payload"]
    recorded = frames[0]["frame"]["payload"]
    token = golden.RECORDED_TOKENS[generation - 3]
    for frame in (record["frame"] for record in frames if record["dir"] == "out"):
        if "rawText" in frame:
            client.send_text(frame["rawText"].ljust(frame.get("rawBytes", 0)))
            continue
        frame = copy.deepcopy(frame)
        if "device" in (frame.get("params") or {}):
            frame["params"] = golden.resigned(
                frame["params"], recorded["nonce"], recorded["ts"], challenge["nonce"], challenge["ts"], Device(), token
            )
        client.send(frame)
    return client


def answer_in(frames: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((r["frame"] for r in frames if r["dir"] == "in" and r["frame"]["type"] == "res"), None)


@pytest.mark.parametrize(("generation", "scenario"), CASES)
def test_a_recorded_handshake_ends_as_recorded(gateway: Gateway, generation: int, scenario: str) -> None:
    case = (generation, scenario)
    frames = golden.load(generation, scenario)
    with replayed(gateway, scenario, frames, generation) as client:
        told = golden.load(4, scenario) if case in REFUSED_AS_IN_4 else frames
        expected = answer_in(told)
        if case in LET_IN or (expected and expected["ok"]):
            assert_let_in(client, "c1", generation, scenario, None if case in LET_IN else expected)
        else:
            assert_refused(client, expected, told, case)


def assert_let_in(
    client: Client, request_id: str, generation: int, scenario: str, expected: dict[str, Any] | None
) -> None:
    answer = client.response(request_id)
    assert answer["ok"], (
        f"expected to be let in ({LET_IN.get((generation, scenario), 'as recorded')}), got {answer['error']}"
    )
    if expected is None:
        return
    wanted, hello = expected["payload"], answer["payload"]
    for snapshot in (wanted["snapshot"], hello["snapshot"]):
        # Clients of other tests have come and gone meanwhile; the gateway is there itself.
        snapshot["presence"] = [entry for entry in snapshot["presence"] if entry.get("reason") == "self"]
    spoken = hello["protocol"]
    if generation == spoken:
        assert golden.difference(wanted, hello, "connect", on_purpose.fields(generation, scenario)) == []
    else:
        assert (generation, spoken) == (3, 4), "who speaks both generations is answered in the newer one"
    if spoken == generation == 4 and wanted.get("auth"):
        assert hello["auth"]["role"] == wanted["auth"]["role"]
        assert sorted(hello["auth"]["scopes"]) == sorted(wanted["auth"]["scopes"])


def assert_refused(
    client: Client, expected: dict[str, Any] | None, told: list[dict[str, Any]], case: tuple[int, str]
) -> None:
    code = client.closed()
    close = next(record for record in told if record["dir"] == "close")
    answers = [frame for frame in client.frames if frame["type"] == "res"]
    if expected is None:
        assert answers == [], "expected no answer before the close"
    else:
        assert len(answers) == 1, f"expected one answer, got {answers}"
        assert_same_error(expected["error"], answers[0]["error"], case)
    assert (code, client.close_reason) == (close["code"], close["reason"])


def assert_same_error(expected: dict[str, Any], actual: dict[str, Any], case: tuple[int, str]) -> None:
    assert (actual["code"], actual["message"]) == (expected["code"], expected["message"])
    for key in ("retryable", "retryAfterMs"):
        assert actual.get(key, False) == expected.get(key, False), key
    for key, value in (expected.get("details") or {}).items():
        if case not in REFUSED_AS_IN_4 and (*case, key) not in DETAILS_THAT_DIFFER:
            assert actual.get("details", {}).get(key) == value or is_made_up(key), f"details.{key}"


def is_made_up(key: str) -> bool:
    """Ids and builds are another gateway's own."""
    return key in ("requestId", "deviceId", "gatewayBuildId")


@pytest.mark.parametrize("version", [2, 3])
def test_both_signature_versions_are_accepted_by_generation_4(gateway: Gateway, version: int) -> None:
    with connect(gateway.port, 4, Device(), signature=version) as client:
        assert client.hello["auth"]["role"] == "operator"
        assert client.hello["auth"].get("deviceToken"), "a device that is let in gets a token"


def test_a_device_token_lets_the_device_in_again_without_the_shared_token(gateway: Gateway, generation: int) -> None:
    device = Device()
    with connect(gateway.port, generation, device) as client:
        token = client.hello["auth"]["deviceToken"]
    auth = {"deviceToken": token} if generation == 4 else {"token": token}
    with connect(gateway.port, generation, device, auth=auth) as client:
        assert client.request("health")["ok"] is True
    with pytest.raises(Refused, match="mismatch"):
        connect(gateway.port, generation, Device(), auth={"token": token})


@pytest.mark.parametrize(("least", "most", "spoken"), [(3, 3, 3), (4, 4, 4), (3, 4, 4), (1, 99, 4), (1, 3, 3)])
def test_the_highest_common_generation_is_spoken(gateway: Gateway, least: int, most: int, spoken: int) -> None:
    with connect(gateway.port, 4, minProtocol=least, maxProtocol=most) as client:
        assert client.hello["protocol"] == spoken


def test_the_challenge_comes_first_and_has_a_nonce_and_a_time(gateway: Gateway) -> None:
    nonces = set()
    for _ in range(3):
        with Client(gateway.port) as client:
            frame = client.wait_for("anything", lambda _: True)
        assert frame["event"] == "connect.challenge" and "seq" not in frame
        assert type(frame["payload"]["ts"]) is int
        nonces.add(frame["payload"]["nonce"])
    assert len(nonces) == 3, "a nonce must never be used twice"


def test_a_nonce_of_another_connection_is_refused(gateway: Gateway) -> None:
    with Client(gateway.port) as other, Client(gateway.port) as client:
        stolen = other.event("connect.challenge")["payload"]
        params = connect_params(4)
        params["device"] = Device().block(params, stolen["nonce"], stolen["ts"])
        refusal = client.refusal("connect", params)
    assert refusal.details["code"] == "DEVICE_AUTH_NONCE_MISMATCH"


def test_missing_protocol_numbers_are_named(gateway: Gateway) -> None:
    with Client(gateway.port) as client:
        refusal = client.refusal("connect", connect_params(4, minProtocol=None, maxProtocol=None))
        assert refusal.message.startswith("invalid connect params: must have required property 'minProtocol'")
        assert client.closed() == 1008


def test_the_hello_of_generation_4_passes_the_published_schema(gateway: Gateway) -> None:
    with connect(gateway.port, 4, Device()) as client:
        assert golden.schema_problems("HelloOk", client.hello) == []
        for entry in client.hello["snapshot"]["presence"]:
            assert golden.schema_problems("PresenceEntry", entry) == []


def test_the_hello_says_what_strict_clients_decode(gateway: Gateway, generation: int) -> None:
    with connect(gateway.port, generation) as client:
        hello = client.hello
    snapshot = hello["snapshot"]
    assert snapshot["sessionDefaults"]["mainSessionKey"] == "agent:main:main"
    assert "health" in snapshot
    assert all(type(entry["ts"]) is int for entry in snapshot["presence"])
    assert type(snapshot["uptimeMs"]) is int
    assert [e for e in snapshot["presence"] if e.get("mode") == "gateway" and e.get("reason") == "self"], "own entry"
    assert "chat.send" in hello["features"]["methods"]
    assert {"chat", "agent", "tick", "shutdown"} <= set(hello["features"]["events"])
    assert ("auth" in hello) == (generation == 4), "generation 3 clients only expect auth with a device token"


@pytest.mark.parametrize("path", ["/", "/ws", "/some/deep/path?x=1"])
def test_a_websocket_is_accepted_on_any_path(gateway: Gateway, path: str) -> None:
    with Client(gateway.port, path=path) as client:
        client.event("connect.challenge")
        client.request("connect", connect_params(4))


def test_an_upgrade_that_came_through_an_unknown_proxy_is_let_in_but_is_not_local(gateway: Gateway) -> None:
    """Local devices are approved silently; one behind a proxy nobody vouched for must ask."""
    headers = {"X-Forwarded-For": "127.0.0.1"}
    with connect(gateway.port, 4, headers=headers) as client:
        assert client.request("health")["ok"] is True
    with pytest.raises(Refused) as refused:
        connect(gateway.port, 4, Device(), headers=headers, client=APP)
    assert refused.value.details["code"] == "PAIRING_REQUIRED"


OWN, FOREIGN = "own", "https://evil.example"


@pytest.mark.parametrize(
    ("client_id", "mode", "origin", "let_in"),
    [
        ("openclaw-control-ui", "webchat", OWN, True),
        ("openclaw-control-ui", "webchat", FOREIGN, False),
        ("openclaw-control-ui", "webchat", "null", False),
        ("webchat-ui", "webchat", FOREIGN, False),
        ("openclaw-control-ui", "ui", None, True),
        ("cli", "cli", None, True),
    ],
)
def test_only_the_pages_own_origin_or_none_is_let_in(
    gateway: Gateway, client_id: str, mode: str, origin: str | None, let_in: bool
) -> None:
    origin = f"http://127.0.0.1:{gateway.port}" if origin == OWN else origin
    headers = {"Origin": origin} if origin else {}
    who = {"id": client_id, "version": "1", "platform": "web", "mode": mode}
    if let_in:
        connect(gateway.port, 4, Device(), headers=headers, client=who).close()
        return
    with pytest.raises(Refused) as refused:
        connect(gateway.port, 4, Device(), headers=headers, client=who)
    assert refused.value.details["code"] == "CONTROL_UI_ORIGIN_NOT_ALLOWED"


def test_the_browser_that_logged_in_with_the_token_is_listed_as_a_device(gateway: Gateway, client: Client) -> None:
    device = Device()
    who = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat"}
    origin = {"Origin": f"http://127.0.0.1:{gateway.port}"}
    connect(gateway.port, 4, device, headers=origin, client=who).close()
    paired = client.request("device.pair.list")["paired"]
    assert device.id in {entry["deviceId"] for entry in paired}


def test_frames_after_the_handshake_are_judged_one_by_one(gateway: Gateway, generation: int) -> None:
    told = [r["frame"] for r in golden.load(generation, "frames.after-handshake-bad") if r["dir"] == "in"]
    errors = {
        f["id"]: f["error"]["message"] for f in told if f["type"] == "res" and not f["ok"] and f["id"] != "invalid"
    }
    with connect(gateway.port, generation) as client:
        refusal = client.refusal("connect", connect_params(generation))
        assert refusal.message == errors["c2"]
        client.send_text("not json")
        client.send_text('{"type":"req","id":"z1"}')
        assert client.response("z1")["error"]["message"] == errors["z1"]
        client.send_text('{"type":"req","id":"z2","method":"health","extra":1}')
        assert client.response("z2")["error"]["message"] == errors["z2"]
        client.send_text('{"foo":1}')
        assert client.response("invalid")["error"]["message"].startswith("invalid request frame: ")
        client.send_bytes(b'{"type":"req","id":"bin1","method":"last-heartbeat"}')
        assert client.response("bin1")["ok"], "binary frames are accepted: the Swift client sends them"


def test_a_frame_over_the_announced_limit_closes_with_1009(gateway: Gateway) -> None:
    with connect(gateway.port) as client:
        limit = client.hello["policy"]["maxPayload"]
        with contextlib.suppress(OSError):
            client.send_text('{"type":"req","id":"x","method":"health","params":{"pad":"' + "a" * limit + '"}}')
        assert client.closed() in (1009, 1006)


@pytest.mark.slow
def test_a_client_that_says_nothing_is_closed_within_sixteen_seconds(gateway: Gateway) -> None:
    with Client(gateway.port) as client:
        assert (client.closed(timeout=18), client.close_reason) == (1000, "")


def test_events_are_numbered_without_gaps_on_every_connection(gateway: Gateway, session: str) -> None:
    with connect(gateway.port, 4) as first, connect(gateway.port, 4) as second:
        first.chat("[[say:one]]", session)
        second.chat("[[say:two]]", session)
        for client in (first, second):
            numbers = [frame["seq"] for frame in client.frames if "seq" in frame]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def lan_address() -> str | None:
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith("127.") else address


@pytest.fixture
def remote(start: Any, state: Any) -> tuple[Gateway, str]:
    """A gateway open to the network, and an address that is not local to it."""
    address = lan_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    config = gateway_config(state, more={"gateway": {"bind": "lan"}})
    return start(config, args=["--bind", "lan"]), address


def test_a_remote_device_waits_for_approval_and_then_gets_in(remote: tuple[Gateway, str], generation: int) -> None:
    gateway, address = remote
    device = Device()
    with connect(gateway.port, generation) as admin:
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                connect(gateway.port, generation, device, host=address, client=APP, scopes=["operator.read"])
            assert refused.value.code == "NOT_PAIRED" and refused.value.message.startswith("pairing required")
        request_id = refused.value.details["requestId"]
        asked = admin.event("device.pair.requested", requestId=request_id)["payload"]
        assert asked["deviceId"] == device.id
        assert [p["requestId"] for p in admin.request("device.pair.list")["pending"]] == [request_id], (
            "asked twice, listed once"
        )
        assert admin.refusal("device.pair.approve", {"requestId": "nope"}).message == "unknown requestId"
        admin.request("device.pair.approve", {"requestId": request_id})
        admin.event("device.pair.resolved", requestId=request_id, decision="approved")
        with connect(gateway.port, generation, device, host=address, client=APP, scopes=["operator.read"]) as client:
            assert client.hello["auth"]["deviceToken"]
        with pytest.raises(Refused, match="pairing required"):
            connect(gateway.port, generation, device, host=address, client=APP, scopes=["operator.admin"])


def test_a_command_line_elsewhere_is_let_in_by_the_token_and_listed_as_a_device(
    remote: tuple[Gateway, str], generation: int
) -> None:
    gateway, address = remote
    device = Device()
    for scopes in (["operator.read"], ["operator.admin"]):
        with connect(gateway.port, generation, device, host=address, scopes=scopes) as client:
            assert client.request("status")
            token = client.hello["auth"]["deviceToken"]
    with connect(gateway.port, generation) as admin:
        assert [entry["deviceId"] for entry in admin.request("device.pair.list")["paired"]] == [device.id]
    assert token
    for changes in ({"auth": {"token": "wrong"}}, {"headers": {"Origin": "https://evil.example"}}):
        with pytest.raises(Refused):
            connect(gateway.port, generation, Device(), host=address, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("scenario", ["connect.nonlocal-backend-no-device", "connect.nonlocal-cli-no-device"])
def test_a_recorded_handshake_from_another_address_ends_as_recorded(
    remote: tuple[Gateway, str], generation: int, scenario: str
) -> None:
    gateway, address = remote
    frames = golden.load(generation, scenario)
    with replayed(gateway, scenario, frames, generation, address) as client:
        assert_let_in(client, "c1", generation, scenario, answer_in(frames))


def test_pairing_is_told_and_answered_as_recorded(remote: tuple[Gateway, str], generation: int) -> None:
    gateway, address = remote
    device, upgrade = Device(), ["operator.admin"]
    recorded = golden.load(generation, "device.pairing-flow")
    answers = {r["method"]: a for r, a in golden.exchanges(recorded) if a and a["ok"]}
    with connect(gateway.port, generation) as admin:

        def ask(method: str, **params: Any) -> Any:
            payload = admin.request(method, params)
            problems.extend(golden.difference(answers[method]["payload"], payload, method, differs))
            return payload

        problems: list[str] = []
        differs = on_purpose.fields(generation, "device.pairing-flow")
        for scopes in (["operator.read"], upgrade):
            with pytest.raises(Refused) as refused:
                connect(gateway.port, generation, device, host=address, client=APP, scopes=scopes)
            request = refused.value.details["requestId"]
            assert [entry["requestId"] for entry in admin.request("device.pair.list")["pending"]] == [request]
            if scopes == upgrade:
                ask("device.pair.reject", requestId=request)
            else:
                ask("device.pair.approve", requestId=request)
                connect(gateway.port, generation, device, host=address, client=APP, scopes=scopes).close()
        ask("device.token.rotate", deviceId=device.id, role="operator", scopes=["operator.read"])
        ask("device.token.revoke", deviceId=device.id, role="operator")
        ask("device.pair.list")
        if generation == 4:
            ask("device.pair.remove", deviceId=device.id)
        for name in ("device.pair.requested", "device.pair.resolved"):
            samples = [r["frame"] for r in recorded if r["dir"] == "in" and r["frame"].get("event") == name]
            for frame in (frame for frame in admin.frames if frame.get("event") == name):
                problems += min((golden.difference(sample, frame, name, differs) for sample in samples), key=len)
    assert not problems, "\n".join(problems)


def test_a_remote_client_without_a_device_has_no_scope_in_generation_4(remote: tuple[Gateway, str]) -> None:
    gateway, address = remote
    with connect(gateway.port, 4, host=address) as client:
        assert client.hello["auth"]["scopes"] == []
        assert client.refusal("status").code == "FORBIDDEN"


def test_a_token_in_the_environment_beats_the_file_and_the_log_says_so_once(start: Any, state: Any) -> None:
    gateway = start(gateway_config(state), env={"OPENCLAW_GATEWAY_TOKEN": "from-the-environment"})
    connect(gateway.port, auth={"token": "from-the-environment"}).close()
    with pytest.raises(Refused, match="mismatch"):
        connect(gateway.port, auth={"token": TOKEN})
    assert len([line for line in gateway.lines if "shadowed" in line]) == 1, gateway.output
    assert "from-the-environment" not in gateway.output


def test_a_gateway_with_a_password_asks_for_the_password(start: Any, state: Any, generation: int) -> None:
    auth = {"mode": "password", "password": "open sesame"}
    gateway = start(gateway_config(state, token=None, more={"gateway": {"auth": auth}}))
    with connect(gateway.port, generation, Device(), auth={"password": "open sesame"}) as client:
        assert client.request("health")["ok"] is True
    with pytest.raises(Refused, match="unauthorized: gateway password mismatch"):
        connect(gateway.port, generation, Device(), auth={"password": "wrong"})
