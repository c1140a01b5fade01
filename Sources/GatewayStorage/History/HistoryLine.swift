import GatewayCore
import ProviderAPI

/// A line of `transaction_events` with all that its hash covers.
///
/// # The chain of history
///
/// Each line has `hash`, the SHA-256 of these bytes, one after the other:
///
/// 1. the text `payment-gateway history 1` and a line feed (ASCII);
/// 2. the `hash` of the line before it of the same payment, 32 bytes; zeros where there is none, or one from before the chain;
/// 3. the `hash` of the line before it in the whole table, by id, likewise;
/// 4. the digest of what is personal in it, 32 bytes, zeros where nothing is: see below;
/// 5. its columns `id`, `transaction_id`, `type`, `actor` (NULL where that is the payment's owner), `from_status`, `to_status`, `amount`,
///    `operation_id`, `provider_request_id`, `created_at`, and the payment's amounts as they are after it: `captured`, `refunded`, `reserved`;
/// 6. the payment's terms, as its row has them: `amount`, `currency`, `order_id`, `provider`, `capture_method`, and `payment_intent_id`,
///    which is NULL in the lines before the provider's answer.
///
/// An integer is the byte 1 and eight bytes, the highest first; a text is the byte 2, its length in UTF-8 bytes as four bytes, the highest
/// first, and those bytes; NULL is the byte 0.
///
/// # Personal data, and how it is erased
///
/// The owner's name as `actor`, and `detail`, may tell of a person. The hash covers only their digest: the SHA-256 of the text
/// `payment-gateway personal 1` and a line feed, `salt` (16 random bytes as a text above), `actor` (NULL where it is not the owner) and `detail`.
///
/// To erase them, write the digest into `personal_digest`, set `salt` and `detail` to NULL, and give `actor` the pseudonym that is the
/// payment's owner then, in one UPDATE: that is what ``SQLiteTransaction/eraseHistory(transactionID:of:as:)`` does. The hash stays true, and
/// without the salt the text cannot be found by guessing. The trigger on the table allows this one change, once for each line. An audit
/// takes it for an erasure only where the payment's owner is a pseudonym and a line `personal_data.erased` follows.
///
/// # Lines from before
///
/// The migration marks where the chain begins (`history_chain.first_id`) and reads no row. Lines before it have no hash. The first root covers
/// them as they are when it is made, but for what is personal and for the intent's id: see ``HistoryRoot``.
struct HistoryLine: Sendable, Hashable {
    var id: Int64
    var transactionID: Int64
    var type: String
    var actor: String
    var fromStatus: String?
    var toStatus: String
    var amount: Int64?
    var operationID: Int64?
    var providerRequestID: String?
    var detail: String?
    var createdAt: Int64
    /// The payment's amounts after the line, in minor units; nil before the chain.
    var captured: Int64?
    var refunded: Int64?
    var reserved: Int64?
    var salt: [UInt8]?
    /// The digest of what was personal, once that is erased.
    var personalDigest: [UInt8]?
    var hash: [UInt8]?

    /// What stands for a line that is not there or has no hash.
    static let noHash = [UInt8](repeating: 0, count: 32)

    /// What the hash covers of the payment's row.
    struct Terms: Sendable, Hashable {
        var amount: Int64
        var currency: String
        var orderID: Int64
        var provider: String
        var captureMethod: String
        /// NULL until the provider has answered, and then the same for ever.
        var paymentIntentID: String?
        /// Not covered: who it is decides which actors are personal.
        var owner: String
    }

    /// The hash that the line must have.
    ///
    /// - Parameters:
    ///   - terms: those of its payment, as they were then.
    ///   - previous: the hash of the payment's line before it.
    ///   - neighbor: the hash of the table's line before it.
    func expectedHash(terms: Terms, after previous: [UInt8]?, neighbor: [UInt8]?) -> [UInt8] {
        let isOwners = isBy(owner: terms.owner)
        return hash(
            terms, isOwners: isOwners, previous ?? Self.noHash, neighbor ?? Self.noHash,
            digestOfPersonalData(isOwners: isOwners) ?? Self.noHash)
    }

    /// What stands for a line from before the chain in a root: its hash without predecessors, personal data and the intent's id.
    func hashBeforeChain(terms: Terms) -> [UInt8] {
        var terms = terms
        terms.paymentIntentID = nil
        return hash(terms, isOwners: isBy(owner: terms.owner), Self.noHash, Self.noHash, Self.noHash)
    }

    private func hash(
        _ terms: Terms, isOwners: Bool, _ previous: [UInt8], _ neighbor: [UInt8], _ personal: [UInt8]
    ) -> [UInt8] {
        var bytes = CanonicalBytes("payment-gateway history 1\n")
        bytes.append(raw: previous)
        bytes.append(raw: neighbor)
        bytes.append(raw: personal)
        bytes.append(id)
        bytes.append(transactionID)
        bytes.append(type)
        bytes.append(isOwners ? nil : actor)
        bytes.append(fromStatus)
        bytes.append(toStatus)
        bytes.append(amount)
        bytes.append(operationID)
        bytes.append(providerRequestID)
        bytes.append(createdAt)
        bytes.append(captured)
        bytes.append(refunded)
        bytes.append(reserved)
        bytes.append(terms.amount)
        bytes.append(terms.currency)
        bytes.append(terms.orderID)
        bytes.append(terms.provider)
        bytes.append(terms.captureMethod)
        bytes.append(terms.paymentIntentID)
        return SHA256Digest.digest(of: bytes.bytes)
    }

    /// The digest of what is personal, also after it was erased; nil where nothing is.
    func digestOfPersonalData(owner: String) -> [UInt8]? { digestOfPersonalData(isOwners: isBy(owner: owner)) }

    private func digestOfPersonalData(isOwners: Bool) -> [UInt8]? {
        if let personalDigest { return personalDigest }
        guard isOwners || detail != nil else { return nil }
        var bytes = CanonicalBytes("payment-gateway personal 1\n")
        bytes.append(salt)
        bytes.append(isOwners ? actor : nil)
        bytes.append(detail)
        return SHA256Digest.digest(of: bytes.bytes)
    }

    /// Whether it tells of a person, and so needs a salt.
    func isPersonal(owner: String) -> Bool { detail != nil || isBy(owner: owner) }

    /// Whether the payment's owner did it.
    private func isBy(owner: String) -> Bool {
        // Most lines are by others, and of another length.
        guard actor.utf8.count == 5 + owner.utf8.count else { return false }
        return actor.utf8.starts(with: "user:".utf8) && actor.utf8.dropFirst(5).elementsEqual(owner.utf8)
    }

    /// 128 random bits from the kernel.
    static func randomSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return [UInt8](unsafeUninitializedCapacity: 16) { bytes, count in
            for index in 0..<2 {
                let number: UInt64 = generator.next()
                UnsafeMutableRawBufferPointer(bytes).storeBytes(of: number, toByteOffset: 8 * index, as: UInt64.self)
            }
            count = 16
        }
    }
}

extension HistoryLine.Terms {
    init(of payment: PaymentTransaction) {
        self.init(
            amount: payment.amount.minorUnits, currency: payment.amount.currency.code, orderID: payment.orderID,
            provider: payment.provider, captureMethod: payment.captureMethod.rawValue, paymentIntentID: payment.paymentIntentID,
            owner: payment.userID.text)
    }
}

/// The ends of the chains of history, as far as the open database transaction has written them: most lines of a commit follow another of
/// the same commit.
///
/// For one transaction on the writer's connection. After a rollback, also one to a savepoint, it must ``forget()``.
final class HistoryEnds {
    struct Line {
        var id: Int64
        /// NULL before the chain.
        var hash: [UInt8]?
    }

    /// The last line of the table.
    private(set) var table: Line?
    /// The hash of the last line by payment; nil where the payment has no line, or one from before the chain.
    private(set) var payments: [Int64: [UInt8]?] = [:]

    /// Notes a payment that was made in this transaction, which has no line.
    func begin(transactionID: Int64) { payments[transactionID] = .some(nil) }

    /// Notes a line that was written.
    func append(_ line: Line, transactionID: Int64) {
        table = line
        payments[transactionID] = .some(line.hash)
    }

    func forget() {
        table = nil
        payments = [:]
    }
}

/// Bytes in which no two different lists of values are the same: see ``HistoryLine``.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    init(_ title: StaticString) {
        bytes.reserveCapacity(384)
        title.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func append(raw other: [UInt8]) { bytes.append(contentsOf: other) }

    mutating func append(_ number: Int64?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String?) {
        guard var text else { return bytes.append(0) }
        appendHead(count: text.utf8.count)
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ blob: [UInt8]?) {
        guard let blob else { return bytes.append(0) }
        appendHead(count: blob.count)
        bytes.append(contentsOf: blob)
    }

    private mutating func appendHead(count: Int) {
        bytes.append(2)
        withUnsafeBytes(of: UInt32(count).bigEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The columns of a line of history, and of its payment's terms, in the order in which they are read.
enum HistoryLineRow {
    static let columns = [
        "id", "transaction_id", "type", "actor", "from_status", "to_status", "amount", "operation_id", "provider_request_id",
        "detail", "created_at", "captured", "refunded", "reserved", "salt", "personal_digest", "hash",
    ].map { "transaction_events.\($0)" }.joined(separator: ", ")

    static let terms =
        "payment_transactions.amount, currency, order_id, provider, capture_method, payment_intent_id, user_id"

    static func decode(_ row: SQLiteRow) -> HistoryLine {
        HistoryLine(
            id: row[0], transactionID: row[1], type: row[2], actor: row[3], fromStatus: row[4], toStatus: row[5], amount: row[6],
            operationID: row[7], providerRequestID: row[8], detail: row[9], createdAt: row[10], captured: row[11],
            refunded: row[12], reserved: row[13], salt: row[14], personalDigest: row[15], hash: row[16])
    }

    /// The terms, from a column on; behind the line's columns where nothing else is said.
    static func decodeTerms(_ row: SQLiteRow, from column: Int = 17) -> HistoryLine.Terms {
        HistoryLine.Terms(
            amount: row[column], currency: row[column + 1], orderID: row[column + 2], provider: row[column + 3],
            captureMethod: row[column + 4], paymentIntentID: row[column + 5], owner: row[column + 6])
    }
}
