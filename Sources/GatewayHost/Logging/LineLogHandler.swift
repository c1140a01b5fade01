import Logging
import ProviderLoading

/// Writes each log event as one line.
///
/// A text line is `TIME LEVEL LABEL: KEY=VALUE ... [SOURCE] MESSAGE`. A JSON line is one object with `time`, `level`, `message`, `source`
/// and the fields. Both have their fields in the order of the keys. ``LogLine`` describes how text of clients and providers is escaped.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let output: any LogOutput
    private let clock: LogClock

    /// A handler for the logger called `label`.
    init(label: String, level: Logger.Level, format: LogFormat, output: any LogOutput, clock: LogClock) {
        self.label = label
        logLevel = level
        self.format = format
        self.output = output
        self.clock = clock
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // Dictionaries have their own order, which differs from line to line.
        let fields = fields(of: event).sorted { $0.key < $1.key }
        var line = LogLine()
        switch format {
        case .text:
            line.add(time: clock.now())
            line.add(raw: " ")
            line.add(raw: event.level.rawValue)
            line.add(raw: " ")
            line.add(message: label)
            line.add(raw: ":")
            for (key, value) in fields { line.add(key, value) }
            line.add(raw: " [")
            line.add(message: event.source)
            line.add(raw: "] ")
            line.add(message: event.message.description)
        case .json:
            line.add(raw: #"{"time":""#)
            line.add(time: clock.now())
            line.add(raw: #"","level":""#)
            line.add(raw: event.level.rawValue)
            line.add(raw: #"","message":"#)
            line.add(json: event.message.description)
            line.add(raw: #","source":"#)
            line.add(json: event.source)
            for (key, value) in fields {
                line.add(raw: ",")
                line.add(json: Self.isOwn(key) ? "field.\(key)" : key)
                line.add(raw: ":")
                line.add(json: value)
            }
            line.add(raw: "}")
        }
        output.write(line.ended())
    }

    /// Members that every JSON line has: a field of the same name gets another, so that it can't stand in for them.
    private static func isOwn(_ key: String) -> Bool {
        switch key {
        case "time", "level", "message", "source": true
        default: false
        }
    }

    private func fields(of event: LogEvent) -> Logger.Metadata {
        var fields = event.metadata ?? [:]
        if let provided = metadataProvider?.get(), !provided.isEmpty { fields.merge(provided) { own, _ in own } }
        if !metadata.isEmpty { fields.merge(metadata) { own, _ in own } }
        if let error = event.error {
            fields["error.message"] = "\(error)"
            fields["error.type"] = "\(String(reflecting: type(of: error)))"
        }
        return fields
    }
}
