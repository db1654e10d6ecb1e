/// Changes values inside a JSON5 text and leaves everything else as it is written: comments, order, quotes,
/// `${VAR}`, commas and indentation.
///
/// It makes one small edit after the other, and reads the text again after each, until the text means what is
/// wanted.
package struct ConfigEdit {
    /// Why an edit cannot be made.
    package enum Failure: Error, Hashable {
        /// The text to change is not JSON5.
        case unreadable(JSON5Error)
        /// There is nothing at the path to take away.
        case missing(ConfigPath)
        /// A step of the path leads into a value that has no members, or past the end of a list.
        case unreachable(ConfigPath)
    }

    /// The text with `value` at `path`, objects on the way made when they are missing.
    package static func set(
        _ value: JSON, at path: ConfigPath, in text: String
    ) throws(Failure) -> String {
        let document = try parse(text)
        let wanted = try document.value.setting(value, at: path.steps[...], of: path)
        return rewrite(document, to: wanted)
    }

    /// The text without the value at `path`.
    package static func unset(_ path: ConfigPath, in text: String) throws(Failure) -> String {
        let document = try parse(text)
        guard document.value[path] != nil, let wanted = document.value.removing(path.steps[...]) else {
            throw .missing(path)
        }
        return rewrite(document, to: wanted)
    }

    /// The text with a merge patch applied (RFC 7396).
    package static func apply(mergePatch patch: JSON, to text: String) throws(Failure) -> String {
        let document = try parse(text)
        return rewrite(document, to: document.value.applying(mergePatch: patch))
    }

    /// A text without any value counts as an empty object.
    private static func parse(_ text: String) throws(Failure) -> JSON5Document {
        do throws(JSON5Error) {
            return try JSON.parseJSON5(text)
        } catch {
            if text.allSatisfy(\.isWhitespace), let empty = try? JSON.parseJSON5("{}") { return empty }
            throw .unreadable(error)
        }
    }

    /// More edits than this are one rewrite of the object in question.
    private static let mostEdits = 2000

    /// The text of `document`, changed as little as possible to mean `wanted`.
    package static func rewrite(_ document: JSON5Document, to wanted: JSON) -> String {
        var document = document
        for _ in 0..<mostEdits {
            guard let step = ConfigEditor(document).step(to: wanted) else {
                return String(decoding: document.bytes, as: UTF8.self)
            }
            let next = document.applying(step.edits)
            guard let next = next ?? document.applying([step.fallback]) else { break }
            document = next
        }
        return wanted.prettyText + "\n"
    }
}

/// Bytes to replace.
struct TextEdit {
    var range: Range<Int>
    var text: String
}

extension JSON5Document {
    /// The document after edits that do not overlap, or nil when that is not JSON5.
    fileprivate func applying(_ edits: [TextEdit]) -> JSON5Document? {
        var bytes = bytes
        for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
            bytes.replaceSubrange(edit.range, with: edit.text.utf8)
        }
        return try? JSON.parseJSON5(bytes)
    }
}

extension JSON {
    fileprivate func setting(
        _ value: JSON, at steps: ArraySlice<ConfigPath.Step>, of path: ConfigPath
    ) throws(ConfigEdit.Failure) -> JSON {
        guard let step = steps.first else { return value }
        switch (self, step) {
        case (.object(var object), .key(let key)):
            object[key] = try (object[key] ?? Self.holder(of: steps.dropFirst()))
                .setting(value, at: steps.dropFirst(), of: path)
            return .object(object)
        case (.array(var items), _):
            guard let index = step.itemIndex, index <= items.count else { throw .unreachable(path) }
            if index == items.count { items.append(Self.holder(of: steps.dropFirst())) }
            items[index] = try items[index].setting(value, at: steps.dropFirst(), of: path)
            return .array(items)
        default: throw .unreachable(path)
        }
    }

    /// What a member has to be for the next step to lead into it.
    private static func holder(of steps: ArraySlice<ConfigPath.Step>) -> JSON {
        if case .index = steps.first { [] } else { [:] }
    }

    fileprivate func removing(_ steps: ArraySlice<ConfigPath.Step>) -> JSON? {
        guard let step = steps.first else { return nil }
        switch (self, step) {
        case (.object(var object), .key(let key)):
            object[key] = object[key]?.removing(steps.dropFirst())
            return .object(object)
        case (.array(var items), _):
            guard let index = step.itemIndex, items.indices.contains(index) else { return nil }
            if let item = items[index].removing(steps.dropFirst()) {
                items[index] = item
            } else {
                items.remove(at: index)
            }
            return .array(items)
        default: return self
        }
    }
}

extension ConfigPath.Step {
    /// The item of a list that it means: `0` is also a key.
    package var itemIndex: Int? {
        switch self {
        case .index(let index): index
        case .key(let key): Int(key).flatMap { $0 >= 0 ? $0 : nil }
        }
    }
}
