import Core
import Wire

/// How files of a reply go out: which method takes them, and which go together.
enum TelegramUploads {
    /// A file and the kind of message it becomes.
    struct Piece: Hashable {
        var kind: Kind
        var file: OutgoingFile
        /// The file to send along; nil when Telegram fetches it from its address itself.
        var upload: FormFile?
    }

    enum Kind: String {
        case photo, video, animation, audio, voice, document

        /// The name of the method's parameter, and of the kind in an album.
        var field: String { rawValue }
        var method: String { "send" + rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

        /// Which kinds may be in one album with it; nil: none.
        var family: Int? {
            switch self {
            case .photo, .video: 0
            case .document: 1
            case .audio: 2
            case .animation, .voice: nil
            }
        }
    }

    /// Files in one album (core.telegram.org/bots/api#sendmediagroup).
    private static let mostInAlbum = 10
    /// A bot may send files of this size, and pictures of a fifth of it as pictures.
    static let mostBytes = 50 << 20
    static let mostPhotoBytes = 10 << 20

    /// The first file, with those after it that go in one album with it; throws when it cannot be sent.
    ///
    /// An album may have no more bytes than a file.
    static func group(_ files: ArraySlice<OutgoingFile>) throws(TelegramError) -> [Piece] {
        guard let file = files.first else { return [] }
        var pieces = [try piece(file)]
        var byteCount = pieces[0].upload?.byteCount ?? 0
        for file in files.prefix(mostInAlbum).dropFirst() {
            // One that cannot be sent is told of when it is the first.
            guard let next = try? piece(file), let family = next.kind.family, family == pieces[0].kind.family
            else { break }
            byteCount += next.upload?.byteCount ?? 0
            guard byteCount <= mostBytes else { break }
            pieces.append(next)
        }
        return pieces
    }

    private static func piece(_ file: OutgoingFile) throws(TelegramError) -> Piece {
        let kind = kind(of: file)
        if file.isRemote { return Piece(kind: kind, file: file) }
        guard let upload = FormFile(path: file.source, name: name(of: file), mimeType: mimeType(of: file))
        else {
            throw .refused(status: 400, description: "there is no such file")
        }
        guard upload.byteCount > 0 else { throw .refused(status: 400, description: "the file is empty") }
        guard upload.byteCount <= mostBytes else {
            throw .refused(status: 413, description: "Request Entity Too Large")
        }
        let isLargePhoto = kind == .photo && upload.byteCount > mostPhotoBytes
        return Piece(kind: isLargePhoto ? .document : kind, file: file, upload: upload)
    }

    /// What the other side calls it.
    static func name(of file: OutgoingFile) -> String {
        file.name ?? file.source.split(separator: "/").last.map(String.init) ?? "file"
    }

    static func kind(of file: OutgoingFile) -> Kind {
        let type = mimeType(of: file)
        if file.isVoice, ["audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4"].contains(type) {
            return .voice
        }
        return switch type {
        case "image/jpeg", "image/png", "image/webp": .photo
        case "image/gif": .animation
        case "video/mp4": .video
        case "audio/mpeg", "audio/mp4": .audio
        default: .document
        }
    }

    /// What it says it is, or what its name suggests.
    static func mimeType(of file: OutgoingFile) -> String {
        if let type = file.mimeType?.prefix(while: { $0 != ";" }).trimmed.lowercased(), type.contains("/") {
            return aliases[type] ?? type
        }
        let name = (file.name ?? file.source).split(separator: "?").first ?? ""
        return byEnding[name.split(separator: ".").last?.lowercased() ?? ""] ?? "application/octet-stream"
    }

    private static let aliases = [
        "image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/m4a": "audio/mp4",
        "audio/x-m4a": "audio/mp4",
        "application/ogg": "audio/ogg",
    ]
    private static let byEnding = [
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp",
        "gif": "image/gif",
        "mp4": "video/mp4", "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "oga": "audio/ogg",
        "opus": "audio/ogg", "pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown",
        "json": "application/json", "csv": "text/csv", "zip": "application/zip",
    ]
}
