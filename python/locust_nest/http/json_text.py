"""The encoder of `json`, to be used more than once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from json.encoder import c_make_encoder, encode_basestring_ascii  # type: ignore[attr-defined]
from typing import Any

# Of a value and 0: pieces of its text.
Encode = Callable[[Any, int], Iterable[str]]


def encoder_like(encoder: Any) -> Callable[[], Encode]:
    """What makes functions that encode as `encoder.encode` does. One that has raised is not to be called again."""

    def make() -> Encode:
        if type(encoder) is not json.JSONEncoder or c_make_encoder is None:  # that of simplejson
            return lambda value, _: (encoder.encode(value),)
        separators = (encoder.key_separator, encoder.item_separator)
        options = (encoder.sort_keys, encoder.skipkeys, encoder.allow_nan)
        made: Encode = c_make_encoder(
            {}, encoder.default, encode_basestring_ascii, None, *separators, *options
        )
        return made

    return make
