from .base import Visitor
from .guests import Guest

__all__ = ["Guest", "Visitor"]
