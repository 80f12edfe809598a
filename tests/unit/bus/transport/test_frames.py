"""Frames over a real socket pair."""

import socket
import threading

import pytest

from bus.transport.frames import FrameTooLong, receive_frame, send_frame


def test_frames_arrive_whole_and_in_order_whatever_their_size() -> None:
    here, there = socket.socketpair()
    frames = [b"", b"a", b"x" * 3_000_000, b"last"]

    def send_all() -> None:
        for frame in frames:
            send_frame(here, frame)

    with here, there:
        thread = threading.Thread(target=send_all)
        thread.start()
        assert [receive_frame(there) for _ in frames] == frames
        thread.join()
        here.close()
        assert receive_frame(there) is None


@pytest.mark.parametrize("said", [b"\x05\x00", b"\x05\x00\x00\x00ab"])
def test_one_that_is_cut_off_is_an_error(said: bytes) -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(said)
        here.close()
        with pytest.raises(ConnectionError, match="in the middle"):
            receive_frame(there)


def test_one_that_is_too_long_is_not_read() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"\xff\xff\xff\x7f")
        with pytest.raises(FrameTooLong, match=r"2,147,483,647 bytes, the limit is 100"):
            receive_frame(there, 100)
