import pytest

from app.server.response_coalescing import CoalescingTransport

HEAD, BODY = b"HTTP/1.1 200 OK\r\n\r\n", b"body"


class RecordingTransport:
    def __init__(self):
        self.writes, self.is_closed = [], False

    def write(self, data):
        self.writes.append(data)

    def close(self):
        self.is_closed = True

    def is_closing(self):
        return self.is_closed


@pytest.fixture
def transport():
    return RecordingTransport()


def test_head_is_sent_with_the_first_bytes_of_the_body(transport):
    coalescing = CoalescingTransport(transport)
    for data in (HEAD, BODY, BODY):
        coalescing.write(data)
    assert transport.writes == [HEAD + BODY, BODY]


def test_continue_is_sent_at_once(transport):
    CoalescingTransport(transport).write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert transport.writes == [b"HTTP/1.1 100 Continue\r\n\r\n"]


@pytest.mark.parametrize("end", ["flush", "close"])
def test_head_without_a_body_is_sent_at_the_end(transport, end):
    coalescing = CoalescingTransport(transport)
    coalescing.write(HEAD)
    assert transport.writes == []
    getattr(coalescing, end)()
    assert transport.writes == [HEAD]
    assert coalescing.is_closing() == (end == "close")
