import Core
import Wire

/// The index of a page that is not ours.
///
/// It is told where it is and whose assistant it shows (contract §1.3), and may run the scripts inside its HTML and no others.
struct ForeignIndex {
    let html: [UInt8]
    let policy: String

    init(_ file: [UInt8], basePath: String, name: String, avatar: String) {
        let told = [
            ("__OPENCLAW_CONTROL_UI_BASE_PATH__", basePath), ("__OPENCLAW_ASSISTANT_NAME__", name),
            ("__OPENCLAW_ASSISTANT_AVATAR__", avatar),
        ]
        let script = told.map { "window.\($0.0)=\(Self.literal($0.1));" }.joined()
        let place = InlineScripts.endOfHead(in: file) ?? 0
        html = Array(file[..<place]) + Array("<script>\(script)</script>".utf8) + Array(file[place...])
        policy = Self.policy(allowing: InlineScripts.texts(in: html))
    }

    /// A JavaScript string that cannot end the script it stands in.
    private static func literal(_ text: String) -> String {
        let json = String(decoding: JSON.string(text).encoded(), as: UTF8.self)
        return json.split(separator: "<", omittingEmptySubsequences: false).joined(separator: #"\u003C"#)
    }

    /// The original's page loads fonts and pictures from elsewhere and shows other pages in frames.
    private static func policy(allowing scripts: [ArraySlice<UInt8>]) -> String {
        let hashes = scripts.map { "'sha256-\(Base64.encode(Digest.sha256(Array($0))))'" }
        let allowed = (["'self'"] + hashes + ["'wasm-unsafe-eval'"]).joined(separator: " ")
        return "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
            + "frame-src 'self' http: https:; script-src \(allowed); "
            + "style-src 'self' 'unsafe-inline' https://fonts.googleapis.com; img-src 'self' data: blob: https:; "
            + "media-src 'self' data: blob:; font-src 'self' https://fonts.gstatic.com; worker-src 'self' blob:; "
            + "connect-src 'self' ws: wss: data:"
    }
}

/// Finds the scripts that stand inside a page, the way a browser's tokenizer does as far as it matters for them.
enum InlineScripts {
    /// Their texts, in order; scripts with a source are files.
    static func texts(in html: [UInt8]) -> [ArraySlice<UInt8>] {
        var texts: [ArraySlice<UInt8>] = []
        var rest = html[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[start...]
            if rest.starts(with: "<!--".utf8) {
                rest = rest[(rest.dropFirst(4).index(of: "-->") ?? rest.endIndex)...]
            } else if rest.hasTag("<script"), let tag = tag(rest) {
                let body = rest[tag.end...]
                let end = body.index(ofTag: "</script") ?? body.endIndex
                if !tag.hasSource { texts.append(body[..<end]) }
                rest = rest[end...].dropFirst()
            } else {
                rest = rest.dropFirst()
            }
        }
        return texts
    }

    /// Where `</head>` begins, for what must be there before the page starts.
    static func endOfHead(in html: [UInt8]) -> Int? { html[...].index(ofTag: "</head") }

    /// The end of a tag and whether it has a `src`; nil for one that never ends.
    private static func tag(_ bytes: ArraySlice<UInt8>) -> (end: Int, hasSource: Bool)? {
        var quote: UInt8?
        var name: [UInt8] = []
        var hasSource = false
        for place in bytes.indices.dropFirst("<script".utf8.count) {
            let byte = bytes[place]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "=") || byte.isSpace {
                if name == Array("src".utf8) { hasSource = true }
                if byte == UInt8(ascii: ">") { return (place + 1, hasSource) }
                name = []
            } else {
                name.append(byte.lowercased)
            }
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool {
        self == 0x20 || (0x09...0x0D).contains(self) || self == UInt8(ascii: "/")
    }
    fileprivate var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}

extension ArraySlice<UInt8> {
    fileprivate func index(of text: String) -> Int? {
        indices.first { self[$0...].starts(with: text.utf8) }
    }

    fileprivate func index(ofTag start: String) -> Int? {
        indices.first { self[$0] == UInt8(ascii: "<") && self[$0...].hasTag(start) }
    }

    /// Begins with this tag, in letters of either case, and its name ends there.
    fileprivate func hasTag(_ start: String) -> Bool {
        let count = start.utf8.count
        guard self.count > count, prefix(count).elementsEqual(start.utf8, by: { $0.lowercased == $1 }) else {
            return false
        }
        let next = self[startIndex + count]
        return next.isSpace || next == UInt8(ascii: ">")
    }
}
