import Core

/// Text with the marks that Telegram keeps beside it; it counts in UTF-16 units.
struct TelegramMarkedText {
    var plain: String
    var entities: [Entity]

    struct Entity: Hashable {
        var kind: String
        var offset: Int
        var length: Int
        var url: String?
        var language: String?
        var user: TelegramUser?

        init(kind: String, offset: Int, length: Int, url: String? = nil) {
            self.kind = kind
            self.offset = offset
            self.length = length
            self.url = url
        }

        init?(json: JSON) {
            guard let kind = json["type"]?.stringValue, let offset = json["offset"]?.intValue,
                let length = json["length"]?.intValue, offset >= 0, length > 0
            else { return nil }
            self.init(kind: kind, offset: offset, length: length, url: json["url"]?.stringValue)
            language = json["language"]?.stringValue
            user = TelegramUser(json: json["user"])
        }
    }

    init(_ plain: String, entities: [Entity] = []) {
        self.plain = plain
        self.entities = entities
    }

    /// More entities than these are not looked at, in number: Telegram itself sends at most a hundred.
    private static let mostEntities = 256

    init(_ plain: String, _ json: JSON?) {
        self.plain = plain
        entities = (json?.arrayValue ?? []).prefix(Self.mostEntities).compactMap { Entity(json: $0) }
    }

    var isEmpty: Bool { plain.isEmpty }
    var units: Int { plain.utf16.count }

    /// What an entity marks; nil when it lies outside the text or cuts a character.
    func part(_ entity: Entity) -> String? {
        let units = plain.utf16
        guard entity.offset <= units.count, entity.length <= units.count - entity.offset else { return nil }
        let start = units.index(units.startIndex, offsetBy: entity.offset)
        return String(units[start..<units.index(start, offsetBy: entity.length)])
    }

    /// The text in Markdown, with links and code as they were marked.
    var markdown: String {
        guard !entities.isEmpty else { return plain }
        let units = Array(plain.utf16)
        var opening: [Int: [String]] = [:]
        var closing: [Int: [String]] = [:]
        for entity in nested {
            guard entity.length <= units.count, entity.offset <= units.count - entity.length,
                let (before, after) = Self.marks(of: entity)
            else { continue }
            opening[entity.offset, default: []].append(before)
            closing[entity.offset + entity.length, default: []].insert(after, at: 0)
        }
        guard !opening.isEmpty else { return plain }
        var text = ""
        var start = 0
        for place in Set(opening.keys).union(closing.keys).sorted() {
            text += String(decoding: units[start..<place], as: UTF16.self)
            text += (closing[place] ?? []).joined() + (opening[place] ?? []).joined()
            start = place
        }
        return text + String(decoding: units[start...], as: UTF16.self)
    }

    /// Outer ones first.
    private var nested: [Entity] {
        entities.sorted { ($0.offset, -$0.length) < ($1.offset, -$1.length) }
    }

    private static func marks(of entity: Entity) -> (String, String)? {
        switch entity.kind {
        case "bold": ("**", "**")
        case "italic": ("_", "_")
        case "strikethrough": ("~~", "~~")
        case "spoiler": ("||", "||")
        case "code": ("`", "`")
        case "pre": ("```\(entity.language ?? "")\n", "\n```")
        case "text_link": entity.url.map { ("[", "](\($0))") }
        default: nil
        }
    }
}
