/// Variables for child processes and `${VAR}`: the process's own, then what files add without replacing any.
package struct Environment: Sendable {
    package private(set) var variables: [String: String]

    package init(_ variables: [String: String]) { self.variables = variables }

    /// The value, unless it is missing or empty.
    package subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Adds those that are not set, or are empty.
    package mutating func add(_ others: [String: String]) {
        for (name, value) in others where self[name] == nil { variables[name] = value }
    }

    /// Reads a `.env` file: `NAME=value` lines, `export` before them, quotes around values, `#` comments.
    package static func parse(_ text: String) -> [String: String] {
        var variables: [String: String] = [:]
        var rest = Substring(text)
        while !rest.isEmpty {
            let line = rest.prefix { !$0.isNewline }
            let value = line.firstIndex(of: "=").map { rest[line.index(after: $0)...] }
            let name = line.prefix { $0 != "=" }.trimmed.withoutPrefix("export ").trimmed
            rest = rest[line.endIndex...].dropFirst()
            guard let value, isName(name) else { continue }
            let (text, end) = parseValue(value)
            variables[String(name)] = text
            if end > rest.startIndex { rest = rest[end...] }
        }
        return variables
    }

    private static func isName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x5F || byte == 0x2E || byte == 0x2D
        }
    }

    /// A quoted value may span lines; in double quotes `\n` and the like are escapes.
    private static func parseValue(_ text: Substring) -> (String, end: Substring.Index) {
        let start = text.drop { $0 == " " || $0 == "\t" }
        if let quote = start.first, "\"'`".contains(quote), let end = closingQuote(of: start, quote) {
            let inner = start[start.index(after: start.startIndex)..<end]
            let after = start[end...].prefix { !$0.isNewline }.endIndex
            return (quote == "\"" ? unescaped(inner) : String(inner), after)
        }
        let line = start.prefix { !$0.isNewline }
        return (String(line.prefix { $0 != "#" }.trimmed), line.endIndex)
    }

    private static func closingQuote(of text: Substring, _ quote: Character) -> Substring.Index? {
        var isEscaped = false
        for index in text.indices.dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == quote {
                return index
            }
        }
        return nil
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                switch character {
                case "n": result.append("\n")
                case "r": result.append("\r")
                case "t": result.append("\t")
                case "\"", "\\", "$": result.append(character)
                default: result += "\\\(character)"
                }
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }
}

extension Substring {
    fileprivate func withoutPrefix(_ prefix: String) -> Substring {
        hasPrefix(prefix) ? dropFirst(prefix.count) : self
    }
}
