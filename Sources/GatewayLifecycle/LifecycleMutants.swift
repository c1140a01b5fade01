/// Rules of the machine that a test can break, to see that the explorer finds out. Production breaks none.
///
/// Each mutant puts back a defect that was found once; see the table in docs/lifecycle.md.
package struct LifecycleMutants: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    private init(bit: UInt64) { self.init(rawValue: 1 << bit) }

    /// A success of a canceled payment is ignored.
    package static let ignoresLateSuccess = Self(bit: 0)
    /// A payment is confirmed beside one that is paid.
    package static let chargesBesidePaid = Self(bit: 1)
    /// A payment that is paid twice is no discrepancy.
    package static let ignoresDuplicates = Self(bit: 2)
    /// A discrepancy opens from a webhook alone.
    package static let opensFromReports = Self(bit: 3)
    /// A webhook's object is believed whatever its age.
    package static let believesReports = Self(bit: 4)
    /// What an operator said about a refund is never revised.
    package static let declarationIsFinal = Self(bit: 5)
    /// An operator's word is taken against what the provider shows.
    package static let takesAnyWord = Self(bit: 6)
    /// Observations do nothing while a discrepancy is open.
    package static let reviewFreezes = Self(bit: 7)
    /// A refusal settles an operation without evidence about earlier attempts.
    package static let refusalAlwaysSettles = Self(bit: 8)
    /// A refusal never settles an operation that may have been sent.
    package static let refusalNeverSettles = Self(bit: 9)
    /// An operation without a trace stays open for ever.
    package static let storedErrorNeverEnds = Self(bit: 10)
    /// A creation without an outcome blocks its order for ever.
    package static let unknownCreationBlocks = Self(bit: 11)
    /// The intent of a closed payment stays payable.
    package static let lateIntentStaysPayable = Self(bit: 12)
    /// A cancellation waits for a confirmation without an outcome.
    package static let cancelWaits = Self(bit: 13)
    /// A confirmation is sent again after its window.
    package static let confirmsLate = Self(bit: 14)
    /// A declined capture makes the payment `failed`.
    package static let declinedCaptureFails = Self(bit: 15)
    /// An expired intent leaves its payment open.
    package static let expiredStaysOpen = Self(bit: 16)
    /// A dispute does not lower what can be refunded.
    package static let ignoresDisputes = Self(bit: 17)
    /// The stage of a dispute outranks its time.
    package static let stageOutranksTime = Self(bit: 18)
    /// A second dispute is dropped.
    package static let keepsOneDispute = Self(bit: 19)
    /// A refund that a webhook shows is booked although the gateway did not ask for it.
    package static let booksReportedRefunds = Self(bit: 20)
    /// What an object showed before the payment changed is applied after the change.
    package static let appliesStaleFetches = Self(bit: 21)
    /// An order is completed by a payment with an open discrepancy.
    package static let orderCompletesInReview = Self(bit: 22)
    /// A discrepancy never closes by itself.
    package static let discrepancyStays = Self(bit: 23)
    /// An operator's word outranks what the provider shows afterwards.
    package static let wordOutranksProvider = Self(bit: 24)
    /// A refund that fails after it succeeded raises no alert.
    package static let failsRefundsSilently = Self(bit: 25)
    /// Open payments of an order that is paid are not canceled at the provider.
    package static let leavesSiblingsOpen = Self(bit: 26)

    /// Every mutant with its name, in the order of the bits.
    package static let all: [(name: String, mutant: LifecycleMutants)] = [
        ("ignores-late-success", .ignoresLateSuccess), ("charges-beside-paid", .chargesBesidePaid),
        ("ignores-duplicates", .ignoresDuplicates), ("opens-from-reports", .opensFromReports),
        ("believes-reports", .believesReports),
        ("declaration-is-final", .declarationIsFinal), ("takes-any-word", .takesAnyWord), ("review-freezes", .reviewFreezes),
        ("refusal-always-settles", .refusalAlwaysSettles), ("refusal-never-settles", .refusalNeverSettles),
        ("stored-error-never-ends", .storedErrorNeverEnds), ("unknown-creation-blocks", .unknownCreationBlocks),
        ("late-intent-stays-payable", .lateIntentStaysPayable), ("cancel-waits", .cancelWaits), ("confirms-late", .confirmsLate),
        ("declined-capture-fails", .declinedCaptureFails), ("expired-stays-open", .expiredStaysOpen),
        ("ignores-disputes", .ignoresDisputes), ("stage-outranks-time", .stageOutranksTime),
        ("keeps-one-dispute", .keepsOneDispute),
        ("books-reported-refunds", .booksReportedRefunds), ("applies-stale-fetches", .appliesStaleFetches),
        ("order-completes-in-review", .orderCompletesInReview), ("discrepancy-stays", .discrepancyStays),
        ("word-outranks-provider", .wordOutranksProvider), ("fails-refunds-silently", .failsRefundsSilently),
        ("leaves-siblings-open", .leavesSiblingsOpen),
    ]
}
