import ProviderAPI

extension ConformanceCheck {
    static let truncatedAnswer = ConformanceCheck(
        "truncated-answer",
        title: "An answer that breaks off leaves the outcome unknown",
        why: "What was read of it proves nothing of what was not (\"Outcomes\" in the guide of ProviderAPI)."
    ) { bench in
        await bench.check(with: BrokenAnswers.truncated)
    }

    static let senselessAnswer = ConformanceCheck(
        "senseless-answer",
        title: "A success without a body that makes sense leaves the outcome unknown",
        why:
            "A proxy's page or another service's JSON says nothing of the payment (\"Outcomes\" in the guide of ProviderAPI)."
    ) { bench in
        await bench.check(with: BrokenAnswers.senseless)
    }
}

/// Bodies in place of one that was recorded.
private enum BrokenAnswers {
    static func truncated(_ body: [UInt8]) -> [(String, [UInt8])] {
        var bodies = [("the body cut in half", Array(body.prefix(body.count / 2)))]
        // Other formats have no end to miss.
        if JSONValue(body) != nil { bodies.append(("the body without its last byte", Array(body.dropLast()))) }
        return bodies
    }

    static func senseless(_ body: [UInt8]) -> [(String, [UInt8])] {
        [
            ("", "an empty body"), ("<html><body>Please log in</body></html>", "a page of HTML"), ("{}", "{}"), ("[]", "[]"),
            ("null", "null"), (#"{"greeting": "hello", "items": []}"#, "the JSON of something else"), ("OK", "the text OK"),
        ].map { ($1, Array($0.utf8)) }
    }
}

extension Workbench {
    /// Answers each sample with the recorded status and headers and another body; answers that have none are passed over.
    fileprivate func check(with broken: ([UInt8]) -> [(String, [UInt8])]) async -> Tally {
        var tally = Tally()
        for sample in samples() {
            for index in sample.strikePoints {
                guard var response = sample.answer(at: index)?.response, !response.body.isEmpty else { continue }
                for (name, body) in broken(response.body) {
                    response.body = body
                    let run = await run(sample, at: index, then: .answer(response))
                    tally.check(run.result, at: sample.place(name, at: index), is: outcomeWithoutAnswer(of: sample, at: index))
                }
            }
        }
        return tally
    }
}
