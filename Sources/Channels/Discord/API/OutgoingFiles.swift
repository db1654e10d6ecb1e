import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files on their way out: read or fetched, and put beside the message's JSON.
@MainActor
struct OutgoingFiles {
    /// Files in one message.
    static let mostFiles = 10
    /// Bytes of one file: Discord takes 10 MiB, and more in boosted servers; what is too much there it says itself.
    static let mostBytes = 100 << 20
    /// Read at once, so that the loop can turn in between.
    private static let pieceBytes = 1 << 20

    let web: WebClient
    let proxy: String?

    /// The body of a request with these files; without any it is the JSON alone.
    ///
    /// `message` is the member that holds the message, where the request is about more than one.
    func body(_ json: JSONObject, _ files: [OutgoingFile], inside message: String? = nil)
        async throws(DiscordFailure) -> DiscordBody
    {
        guard !files.isEmpty else { return .json(.object(json)) }
        guard files.count <= Self.mostFiles else {
            throw .refused(status: 0, code: 0, "Discord takes at most \(Self.mostFiles) files in a message.")
        }
        var parts: [Part] = []
        for file in files { parts.append(try await part(of: file)) }
        let attachments = parts.enumerated().map { number, part in
            ["id": JSON(number), "filename": .string(part.name)] as JSON
        }
        return Self.form(Self.naming(.array(attachments), in: json, message), parts)
    }

    private static func naming(_ attachments: JSON, in json: JSONObject, _ message: String? = nil)
        -> JSONObject
    {
        var json = json
        if let message {
            var inner = json[message]?.objectValue ?? [:]
            inner["attachments"] = attachments
            json[message] = .object(inner)
        } else {
            json["attachments"] = attachments
        }
        return json
    }

    /// One file of a message.
    private enum Part {
        /// Read while it is sent.
        case file(FormFile)
        case bytes([UInt8], name: String)

        var name: String {
            switch self {
            case .file(let file): file.name
            case .bytes(_, let name): name
            }
        }
    }

    /// As a message that was spoken; nil when the file is not what Discord takes for one.
    func voiceBody(_ json: JSONObject, _ file: OutgoingFile) async throws(DiscordFailure) -> DiscordBody? {
        let bytes = try await bytes(of: file)
        guard let recording = VoiceRecording(bytes) else { return nil }
        var json = json
        json["content"] = nil
        json["allowed_mentions"] = nil
        let attachment: JSON = [
            "id": 0, "filename": "voice-message.ogg", "duration_secs": JSON(recording.seconds),
            "waveform": .string(Base64.encode(recording.waveform)),
        ]
        return Self.form(
            Self.naming([attachment], in: json), [.bytes(bytes, name: "voice-message.ogg")])
    }

    private static func form(_ json: JSONObject, _ parts: [Part]) -> DiscordBody {
        var form = MultipartForm()
        form.append("payload_json", JSON.object(json).encoded(), mimeType: "application/json")
        for (number, part) in parts.enumerated() {
            switch part {
            case .file(let file): form.append("files[\(number)]", file)
            case .bytes(let bytes, let name):
                form.append("files[\(number)]", bytes, fileName: name, mimeType: anyType)
            }
        }
        return .form(form)
    }

    private static let anyType = "application/octet-stream"

    private func part(of file: OutgoingFile) async throws(DiscordFailure) -> Part {
        let name = Self.name(of: file)
        if file.isRemote { return .bytes(try await fetch(file.source), name: name) }
        guard let form = FormFile(path: file.source, name: name, mimeType: Self.anyType) else {
            throw .refused(status: 0, code: 0, "`\(file.source)` is no file that can be read.")
        }
        guard form.byteCount <= Self.mostBytes else {
            throw .refused(status: 0, code: 0, "`\(file.source)` has more than \(Self.mostBytes >> 20) MiB.")
        }
        return .file(form)
    }

    /// What Discord shows as its name.
    static func name(of file: OutgoingFile) -> String {
        let path = file.source.prefix { $0 != "?" && $0 != "#" }
        let last = path.split(separator: "/").last.map { String($0) } ?? "file"
        return file.name.flatMap { $0.isEmpty ? nil : $0 } ?? last
    }

    private func bytes(of file: OutgoingFile) async throws(DiscordFailure) -> [UInt8] {
        file.isRemote
            ? try await fetch(file.source) : try await contents(file.source)
    }

    private func fetch(_ address: String) async throws(DiscordFailure) -> [UInt8] {
        var request = WebRequest("GET", address)
        request.proxy = proxy
        request.isInternetOnly = true
        request.maxRedirects = 5
        request.maxBodyBytes = Self.mostBytes
        request.totalTimeout = .seconds(120)
        do throws(WebError) {
            let reply = try await web.send(request)
            guard reply.status == 200 else {
                throw WebError.invalidRequest("`\(address)` answered HTTP \(reply.status).")
            }
            return reply.body
        } catch {
            throw .refused(status: 0, code: 0, "A file of the reply could not be fetched: \(error.message)")
        }
    }

    private func contents(_ path: String) async throws(DiscordFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw .refused(status: 0, code: 0, "`\(path)` is no file.")
        }
        guard info.st_size <= Self.mostBytes else {
            throw .refused(status: 0, code: 0, "`\(path)` has more than \(Self.mostBytes >> 20) MiB.")
        }
        var bytes: [UInt8] = []
        while bytes.count <= Self.mostBytes {
            var count = 0
            let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, filled in
                count = read(descriptor, buffer.baseAddress, Self.pieceBytes)
                filled = max(0, count)
            }
            guard count >= 0 else { throw Self.unreadable(path, errno) }
            guard count > 0 else { break }
            bytes += piece
            await Task.yield()
        }
        return bytes
    }

    private static func unreadable(_ path: String, _ number: CInt) -> DiscordFailure {
        .refused(status: 0, code: 0, "`\(path)` cannot be read: \(String(cString: strerror(number))).")
    }
}
