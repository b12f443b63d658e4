"""How users reach servers: from which address, and what becomes of host names."""

from __future__ import annotations

import argparse
import ipaddress
import math
import socket
from argparse import Namespace
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import cycle
from typing import Any

import nest_engine
from nest_engine import HttpClient

# Host, port (0 for all of them), addresses.
Override = tuple[str, int, list[str]]

# What --local-address says.
_given_addresses: tuple[str, ...] = ()


def override(text: str) -> Override:
    """`host:port:address[,address]`, as curl has it; the port may be `*`."""
    host, _, rest = text.partition(":")
    port, _, addresses = rest.partition(":")
    if not host or not addresses:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form host:port:address[,address]")
    if port != "*" and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise argparse.ArgumentTypeError(f"{port!r} in {text!r} is no port: write a number or *")
    return (
        host,
        0 if port == "*" else int(port),
        [_address(each.strip("[]")) for each in addresses.split(",")],
    )


def local_addresses(text: str) -> list[str]:
    """Addresses of this machine, separated by commas."""
    addresses = [_address(each.strip()) for each in text.split(",")]
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as probe:
            try:
                probe.bind((address, 0))
            except OSError as error:
                raise argparse.ArgumentTypeError(
                    f"{address} is no address of this machine ({error.strerror})"
                ) from error
    return addresses


def duration(text: str) -> float:
    """A number of seconds, 0 or more."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def thread_count(text: str) -> int:
    """A number of threads, from 1 to 64."""
    try:
        count = int(text)
    except ValueError:
        count = 0
    if not 1 <= count <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 64")
    return count


def use_options(own: Namespace) -> None:
    """What the options say holds for all users that come."""
    global _given_addresses
    nest_engine.set_http_transport(direct=own.http_transport == "direct")
    nest_engine.set_name_settings(
        time_to_live=own.dns_ttl, rotate=own.dns_addresses == "rotate", overrides=own.resolve
    )
    if own.io_threads is not None:
        nest_engine.set_io_threads(own.io_threads)
    _given_addresses = tuple(address for addresses in own.local_address for address in addresses)


def check_user_classes(user_classes: Iterable[Any]) -> str | None:
    """What is wrong with what one of the classes says about itself."""
    for cls in user_classes:
        try:
            if (ttl := _ttl_of(cls)) is not None:
                duration(str(ttl))
            for address in _addresses_of(cls):
                local_addresses(address)
        except argparse.ArgumentTypeError as error:
            return f"{cls.__name__}: {error}"
    return None


def client_of(user: Any) -> HttpClient:
    """New connections for the user, or for a session without one.

    They come from the user's `local_address`, which may be a list for the users of a class to take in turn, or else
    from those of --local-address; all connections of a user from the same one.
    """
    return HttpClient(local_address_of(user), _ttl_of(user))


def local_address_of(user: Any) -> str:
    """Empty if the system is to choose."""
    if user is None:
        return next(_turns(_given_addresses))
    own = vars(user)
    if "_local_address" not in own:
        own["_local_address"] = next(_turns(_addresses_of(user)))
    return str(own["_local_address"])


def _addresses_of(user: Any) -> tuple[str, ...]:
    said = getattr(user, "local_address", None)
    if not said:
        return _given_addresses
    return tuple(each.strip() for each in said.split(",")) if isinstance(said, str) else tuple(said)


def _ttl_of(user: Any) -> float | None:
    return getattr(user, "dns_ttl", None)


@lru_cache(maxsize=256)
def _turns(addresses: tuple[str, ...]) -> Iterator[str]:
    return cycle(addresses or ("",))


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no IP address") from None
