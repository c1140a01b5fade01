/// The text exposition format 0.0.4 of Prometheus: names, escapes, lines.
enum PrometheusText {
    /// The labels of the series that takes what is beyond a metric's limit.
    static let overflow = #"overflow="true""#

    /// A label of swift-metrics as a metric's name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, ending in `suffix` once.
    static func metricName(_ label: String, suffix: String) -> String {
        let name = sanitized(label, allowing: ":")
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// Dimensions as written between braces: sorted by name, since their order tells nothing.
    ///
    /// Names that become the same share one label, its values joined with `;` as OpenTelemetry does. `reserved`, and names that
    /// begin with two underscores (Prometheus' own), get the prefix `exported`.
    static func labels(_ dimensions: [(String, String)], reserved: String? = nil) -> String {
        var values: [String: [String]] = [:]
        for (name, value) in dimensions {
            var name = sanitized(name, allowing: nil)
            if name == reserved { name = "exported_" + name }
            if name.hasPrefix("__") { name = "exported" + name }
            values[name, default: []].append(value)
        }
        return values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(escaped($0.value.joined(separator: ";"), quotes: true))\"" }
            .joined(separator: ",")
    }

    /// Adds a gauge without labels.
    static func gauge(_ name: String, _ help: String, _ value: Int, to text: inout String) {
        text += header(name, help: help, type: "gauge")
        sample(name, "", number(Double(value)), to: &text)
    }

    /// The HELP and TYPE lines of a metric.
    static func header(_ name: String, help: String, type: String) -> String {
        "# HELP \(name) \(escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    /// Appends one sample's line.
    static func sample(_ name: String, _ labels: String, _ value: String, to text: inout String) {
        text += name
        if !labels.isEmpty { text += "{\(labels)}" }
        text += " \(value)\n"
    }

    /// A number as Go's `ParseFloat` reads it, whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func sanitized(_ text: String, allowing extra: Unicode.Scalar?) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let allowed =
                switch scalar {
                case "a"..."z", "A"..."Z", "_": true
                case "0"..."9": !name.isEmpty
                default: scalar == extra
                }
            if !allowed, name.isEmpty, ("0"..."9").contains(scalar) {
                // A digit may not come first, and tells too much to be dropped.
                name = "_"
                name.unicodeScalars.append(scalar)
            } else {
                name.unicodeScalars.append(allowed ? scalar : "_")
            }
        }
        return name.isEmpty ? "_" : name
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\\" || $0 == "\n" || (quotes && $0 == "\"") }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
