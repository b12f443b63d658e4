"""Only imports the users, some under names with an underscore."""

from users import Guest
from users.buyers import Buyer as _Buyer
from users.buyers import Collector as _Collector

__all__ = ["Guest", "_Buyer", "_Collector"]
