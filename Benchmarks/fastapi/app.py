"""create-payment-intent as one would write it with FastAPI, SQLAlchemy and SQLite, with what the gateway promises: the attempt is
on disk before the provider is called, and its outcome before the answer.

BENCH_DATABASE is the file, BENCH_SECRET verifies the tokens, BENCH_JOURNAL is the provider's book.
"""
import json
import os
import secrets
import time
from decimal import Decimal

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from models import Operation, Order, PaymentTransaction, TransactionEvent
from pydantic import BaseModel
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import sessionmaker

engine = create_engine(f"sqlite:///{os.environ['BENCH_DATABASE']}")
new_session = sessionmaker(engine, expire_on_commit=False)
journal = os.open(os.environ["BENCH_JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
app = FastAPI()
bearer = HTTPBearer()


@event.listens_for(engine, "connect")
def make_durable(connection, _):
    connection.isolation_level = None
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
        connection.execute(f"PRAGMA {setting}")
    if connection.execute("PRAGMA synchronous").fetchone() != (2,):
        raise RuntimeError("the database would not sync at each commit")


@event.listens_for(engine, "begin")
def begin_writing(connection):
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Command(BaseModel):
    order_id: int
    amount: Decimal
    currency: str


class Answer(BaseModel):
    client_secret: str
    payment_intent_id: str
    amount: float
    currency: str
    status: str
    provider: str
    transaction_id: int


def user(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> str:
    try:
        claims = jwt.decode(
            credentials.credentials, os.environ["BENCH_SECRET"], algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    return claims["sub"]


def create_at_provider(operation: Operation, amount: int, currency: str) -> tuple[str, str]:
    """What the gateway's mock provider does for a creation: a line in a file that is not synced."""
    intent = f"pi_mock_{operation.id:08d}{secrets.token_hex(6)}"
    secret = f"{intent}_secret_{secrets.token_hex(13)}"
    line = {"operation": "create", "operation_id": operation.id, "object": intent, "amount": amount, "currency": currency}
    os.write(journal, json.dumps(line).encode() + b"\n")
    return intent, secret


@app.get("/readyz")
def ready():
    return {}


@app.post("/api/v1/payments/create-payment-intent", status_code=201)
def create_payment_intent(command: Command, subject: str = Depends(user)) -> Answer:
    now = time.time_ns() // 1_000_000
    amount = int(command.amount * 100)
    with new_session.begin() as session:
        order = session.get(Order, command.order_id)
        if order is None or order.user_id != subject:
            raise HTTPException(404)
        if (order.amount, order.currency) != (amount, command.currency):
            raise HTTPException(422)
        live = select(PaymentTransaction).where(
            PaymentTransaction.order_id == order.id, PaymentTransaction.status != "canceled",
            PaymentTransaction.deleted_at.is_(None))
        if session.scalars(live).first():
            raise HTTPException(409)
        transaction = PaymentTransaction(
            order_id=order.id, user_id=subject, provider="mock", amount=amount, currency=order.currency, status="processing",
            created_at=now, updated_at=now)
        session.add(transaction)
        session.flush()
        request = {
            "create": {
                "_0": {
                    "amount": {"currency": order.currency, "minorUnits": amount}, "captureMethod": "automatic", "metadata": {},
                    "orderID": order.id, "userID": subject,
                }
            }
        }
        operation = Operation(
            transaction_id=transaction.id, kind="create", state="pending", request=json.dumps(request), lease_until=now + 60_000,
            next_check_at=now + 60_000, request_id="req_" + secrets.token_hex(13), created_at=now, updated_at=now)
        session.add(operation)
        session.flush()
        session.add(
            TransactionEvent(
                transaction_id=transaction.id, type="create.requested", actor=f"user:{subject}", to_status="processing",
                operation_id=operation.id, created_at=now))

    intent, secret = create_at_provider(operation, amount, command.currency)

    now = time.time_ns() // 1_000_000
    with new_session.begin() as session:
        operation = session.get(Operation, operation.id)
        transaction = session.get(PaymentTransaction, operation.transaction_id)
        transaction.payment_intent_id = intent
        transaction.client_secret = secret
        transaction.status = "requires_payment_method"
        transaction.version += 1
        transaction.updated_at = now
        session.get(Order, transaction.order_id).updated_at = now
        operation.state = "succeeded"
        operation.outcome = "completed"
        operation.lease_until = None
        operation.updated_at = now
        session.add(
            TransactionEvent(
                transaction_id=transaction.id, type="create.succeeded", actor="gateway", from_status="processing",
                to_status="requires_payment_method", operation_id=operation.id, created_at=now))
    return Answer(
        client_secret=secret, payment_intent_id=intent, amount=amount / 100, currency=transaction.currency,
        status=transaction.status, provider=transaction.provider, transaction_id=transaction.id)
