import Core
import Wire

/// Why an attachment was not taken.
enum AttachmentError: Error {
    case notBase64(String)
    case tooLarge(String, bytes: Int)
    /// It calls itself an image, and is none that models see.
    case noPicture(String)

    var message: String {
        switch self {
        case .notBase64(let name): "Error: attachment \(name): invalid base64 content"
        case .tooLarge(let name, let bytes):
            "Error: attachment \(name): exceeds size limit (\(bytes) > \(Attachments.maxImageBytes) bytes)"
        case .noPicture(let name):
            "Error: attachment \(name): not a picture that models see. Send it as PNG, JPEG, GIF or WebP."
        }
    }
}

/// The images a client sends along with a message.
///
/// Other files are not taken yet.
enum Attachments {
    /// Files in one message.
    static let most = 20
    /// One image, decoded: what vendors take (contract §4.7).
    static let maxImageBytes = 5_000_000

    static func images(in json: JSON?) throws(AttachmentError) -> [ImageContent] {
        var images: [ImageContent] = []
        for (index, item) in (json?.arrayValue ?? []).enumerated() {
            let name = item["fileName"]?.stringValue ?? item["type"]?.stringValue ?? "attachment-\(index + 1)"
            if let image = try image(item, name: String(name.prefix(120))) { images.append(image) }
        }
        return images
    }

    /// Nil: no content, or not an image.
    private static func image(_ item: JSON, name: String) throws(AttachmentError) -> ImageContent? {
        guard let content = item["content"]?.stringValue else { return nil }
        var mimeType = item["mimeType"]?.stringValue
        var base64 = Substring(content)
        if content.hasPrefix("data:"), let comma = content.firstIndex(of: ",") {
            let kind = content[content.index(content.startIndex, offsetBy: 5)..<comma]
            guard kind.hasSuffix(";base64") else { throw .notBase64(name) }
            mimeType = mimeType ?? String(kind.dropLast(";base64".count))
            base64 = content[content.index(after: comma)...]
        }
        let about = base64.utf8.count / 4 * 3
        guard about <= maxImageBytes + 3 else { throw .tooLarge(name, bytes: about) }
        guard let bytes = Base64.decode(base64), !bytes.isEmpty else { throw .notBase64(name) }
        guard bytes.count <= maxImageBytes else { throw .tooLarge(name, bytes: bytes.count) }
        if let type = ImageType(bytes) {
            return ImageContent(mimeType: type.rawValue, base64: String(base64))
        }
        if mimeType?.hasPrefix("image/") == true { throw .noPicture(name) }
        return nil
    }
}
