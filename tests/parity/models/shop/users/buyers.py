from . import Visitor


class Buyer(Visitor):
    pass


class Collector(Buyer):
    path = "/bytes/5"


class NotImported(Buyer):
    path = "/status/500"
