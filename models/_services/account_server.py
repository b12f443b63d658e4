"""The data server: gives each simulated user an account that nobody else has.

POST /accounts is answered with 201 {"user": "customer-17", "password": "..."},
GET /health with 200 {"accounts": 17}: how many were given away.
"""

import itertools

from credentials import password_of
from mini_http import Request, Response, Router, run

PORT = 18081

router = Router()
numbers = itertools.count(1)
handed_out = 0


@router.route("GET", "/health")
def health(request: Request) -> Response:
    return Response(200, {"accounts": handed_out})


@router.route("POST", "/accounts")
def new_account(request: Request) -> Response:
    global handed_out
    handed_out = next(numbers)
    user = f"customer-{handed_out}"
    return Response(201, {"user": user, "password": password_of(user)})


if __name__ == "__main__":
    run("account server", {PORT: router.serve_connection})
