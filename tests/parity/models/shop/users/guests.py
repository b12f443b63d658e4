from users.base import Visitor


class Guest(Visitor):
    path = "/json"
