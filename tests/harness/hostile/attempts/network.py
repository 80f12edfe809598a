"""Sockets: every way to somebody else, or to be reached."""

import os
import socket
import subprocess
import sys
import threading

from tests.harness.hostile.ground import Ground

_MPTCP, _FAST_OPEN, _FAST_OPEN_CONNECT, _UDP_LITE, _SCTP, _SMC = 262, 0x20000000, 30, 136, 132, 256


def _reach(one: socket.socket, ground: Ground) -> None:
    one.settimeout(2)
    one.connect(("127.0.0.1", ground.port))


def connect(ground: Ground) -> None:
    _reach(socket.socket(), ground)


def connect_to_any_address(ground: Ground) -> None:
    socket.socket().connect(("0.0.0.0", ground.port))


def connect_over_ipv6(ground: Ground) -> None:
    socket.socket(socket.AF_INET6).connect(("::ffff:127.0.0.1", ground.port))


def connect_without_waiting(ground: Ground) -> None:
    one = socket.socket()
    one.setblocking(False)
    if one.connect_ex(("127.0.0.1", ground.port)) in (1, 13):
        raise PermissionError(13, "connect")


def connect_in_a_thread(ground: Ground) -> None:
    errors: list[OSError] = []

    def connecting() -> None:
        try:
            _reach(socket.socket(), ground)
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=connecting)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def connect_in_a_child(ground: Ground) -> None:
    code = f"import socket; socket.create_connection(('127.0.0.1', {ground.port}))"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def connect_by_multipath_tcp(ground: Ground) -> None:
    _reach(socket.socket(socket.AF_INET, socket.SOCK_STREAM, _MPTCP), ground)


def connect_by_multipath_tcp_over_ipv6(ground: Ground) -> str:
    socket.socket(socket.AF_INET6, socket.SOCK_STREAM, _MPTCP).close()
    return "opened"


def connect_by_smc(ground: Ground) -> None:
    _reach(socket.socket(socket.AF_INET, socket.SOCK_STREAM, _SMC), ground)


def connect_by_sctp(ground: Ground) -> None:
    _reach(socket.socket(socket.AF_INET, socket.SOCK_STREAM, _SCTP), ground)


def connect_while_sending(ground: Ground) -> None:
    socket.socket().sendto(b"x", _FAST_OPEN, ("127.0.0.1", ground.port))


def connect_while_sending_a_message(ground: Ground) -> None:
    socket.socket().sendmsg([b"x"], [], _FAST_OPEN, ("127.0.0.1", ground.port))


def connect_with_a_late_handshake(ground: Ground) -> None:
    one = socket.socket()
    one.setsockopt(socket.IPPROTO_TCP, _FAST_OPEN_CONNECT, 1)
    _reach(one, ground)
    one.send(b"x")


def connect_again_after_a_disconnect(ground: Ground) -> None:
    one = socket.socket()
    one.bind(("127.0.0.1", 0))
    _reach(one, ground)


def send_a_datagram(ground: Ground) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", ground.datagrams))


def send_a_datagram_over_ipv6(ground: Ground) -> None:
    address = ("::ffff:127.0.0.1", ground.datagrams)
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", address)


def send_a_light_datagram(ground: Ground) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM, _UDP_LITE).close()
    return "opened"


def ping(ground: Ground) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
    return "opened"


def send_raw_packets(ground: Ground) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
    return "opened"


def send_raw_tcp(ground: Ground) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).close()
    return "opened"


def listen_to_the_wire(ground: Ground) -> str:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300).close()
    return "opened"


def ask_the_kernel_by_netlink(ground: Ground) -> str:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()
    return "opened"


def use_the_kernels_ciphers(ground: Ground) -> str:
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).close()
    return "opened"


def reach_the_host_of_a_virtual_machine(ground: Ground) -> str:
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()
    return "opened"


def serve_a_port(ground: Ground) -> str:
    socket.socket().bind(("127.0.0.1", 0))
    return "bound"


def serve_without_a_port(ground: Ground) -> str:
    socket.socket().listen()
    return "listens"


def serve_a_path(ground: Ground) -> str:
    os.chdir(ground.scratch)
    one = socket.socket(socket.AF_UNIX)
    one.bind(f"served-{os.getpid()}")
    one.listen()
    return "listens"


def reach_an_abstract_name(ground: Ground) -> str:
    socket.socket(socket.AF_UNIX).connect(f"\0deadstop-hostile-{ground.victim}")
    return "reached"
