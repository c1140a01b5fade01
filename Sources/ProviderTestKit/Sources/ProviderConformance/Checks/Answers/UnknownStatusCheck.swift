import ProviderAPI

extension ConformanceCheck {
    static let unknownStatus = ConformanceCheck(
        "unknown-status",
        title: "A status that nobody has heard of keeps a payment processing and a refund pending",
        why: "Providers add statuses. Neither paid nor given up as far as anyone knows, it stays open and is asked for again "
            + "(PaymentIntent.Status.processing in ProviderAPI)."
    ) { bench in
        var tally = Tally()
        for answer in bench.struckAnswers(at: \.status) {
            let statuses: [JSONValue] =
                if case .integer = answer.recorded { [.integer(987_654)] } else { [.string("added_tomorrow"), .string("")] }
            for status in statuses {
                let run = await bench.run(answer, with: status)
                let open = Expectation("processing (a refund: pending)") { result in
                    switch result {
                    case .paymentIntent(let intent): intent.status == .processing
                    case .refund(let refund): refund.status == .pending
                    default: false
                    }
                }
                tally.check(
                    run.result, at: answer.sample.place("the status \(status) answered", at: answer.index), is: open || .unknown)
            }
        }
        return tally
    }
}
