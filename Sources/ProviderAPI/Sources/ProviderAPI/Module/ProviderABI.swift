/// The two facts that a host compares before any Swift value crosses into or out of a module.
///
/// Both are `@_alwaysEmitIntoClient`: they are compiled *into the module*. Read through an ordinary
/// function of libProviderAPI.so they would always be the host's own, and every comparison would agree.
public enum ProviderABI {
    /// The major version of this contract.
    ///
    /// It changes when something public is removed or changes its meaning. Additions (a stored property, an enum case,
    /// a requirement with a default) do not change it: the SDK is built with library evolution.
    @_alwaysEmitIntoClient
    public static var version: UInt32 { 1 }

    /// The Swift compiler that built the module and its copy of the SDK, as `major.minor.patch`, null-terminated.
    ///
    /// Swift on Linux promises no stable ABI between compilers, so a module must come from the host's own.
    @_alwaysEmitIntoClient
    public static var compiler: StaticString {
        // A conditional is the only place where the language tells its compiler's version.
        #if compiler(>=6.5)
        "6.5 or later"
        #elseif compiler(>=6.4.3)
        "6.4.3 or later"
        #elseif compiler(>=6.4.2)
        "6.4.2"
        #elseif compiler(>=6.4.1)
        "6.4.1"
        #elseif compiler(>=6.4)
        "6.4.0"
        #elseif compiler(>=6.3.4)
        "6.3.4 or later"
        #elseif compiler(>=6.3.3)
        "6.3.3"
        #elseif compiler(>=6.3.2)
        "6.3.2"
        #elseif compiler(>=6.3.1)
        "6.3.1"
        #else
        "6.3.0"
        #endif
    }
}
