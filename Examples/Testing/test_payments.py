"""What a shop would test of its payments: all tests share one gateway, and none disturbs another."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal


def test_a_payment_is_taken_once(scope):
    payment = scope.begin()
    assert scope.confirm(payment).json()["status"] == "succeeded"
    assert scope.show(payment)["amount_captured"] == Decimal("20.00")
    assert scope.effects() == ["create", "confirm"]


def test_a_decline_can_be_tried_again_with_another_card(scope):
    scope.mock("scenario", "set", [{"match": {"operation": "confirm"}, "outcome": "insufficient_funds", "times": 1}])
    payment = scope.begin()
    declined = scope.confirm(payment)
    assert declined.status_code == 402
    assert declined.json()["decline_code"] == "insufficient_funds"
    assert scope.show(payment)["status"] == "failed"
    assert scope.confirm(payment).json()["status"] == "succeeded"
    [scenario] = scope.mock("scenario", "list")
    assert scenario["matched"] == 1


def test_an_answer_that_cannot_be_read_is_looked_up_and_the_payment_is_taken_once(scope):
    scope.mock("scenario", "set", [{"match": {"operation": "confirm"}, "fault": "garbage", "times": 1}])
    payment = scope.begin()
    accepted = scope.confirm(payment)
    assert accepted.status_code == 202
    waited = scope.wait(payment, "succeeded")
    assert waited.returncode == 0, waited.stderr
    assert scope.effects().count("confirm") == 1


def test_a_provider_that_cannot_be_reached_takes_nothing(scope):
    scope.mock("scenario", "set", [{"match": {"operation": "confirm"}, "fault": "refuse", "times": 1}])
    payment = scope.begin()
    refused = scope.confirm(payment)
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_unavailable")
    assert scope.effects() == ["create"]
    assert scope.confirm(payment).json()["status"] == "succeeded"


def test_a_payment_that_settles_later_is_paid_by_webhook(scope):
    scope.mock("scenario", "set", [{"match": {"operation": "confirm"}, "outcome": "processing", "later": "4d"}])
    payment = scope.begin()
    assert scope.confirm(payment).json()["status"] == "processing"
    assert scope.wait(payment, "succeeded", timeout="1s").returncode == 1
    advanced = scope.mock("advance", "4d")
    assert [effect["operation"] for effect in advanced["effects"]] == ["settlement"]
    assert scope.wait(payment, "succeeded").returncode == 0
    order = scope.user.get(f"{scope.gateway.url}/orders/{payment['order_id']}", timeout=60).json()
    assert order["status"] == "completed"


def test_an_authorization_that_is_not_captured_lapses_after_seven_days(scope):
    payment = scope.begin(capture_method="manual")
    assert scope.confirm(payment).json()["status"] == "requires_capture"
    assert scope.mock("advance", "6d")["effects"] == []
    assert scope.show(payment)["status"] == "requires_capture"
    assert [effect["operation"] for effect in scope.mock("advance", "1d")["effects"]] == ["lapse"]
    waited = scope.wait(payment, "canceled", "succeeded")
    assert (waited.returncode, waited.stdout) == (0, f"transaction {payment['transaction_id']} is canceled.\n")


def test_a_wait_ends_at_once_where_the_status_does_not_come_any_more(scope):
    payment = scope.begin()
    assert scope.confirm(payment, "pm_card_chargeDeclined").status_code == 402
    waited = scope.wait(payment, "succeeded", timeout="10m")
    assert waited.returncode == 1
    assert "is failed, and does not become succeeded" in waited.stderr


def test_only_admins_run_the_mocks_commands(scope):
    answer = scope.post("/providers/mock/commands/reset", {"arguments": ["--test-id", scope.test_id]})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_tests_that_run_at_the_same_time_do_not_disturb_each_other(make_scope):
    """Each declines another way, advances its clock by another time, and sees its own effects only."""
    outcomes = ["insufficient_funds", "lost_card", "expired_card", "incorrect_cvc"]

    def story(number, scope):
        outcome = outcomes[number % len(outcomes)]
        scope.mock("scenario", "set", [{"match": {"operation": "confirm"}, "outcome": outcome, "times": 1}])
        payment = scope.begin(capture_method="manual")
        declined = scope.confirm(payment).json()
        assert outcome in (declined["provider_code"], declined["decline_code"])
        assert scope.confirm(payment).json()["status"] == "requires_capture"
        lapses = number % 2 == 0
        scope.mock("advance", "7d" if lapses else "6d")
        if lapses:
            assert scope.wait(payment, "canceled").returncode == 0
        else:
            assert scope.show(payment)["status"] == "requires_capture"
        assert scope.effects() == ["create", "decline", "confirm"] + (["lapse"] if lapses else [])
        assert [scenario["matched"] for scenario in scope.mock("scenario", "list")] == [1]

    with ThreadPoolExecutor(max_workers=8) as pool:
        for result in [pool.submit(story, number, make_scope()) for number in range(8)]:
            result.result()
