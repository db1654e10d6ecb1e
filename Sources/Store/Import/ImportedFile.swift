import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A small JSON file of the original, read whole.
enum ImportedFile {
    /// The largest JSON text that is read, also as a line or a row: while it is taken apart it takes up five times as much,
    /// and a machine has 256 MB. The largest `sessions.json` seen in public reports has 30 MB.
    static let mostBytes = 32 << 20

    /// Nil when there is no such file; throws when it cannot be read or is no JSON object, as all of the original's are.
    static func object(_ path: String) throws(ImportProblem) -> JSONObject? {
        guard try Folder.hasFile(path) else { return nil }
        let bytes = try contents(path)
        let json: JSON
        do { json = try JSON.parse(bytes) } catch {
            throw ImportProblem("`\(path)` was left out, it is not JSON: \(error). Mend it, and it is read")
        }
        guard let object = json.objectValue else {
            throw ImportProblem(
                "`\(path)` was left out, it is no JSON object (`{…}`). Put back a copy of it, and it is read")
        }
        return object
    }

    private static func contents(_ path: String) throws(ImportProblem) -> [UInt8] {
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ImportProblem(unreadable: path, errno) }
        defer { closeFile(descriptor) }
        var bytes: [UInt8] = []
        let blockBytes = 256 << 10
        while true {
            var result = 0
            let block = [UInt8](unsafeUninitializedCapacity: blockBytes) { block, count in
                result = read(descriptor, block.baseAddress, blockBytes)
                count = max(0, result)
            }
            guard result >= 0 else { throw ImportProblem(unreadable: path, errno) }
            if result == 0 { return bytes }
            bytes += block
            guard bytes.count <= mostBytes else {
                throw ImportProblem(
                    "`\(path)` was left out, it is larger than \(mostBytes >> 20) MiB. Take old entries out of it, and "
                        + "it is read")
            }
        }
    }
}
