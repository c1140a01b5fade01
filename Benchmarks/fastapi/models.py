"""The gateway's tables, as far as a creation writes to them; `gateway migrate` makes them."""
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str]
    updated_at: Mapped[int]
    deleted_at: Mapped[int | None]


class PaymentTransaction(Base):
    __tablename__ = "payment_transactions"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int]
    user_id: Mapped[str]
    provider: Mapped[str]
    payment_intent_id: Mapped[str | None]
    client_secret: Mapped[str | None]
    amount: Mapped[int]
    currency: Mapped[str]
    captured: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    capture_method: Mapped[str] = mapped_column(default="automatic")
    status: Mapped[str]
    metadata_json: Mapped[str] = mapped_column("metadata", default="{}")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[int]
    updated_at: Mapped[int]
    deleted_at: Mapped[int | None]


class Operation(Base):
    __tablename__ = "operations"
    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]
    request: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=1)
    may_have_been_sent: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=1)
    lease_until: Mapped[int | None]
    next_check_at: Mapped[int]
    request_id: Mapped[str]
    outcome: Mapped[str | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class TransactionEvent(Base):
    __tablename__ = "transaction_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int]
    type: Mapped[str]
    actor: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    operation_id: Mapped[int | None]
    created_at: Mapped[int]
