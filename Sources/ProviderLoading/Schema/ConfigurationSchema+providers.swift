import GatewayCore
import ProviderAPI

extension ConfigurationSchema {
    static let concurrentCalls: ClosedRange<Int64> = 1...100_000

    static let modules = ConfigurationSection(
        "modules", help: "The shared libraries that providers come in.",
        [
            Setting("directory", .path, help: "The only folder that modules are loaded from. Default: that of the executable."),
            Setting(
                "require_certificates", .bool,
                help: "Whether a module that `gateway certify` has not passed is refused; production warns of one anyway."
            ).defaulting(to: .bool(false)),
        ])

    static let providers = ConfigurationSection(
        "providers[]",
        help: "One payment provider. Several may share a module, each with its own settings: one for each account.",
        [
            Setting(
                "name", .string,
                help: "The name in URLs and rows, for good: a letter `a`-`z`, then at most 31 of `a`-`z`, `0`-`9`, `_` and `-`."
            ).required(),
            Setting("module", .string, help: "The module's file name in `modules.directory`.").required(),
            Setting(
                "sha256", .string,
                help:
                    "What the module's file must have as its digest, as `sha256sum` or `gateway providers` prints it. Production needs it."
            ),
            Setting("enabled", .bool, help: "Whether it is loaded. Of one that is off, variables in the settings may be unset.")
                .defaulting(to: .bool(true)),
            Setting(
                "accepts_new_payments", .bool,
                help:
                    "Whether new payments may be made at it. `false` retires it: payments that it has already go on, with refunds and webhooks."
            ).defaulting(to: .bool(true)),
            Setting(
                "max_concurrent_calls", .integer(in: concurrentCalls),
                help: "How many calls of clients it may have under way; one more is answered with 503 and `Retry-After`."
            ).defaulting(to: .integer(Int64(ProviderCalls.defaultLimit))),
            Setting("settings", .structure, help: "The module's own settings; see below for those of the bundled ones."),
        ])

    static let routing = ConfigurationSection(
        "routing", help: "Which provider takes a payment whose request names none.",
        [
            Setting("default", .string, help: "The name of a provider that is on and accepts new payments.").required(),
            Setting("rules", .structure, help: "Kept for later: an empty list."),
        ])
}
