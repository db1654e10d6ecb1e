"""What the fakes count: a repeat is excused only where the client cannot have known that its first try was posted."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from fakes.telegram import FakeTelegram, Person


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def ann(fake: FakeTelegram) -> Person:
    ann = fake.user("Ann")
    for n in range(3):
        ann.writes(ann.chat, f"question #q{n}")
    return ann


def connect(fake: FakeTelegram) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", fake.port, timeout=5)


def send(connection: http.client.HTTPConnection, fake: FakeTelegram, ann: Person, text: str) -> None:
    body = json.dumps({"chat_id": ann.id, "text": text})
    connection.request("POST", f"/bot{fake.token}/sendMessage", body, {"Content-Type": "application/json"})
    assert connection.getresponse().read()


def test_one_answer_each_in_order_is_what_it_should_be(fake: FakeTelegram, ann: Person) -> None:
    connection = connect(fake)
    for n in range(3):
        send(connection, fake, ann, f"answer #q{n}")
    fake.ledger.assert_exactly_once()
    connection.close()


def test_losses_order_and_place_are_seen(fake: FakeTelegram, ann: Person) -> None:
    bob, connection = fake.user("Bob"), connect(fake)
    send(connection, fake, ann, "answer #q1")
    send(connection, fake, ann, "answer #q0")
    send(connection, fake, bob, "answer #q2")
    assert (fake.ledger.losses, fake.ledger.misplaced, fake.ledger.out_of_order) == ([], ["#q2"], ["#q1"])
    bob.deletes(fake.messages(bob.chat)[0])
    assert fake.ledger.losses == ["#q2"]
    with pytest.raises(AssertionError, match="lost"):
        fake.ledger.assert_exactly_once()
    connection.close()


def test_a_repeat_on_the_same_connection_is_a_duplicate(fake: FakeTelegram, ann: Person) -> None:
    connection = connect(fake)
    for _ in range(2):
        send(connection, fake, ann, "answer #q0")
    assert (fake.ledger.duplicates, fake.ledger.excused) == (["#q0"], [])
    connection.close()


def test_a_repeat_after_the_process_died_is_excused_and_counted(fake: FakeTelegram, ann: Person) -> None:
    """A client that is killed after sending has not read the answer."""
    body = json.dumps({"chat_id": ann.id, "text": "answer #q0"}).encode()
    head = f"POST /bot{fake.token}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", fake.port)) as dying:
        dying.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        fake.wait_for_message(ann.chat)
    connection = connect(fake)
    send(connection, fake, ann, "answer #q0")
    fake.wait_until("an excused repeat", lambda: fake.ledger.excused == ["#q0"])
    assert fake.ledger.duplicates == []
    connection.close()


def test_an_edit_moves_an_answer_from_one_question_to_another(fake: FakeTelegram, ann: Person) -> None:
    connection = connect(fake)
    send(connection, fake, ann, "answer #q0")
    message = fake.messages(ann.chat)[0]
    body = json.dumps({"chat_id": ann.id, "message_id": message.id, "text": "answer #q1 and #q2"})
    connection.request("POST", f"/bot{fake.token}/editMessageText", body, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 200
    assert fake.ledger.losses == ["#q0"]
    connection.close()
