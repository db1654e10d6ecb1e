import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A small JSON file of the original, read whole.
enum ImportedFile {
    /// The largest `sessions.json` seen in public reports has 30 MB.
    private static let mostBytes = 64 << 20

    /// Nil when there is no such file; throws when it cannot be read or is not JSON.
    static func json(_ path: String) throws(ImportProblem) -> JSON? {
        guard Folder.isFile(path) else { return nil }
        let bytes = try contents(path)
        do {
            return try JSON.parse(bytes)
        } catch {
            throw ImportProblem(text: "`\(path)` was left out, it is not JSON: \(error)")
        }
    }

    private static func contents(_ path: String) throws(ImportProblem) -> [UInt8] {
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportProblem(text: "`\(path)` was left out: \(String(cString: strerror(errno)))")
        }
        defer { closeFile(descriptor) }
        var bytes: [UInt8] = []
        let blockBytes = 256 << 10
        while true {
            let block = [UInt8](unsafeUninitializedCapacity: blockBytes) { block, count in
                count = max(0, read(descriptor, block.baseAddress, blockBytes))
            }
            guard !block.isEmpty else { return bytes }
            bytes += block
            guard bytes.count <= mostBytes else {
                throw ImportProblem(text: "`\(path)` was left out, it is larger than \(mostBytes >> 20) MiB")
            }
        }
    }
}
