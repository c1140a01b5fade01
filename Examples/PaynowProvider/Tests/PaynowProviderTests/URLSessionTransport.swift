import Foundation
import ProviderAPI

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A transport over Foundation's client.
struct URLSessionTransport: HTTPTransport {
    func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        guard let url = URL(string: request.url) else { throw .notSent(CallFailure("\(request.url) is no address")) }
        var question = URLRequest(url: url)
        question.httpMethod = request.method
        question.httpBody = Data(request.body)
        for header in request.headers { question.setValue(header.value, forHTTPHeaderField: header.name) }
        do {
            let (data, answer) = try await URLSession.shared.data(for: question)
            return HTTPResponse(status: (answer as? HTTPURLResponse)?.statusCode ?? 0, body: Array(data))
        } catch {
            throw .unknown(CallFailure("\(error)"))
        }
    }

    /// Presses a button of the payer's page; the status update gets lost. Returns the status of the page that the payer sees
    /// then.
    static func press(_ action: String, on page: String) async throws -> Int {
        var request = HTTPRequest(method: "POST", url: page)
        request.headers = [HTTPField("Content-Type", "application/x-www-form-urlencoded")]
        request.body = Array("action=\(action)&notify=no".utf8)
        return try await URLSessionTransport().send(request, in: CallContext(deadline: .now + .seconds(20), requestID: "page"))
            .status
    }
}
