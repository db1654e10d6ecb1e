import Core

/// Arguments of a tool call on their way between the vendor's text and JSON.
enum ToolArguments {
    /// What the model wrote.
    ///
    /// Text that is no JSON object stays text: running the tool then fails with an error the model can read.
    static func parsed(_ text: String) -> JSON {
        if text.isBlank { return [:] }
        // The error says where the text broke; the model sees its own text instead, so nothing is lost.
        if let json = try? JSON.parse(text), json.objectValue != nil { return json }
        return .string(text)
    }

    /// An object for vendors that take nothing else.
    static func object(_ arguments: JSON) -> JSON {
        arguments.objectValue == nil
            ? ["INVALID_JSON": .string(arguments.stringValue ?? arguments.text)] : arguments
    }
}

/// Tool call ids within a vendor's rules; the same id always becomes the same.
enum ToolCallID {
    /// Letters, digits, `_` and `-`, at most `limit` characters.
    static func word(_ id: String, limit: Int = 64) -> String {
        let isAllowed = { (byte: UInt8) in
            byte < 0x80
                && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        return !id.isEmpty && id.utf8.count <= limit && id.utf8.allSatisfy(isAllowed)
            ? id : "call_" + digest(id)
    }

    /// Exactly nine letters or digits, as Mistral wants them.
    static func nine(_ id: String) -> String {
        let isNine =
            id.utf8.count == 9
            && id.utf8.allSatisfy {
                $0 < 0x80 && ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a || $0 >= 0x30 && $0 <= 0x39)
            }
        return isNine ? id : String(digest(id).suffix(9))
    }

    /// FNV-1a: equal on every run, unlike Swift's own hash.
    private static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 36)
        return String(repeating: "0", count: max(13 - digits.count, 0)) + digits
    }
}
