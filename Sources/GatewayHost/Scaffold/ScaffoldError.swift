/// Why a provider's package was not made, with the correction. Nothing was written then.
struct ScaffoldError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
