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
        // From the end: those asked for are the newest, and times of several processes are in order but for moments.
        let slack = time.advanced(by: .seconds(-60))
        let start = eventful.lastIndex { $0.time < slack }.map { $0 + 1 } ?? 0
        return eventful[start...].filter { $0.time >= time }.map(\.slice)
    }
}
