/// Both books and all else that is known, side by side. The rules are its extensions, one file for each invariant.
struct Comparison {
    let gateway: GatewayBooks
    let provider: ProviderBooks
    let evidence: Evidence

    /// The transactions at the provider whose journal it is.
    let transactions: [TransactionRow]
    /// Their operations.
    let operations: [OperationRow]
    /// The transactions by their payment intents; more than one only in unsound books.
    let transactionsByIntent: [String: [TransactionRow]]
    /// The operations by the REST request that started them.
    let operationsByRequest: [String: [OperationRow]]

    init(gateway: GatewayBooks, provider: ProviderBooks, evidence: Evidence) {
        self.gateway = gateway
        self.provider = provider
        self.evidence = evidence
        transactions = gateway.transactions.values.filter { $0.provider == evidence.provider }.sorted { $0.id < $1.id }
        let ids = Set(transactions.map(\.id))
        operations = gateway.operations.values.filter { ids.contains($0.transactionID) }.sorted { $0.id < $1.id }
        transactionsByIntent = Dictionary(grouping: transactions.filter { $0.intentID != nil }) { $0.intentID ?? "" }
        operationsByRequest = Dictionary(grouping: operations, by: \.requestID)
    }

    /// All that does not hold, but for secrets, which need the files too.
    var violations: [Violation] {
        oneEffectViolations + durabilityViolations + equalityViolations + amountViolations + historyViolations
            + answerViolations + eventViolations
    }

    /// Who the operation is in the provider's metadata.
    func identity(of operation: OperationRow) -> String {
        let number = "\(gateway.installation)-\(operation.id)"
        return operation.nonce.map { "\(number)-\($0)" } ?? number
    }

    /// The operation's key at the provider.
    func key(of operation: OperationRow) -> String { "gw-\(identity(of: operation))" }

    /// The provider's lines that the operation made.
    func effects(of operation: OperationRow) -> [JournalLine] { provider.linesByKey[key(of: operation)] ?? [] }

    /// The operation behind an id in the provider's metadata, where it is of this installation.
    func operation(identity: String) -> OperationRow? {
        let prefix = gateway.installation + "-"
        guard identity.hasPrefix(prefix), let id = Int64(identity.dropFirst(prefix.count).prefix { $0 != "-" }),
            let operation = gateway.operations[id], self.identity(of: operation) == identity
        else { return nil }
        return operation
    }

    /// Whether an id in the provider's metadata claims to be of this installation.
    func isOurs(identity: String) -> Bool { identity.hasPrefix(gateway.installation + "-") }

    /// Whether the transaction has or had a discrepancy, which its history tells of.
    func wasReviewed(_ transactionID: Int64) -> Bool {
        gateway.transactions[transactionID]?.reviewCode != nil
            || (gateway.history[transactionID] ?? []).contains { $0.type.hasPrefix("review.") }
    }

    /// Whether the run meant the transaction to wait for a person.
    func isExpectedReview(_ transactionID: Int64) -> Bool { evidence.expected.reviewedTransactions.contains(transactionID) }
}
