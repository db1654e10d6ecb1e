import Core
import Wire

/// How files of a reply go out: which method takes them, and which go together.
enum TelegramUploads {
    /// One message, or an album of several.
    struct Step: Hashable {
        var files: [Piece]
        /// Whether the reply's text is its caption.
        var hasCaption = false
    }

    /// A file and the kind of message it becomes.
    struct Piece: Hashable {
        var kind: Kind
        var file: OutgoingFile

        /// What the other side calls it.
        var name: String {
            file.name ?? file.source.split(separator: "/").last.map(String.init) ?? kind.field
        }
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

    /// The messages that files become; `fits` says whether the text may be a caption.
    ///
    /// A keyboard cannot stand below an album: then the text is a message of its own, for the keyboard to stand below.
    static func steps(_ files: [OutgoingFile], captionFits: Bool, hasButtons: Bool) -> [Step] {
        var steps: [Step] = []
        for file in files {
            let piece = Piece(kind: kind(of: file), file: file)
            if let last = steps.last, let family = piece.kind.family, last.files.count < mostInAlbum,
                last.files.allSatisfy({ $0.kind.family == family })
            {
                steps[steps.count - 1].files.append(piece)
            } else {
                steps.append(Step(files: [piece]))
            }
        }
        let standsAlone = steps.count == 1 && steps[0].files.count == 1
        if captionFits, !steps.isEmpty, !hasButtons || standsAlone { steps[0].hasCaption = true }
        return steps
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
