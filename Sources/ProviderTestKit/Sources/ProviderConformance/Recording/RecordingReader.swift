import Foundation

/// Reads the files of a recording, and goes on after a mistake, so that all are reported at once.
struct RecordingReader {
    private static let descriptionFile = "provider.json"

    private let folder: URL
    private var mistakes: [String] = []

    init(folder: String) {
        self.folder = URL(fileURLWithPath: folder, isDirectory: true)
    }

    mutating func read() throws -> (ProviderDescription, [NamedCase]) {
        let files = self.files()
        let description = files.contains(Self.descriptionFile) ? self.description() : nil
        let cases = files.filter { $0 != Self.descriptionFile }.compactMap { self.namedCase(in: $0) }
        reportCasesThatAreThereTwice(cases)
        guard mistakes.isEmpty, let description else { throw RecordingError(mistakes: mistakes) }
        return (description, cases)
    }

    /// All files, whatever they are, by their paths within the folder.
    private mutating func files() -> [String] {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
            mistakes.append("\(folder.path): there is no such folder")
            return []
        }
        let files = (manager.subpaths(atPath: folder.path) ?? []).sorted().filter { path in
            var isFolder: ObjCBool = false
            return manager.fileExists(atPath: folder.appending(path: path).path, isDirectory: &isFolder) && !isFolder.boolValue
        }
        if !files.contains(Self.descriptionFile) {
            mistakes.append("\(Self.descriptionFile): the file is missing; it holds the settings, the address and where keys are")
        }
        if files.filter({ $0 != Self.descriptionFile }).isEmpty {
            mistakes.append("\(folder.path): there is no case, such as create/fewest-parameters.json")
        }
        return files
    }

    private mutating func description() -> ProviderDescription? {
        let reader = StrictReader(nullable: [
            "idempotency", "answers", "answers.payment_intent", "answers.refund", "webhooks", "webhooks.signature",
        ])
        guard let description = parsed(ProviderDescription.self, Self.descriptionFile, by: reader) else { return nil }
        if let key = description.webhooks?.signature?.secrets, description.settings[key] == nil {
            mistakes.append("\(Self.descriptionFile): webhooks.signature.secrets names the setting \(key), which is not recorded")
        }
        if let idempotency = description.idempotency, (idempotency.header == nil) == (idempotency.parameter == nil) {
            mistakes.append("\(Self.descriptionFile): idempotency has either a header or a parameter")
        }
        let known = Set(Conformance.checks.map(\.id))
        for id in (description.notApplicable ?? [:]).keys.sorted() where !known.contains(id) {
            mistakes.append("\(Self.descriptionFile): not_applicable.\(id) is no check")
        }
        return description
    }

    private mutating func namedCase(in file: String) -> NamedCase? {
        guard file.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*\.json/) != nil else {
            mistakes.append("\(file): a case is a file group/name.json, in lower case with dashes")
            return nil
        }
        guard let recorded = parsed(RecordedCase.self, file, by: StrictReader()) else { return nil }
        if case .word? = recorded.exchanges.first?.request {
            mistakes.append("\(file): exchanges[0].request repeats nothing")
        }
        for (index, exchange) in recorded.exchanges.enumerated() {
            guard case .details(let request) = exchange.request else { continue }
            let bodies = [request.form != nil, request.json != nil, request.text != nil].filter { $0 }
            if bodies.count > 1 {
                mistakes.append("\(file): exchanges[\(index)].request has one of form, json and text")
            }
        }
        return NamedCase(name: String(file.dropLast(".json".count)), recorded: recorded)
    }

    private mutating func parsed<Value: Codable>(_ type: Value.Type, _ file: String, by reader: StrictReader) -> Value? {
        do {
            return try reader.read(type, from: try Data(contentsOf: folder.appending(path: file)))
        } catch let error as StrictReader.Mistakes {
            mistakes += error.lines.map { "\(file): \($0)" }
        } catch {
            mistakes.append("\(file): it cannot be read")
        }
        return nil
    }

    /// Two cases with the same settings, call and exchanges are one.
    private mutating func reportCasesThatAreThereTwice(_ cases: [NamedCase]) {
        let inputs = Dictionary(grouping: cases) { $0.recorded.input }
        for same in inputs.values where same.count > 1 {
            mistakes.append("\(same[1].name).json: the same settings, call and exchanges as \(same[0].name).json")
        }
        mistakes.sort()
    }
}

extension RecordedCase {
    /// All that decides the outcome.
    fileprivate var input: JSONValue {
        guard let bytes = try? JSONEncoder().encode(self), case .object(let members)? = JSONValue(Array(bytes)) else {
            return .null
        }
        return .object(members.filter { ["settings", "call", "exchanges"].contains($0.key) })
    }
}
