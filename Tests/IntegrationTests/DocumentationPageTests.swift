import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("The documentation pages, in a browser without internet", .timeLimit(.minutes(10)))
    struct DocumentationPageTests {
        /// Expects that the page has complained of nothing, and has asked for nothing but what the gateway has.
        private func expectSelfContained(_ browser: Browser, _ gateway: GatewayProcess) async throws {
            #expect(try await browser.complaints() == [])
            let loaded = try await browser.value(of: "performance.getEntriesByType('resource').map(entry => entry.name)")
            let origin = "http://127.0.0.1:\(gateway.port)/"
            let elsewhere = loaded.elements.compactMap(\.string).filter {
                !["data:", "blob:", origin].contains(where: $0.hasPrefix)
            }
            #expect(elsewhere == [])
            #expect(loaded.elements.contains(.string(origin + "api/openapi.json")), "\(loaded)")
        }

        /// Opens one operation after the other and expects its parameters to have their names. Not all at once: the page takes the longer to
        /// draw the more of them are open.
        private func expectParameters(of operations: [String: DescribedAPI.Operation], _ browser: Browser) async throws {
            for operation in operations.values {
                let place = "document.querySelector('[id^=operations-][id$=-\(operation.id)]')"
                let line = "\(place).querySelector('.opblock-summary-control')"
                let names = "[...\(place).querySelectorAll('.parameter__name')].map(cell => cell.firstChild?.textContent)"
                let described = operation.parameters.sorted()
                _ = try await browser.value(of: "\(line).click()")
                try await eventually("\(operation.id) shows \(described)") {
                    guard try await browser.value(of: "\(place).classList.contains('is-open')") == .bool(true) else {
                        return false
                    }
                    let shown = try await browser.value(of: names).elements.map { $0.string ?? "" }
                    return shown.filter { $0 != "Request body" }.sorted() == described
                }
                _ = try await browser.value(of: "\(line).click()")
            }
        }

        @Test("Swagger UI shows every operation, takes a token of the gateway's, and creates an order with it")
        func swaggerUI() async throws {
            try await withGateway { gateway in
                let token = try await gateway.command("token", "--subject", "42").output.filter { !$0.isWhitespace }
                let operations = try await DescribedAPI(of: gateway).operations
                try await Browser.run { browser in
                    try await browser.open("http://127.0.0.1:\(gateway.port)/api/docs")
                    try await browser.waits(for: "Create an order")
                    let shown = try await browser.value(of: "document.querySelectorAll('.opblock').length")
                    #expect(shown.integer == operations.count)
                    #expect(try await browser.value(of: "document.querySelectorAll('.errors-wrapper').length").integer == 0)

                    try await expectParameters(of: operations, browser)
                    try await browser.press(selector: ".auth-wrapper .btn.authorize")
                    try await browser.type(token, into: ".modal-ux input")
                    try await browser.press(selector: ".modal-ux .btn.authorize")
                    try await browser.press(selector: ".modal-ux .btn-done")

                    try await browser.press(selector: "#operations-Orders-createOrder .opblock-summary-control")
                    try await browser.press(selector: "#operations-Orders-createOrder .btn.execute")
                    let status = "#operations-Orders-createOrder .live-responses-table .response .response-col_status"
                    try await eventually("the answer is there") {
                        try await browser.value(of: "(document.querySelector('\(status)') || {}).innerText").string?.hasPrefix(
                            "201")
                            == true
                    }
                    #expect(try await gateway.user("42").get("/orders")["data"].elements.count == 1)
                    try await expectSelfContained(browser, gateway)
                }
            }
        }

        @Test("ReDoc shows every operation")
        func reDoc() async throws {
            try await withGateway { gateway in
                let operations = try await DescribedAPI(of: gateway).operations
                try await Browser.run { browser in
                    try await browser.open("http://127.0.0.1:\(gateway.port)/api/redoc")
                    try await browser.waits(for: "Create an order")
                    for operation in operations.values {
                        let shown = try await browser.value(
                            of: "document.querySelectorAll('[id$=\\u0022/\(operation.id)\\u0022]').length")
                        #expect((shown.integer ?? 0) > 0, "\(operation.id)")
                    }
                    try await expectSelfContained(browser, gateway)
                }
            }
        }
    }
}
