import GatewayCore

extension OrderQuery {
    /// Reads the parameters of a list of orders; `limit` is that of the page, without the row that tells whether there is another.
    ///
    /// - Throws: ``GatewayError/Code/invalidRequest`` with every problem.
    init(_ query: consuming QueryReader) throws {
        let page = query.page()
        self.init(userID: nil, beforeID: page.beforeID, limit: page.limit)
        status = query.word("status")
        createdFrom = query.time("created_from")
        createdTo = query.time("created_to")
        try query.finish()
    }
}

extension TransactionQuery {
    /// Reads the parameters of a list of transactions; `limit` is that of the page, without the row that tells whether there is another.
    ///
    /// A range of change times sorts by the last change. The filters that such a page passes over row by row need the start of the range,
    /// which bounds what is read.
    ///
    /// - Throws: ``GatewayError/Code/invalidRequest`` with every problem.
    init(_ query: consuming QueryReader) throws {
        self.init(userID: nil, limit: 0)
        orderID = query.integer("order_id", in: 1...FieldReader.largestID)
        status = query.word("status")
        provider = query.string("provider")
        createdFrom = query.time("created_from")
        createdTo = query.time("created_to")
        updatedFrom = query.time("updated_from")
        updatedTo = query.time("updated_to")
        let wanted: SortKey? = query.word("order_by")
        sortKey = wanted ?? (updatedFrom == nil && updatedTo == nil ? .createdAt : .updatedAt)
        switch sortKey {
        case .createdAt:
            (limit, beforeID) = query.page()
            let ranges = [("updated_from", updatedFrom), ("updated_to", updatedTo)]
            for (name, value) in ranges where value != nil { query.report(name, "It goes with order_by=updated_at.") }
        case .updatedAt:
            (limit, beforeUpdate) = query.pageByUpdate()
            let filters = [
                ("status", status == nil), ("provider", provider == nil), ("created_from", createdFrom == nil),
                ("created_to", createdTo == nil),
            ]
            let given = filters.filter { !$0.1 }.map(\.0)
            if updatedFrom == nil, orderID == nil, !given.isEmpty {
                query.report(
                    "updated_from",
                    "With order_by=updated_at it is needed beside \(given.joined(separator: " and ")): give a time.")
            }
        }
        try query.finish()
    }
}
