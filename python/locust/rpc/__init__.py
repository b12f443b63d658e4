from .protocol import Message

__all__ = ["Message"]
