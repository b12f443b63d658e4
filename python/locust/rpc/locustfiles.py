"""The models of a worker that was started with `-f -`: its master sends them."""

from __future__ import annotations

import atexit
import os
import socket
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn
from uuid import uuid4

import gevent

from ..exception import RPCError
from .protocol import Message
from .zmqrpc import Client

# Seconds between two requests, and after which nobody is there.
RETRY_INTERVAL_S = 1.0
GIVE_UP_AFTER_S = 300.0


def retrieve_locustfiles_from_master(options: Namespace) -> list[str]:
    """The paths of the models of the master at `options.master_host` and `master_port`, for a worker.

    Ends the process with code 1, and a line on stderr, if there are none to be had.
    """
    if not options.worker:
        end_process("locustfile cannot be set to '-' without --worker")
    return parse_locustfiles_from_master(
        download_locustfile_from_master(options.master_host, options.master_port)
    )


def download_locustfile_from_master(master_host: str, master_port: int) -> list[Any]:
    """Ask the master until it answers: addresses, and dicts of `filename` and `contents`.

    Ends the process with code 1 if it does not answer for five minutes, or answers that it has none.
    """
    from .. import __version__

    identity = f"{socket.gethostname()}_download_locustfile_{uuid4().hex}"
    client = Client(master_host, master_port, identity)
    asking = gevent.spawn(_ask, client, Message("locustfile", {"version": __version__}, identity))
    try:
        with gevent.Timeout(GIVE_UP_AFTER_S, False):
            return _files_in(_answer(client))
    finally:
        asking.kill()
        client.close(linger=0)
    end_process(f"Got no locustfile from the master at {master_host}:{master_port}: nobody answers")


def _ask(client: Client, request: Message) -> None:
    while True:
        with suppress(RPCError):
            client.send(request)
        gevent.sleep(RETRY_INTERVAL_S)


def _answer(client: Client) -> dict[str, Any]:
    while True:
        message = client.recv()
        if message.type == "locustfile":
            answer: dict[str, Any] = message.data
            return answer


def _files_in(answer: dict[str, Any]) -> list[Any]:
    if "error" in answer:
        end_process(f"Got error from master: {answer['error']}")
    # Masters of 2.23 to 2.30 send the one file itself.
    files: list[Any] = answer.get("locustfiles") or [answer]
    return files


def parse_locustfiles_from_master(locustfile_sources: Iterable[Any]) -> list[str]:
    """The paths of what `download_locustfile_from_master` got: in the folder for temporary files until the end."""
    from ..argument_parser import download_locustfile_from_url

    return [
        download_locustfile_from_url(source)
        if isinstance(source, str)
        else keep_until_exit(source["filename"], source["contents"])
        for source in locustfile_sources
    ]


def keep_until_exit(name: str, contents: str) -> str:
    """Write a file into the folder for temporary files, until the process ends; returns its path."""
    path = os.path.join(tempfile.gettempdir(), os.path.basename(name))
    with open(path, "w", encoding="utf-8") as file:
        file.write(contents)
    atexit.register(exit_handler, path)
    return path


def exit_handler(filename: str) -> None:
    """Remove a file that may be gone already."""
    with suppress(OSError):
        os.remove(filename)


def end_process(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    sys.exit(1)
