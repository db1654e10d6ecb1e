/// Variables for child processes and `${VAR}`: the process's own, then what files add without replacing any.
package struct Environment: Sendable {
    package private(set) var variables: [String: String]

    package init(_ variables: [String: String]) { self.variables = variables }

    /// The value without white space around it, which pasted and piped secrets often have; nil when nothing is left.
    package subscript(name: String) -> String? {
        (variables[name]?.trimmed).flatMap { $0.isEmpty ? nil : String($0) }
    }

    /// Adds those that are not set, or are empty.
    package mutating func add(_ others: [String: String]) {
        for (name, value) in others where self[name] == nil { variables[name] = value }
    }

    /// The names that have another value in `other`, or are set in only one of the two; sorted.
    package func names(thatDifferFrom other: Environment) -> [String] {
        Set(variables.keys).union(other.variables.keys).filter { self[$0] != other[$0] }.sorted()
    }

    /// With the values that these names have in `other`.
    package func with(_ names: [String], of other: Environment) -> Environment {
        var taken = self
        for name in names { taken.variables[name] = other.variables[name] }
        return taken
    }

    /// Reads a `.env` file: `NAME=value` lines, `export` before them, quotes around values, `#` comments.
    package static func parse(_ text: String) -> [String: String] { read(text).variables }

    /// What a `.env` file says, and the numbers of the lines that say nothing, from 1.
    package static func read(_ text: String) -> (variables: [String: String], wrongLines: [Int]) {
        var variables: [String: String] = [:]
        var wrongLines: [Int] = []
        var number = 0
        var rest = Substring(text)
        // Some editors put a byte order mark before the first name.
        if rest.unicodeScalars.first == "\u{FEFF}" { rest.unicodeScalars.removeFirst() }
        while !rest.isEmpty {
            let line = rest.prefix { !$0.isNewline }
            let value = line.firstIndex(of: "=").map { rest[line.index(after: $0)...] }
            let name = line.prefix { $0 != "=" }.trimmed.withoutPrefix("export ").trimmed
            rest = rest[line.endIndex...].dropFirst()
            number += 1
            guard let value, isName(name) else {
                let said = line.trimmed
                if !said.isEmpty, said.first != "#" { wrongLines.append(number) }
                continue
            }
            let (text, end) = parseValue(value)
            variables[String(name)] = text
            guard end > rest.startIndex else { continue }
            number += rest[..<end].count(where: \.isNewline)
            rest = rest[end...]
        }
        return (variables, wrongLines)
    }

    /// The text of a `.env` file with `value` for `name`, in its place when it is there, else as a last line.
    ///
    /// Nil when it cannot be said there: the value is empty or has quotes, backslashes or white space, or a value of
    /// several lines stands in its place.
    package static func text(_ text: String, setting name: String, to value: String) -> String? {
        let isPlain = value.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"'`\\".utf8.contains($0) }
        guard !value.isEmpty, isPlain else { return nil }
        var wanted = parse(text)
        let old = wanted[name]
        wanted[name] = value
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        let line = value.contains("#") ? "\(name)='\(value)'" : "\(name)=\(value)"
        if let old {
            guard let place = lines.lastIndex(where: { parse($0)[name] == old }) else { return nil }
            lines[place] = line
        } else {
            lines.append(line)
        }
        let edited = lines.joined(separator: "\n") + "\n"
        return parse(edited) == wanted ? edited : nil
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
