import ProviderAPI

extension ConformanceCheck {
    static let serverError = ConformanceCheck(
        "server-error",
        title: "A 500, 502 or 503 leaves the outcome unknown, and the module's own repeats are the same request",
        why: "A server can break after the effect, and what answers 502 and 503 is something in between "
            + "(\"Outcomes\" in the guide of ProviderAPI; the failure model: a replayed 5xx proves nothing)."
    ) { bench in
        var tally = Tally()
        for sample in bench.samples() {
            for index in sample.strikePoints {
                for (name, response) in ServerErrors.responses(beside: sample.answer(at: index)) {
                    let run = await bench.run(sample, at: index, then: .answer(response))
                    let place = sample.place(name, at: index)
                    tally.check(run.result, at: place, is: bench.outcomeWithoutAnswer(of: sample, at: index))
                    let attempts = run.requests.dropFirst(index)
                    for (number, attempt) in attempts.enumerated().dropFirst() where attempt != attempts.first {
                        tally.find(
                            place, expected: "a repeat that is the same request, byte by byte and key by key",
                            actual: "attempt \(number + 1) differs")
                    }
                }
            }
        }
        return tally
    }
}

/// Answers of a server that broke, and of what stands before it.
private enum ServerErrors {
    /// - Parameter success: what the server would have answered, had it not broken right then.
    static func responses(beside success: RecordedExchange.Response?) -> [(String, HTTPResponse)] {
        let html = Array("<html><body><h1>Sorry</h1></body></html>".utf8)
        let json = Array(#"{"error": {"message": "Something went wrong."}}"#.utf8)
        func field(_ type: String) -> [HTTPField] { [HTTPField("Content-Type", type)] }
        var responses = [500, 502, 503].flatMap { status in
            [
                ("\(status) without a body", HTTPResponse(status: status)),
                ("\(status) with HTML", HTTPResponse(status: status, headers: field("text/html"), body: html)),
                ("\(status) with JSON", HTTPResponse(status: status, headers: field("application/json"), body: json)),
            ]
        }
        if var response = success?.response {
            response.status = 500
            responses.append(("500 with the body of a success", response))
        }
        return responses
    }
}
