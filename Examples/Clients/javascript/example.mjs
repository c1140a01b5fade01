// A whole payment, with all that can come in between: node example.mjs (see ../README.md for the environment).

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Gateway, Problem, minorUnits, mockSignature } from "./gateway.mjs";

const url = process.env.GATEWAY_URL ?? "http://127.0.0.1:8080";
const gateway = new Gateway(url, process.env.GATEWAY_TOKEN);

function expect(condition, what) {
  if (!condition) throw new Error(`not as expected: ${typeof what === "string" ? what : JSON.stringify(what)}`);
}

/** The problem that a request must end with. */
async function problemOf(request, what) {
  try {
    await request;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`not as expected: ${what}`);
}

/** An order, and a payment intent for it. Amounts are decimals in text, in units of the currency: 99.99 USD, 100 JPY. */
async function begin(example = "plain", amount = "99.99") {
  const order = await gateway.post("/orders", { amount, currency: "USD", description: "Two tickets" });
  const intent = await gateway.post("/payments/create-payment-intent", {
    order_id: order.id, amount, currency: "USD", metadata: { example },
  });
  return { order, intent };
}

async function waitFor(status, transaction) {
  for (let attempt = 0; attempt < 600; attempt++) {
    const now = await gateway.get(`/payments/transactions/${transaction}`);
    if (now.status === status) return now;
    await sleep(100);
  }
  throw new Error(`the transaction ${transaction} did not become ${status}`);
}

async function pay() {
  const { order, intent } = await begin();
  console.log(`order ${order.id}: ${order.status}, payment intent: ${intent.status}`);
  // A browser would take intent.client_secret and the payer's card to the provider. A test token does without.
  const paid = await gateway.post(`/payments/${intent.payment_intent_id}/confirm`, { payment_method: "pm_card_visa" });
  expect(paid.status === "succeeded" && minorUnits(paid.amount) === 9999, paid);
  console.log(`confirmed: ${paid.status}`);
  return intent;
}

/** With the same key a request is done once, and its answer is the same, byte by byte. */
async function repeatSafely(intent) {
  const path = `/payments/${intent.payment_intent_id}/refund?amount=50.00`;
  const key = randomUUID();
  const first = await gateway.post(path, { reason: "requested_by_customer" }, { key });
  const again = await gateway.post(path, { reason: "requested_by_customer" }, { key });
  expect(again.isReplay && again.text === first.text, "a replay has the same bytes");
  const after = await gateway.get(`/payments/transactions/${intent.transaction_id}`);
  expect(after.status === "partially_refunded" && minorUnits(after.amount_refunded) === 5000, after);
  console.log(`refunded once, asked twice: ${first.amount} ${first.currency}, ${after.status}`);
  const problem = await problemOf(gateway.post(path, { reason: "duplicate" }, { key }), "a key is for one request");
  console.log(`the key of another request: ${problem.status} ${problem.code}`);
}

async function handleErrors() {
  const { intent } = await begin();
  const path = `/payments/${intent.payment_intent_id}/confirm`;
  // The payer's matter: show why, and let them try another card. The same intent takes it.
  const declined = await problemOf(
    gateway.post(path, { payment_method: "pm_card_chargeDeclinedInsufficientFunds" }), "this card is declined");
  console.log(`declined: ${declined.status} ${declined.code}, ${declined.declineCode}`);
  expect((await gateway.post(path, { payment_method: "pm_card_visa" })).status === "succeeded", "another card");
  // The program's mistake: each wrong field has its own line.
  const invalid = await problemOf(gateway.post("/orders", { amount: "9.999", currency: "USD" }), "USD has two decimals");
  console.log(`invalid: ${invalid.status} ${invalid.code}, ${invalid.errors[0].field}`);
  const unknown = await problemOf(gateway.get("/orders/999999999"), "there is no such order");
  console.log(`unknown: ${unknown.status} ${unknown.code}`);
}

/** The connection is given up, the request is still at work, the outcome is not known: the answer comes with the same key. */
async function surviveASlowProvider() {
  const { intent } = await begin("slow");
  const path = `/payments/${intent.payment_intent_id}`;
  const paid = await gateway.post(`${path}/confirm`, { payment_method: "pm_card_visa" }, { timeout: 1000 });
  expect(paid.status === "succeeded", paid);
  const refund = await gateway.post(`${path}/refund?amount=10.00`);
  expect(refund.refund_id.startsWith("re_"), refund);
  console.log(`a slow provider: ${paid.status}, refund ${refund.status}`);
}

/** The provider tells the gateway of what comes later, by a webhook; a client sees the transaction move. */
async function waitForAWebhook() {
  const { intent } = await begin("pays-later");
  const paid = await gateway.post(`/payments/${intent.payment_intent_id}/confirm`, { payment_method: "pm_card_visa" });
  await waitFor("succeeded", intent.transaction_id);
  const history = await gateway.get(`/payments/transactions/${intent.transaction_id}/events`);
  const moved = history.data.find((line) => line.to_status === "succeeded");
  console.log(`paid later: ${paid.status}, then succeeded, by ${moved.actor.split(":")[0]}`);
}

/** What the provider sends, and how it is signed: over the raw bytes, with the secret that only it and the gateway know. */
async function postAWebhook(secret) {
  const { intent } = await begin();
  const body = JSON.stringify({
    id: `evt_${randomUUID().replaceAll("-", "")}`, object: "event", type: "payment_intent.canceled",
    created: Math.floor(Date.now() / 1000),
    data: { object: { id: intent.payment_intent_id, object: "payment_intent", amount: 9999, currency: "usd", status: "canceled" } },
  });
  const deliver = (signature) => fetch(`${url}/api/v1/payments/webhooks/mock`, {
    method: "POST", body, headers: { "Content-Type": "application/json", ...signature },
  });
  const forged = await deliver(mockSignature(body, "another secret"));
  expect(forged.status === 400 && (await forged.json()).code === "invalid_signature", "a forged webhook is refused");
  for (let time = 0; time < 2; time++) {
    const taken = await deliver(mockSignature(body, secret));
    expect(taken.status === 200 && (await taken.json()).received === true, "a signed webhook is taken");
  }
  await waitFor("canceled", intent.transaction_id);
  console.log("webhook: forged 400, signed 200, again 200, canceled once");
}

await repeatSafely(await pay());
await handleErrors();
await surviveASlowProvider();
await waitForAWebhook();
await postAWebhook(process.env.MOCK_WEBHOOK_SECRET);
console.log("done");
