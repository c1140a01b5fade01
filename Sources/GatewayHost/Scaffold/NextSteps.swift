import Foundation
import ProviderAPI

/// What `gateway provider new` prints at its end: from the new folder to a paid order, each command ready to paste.
struct NextSteps {
    let name: ProviderName
    /// The package's folder, absolute.
    let folder: String
    /// The gateway's executable.
    let gateway: String

    var text: String {
        """
        Made \(folder): a provider that works as it is, against a simulator of its API. Its README.md leads from here to yours.

        Build and test it, with Swift \(ProviderABI.compiler): a module comes from the gateway's own compiler.

          cd \(quoted(folder))
          swift build
          swift test

        In a second terminal, the simulator of \(name.title):

          cd \(quoted(folder))
          python3 simulator/\(name.underscored).py --webhook-url http://127.0.0.1:8080/api/v1/payments/webhooks/\(name.dashed)

        In a third, a gateway with this provider alone; providers.yaml is made for that, providers.yaml.fragment for a gateway that you have:

          cd \(quoted(folder))
          \(quoted(gateway)) check
          \(quoted(gateway)) serve

        And in the first, a payment:

          api=http://127.0.0.1:8080/api/v1
          user="Authorization: Bearer $(\(quoted(gateway)) token --subject 42)"
          json='Content-Type: application/json'
          field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
          order=$(curl -sS "$api/orders" -H "$user" -H "$json" -d '{"amount": 99.99, "currency": "USD"}' | field id)
          intent=$(curl -sS "$api/payments/create-payment-intent" -H "$user" -H "$json" \\
              -d "{\\"order_id\\": $order, \\"amount\\": 99.99, \\"currency\\": \\"USD\\"}" | field payment_intent_id)
          curl -sS "$api/payments/$intent/confirm" -H "$user" -H "$json" -d '{"payment_method": "tok_ok"}'; echo
          curl -sS "$api/orders/$order" -H "$user"; echo

        The rules of the contract, struck at from outside, and the certificate of this very file:

          \(quoted(gateway)) certify .build/debug/\(name.library) --recording Recordings
        """
    }

    /// A word of the shell.
    private func quoted(_ path: String) -> String {
        if path.wholeMatch(of: /[A-Za-z0-9_.\/+@%-]+/) != nil { return path }
        return "'\(path.replacing("'", with: "'\\''"))'"
    }
}
