import ProviderAPI

extension Books {
    /// The line there, decoded.
    func entry(at slice: JournalSlice) throws(ProviderError) -> JournalEntry {
        try Self.entry(at: slice, in: file)
    }

    /// What happened under this key, where it is remembered.
    func entry(under key: String, at now: Timestamp) throws(ProviderError) -> JournalEntry? {
        guard let slice = keys.slice(for: key, at: now) else { return nil }
        let entry = try entry(at: slice)
        return entry.idempotencyKey?.isIdentical(to: key) == true && remembers(entry) ? entry : nil
    }

    /// - Throws: ``ProviderError/rejected(_:)`` with reason ``Rejection/Reason/notFound``.
    func intent(_ id: String) throws(ProviderError) -> IntentRecord {
        guard let number = ObjectIDs.number(in: id, of: .paymentIntent), let intent = try intent(number: number),
            intent.id.isIdentical(to: id)
        else {
            throw .missing("payment_intent", id)
        }
        return intent
    }

    func intent(number: Int) throws(ProviderError) -> IntentRecord? {
        if let intent = recent[number] { return intent }
        guard let slice = intents[number] else { return nil }
        return try entry(at: slice).intent
    }

    func intent(createdBy operation: String) throws(ProviderError) -> IntentRecord? {
        guard let number = intentsByOperation[operation.hashOfBytes], let intent = try intent(number: number) else { return nil }
        return intent.metadata[OperationIdentity.metadataKey]?.isIdentical(to: operation) == true ? intent : nil
    }

    /// - Throws: ``ProviderError/rejected(_:)`` with reason ``Rejection/Reason/notFound``.
    func refund(_ id: String) throws(ProviderError) -> RefundRecord {
        guard let number = ObjectIDs.number(in: id, of: .refund), let refund = try refund(number: number),
            refund.id.isIdentical(to: id)
        else {
            throw .missing("refund", id)
        }
        return refund
    }

    func refund(number: Int) throws(ProviderError) -> RefundRecord? {
        guard let slice = refunds[number] else { return nil }
        return try entry(at: slice).refund
    }

    /// In the order in which they were made.
    func refunds(of intent: IntentRecord) throws(ProviderError) -> [RefundRecord] {
        var found: [RefundRecord] = []
        for number in refundsByIntent[intent.number] ?? [] {
            if let refund = try refund(number: number) { found.append(refund) }
        }
        return found
    }

    /// The lines with events since then, oldest first.
    func linesWithEvents(since time: Timestamp) -> [JournalSlice] {
        linesWithEvents(since: time, after: nil, limit: .max).lines
    }

    /// A page of the lines with events since then, oldest first.
    ///
    /// - Parameters:
    ///   - offset: where the line before the page begins; nil for the first page.
    ///   - limit: how many events the lines may have; a line with more than that is alone.
    func linesWithEvents(since time: Timestamp, after offset: Int64?, limit: Int) -> (lines: [JournalSlice], isLast: Bool) {
        var lines: [JournalSlice] = []
        var count = 0
        for line in eventful[(offset.map(firstEventful) ?? firstEventful(since: time))...] where line.time >= time {
            count += Int(line.events)
            if !lines.isEmpty, count > limit { return (lines, false) }
            lines.append(line.slice)
        }
        return (lines, true)
    }

    private func firstEventful(since time: Timestamp) -> Int {
        // From the end: those asked for are the newest, and times of several processes are in order but for moments.
        let slack = time.advanced(by: .seconds(-60))
        return eventful.lastIndex { $0.time < slack }.map { $0 + 1 } ?? 0
    }

    /// Lines are in the order of the file: halves what is left at each step.
    private func firstEventful(after offset: Int64) -> Int {
        var (low, high) = (0, eventful.count)
        while low < high {
            let middle = (low + high) / 2
            if eventful[middle].slice.offset <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
