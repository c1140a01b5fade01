#!/usr/bin/env bash
# Holds every target to the modules it may import, by reading the import lines of Sources/ and Torture/ (or of the folders given).
# The compiler's own check (--explicit-target-dependency-import-check) misses what comes in transitively.
# Each breach is printed as file:line; exits 1 when there is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What every target of the host may import: Foundation, the standard library's locks, the two API packages for logs and metrics.
host='Foundation Synchronization Logging Metrics'
provider='ProviderAPI Foundation Synchronization'

# Folder: what its files may import. The longest folder that fits a file counts.
# ProviderAPI's public interface keeps to the standard library: that is the rule after this table.
table="
Sources/ProviderAPI/Sources/ProviderAPI:                 Foundation Synchronization CLibcrypto
Sources/ProviderTestKit/Sources/ProviderConformance:     Foundation Synchronization ProviderAPI
Sources/ProviderTestKit/Sources/ProviderTestKit:         Synchronization ProviderAPI ProviderConformance Testing
Sources/StripeProvider:                                  $provider
Sources/StripeProvider/Entry:                            ProviderAPI StripeProvider
Sources/MockProvider:                                    $provider
Sources/MockProvider/Entry:                              ProviderAPI MockProvider
Sources/GatewayLifecycle:
Sources/GatewayCore:      $host ProviderAPI GatewayLifecycle ServiceLifecycle
Sources/GatewayStorage:   $host ProviderAPI GatewayLifecycle GatewayCore GRDB GRDBSQLite Dispatch CSQLiteConfiguration
Sources/ProviderLoading:  $host ProviderAPI GatewayCore Yams Crypto Glibc CProcessGuard
Sources/GatewayHTTP:      $host ProviderAPI GatewayLifecycle GatewayCore Hummingbird HummingbirdCore HTTPTypes NIOCore NIOHTTP1 NIOHTTPTypes NIOHTTPTypesHTTP1 JWTKit
Sources/GatewayHTTP:      ServiceLifecycle
Sources/GatewayHost:      $host ProviderAPI ProviderConformance GatewayCore GatewayStorage ProviderLoading GatewayHTTP
Sources/GatewayHost:      ArgumentParser AsyncHTTPClient HTTPTypes Hummingbird JWTKit NIOCore NIOHTTP1 NIOHTTPCompression NIOPosix NIOSSL
Sources/GatewayHost:      CoreMetrics GatewayLifecycle ServiceLifecycle UnixSignals Glibc CMalloc CProcessGuard
Torture/StrikeControl:    Foundation Synchronization Glibc StrikePage
Torture/Books:            Foundation GRDB GatewayLifecycle
Torture/Explorer:         GatewayLifecycle
Torture/ExplorerRun:      GatewayLifecycle Glibc LifecycleExplorer
Torture/Run:              Foundation Synchronization Glibc GatewayHarness StrikeControl TortureBooks ProviderAPI
Torture/Run:              ArgumentParser AsyncHTTPClient NIOCore NIOHTTP1
Benchmarks/MockRate:      Foundation MockProvider ProviderAPI ProviderConformance
Benchmarks/Ceiling:       Foundation Logging ArgumentParser GRDB GatewayStorage HTTPTypes Hummingbird JWTKit ProviderAPI
Examples/PaynowProvider/Sources/PaynowProvider:        $provider
Examples/PaynowProvider/Sources/PaynowProvider/Entry:  ProviderAPI PaynowProvider
"

(($# > 0)) || set -- Sources Torture Benchmarks Examples/PaynowProvider/Sources
find "$@" -name '*.swift' ! -name Package.swift ! -path '*/.build*' -print0 | sort -z |
    TABLE=$table xargs -0 --no-run-if-empty awk '
BEGIN {
    count = split(ENVIRON["TABLE"], rows, "\n")
    for (row = 1; row <= count; row++) {
        if (split(rows[row], parts, ":") < 2) continue
        folder = parts[1]
        names = split(parts[2], modules, " ")
        known[folder] = 1
        for (name = 1; name <= names; name++) {
            allowed[folder, modules[name]] = 1
            listed[folder] = listed[folder] " " modules[name]
        }
    }
}

FNR == 1 {
    folder = FILENAME
    while (sub(/\/[^\/]*$/, "", folder) && !(folder in known)) {}
    if (!(folder in known)) {
        printf "%s:1: no row of scripts/check-imports.sh says what this folder may import\n", FILENAME
        breaches++
        nextfile
    }
}

/^[ \t]*(@[A-Za-z_]+(\([A-Za-z_, ]*\))?[ \t]+)*((public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+[A-Za-z_]/ {
    module = $0
    sub(/^.*import[ \t]+((struct|class|enum|protocol|typealias|actor|func|let|var)[ \t]+)?/, "", module)
    sub(/[^A-Za-z0-9_].*$/, "", module)
    if (!((folder, module) in allowed)) {
        printf "%s:%d: may not import %s; %s may import%s\n", FILENAME, FNR, module, folder, listed[folder]
        breaches++
    } else if (FILENAME ~ /^Sources\/ProviderAPI\// && /(public[ \t]+import|@_exported)/) {
        printf "%s:%d: the interface of ProviderAPI is made of the standard library only; import %s without public\n", \
            FILENAME, FNR, module
        breaches++
    }
}

END { exit breaches > 0 }
' || exit 1
