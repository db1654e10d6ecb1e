/// What every answer begins with: `messages.responsePrefix` and its like for one channel or account.
package struct ResponsePrefix: Sendable, Hashable {
    /// May hold `{model}`, `{modelFull}`, `{provider}`, `{thinkingLevel}` or `{think}`, and `{identity.name}`, in any case;
    /// `auto` is the assistant's name in square brackets. What is not known stays as it is written.
    package let template: String

    package init(_ template: String) { self.template = template }

    /// What is known of an answer.
    package struct Answer: Sendable, Hashable {
        /// `provider/model`.
        package var model: String?
        package var thinkingLevel: String?
        /// The assistant's name.
        package var name: String?

        package init(model: String? = nil, thinkingLevel: String? = nil, name: String? = nil) {
            self.model = model
            self.thinkingLevel = thinkingLevel
            self.name = name
        }
    }

    /// The text with the prefix and a space in front; unchanged when it is empty or begins with it already.
    package func added(to text: String, of answer: Answer) -> String {
        let prefix = prefix(of: answer)
        guard !prefix.isEmpty, !text.isEmpty, !text.hasPrefix(prefix) else { return text }
        return prefix + " " + text
    }

    func prefix(of answer: Answer) -> String {
        if template == "auto" { return answer.name.map { "[\($0)]" } ?? "" }
        var prefix = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            prefix += rest[..<open]
            rest = rest[open...]
            let name = rest.dropFirst().prefix { $0 != "{" && $0 != "}" }
            guard rest[name.endIndex...].first == "}", let value = Self.value(name.lowercased(), answer)
            else {
                prefix += "{"
                rest = rest.dropFirst()
                continue
            }
            prefix += value
            rest = rest[name.endIndex...].dropFirst()
        }
        return prefix + rest
    }

    private static func value(_ name: String, _ answer: Answer) -> String? {
        switch name {
        case "model": answer.model.map(shortName)
        case "modelfull": answer.model
        case "provider": answer.model.flatMap(provider)
        case "thinkinglevel", "think": answer.thinkingLevel
        case "identity.name", "identityname": answer.name
        default: nil
        }
    }

    private static func provider(_ model: String) -> String? {
        model.firstIndex(of: "/").map { String(model[..<$0]) }
    }

    /// Without the provider, a date of eight digits and `-latest`.
    private static func shortName(_ model: String) -> String {
        var name = model.lastIndex(of: "/").map { model[$0...].dropFirst() } ?? model[...]
        let date = name.suffix(9)
        if date.first == "-", date.count == 9, date.dropFirst().allSatisfy(\.isWholeNumber) {
            name = name.dropLast(9)
        }
        return String(name.hasSuffix("-latest") ? name.dropLast(7) : name)
    }
}
