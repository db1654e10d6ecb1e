// What people write and choose for names must not look like what the house says around it: the house's own marks begin a line
// with a bracket, or with a name and a colon.

extension String {
    /// On one line, without control characters and without those that turn or hide what stands around them.
    package var singleLine: String {
        guard !unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value < 0x7F }) else { return self }
        let lines = unicodeScalars.split { $0.endsLine }.map { line in
            String(String.UnicodeScalarView(line.filter { !$0.isHidden }))
        }
        return lines.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// On one line with nothing lost: what would end it, steer a terminal, turn or hide text is written as its name.
    package var writtenOut: String {
        guard !unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value < 0x7F }) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.endsLine || scalar.isHidden {
                text += scalar.escaped(asASCII: true)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    /// On one line and without brackets, for a place within a mark of the house.
    package var plainName: String { singleLine.replacing("[", with: "(").replacing("]", with: ")") }

    /// Each line but the first set in, so that none begins as a mark of the house does.
    package var setIn: String {
        guard contains(where: \.isNewline) else { return self }
        return split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\n  ")
    }
}

extension Unicode.Scalar {
    /// Control characters, and the separators of lines and paragraphs.
    fileprivate var endsLine: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Format characters, but for those that join letters, emoji and the flags of regions.
    fileprivate var isHidden: Bool {
        properties.generalCategory == .format && value != 0x200C && value != 0x200D
            && !(0xE0020...0xE007F).contains(value)
    }
}
