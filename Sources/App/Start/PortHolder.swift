import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds and stops what listens on a port, for `--force`.
enum PortHolder {
    /// Sends SIGTERM, and SIGKILL to what is still there after 700 ms; returns when the port is free, or after 2 s.
    static func stop(port: Int) {
        for (signal, looks) in [(SIGTERM, 14), (SIGKILL, 26)] {
            for look in 0..<looks {
                let holders = pids(listeningOn: port).filter { $0 != getpid() }
                if holders.isEmpty { return }
                if look == 0 { for pid in holders { kill(pid, signal) } }
                usleep(50_000)
            }
        }
    }

    /// By `/proc`: the sockets that listen on the port, then the processes that hold one of them.
    private static func pids(listeningOn port: Int) -> [pid_t] {
        let sockets = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeningSockets($0, port: port) })
        guard !sockets.isEmpty else { return [] }
        return FolderListing.names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
            FolderListing.names(in: "/proc/\(pid)/fd").contains { name in
                RealPath.link("/proc/\(pid)/fd/\(name)").map { sockets.contains($0) } ?? false
            }
        }
    }

    /// A line for each socket of the machine, 150 bytes each.
    private static let mostTableBytes = 8 << 20

    private static func listeningSockets(_ table: String, port: Int) -> [String] {
        let hexPort = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: max(0, 4 - hexPort.count)) + hexPort
        // A table that cannot be read names nobody: the port then stays taken, and the start says so.
        let bytes = try? PrivateFile.read(table, limit: mostTableBytes)
        let text = String(decoding: bytes ?? [], as: UTF8.self)
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == "0A" else { return nil }
            return "socket:[\(fields[9])]"
        }
    }
}
