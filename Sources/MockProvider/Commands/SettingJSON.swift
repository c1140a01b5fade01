package import ProviderAPI

/// A setting's value as JSON, which is YAML too: typed as providers.yaml types it.
package struct SettingJSON: Codable, Sendable {
    /// The value.
    package let value: SettingValue

    /// A value to write.
    package init(_ value: SettingValue) {
        self.value = value
    }

    /// Reads any JSON. Numbers with a fraction become text, as in providers.yaml.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let bool = try? container.decode(Bool.self) {
            value = .bool(bool)
        } else if let number = try? container.decode(Int64.self) {
            value = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            value = .string("\(number)")
        } else if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let list = try? container.decode([SettingJSON].self) {
            value = .list(list.map(\.value))
        } else {
            value = .map(try container.decode([String: SettingJSON].self).mapValues(\.value))
        }
    }

    /// Writes it as JSON.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .integer(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .list(let list): try container.encode(list.map(SettingJSON.init))
        case .map(let map): try container.encode(map.mapValues(SettingJSON.init))
        // A value of a later SDK has no form here.
        @unknown default: try container.encodeNil()
        }
    }
}
