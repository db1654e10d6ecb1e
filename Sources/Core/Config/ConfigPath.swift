/// The way to a value in the config: `agents.list[0].id`.
package struct ConfigPath: Hashable, Sendable {
    /// One step into the tree.
    package enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    package var steps: [Step]

    package static let root = ConfigPath([])

    package init(_ steps: [Step]) { self.steps = steps }

    package func appending(_ step: Step) -> ConfigPath { ConfigPath(steps + [step]) }

    package func appending(_ key: String) -> ConfigPath { appending(.key(key)) }

    /// The name of the last member on the way; empty without any.
    package var lastKey: String {
        for case .key(let key) in steps.reversed() { return key }
        return ""
    }

    package var parent: ConfigPath { ConfigPath(Array(steps.dropLast())) }

    package func starts(with prefix: ConfigPath) -> Bool { steps.starts(with: prefix.steps) }

    /// As clients of the original know paths: `agents.list.0.id`.
    package var dotted: String {
        steps.map { step in
            switch step {
            case .key(let key): key
            case .index(let index): String(index)
            }
        }.joined(separator: ".")
    }
}

extension ConfigPath: CustomStringConvertible {
    /// As people write paths: keys that are not plain words stand quoted in brackets.
    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where Self.isPlain(key): text += text.isEmpty ? key : "." + key
            case .key(let key): text += "[\(key.quotedJSON)]"
            }
        }
        return text
    }

    private static func isPlain(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { $0 > 0x20 && !".[]\"'".utf8.contains($0) }
    }

    /// Reads what `description` writes, and `a.0.b` as well.
    ///
    /// Nil when a bracket or quote is not closed or a key is empty.
    package init?(_ text: String) {
        var steps: [Step] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            if rest.first == "[" {
                guard let step = Self.bracketed(&rest) else { return nil }
                steps.append(step)
            } else {
                if !steps.isEmpty, rest.popFirst() != "." { return nil }
                let key = rest.prefix { $0 != "." && $0 != "[" }
                guard !key.isEmpty else { return nil }
                steps.append(.key(String(key)))
                rest = rest.dropFirst(key.count)
            }
        }
        self.init(steps)
    }

    private static func bracketed(_ rest: inout Substring) -> Step? {
        rest.removeFirst()
        guard let quote = rest.first, quote == "\"" || quote == "'" else {
            let digits = rest.prefix { $0 != "]" }
            rest = rest.dropFirst(digits.count)
            guard rest.popFirst() == "]", let index = Int(digits), index >= 0 else { return nil }
            return .index(index)
        }
        guard let end = rest.range(of: "\(quote)]", from: 1) else { return nil }
        let literal = rest[..<end.lowerBound] + String(quote)
        rest = rest[end.upperBound...]
        return (try? JSON.parseJSON5(String(literal)).value.stringValue).flatMap { $0 }.map { .key($0) }
    }
}

extension Substring {
    /// The first place of `text` at least `offset` characters in.
    fileprivate func range(of text: String, from offset: Int) -> Range<Index>? {
        var start = index(startIndex, offsetBy: offset, limitedBy: endIndex) ?? endIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}

extension JSON {
    /// The value at `path`; a number as key finds the item of an array.
    package subscript(path: ConfigPath) -> JSON? {
        var value = self
        for step in path.steps {
            guard let next = value.member(at: step) else { return nil }
            value = next
        }
        return value
    }

    private func member(at step: ConfigPath.Step) -> JSON? {
        switch (self, step) {
        case (.object(let object), .key(let key)): return object[key]
        case (.array(let items), .index(let index)): return items.indices.contains(index) ? items[index] : nil
        case (.array(let items), .key(let key)):
            guard let index = Int(key), items.indices.contains(index) else { return nil }
            return items[index]
        default: return nil
        }
    }
}
