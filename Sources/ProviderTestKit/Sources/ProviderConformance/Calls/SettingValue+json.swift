import ProviderAPI

extension SettingValue {
    /// A setting as providers.yaml would bring it: a number with a fraction comes as its literal text.
    init(_ json: JSONValue) {
        self =
            switch json {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .decimal(let value): .string("\(value)")
            case .string(let text): .string(text)
            case .array(let values): .list(values.map(SettingValue.init))
            case .object(let members): .map(members.mapValues(SettingValue.init))
            }
    }
}
