"""A network that comes and goes: a proxy that cuts what is on its way, so that requests and answers get lost."""

import random
import socket
import threading
from contextlib import suppress

LONGEST_UP_SECONDS, LONGEST_DOWN_SECONDS = 1.2, 0.8
PORTION = 65_536


class Flapping:
    """Between a terminal and the platform; `port` is where the terminal connects to."""

    def __init__(self, to_port: int, seed: int) -> None:
        self._to_port = to_port
        self._dice = random.Random(seed)
        self._up = True
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()
        self._weather = threading.Thread(target=self._flap, daemon=True)

    def start(self) -> None:
        self._weather.start()

    def stay_up(self) -> None:
        """From now on nothing is cut."""
        self._stopping.set()
        self._weather.join()
        self._up = True

    def stop(self) -> None:
        self._stopping.set()
        self._listener.close()
        self._cut()

    def _flap(self) -> None:
        while not self._stopping.wait(self._dice.uniform(0.1, LONGEST_UP_SECONDS)):
            self._up = False
            self.cuts += 1
            self._cut()
            self._stopping.wait(self._dice.uniform(0.1, LONGEST_DOWN_SECONDS))
            self._up = True

    def _cut(self) -> None:
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._up:
                    threading.Thread(target=self._carry, args=(near,), daemon=True).start()
                else:
                    near.close()

    def _carry(self, near: socket.socket) -> None:
        with suppress(OSError), near, socket.create_connection(("127.0.0.1", self._to_port)) as far:
            pair = {near, far}
            with self._lock:
                self._open |= pair
            back = threading.Thread(target=_pump, args=(far, near), daemon=True)
            back.start()
            _pump(near, far)
            back.join()
            with self._lock:
                self._open -= pair


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(PORTION):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
