import Foundation
import GatewayHarness
import Glibc
import Testing

extension OneAtATime {
    @Suite("The gateway's process keeps its memory to itself", .timeLimit(.minutes(10)))
    struct ProcessGuardTests {
        /// A user without privileges; the tests' own where they do not run as root.
        private static let user: uid_t = geteuid() == 0 ? 65534 : geteuid()

        /// A gateway, not started, that runs as ``user`` in a folder of its own.
        private func withUnprivilegedGateway(
            executable: URL = TestPaths.gateway, _ configuration: GatewayConfiguration = GatewayConfiguration(),
            _ body: (GatewayProcess) async throws -> Void
        ) async throws {
            let scripts = try TemporaryFolder()
            defer { scripts.remove() }
            var program = executable
            if geteuid() == 0 {
                try scripts.write(
                    "#!/bin/sh\nexec setpriv --reuid=\(Self.user) --regid=\(Self.user) --clear-groups '\(executable.path)' \"$@\"\n",
                    to: "gateway")
                program = scripts.url.appending(path: "gateway")
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
            }
            let gateway = try GatewayProcess(configuration, executable: program)
            if geteuid() == 0 {
                try #require(chown(gateway.folder.url.path, Self.user, Self.user) == 0)
            }
            do { try await body(gateway) } catch {
                await gateway.cleanUp()
                throw error
            }
            await gateway.cleanUp()
        }

        /// The gateway's executable without debug information, with what it needs beside it: as a release has it, and as `make run` starts it.
        private func withLeanGateway(_ body: (URL) async throws -> Void) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let executable = folder.url.appending(path: "gateway")
            let stripped = try await run(
                URL(filePath: "/usr/bin/strip"), ["--strip-debug", "-o", executable.path, TestPaths.gateway.path])
            try #require(stripped.end == .exited(0), "\(stripped.everything)")
            for library in ["libProviderAPI.so", "libMockProvider.so"] {
                try FileManager.default.copyItem(
                    at: TestPaths.products.appending(path: library), to: folder.url.appending(path: library))
            }
            try await body(executable)
        }

        private func processID(of gateway: GatewayProcess) throws -> pid_t { try #require(gateway.processID) }

        /// The owner that procfs shows for a process: its user, or root where the process is not dumpable.
        private func owner(of process: pid_t) throws -> uid_t {
            var status = stat()
            try #require(lstat("/proc/\(process)/environ", &status) == 0)
            return status.st_uid
        }

        @Test(
            "A user without privileges runs it: it takes payments, writes no core file, and no process of that user may look into it"
        )
        func unprivileged() async throws {
            try await withUnprivilegedGateway { gateway in
                try await gateway.start()
                _ = try await gateway.newUser().pay()
                let process = try processID(of: gateway)
                let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
                #expect(status.contains("\nUid:\t\(Self.user)\t"), "\(status)")
                #expect(try owner(of: process) == 0, "procfs gives what is not dumpable to root")
                let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
                #expect(limits.contains(#/Max core file size +0 +0 /#), "\(limits)")
                let metrics = try await HTTPRequest(path: "/metrics").send(toPort: gateway.port)
                for name in [
                    "process_open_fds", "process_max_fds", "process_resident_memory_bytes", "process_start_time_seconds",
                ] {
                    #expect(metrics.text.contains("\n\(name) "), "\(name) is read from procfs")
                }
                #expect(try await gateway.command("operations").end == .exited(0), "over the admin socket")
                #expect(try await gateway.terminate() == .exited(0))
            }
        }

        @Test("A module that is tried finds no secret, cannot look into the gateway, and has no privileges to gain")
        func probe() async throws {
            let modules = try TemporaryFolder()
            defer { modules.remove() }
            for library in ["libMockProvider.so"] {
                try FileManager.default.copyItem(
                    at: TestPaths.products.appending(path: library), to: modules.url.appending(path: library))
            }
            try await ModuleFixture.buildC("prying.c", to: modules.path("libPrying.so"))
            var configuration = GatewayConfiguration()
            configuration.modulesDirectory = modules.url.path
            configuration.providers = [
                GatewayConfiguration.mock(), GatewayConfiguration.mock(named: "prying", module: "libPrying.so"),
            ]
            // The secret is in the environment of the gateway, and the gateway runs as the tests' user: root, perhaps.
            try await withGateway(configuration) { gateway in
                let line = try #require(
                    gateway.log.split(separator: "\n").first { $0.contains("pried: ") }, "\(gateway.recentLog)")
                #expect(
                    line.contains(
                        "user \(Self.user), environment Permission denied, memory Permission denied, secrets 0, core 0, dumpable 0, "
                            + "no_new_privs 1"),
                    "\(line)")
            }
        }

        /// A line of a register, as Swift's runtime prints it: `rax 0x0000000000000000 0`.
        private static var register: Regex<(Substring, Substring)> {
            /(?m)^ *(rax|rbx|rcx|rip|rsp|x[0-9]+|pc|sp|lr) 0x[0-9a-f]{16}/
        }

        @Test(
            "A crash writes the functions of its thread into the log, no register and no memory, and ends by its signal",
            arguments: [SIGSEGV, SIGILL, SIGABRT])
        func crash(signal: Int32) async throws {
            try await withLeanGateway { executable in
                var configuration = GatewayConfiguration()
                configuration.variables["SWIFT_BACKTRACE"] = "symbolicate=fast,images=none"
                // As the user of a unit: procfs shows less to it than to root.
                try await withUnprivilegedGateway(executable: executable, configuration) { gateway in
                    try await gateway.start()
                    gateway.signal(signal)
                    let end = await gateway.waitForEnd(within: .seconds(120))
                    #expect(end == .signaled(signal), "\(gateway.recentLog)")
                    let trace = try #require(gateway.log.firstRange(of: "*** "), "\(gateway.recentLog)")
                    let text = gateway.log[trace.lowerBound...]
                    #expect(text.contains(/(?m)^ *[0-9]+ .* in (libdispatch|libc|gateway)/), "a function: \(text)")
                    #expect(!text.contains(Self.register), "\(text)")
                    #expect(text.split(separator: "\n").count < 60, "short: \(text)")
                    #expect(try #require(text.firstMatch(of: /Backtrace took ([0-9.]+)s/)).output.1.isEmpty == false)
                }
            }
        }

        @Test("A crash of the debug build, which has debug information, does not take longer to end")
        func debugCrash() async throws {
            try await withGateway { gateway in
                gateway.signal(SIGSEGV)
                #expect(await gateway.waitForEnd(within: .seconds(120)) == .signaled(SIGSEGV), "\(gateway.recentLog)")
                #expect(gateway.log.contains("*** "), "\(gateway.recentLog)")
                #expect(!gateway.log.contains(Self.register), "\(gateway.recentLog)")
                #expect(!gateway.log.contains(".swift:"), "line tables were read: \(gateway.recentLog)")
            }
        }
    }
}
