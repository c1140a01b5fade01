// A client of the payment gateway for Node.js 18 and later: what every program that calls it needs, in one file.

import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** An answer of 400 or more: a problem document of RFC 9457. Tell problems apart by `code`, and show `detail` to people. */
export class Problem extends Error {
  constructor(status, document) {
    super(`${status} ${document.code}: ${document.detail}`);
    this.status = status;
    this.code = document.code;
    this.declineCode = document.decline_code;
    this.errors = document.errors ?? [];
    this.requestId = document.request_id;
  }
}

/** One user's view of the gateway. */
export class Gateway {
  // A provider has 20 seconds; whoever waits longer gets its answer instead of asking again.
  static timeout = 30_000;

  constructor(url, token) {
    this.url = url.replace(/\/+$/, "") + "/api/v1";
    this.authorization = `Bearer ${token}`;
  }

  get(path) {
    return this.#final("GET", path, {});
  }

  /**
   * Posts, and repeats until the answer is final. `key` is the Idempotency-Key: with the same one the gateway does it once, however
   * often it is asked. Keep it with what you want done, before you ask: then it survives a crash of your program too.
   */
  post(path, body, { key = randomUUID(), timeout } = {}) {
    const headers = { "Idempotency-Key": key, ...(body && { "Content-Type": "application/json" }) };
    return this.#final("POST", path, { headers, body: body && JSON.stringify(body), timeout });
  }

  async #final(method, path, { headers = {}, body, timeout = Gateway.timeout }) {
    for (let attempt = 0; attempt < 30; attempt++) {
      let response, text;
      try {
        response = await fetch(this.url + path, {
          method, body, headers: { Authorization: this.authorization, ...headers }, signal: AbortSignal.timeout(timeout),
        });
        text = await response.text();
      } catch {
        response = undefined;
      }
      if (!response?.headers.get("Content-Type")?.includes("json")) {
        // Silence, or a proxy's page: nobody knows whether it was done. The key makes it safe to ask again.
        console.log("  no answer, asking again with the same key");
        await sleep(1000);
        continue;
      }
      const document = JSON.parse(text);
      const inFlight = response.status === 409 && document.code === "idempotency_in_flight";
      if ([202, 429, 503].includes(response.status) || inFlight) {
        // 202: the provider's outcome is not known yet. 409: the first request is still at work. 429, 503: not now.
        console.log(`  ${response.status} ${document.code ?? "accepted"}, asking again`);
        await sleep(1000 * Number(response.headers.get("Retry-After") ?? 1));
        continue;
      }
      if (!response.ok) throw new Problem(response.status, document);
      return { ...document, text, isReplay: response.headers.get("Idempotency-Replayed") === "true" };
    }
    throw new Error(`${method} ${path}: no final answer`);
  }
}

/** An amount as whole minor units, to count with: numbers of JavaScript have no exact fractions. `decimals` is the currency's. */
export function minorUnits(amount, decimals = 2) {
  return Math.round(Number(amount) * 10 ** decimals);
}

/** The header with which the mock provider signs a webhook. Stripe's is made in the same way, under another name. */
export function mockSignature(body, secret, now = Math.floor(Date.now() / 1000)) {
  const digest = createHmac("sha256", secret).update(`${now}.${body}`).digest("hex");
  return { "Mock-Signature": `t=${now},v1=${digest}` };
}
