"""The demo web shop, and the stock feed beside it.

HTTP on 127.0.0.1:18080: a home page, products, reviews, search and suggestions for everybody; a basket and
orders for customers, who log in with an account that only one of them may use at a time.
Stock feed on 127.0.0.1:18082: the line "STOCK 17" is answered with "17 42", or with "ERROR reason".
"""

import asyncio
import itertools
import secrets
from typing import Any

from credentials import password_of
from mini_http import Refusal, Request, Response, Router, run

HTTP_PORT = 18080
FEED_PORT = 18082
PAGE_SIZE = 10
ADJECTIVES = ("blue", "fast", "gentle", "heavy", "quiet", "round", "soft", "tall", "warm", "wild")
NOUNS = ("bicycle", "candle", "chair", "drum", "kettle", "lamp", "mirror", "notebook", "table", "umbrella")

Product = dict[str, Any]
PRODUCTS: dict[int, Product] = {
    number: {"id": number, "name": f"{adjective} {noun}", "price": 5 + number * 7 % 95}
    for number, (adjective, noun) in enumerate(itertools.product(ADJECTIVES, NOUNS), start=1)
}

router = Router()
sessions: dict[str, str] = {}  # session id -> user
baskets: dict[str, list[Product]] = {}  # user -> products
orders: dict[int, dict[str, Any]] = {}
order_numbers = itertools.count(1)


def customer(request: Request) -> str:
    user = sessions.get(request.cookie("session") or "")
    if user is None:
        raise Refusal(401, "log in first")
    return user


def product(number: str | int) -> Product:
    found = PRODUCTS.get(int(number))
    if found is None:
        raise Refusal(404, f"no product {number}")
    return found


def matching(text: str) -> list[Product]:
    return [found for found in PRODUCTS.values() if text.lower() in found["name"]]


@router.route("GET", "/health")
def health(request: Request) -> Response:
    return Response(200, {"sessions": len(sessions), "orders": len(orders)})


@router.route("GET", "/")
def home(request: Request) -> Response:
    return Response(200, "<html><head><title>Demo shop</title></head><body><h1>Welcome</h1></body></html>")


@router.route("POST", "/login")
def log_in(request: Request) -> Response:
    data = request.data()
    user = str(data.get("user"))
    if data.get("password") != password_of(user):
        raise Refusal(401, "wrong user or password")
    if user in sessions.values():
        raise Refusal(409, f"{user} is logged in already")
    session = secrets.token_hex(8)
    sessions[session] = user
    baskets[user] = []
    return Response(200, {"user": user}, {"Set-Cookie": f"session={session}; Path=/; HttpOnly"})


@router.route("POST", "/logout")
def log_out(request: Request) -> Response:
    user = customer(request)
    del sessions[request.cookie("session") or ""]
    del baskets[user]
    return Response(204)


@router.route("GET", "/products")
def list_products(request: Request) -> Response:
    first = (int(request.query.get("page", 1)) - 1) * PAGE_SIZE
    return Response(200, {"products": list(PRODUCTS.values())[first : first + PAGE_SIZE]})


@router.route("GET", "/products/<number>")
def show_product(request: Request, number: str) -> Response:
    return Response(200, product(number))


@router.route("GET", "/products/<number>/reviews")
def show_reviews(request: Request, number: str) -> Response:
    name = product(number)["name"]
    return Response(200, {"reviews": [{"stars": 1 + int(number) % 5, "text": f"About the {name}."}]})


@router.route("GET", "/search")
def search(request: Request) -> Response:
    return Response(200, {"products": matching(request.query.get("q", ""))})


@router.route("GET", "/suggest")
def suggest(request: Request) -> Response:
    return Response(200, [found["name"] for found in matching(request.query.get("q", ""))[:5]])


@router.route("GET", "/basket")
def show_basket(request: Request) -> Response:
    return Response(200, {"products": baskets[customer(request)]})


@router.route("POST", "/basket")
def fill_basket(request: Request) -> Response:
    user = customer(request)
    found = product(request.data().get("product", 0))
    baskets[user].append(found)
    return Response(201, {"products": len(baskets[user])})


@router.route("DELETE", "/basket")
def empty_basket(request: Request) -> Response:
    baskets[customer(request)].clear()
    return Response(204)


@router.route("POST", "/orders")
def order(request: Request) -> Response:
    user = customer(request)
    if not baskets[user]:
        raise Refusal(409, "the basket is empty")
    number = next(order_numbers)
    total = sum(found["price"] for found in baskets[user])
    orders[number] = {"id": number, "user": user, "total": total}
    baskets[user].clear()
    return Response(201, orders[number], {"Location": f"/orders/{number}"})


@router.route("GET", "/orders/<number>")
def show_order(request: Request, number: str) -> Response:
    found = orders.get(int(number))
    if found is None or found["user"] != customer(request):
        raise Refusal(404, f"no order {number} of yours")
    return Response(200, found)


def feed_answer(line: str) -> str:
    match line.split():
        case ["STOCK", number] if number.isdigit() and int(number) in PRODUCTS:
            return f"{number} {int(number) * 31 % 50}"
        case ["STOCK", number]:
            return f"ERROR no product {number}"
    return "ERROR unknown command"


async def serve_feed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            writer.write(feed_answer(line.decode(errors="replace")).encode() + b"\n")
            await writer.drain()
    except (ConnectionError, ValueError):
        pass  # the client went away, or sent an endless line
    finally:
        writer.close()


if __name__ == "__main__":
    run("shop", {HTTP_PORT: router.serve_connection, FEED_PORT: serve_feed})
