"""Ends an embedded server whose users were all killed: `python keeper.py USERS KEEPER SOCKET`.

A small process of its own beside the server, so that not even kill -9 of the last user leaves a
server behind. It sleeps until it gets the users' lock alone, which is when there are none. Run by
its path and without the rest of the project, so that it starts quickly and stays small.
"""

import contextlib
import fcntl
import os
import socket
import sys
from pathlib import Path


def keep(users: Path, keeper: Path, server: Path) -> None:
    """Wait until nobody uses a server, and shut it down.

    Args:
        users: The file on which each user holds a shared lock.
        keeper: Held locked by the one keeper of a server; others leave at once.
        server: The server's socket.
    """
    with keeper.open("a+") as own, users.open("a") as lock:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        own.truncate(0)
        own.write(f"{os.getpid()}\n")
        own.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(server))
            client.sendall(b"SHUTDOWN NOSAVE NOW FORCE\r\n")
            client.recv(1)  # the end of the connection: whoever comes now finds no dying server


if __name__ == "__main__" and os.fork() == 0:  # whoever started it need not wait for its end
    os.setsid()
    keep(*map(Path, sys.argv[1:4]))
